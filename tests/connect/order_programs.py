"""Rows that come in an order without one being asked for. See programs.py."""
from pyspark.sql import Window
from pyspark.sql import functions as F

from programs import program


def lists(frame):
    return [list(row) for row in frame.collect()]


def keyed(spark, num_rows):
    return spark.range(0, num_rows, 1, 3).select(((F.col("id") * 7) % 5).alias("k"), "id")


@program
def order_of_small_windows(spark):
    """Few rows come by partition and order, whoever read them."""
    frame = keyed(spark, 20)
    by_id = Window.partitionBy("k").orderBy(F.desc("id"))
    small = lists(frame.select("k", "id", F.row_number().over(by_id)))
    text = Window.partitionBy(F.concat(F.lit("x"), F.col("k"))).orderBy("id")
    return [small, lists(frame.select("k", "id", F.lag("id").over(text)).filter("id > 3")),
            lists(frame.select("k", F.count("id").over(Window.partitionBy("k"))))]


@program
def order_of_small_groups(spark):
    """Functions over few groups see them by ascending keys, and rows as the partitions have them."""
    import pandas as pd

    def seen(key, frame):
        return pd.DataFrame({"k": [str(key[0])], "ids": [",".join(map(str, frame["id"]))]})

    def sizes(key, left, right):
        return pd.DataFrame({"k": [str(key[0])], "ids": [f"{len(left)} {len(right)}"]})

    def table(key, rows):
        import pyarrow as pa
        return pa.table({"k": [str(key[0].as_py())], "ids": [str(rows.num_rows)]})

    @F.pandas_udf("long")
    def total(ids: pd.Series) -> int:
        return int(ids.sum())

    frame, schema = keyed(spark, 20), "k STRING, ids STRING"
    other = spark.range(0, 4, 1, 2).withColumnRenamed("id", "k")
    return [lists(frame.groupBy("k").applyInPandas(seen, schema)),
            lists(frame.groupBy("k").applyInArrow(table, schema)),
            lists(frame.groupBy("k").agg(total("id"))),
            lists(frame.groupBy("k").cogroup(other.groupBy("k")).applyInPandas(sizes, schema))]


@program
def all_rows_of_large_groups(spark):
    """Many rows: none is lost or goes to two places."""
    import pandas as pd

    def size(key, frame):
        return pd.DataFrame({"k": [int(key[0])], "n": [len(frame)]})

    def sizes(key, left, right):
        return pd.DataFrame({"k": [int(key[0])], "n": [len(left) * 100000 + len(right)]})

    answers = []
    for num_rows in (1023, 1025, 8192, 8193, 30000):
        frame = keyed(spark, num_rows)
        window = frame.select("k", F.count("id").over(Window.partitionBy("k")).alias("n"))
        grouped = frame.groupBy("k").applyInPandas(size, "k LONG, n LONG")
        pairs = frame.groupBy("k").cogroup(keyed(spark, 7).groupBy("k"))
        answers.append([lists(window.groupBy("k").agg(F.max("n"), F.count("n")).sort("k")),
                        sorted(lists(grouped)),
                        sorted(lists(pairs.applyInPandas(sizes, "k LONG, n LONG")))])
    return answers
