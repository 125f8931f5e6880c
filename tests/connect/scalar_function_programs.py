"""Programs with named arguments of Python functions. See programs.py."""
from pyspark.sql import functions as F

from programs import program, rows
from table_function_programs import raised, sales


@program
def named_arguments_of_functions(spark):
    import pandas as pd

    @F.udf("string")
    def joined(a, b="-", c="+"):
        return f"{a}{b}{c}"

    @F.pandas_udf("long")
    def minus(a: pd.Series, b: pd.Series) -> pd.Series:
        return a - b

    @F.pandas_udf("long")
    def spread(high: pd.Series, low: pd.Series) -> int:
        return int(high.max() - low.min())

    frame = sales(spark)
    frame.createOrReplaceTempView("sales")
    spark.udf.register("joined", joined)
    spark.udf.register("minus", minus)
    spark.udf.register("spread", spread)
    return [
        rows(frame.select(joined("id", c="k").alias("s")).orderBy("s")),
        rows(frame.select(joined(F.col("id").alias("x"), F.col("k").alias("y")).alias("s")).orderBy("s")),
        rows(frame.select(minus(b="id", a=F.col("id") * 10).alias("n")).orderBy("n")),
        rows(spark.sql("SELECT joined(id, c => k) AS s FROM sales ORDER BY s")),
        rows(spark.sql("SELECT minus(b => 1, a => id) AS n FROM sales ORDER BY n")),
        rows(spark.sql("SELECT k, spread(low => id, high => id * 2) AS n FROM sales GROUP BY k ORDER BY k")),
        rows(frame.groupBy("k").agg(spread(low=F.col("id"), high="id").alias("n")).orderBy("k")),
        raised(lambda: spark.sql("SELECT joined(a => id, a => id) FROM sales").collect()),
        raised(lambda: spark.sql("SELECT joined(a => id, k) FROM sales").collect()),
    ]
