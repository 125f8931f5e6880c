"""Programs with Python functions in queries. See programs.py.

Functions are nested, so that they travel by value: the worker cannot import this module.
"""
from pyspark.sql import functions as F

from programs import error, plain, program, rows


def numbers(spark):
    return spark.createDataFrame(
        [(1, "a", 1.5), (2, "b", None), (3, "a", 4.0), (4, None, 0.5)], "id LONG, k STRING, v DOUBLE")


@program
def scalar_functions(spark):
    plus = F.udf(lambda x: x + 1, "long")
    shout = F.udf(lambda s: None if s is None else s.upper() + "!", "string")

    @F.udf("struct<low: long, high: array<long>>")
    def around(x):
        return x - 1, [x, x + 1]

    frame = numbers(spark)
    return [
        rows(frame.select("id", plus("id"), shout("k").alias("loud")).orderBy("id")),
        rows(frame.select(plus(plus(F.col("id") * 10)).alias("n"), plus("id") + plus("id")).orderBy("n")),
        rows(frame.select(around("id").alias("r")).select("r.*").orderBy("low")),
        rows(frame.where(plus("id") > 3).orderBy("id")),
        rows(frame.groupBy(shout("k").alias("k")).agg(F.sum(plus("id")).alias("s")).orderBy("k")),
        rows(frame.orderBy(F.desc(plus("id"))).limit(2)),
        rows(frame.withColumn("n", F.when(F.col("id") > 2, plus("id")).otherwise(0)).orderBy("id")),
    ]


@program
def pickled_and_arrow(spark):
    pickled = F.udf(lambda x, y: f"{x}-{y}", "string", useArrow=False)
    arrow = F.udf(lambda x, y: f"{x}-{y}", "string", useArrow=True)
    frame = numbers(spark)
    return [
        rows(frame.select(pickled("id", "k").alias("p"), arrow("id", "k").alias("a")).orderBy("p")),
        rows(frame.select(pickled(y="k", x="id").alias("p")).orderBy("p")),
    ]


@program
def pandas_functions(spark):
    import pandas as pd  # noqa: F401

    @F.pandas_udf("double")
    def half(v: pd.Series) -> pd.Series:
        return v / 2

    @F.pandas_udf("long")
    def summed(x: pd.Series, y: pd.Series) -> pd.Series:
        return x + y

    frame = numbers(spark)
    return [
        rows(frame.select("id", half("v").alias("h")).orderBy("id")),
        rows(frame.select(summed("id", F.col("id") * 100).alias("s")).orderBy("s")),
        rows(frame.select(half(half("v")).alias("q"), F.udf(lambda x: x * 2, "long")("id").alias("d"))
             .orderBy("d")),
    ]


@program
def registered_functions(spark):
    plus = spark.udf.register("plus_two", lambda x: x + 2, "long")
    numbers(spark).createOrReplaceTempView("numbers")
    return [
        rows(spark.sql("SELECT id, plus_two(id) FROM numbers WHERE plus_two(id) > 4 ORDER BY id")),
        rows(spark.range(2).select(plus("id"))),
        rows(spark.range(2).selectExpr("plus_two(plus_two(id)) AS n")),
        rows(spark.range(1).select(F.call_function("plus_two", F.lit(1)).alias("n"))),
    ]


@program
def maps(spark):
    def twice(batches):
        for batch in batches:
            batch["id"] = batch["id"] * 2
            yield batch[["id", "k"]]

    def counted(batches):
        import pyarrow as pa
        yield pa.RecordBatch.from_pydict({"n": [sum(batch.num_rows for batch in batches)]})

    frame = numbers(spark)
    return [
        rows(frame.mapInPandas(twice, "id LONG, k STRING").orderBy("id")),
        rows(frame.coalesce(1).mapInArrow(counted, "n LONG").groupBy().sum("n")),
        rows(frame.mapInPandas(twice, "id LONG, k STRING").where("id > 4").select("k", "id").orderBy("id")),
    ]


@program
def groups(spark):
    def centred(frame):
        frame["v"] = frame["v"] - frame["v"].mean()
        return frame

    def with_key(key, frame):
        import pandas as pd
        return pd.DataFrame({"key": [str(key[0])], "n": [len(frame)]})

    def as_arrow(table):
        import pyarrow as pa
        return pa.table({"n": [table.num_rows]})

    frame = numbers(spark)
    return [
        rows(frame.groupBy("k").applyInPandas(centred, "id LONG, k STRING, v DOUBLE").orderBy("id")),
        rows(frame.groupBy((F.col("id") % 2).alias("odd")).applyInPandas(
            with_key, "key STRING, n LONG").orderBy("key")),
        rows(frame.groupBy("k").applyInArrow(as_arrow, "n LONG").orderBy("n")),
    ]




@program
def cogroups(spark):
    def joined(left, right):
        import pandas as pd
        return pd.DataFrame({"l": [len(left)], "r": [len(right)]})

    left = spark.createDataFrame([(1, "x"), (1, "y"), (2, "z")], "k LONG, a STRING")
    right = spark.createDataFrame([(1, 1.0), (3, 2.0)], "k LONG, b DOUBLE")
    frame = left.groupBy("k").cogroup(right.groupBy("k")).applyInPandas(joined, "l LONG, r LONG")
    return rows(frame.orderBy("l", "r"))


@program
def failing_functions(spark):
    def boom(x):
        raise ValueError("no such number")

    frame = numbers(spark)
    fails = F.udf(boom, "long")
    try:
        frame.select(fails("id")).collect()
        text = "no error"
    except Exception as raised:  # noqa: BLE001
        text = [type(raised).__name__, "ValueError: no such number" in str(raised)]
    return [
        text,
        error(lambda: frame.select(F.transform(F.array("id"), lambda x: fails(x))).collect(), False),
        error(lambda: frame.alias("a").join(
            frame.alias("o"), fails(F.col("a.id") + F.col("o.id")) > 1, "left").collect(), False),
        plain(frame.count()),
    ]


@program
def aggregates_of_groups(spark):
    import pandas as pd  # noqa: F401

    @F.pandas_udf("double")
    def middle(v: pd.Series) -> float:
        return v.median()

    @F.pandas_udf("long")
    def spread(x: pd.Series) -> int:
        return x.max() - x.min()

    frame = numbers(spark)
    return [
        rows(frame.groupBy("k").agg(middle("v"), spread("id").alias("s")).orderBy("k")),
        rows(frame.agg(spread("id"))),
        rows(frame.groupBy((F.col("id") % 2).alias("odd")).agg((spread("id") + 1).alias("s")).orderBy("odd")),
        error(lambda: frame.groupBy("k").agg(middle("v"), F.sum("id")).collect(), False),
    ]
