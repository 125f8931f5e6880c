"""Programs with Python aggregates over windows. See programs.py."""
from pyspark.sql import Window
from pyspark.sql import functions as F

from programs import newer_program, program, rows
from table_function_programs import raised, sales


@program
def pandas_aggregates_over_windows(spark):
    import pandas as pd  # noqa: F401

    @F.pandas_udf("double")
    def middle(v: pd.Series) -> float:
        return v.median()

    @F.pandas_udf("long")
    def spread(x: pd.Series, y: pd.Series) -> int:
        return int(x.max() - y.min())

    @F.pandas_udf("string")
    def listed(x: pd.Series) -> str:
        return ",".join(map(str, x))

    frame = sales(spark)
    whole = Window.partitionBy("k")
    ordered = whole.orderBy("id")
    around = Window.orderBy("id").rowsBetween(-1, 1)
    ranged = Window.orderBy("id").rangeBetween(-2, 0)
    spark.udf.register("middle_of", middle)
    frame.createOrReplaceTempView("sales")
    return [
        rows(frame.select("id", middle("v").over(whole).alias("m")).orderBy("id")),
        rows(frame.select("id", listed("id").over(ordered).alias("l")).orderBy("id")),
        rows(frame.select("id", listed("id").over(around).alias("l")).orderBy("id")),
        rows(frame.select("id", listed("id").over(ranged).alias("l")).orderBy("id")),
        rows(frame.select("id", spread("id", F.col("id") * 2).over(whole).alias("s"),
                          F.sum("id").over(whole).alias("n"),
                          listed("id").over(ordered.rowsBetween(1, Window.unboundedFollowing))
                          .alias("rest")).orderBy("id")),
        rows(frame.select("id", (middle("v").over(whole) + F.avg("v").over(whole)).alias("x")).orderBy("id")),
        rows(frame.withColumn("m", listed("id").over(Window.partitionBy())).orderBy("id").select("m")),
        rows(spark.sql("SELECT id, middle_of(v) OVER (PARTITION BY k) AS m FROM sales ORDER BY id")),
        rows(spark.sql("SELECT k, middle_of(sum(v)) OVER () AS m FROM sales GROUP BY k ORDER BY k")),
        rows(frame.where("id > 100").select(middle("v").over(whole).alias("m"))),
        raised(lambda: frame.select(F.udf(lambda x: x, "long")("id").over(whole)).collect()),
    ]


@newer_program
def arrow_aggregates_over_windows(spark):
    import pyarrow as pa

    @F.arrow_udf("long")
    def total(x: pa.Array) -> int:
        import pyarrow.compute as pc

        return pc.sum(x).as_py()

    frame = sales(spark)
    ordered = Window.partitionBy("k").orderBy("id")
    return [
        rows(frame.select("id", total("id").over(ordered).alias("t")).orderBy("id")),
        rows(frame.select("id", total("id").over(Window.partitionBy("k")).alias("t")).orderBy("id")),
        rows(frame.groupBy("k").agg(total("id").alias("t")).orderBy("k")),
    ]


@newer_program
def iterator_aggregates(spark):
    from typing import Iterator

    import pandas as pd
    import pyarrow as pa

    @F.pandas_udf("long")
    def total(batches: Iterator[pd.Series]) -> int:
        return int(sum(batch.sum() for batch in batches))

    @F.arrow_udf("long")
    def arrow_total(batches: Iterator[pa.Array]) -> int:
        import pyarrow.compute as pc

        return sum(pc.sum(batch).as_py() for batch in batches)

    frame = sales(spark)
    return [
        rows(frame.groupBy("k").agg(total("id").alias("t")).orderBy("k")),
        rows(frame.groupBy("k").agg(arrow_total("id").alias("t")).orderBy("k")),
    ]
