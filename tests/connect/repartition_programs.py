"""Programs that say in which partitions rows are to lie. See programs.py.

What may differ from run to run (which rows come first in a partition, where dealing begins) is
not told.
"""
import pathlib
import tempfile

import pandas as pd
from pyspark.sql import functions as F

from programs import error, newer_program, plain, program


def counts(frame):
    """How many rows lie in each partition."""
    return plain(frame.groupBy(F.spark_partition_id().alias("p")).count().orderBy("p").collect())


def places(frame):
    """Each row with its partition."""
    return plain(frame.select(F.spark_partition_id().alias("p"), "*").orderBy("p", *frame.columns).collect())


def files(frame, *partition_by):
    """How many rows each file has that a write makes."""
    with tempfile.TemporaryDirectory() as directory:
        target = str(pathlib.Path(directory) / "out")
        frame.write.partitionBy(*partition_by).parquet(target)
        written = pathlib.Path(target).rglob("*.parquet")
        return sorted(frame.sparkSession.read.parquet(str(path)).count() for path in written)


@program
def rows_lie_by_their_keys(spark):
    people = spark.createDataFrame(
        [(1, "a", 1.5), (2, None, 2.5), (3, "c", None), (None, "d", 4.5), (5, "a", -0.0), (6, "f", 0.0)],
        "i int, s string, d double")
    numbers = spark.range(0, 60, 1, 4).withColumn("k", F.col("id") % 5)
    return [places(people.repartition(3, "i")), places(people.repartition(4, "s")),
            places(people.repartition(5, "s", "d")), places(people.repartition(3, F.col("i") + 1)),
            places(people.select("i").repartition(2, F.upper("s"))),
            counts(numbers.repartition(8, "k")), counts(numbers.repartition("k")),
            counts(numbers.repartition(3, "k").filter("id > 10").withColumn("x", F.lit(1))),
            counts(numbers.repartition(3, "k").repartition(2, "id")),
            places(spark.sql("select /*+ REPARTITION(3, id) */ id from range(12)")),
            places(spark.sql("select id from range(12) distribute by id % 3"))]


@program
def rows_are_dealt_in_turn(spark):
    numbers = spark.range(0, 60, 1, 4)
    dealt = [numbers.repartition(3), numbers.repartition(1), numbers.filter("id < 0").repartition(4),
             spark.sql("select /*+ REPARTITION(5) */ * from range(0, 20, 1, 1)")]
    return [counts(frame) for frame in dealt] + [
        len(counts(numbers.repartition(6))), len(counts(numbers.repartition(6).repartition(2))),
        sorted(row.id for row in numbers.repartition(7).collect()) == list(range(60))]


@program
def rows_lie_by_ranges(spark):
    numbers = spark.range(0, 40, 1, 2)
    pairs = spark.createDataFrame([(i % 3, None if i % 4 == 0 else str(i)) for i in range(12)], "k int, s string")
    return [places(numbers.repartitionByRange(4, "id")), places(numbers.repartitionByRange(3, F.desc("id"))),
            counts(pairs.repartitionByRange(3, "k")), counts(pairs.repartitionByRange(8, "k")),
            counts(pairs.repartitionByRange("k")),
            places(spark.sql("select /*+ REPARTITION_BY_RANGE(2, id) */ id from range(10)"))]


@program
def first_rows_are_those_of_the_first_range(spark):
    people = spark.createDataFrame([("Bob", 27), ("Alice", 10), ("Bob", 10)], "name string, age int")
    frames = [people.repartitionByRange(2, "name", "age"), people.repartitionByRange(3, "name", "age"),
              people.repartitionByRange(5, F.desc("age"), "name")]
    return [plain([frame.first(), frame.take(2), frame.limit(2).collect(), frame.tail(1), frame.collect()])
            for frame in frames]


@newer_program
def rows_lie_by_number(spark):
    numbers = spark.range(0, 12, 1, 2)
    return [places(numbers.repartitionById(4, F.col("id").cast("int"))),
            places(numbers.repartitionById(3, (F.col("id") - 6).cast("int"))),
            places(numbers.repartitionById(5, F.when(F.col("id") > 3, F.lit(2)).cast("int")))]


@program
def partitions_are_merged(spark):
    numbers = spark.range(0, 60, 1, 4)
    # Of partitions there may be fewer than asked for.
    merged = numbers.coalesce(2).groupBy(F.spark_partition_id()).count().count()
    return [counts(numbers.coalesce(1)), counts(numbers.repartition(5).coalesce(1)), merged >= 1,
            sorted(row.id for row in numbers.coalesce(2).collect()) == list(range(60))]


@newer_program
def numbers_of_partitions_are_positive(spark):
    return [error(lambda s=s: spark.sql(f"select /*+ {s} */ * from range(3)").collect())
            for s in ["REPARTITION(0)", "COALESCE(0)", "REPARTITION(-1, id)", "REPARTITION_BY_RANGE(0, id)"]]


@program
def partitions_are_sorted(spark):
    numbers = spark.range(0, 24, 1, 4).withColumn("k", F.col("id") % 3)

    def in_order(frame):
        return plain(frame.select(F.spark_partition_id().alias("p"), "*").collect())

    sorts = [numbers.repartition(4, "k").sortWithinPartitions(F.desc("id")),
             numbers.sortWithinPartitions(F.desc("id")),
             numbers.repartition(2, "k").sortWithinPartitions("k", F.desc("id")).filter("id > 5"),
             numbers.repartitionByRange(3, "id").sortWithinPartitions("k", "id")]
    first = (numbers.repartition("k").sortWithinPartitions("k", F.desc("id")).groupBy("k")
             .agg(F.first("id").alias("f"), F.last("id").alias("l")).orderBy("k"))
    return [in_order(frame) for frame in sorts] + [plain(first.collect())]


@program
def functions_are_called_by_partition(spark):
    def count(batches):
        yield pd.DataFrame({"n": [sum(len(frame) for frame in batches)]})

    numbers = spark.range(0, 60, 1, 4)
    return [sorted(row.n for row in frame.mapInPandas(count, "n long").collect())
            for frame in [numbers.repartition(5), numbers.repartition(3, "id"), numbers.repartition(1),
                          numbers.coalesce(1), numbers.filter("id < 0").repartition(3),
                          numbers.repartitionByRange(4, "id")]]


@program
def writes_make_a_file_for_each_partition(spark):
    numbers = spark.range(0, 60, 1, 4).withColumn("k", F.col("id") % 3)
    return [len(files(numbers.repartition(6))), files(numbers.repartition(1)), files(numbers.coalesce(1)),
            files(numbers.repartition(4, "id")), files(numbers.repartition("k")),
            files(numbers.repartition("k"), "k"), len(files(numbers.repartition(2), "k")),
            files(numbers.repartitionByRange(5, "id")),
            len(files(numbers.repartition(3).filter("k = 1").select(F.col("id") * 2))),
            files(numbers.repartition(3).union(numbers.repartition(2)))]
