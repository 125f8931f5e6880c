"""Programs of df.stat, summaries, samples and random numbers. See programs.py.

Those with errors that have no condition are for newer clients: the oldest tells them otherwise.
"""
from pyspark.sql import functions as F

from plan_programs import attempt
from programs import newer_program, plain, program, rows


def numbers(spark):
    """Two thousand rows whose values are in no order, some of them missing."""
    return spark.range(2000).select(
        "id", ((F.col("id") * 7919) % 2003).cast("int").alias("v"),
        F.when(F.col("id") % 10 != 0, (F.col("id") * 31 % 997) / 7).alias("d"),
        F.concat(F.lit("k"), F.col("id") % 7).alias("k"))


@newer_program
def quantiles(spark):
    frame = numbers(spark).coalesce(1)
    return [attempt(lambda made=made: made()) for made in [
        lambda: frame.approxQuantile("v", [0.25, 0.5, 0.75], 0.0),
        lambda: frame.approxQuantile("v", [0.0, 0.1, 0.33, 1.0], 0.1),
        lambda: frame.approxQuantile(["v", "d"], [0.5, 0.9], 0.01),
        lambda: frame.approxQuantile("d", [0.5], 1.0), lambda: frame.approxQuantile("d", [0.5], 3.0),
        lambda: frame.stat.approxQuantile("id", (0.5,), 0.05),
        lambda: frame.where("false").approxQuantile("v", [0.5], 0.1),
        lambda: frame.select(F.lit(None).cast("double").alias("n")).approxQuantile("n", [0.5], 0.1),
        lambda: frame.approxQuantile("no", [0.5], 0.1), lambda: frame.approxQuantile("k", [0.5], 0.1),
    ]]


@newer_program
def summaries(spark):
    frame = numbers(spark).coalesce(1)
    small = spark.createDataFrame([(1, 2.0, "a", True), (2, 3.5, "10", False), (3, None, "2.5", None), (4, 9.0, None, True)],
                                  "id INT, v DOUBLE, k STRING, b BOOLEAN").coalesce(1)
    return [attempt(lambda made=made: rows(made())) for made in [
        lambda: frame.summary(), lambda: small.summary(), lambda: small.describe(),
        lambda: small.summary("5%", "99.9%", "max"), lambda: small.select("v").summary("count", "50%", "mean"),
        lambda: small.summary("101%"),
        lambda: small.summary("approx_count_distinct", "count_distinct"), lambda: small.describe("b"),
        lambda: small.select("b").summary(), lambda: small.where("false").summary(),
        lambda: small.describe("no"), lambda: small.describe("k", "id"),
        lambda: spark.sql("select 1.25BD d, 7Y b").summary(),
        lambda: spark.sql("select 'x' t, DATE'2024-01-01' d").summary(),
    ]]


@newer_program
def frequent_items(spark):
    frame = spark.createDataFrame([(i % 3 if i % 2 else i, "xyz"[i % 3]) for i in range(30)], "n INT, t STRING").coalesce(1)

    def items(*arguments):
        return attempt(lambda: [frame.freqItems(*arguments).columns, frame.freqItems(*arguments).schema.json(),
                                [sorted(cell, key=str) for cell in frame.freqItems(*arguments).first()]])
    return [items(["n", "t"]), items(["n"], 0.3), items(["t"], 0.5), items(("n", "t"), 0.9), items(["n"], 0.0),
            items(["no"]), items(["n"], 0.00001),
            attempt(lambda: rows(frame.where("false").freqItems(["n"]))),
            attempt(lambda: rows(spark.createDataFrame([(1,), (None,), (1,)], "n INT").coalesce(1).freqItems(["n"])))]


@newer_program
def two_columns(spark):
    frame = numbers(spark).coalesce(1)
    return [attempt(lambda made=made: made()) for made in [
        lambda: round(frame.cov("id", "v"), 6), lambda: round(frame.corr("id", "v"), 9),
        lambda: frame.corr("id", "v", "spearman"), lambda: frame.cov("id", "k"),
        lambda: frame.corr("k", "v"), lambda: frame.where("false").cov("id", "v"),
        lambda: rows(frame.where("id < 20").crosstab("k", "k").orderBy("k_k")),
        lambda: rows(frame.crosstab("no", "k")),
        lambda: rows(spark.createDataFrame([(1, None), (None, "a"), (1, "a")], "n INT, t STRING")
                     .crosstab("n", "t").orderBy("n_t")),
    ]]


@program
def random_numbers(spark):
    one = spark.range(0, 10, 1, 1)
    two = spark.range(0, 10, 1, 2)
    three = spark.range(0, 11, 1, 3)
    return [attempt(lambda made=made: rows(made())) for made in [
        lambda: one.select("id", F.rand(7).alias("r")), lambda: two.select("id", F.rand(7).alias("r")).orderBy("id"),
        lambda: three.select("id", F.randn(7).alias("r")).orderBy("id"),
        lambda: two.where("id % 3 = 0").select("id", F.rand(1).alias("r"), F.rand(1).alias("s")).orderBy("id"),
        lambda: one.orderBy(F.rand(3)).limit(4),
        lambda: three.select("id", F.spark_partition_id().alias("p")).orderBy("id"),
        lambda: three.select("id", F.monotonically_increasing_id().alias("m")).orderBy("id"),
    ]]


@newer_program
def samples_of_a_range(spark):
    frame = spark.range(0, 100, 1, 2)
    one = spark.range(0, 60, 1, 1)
    return [attempt(lambda made=made: [row[0] for row in made().collect()]) for made in [
        lambda: one.sample(True, 0.5, 3), lambda: one.sample(True, 1.7, 11),
        lambda: one.sample(True, 0.0, 3), lambda: one.sample(False, 1.0, 3), lambda: one.sample(False, 0.0, 3),
        lambda: one.sample(False, 1.5, 3), lambda: one.sample(True, -0.1, 3), lambda: one.sample(-0.5),
        lambda: one.sampleBy(F.col("id") % 3, {0: 0.5, 1: 0.1}, 5),
        lambda: frame.sampleBy(F.col("id") % 3, {0: 0.2, 2: 0.1}, 5).orderBy("id"),
        lambda: one.sampleBy("id", {1: 2.0}, 5),
    ]]


@program
def random_splits(spark):
    frame = spark.range(0, 40, 1, 2)
    one = spark.createDataFrame([(3, "c"), (1, "a"), (2, "b"), (5, "e"), (4, "d"), (9, "x")], "n INT, t STRING").coalesce(1)
    return [[[plain(list(row)) for row in part.orderBy(part.columns[0]).collect()] for part in parts] for parts in [
        frame.randomSplit([1.0, 2.0], 3), one.randomSplit([0.5, 0.5], 17), frame.randomSplit([1.0, 1.0, 2.0], 5)]]


@program
def splits_by_seed(spark):
    parts = spark.range(0, 1000, 1, 4).randomSplit([1.0, 2.0], seed=3)
    return [[part.count() for part in parts], parts[0].intersect(parts[1]).count()]
