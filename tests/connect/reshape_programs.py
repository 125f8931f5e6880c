"""Programs with windows, lambdas, subqueries, pivots and samples. See programs.py."""
from pyspark.sql import Window
from pyspark.sql import functions as F

from programs import error, newer_program, plain, program, rows


def sales(spark):
    return spark.createDataFrame(
        [("n", 2023, 10), ("n", 2024, 30), ("s", 2023, 20), ("s", 2024, 5), ("s", 2025, 7)],
        "region STRING, year INT, amount INT")


@program
def windows(spark):
    frame = sales(spark)
    by_region = Window.partitionBy("region").orderBy("year")
    return [
        rows(frame.select("region", "year", F.row_number().over(by_region).alias("n"),
                          F.rank().over(Window.orderBy(F.desc("amount"))).alias("r"))
             .orderBy("region", "year")),
        rows(frame.select("region", "year", F.sum("amount").over(by_region).alias("running"))
             .orderBy("region", "year")),
        rows(frame.select("region", "year", F.sum("amount").over(by_region.rowsBetween(-1, 1)).alias("near"))
             .orderBy("region", "year")),
        rows(frame.select("region", "year", F.max("amount").over(
            by_region.rangeBetween(Window.unboundedPreceding, -1)).alias("before"))
            .orderBy("region", "year")),
        rows(frame.select("region", "year", F.lag("amount", 1, 0).over(by_region).alias("last"),
                          F.sum("amount").over(Window.partitionBy("region")).alias("all"))
             .orderBy("region", "year")),
        rows(frame.withColumn("n", F.row_number().over(Window.partitionBy("region").orderBy(F.desc("amount"))))
             .where("n = 1").orderBy("region")),
    ]


@program
def lambdas(spark):
    frame = spark.createDataFrame([(1, [1, 2, 3], {"a": 1}), (2, [], None)],
                                  "id LONG, xs ARRAY<INT>, m MAP<STRING, INT>")
    return [
        rows(frame.select(F.transform("xs", lambda x: x + F.col("id")).alias("t"),
                          F.transform("xs", lambda x, i: x * i).alias("i")).orderBy("id")),
        rows(frame.select(F.filter("xs", lambda x: x > 1).alias("f"),
                          F.exists("xs", lambda x: x == 3).alias("e"),
                          F.forall("xs", lambda x: x < 3).alias("a")).orderBy("id")),
        rows(frame.select(F.aggregate("xs", F.lit(0), lambda acc, x: acc + x).alias("s"),
                          F.transform_values("m", lambda k, v: v + 10).alias("m")).orderBy("id")),
        rows(frame.select(F.zip_with("xs", F.reverse("xs"), lambda x, y: x - y).alias("z")).orderBy("id")),
    ]


@program
def pivots(spark):
    frame = sales(spark)
    return [
        rows(frame.groupBy("region").pivot("year", [2023, 2024]).sum("amount").orderBy("region")),
        rows(frame.groupBy("region").pivot("year").agg(F.sum("amount").alias("s"), F.count("amount").alias("n"))
             .orderBy("region")),
    ]


@program
def unpivots(spark):
    frame = spark.createDataFrame([(1, 10, None), (2, None, 20)], "id LONG, a INT, b INT")
    return [
        rows(frame.unpivot("id", ["a", "b"], "name", "value").orderBy("id", "name")),
        rows(frame.melt(["id"], None, "name", "value").orderBy("id", "name")),
    ]


@program
def samples(spark):
    frame = spark.range(1000)
    first, second = frame.sample(0.3, seed=7), frame.sample(0.3, seed=7)
    return [
        200 < first.count() < 400,
        200 < second.count() < 400,
        sum(part.count() for part in frame.randomSplit([1.0, 2.0], seed=3)),
    ]


@program
def sub_queries(spark):
    frame = sales(spark)
    best = frame.where("region = 's'")
    return [
        rows(frame.where(F.col("year").isin([2025])).select("region", "amount")),
        rows(spark.range(3).where(F.expr("id > (SELECT min(x) FROM VALUES (0), (1) AS t(x))")).orderBy("id")),
        best.count(),
        error(lambda: frame.select(F.col("nothing").over(Window.orderBy("year"))).collect(), False),
    ]


@program
def frame_subqueries(spark):
    frame = sales(spark)
    totals = frame.groupBy().agg(F.max("amount").alias("most"))
    southern = frame.where("region = 's'")
    return [
        rows(frame.where(F.col("amount") == totals.scalar()).select("region", "year")),
        rows(frame.where(southern.where("amount > 100").exists()).select("region")),
        rows(frame.where(~southern.where("amount > 100").exists()).select("region").distinct()
             .orderBy("region")),
    ]


@newer_program
def frame_memberships(spark):
    frame = sales(spark)
    small = frame.where("region = 's' AND amount < 10").select("year")
    return rows(frame.where(F.col("year").isin(small)).orderBy("region", "year"))


@program
def statistics(spark):
    frame = spark.createDataFrame([(1, 2.0, "a"), (2, 3.5, "b"), (3, None, "a")],
                                  "id INT, v DOUBLE, k STRING")
    return [
        rows(frame.describe()),
        rows(frame.describe("v")),
        rows(frame.summary("count", "min", "max")),
        frame.cov("id", "id"),
        round(frame.na.drop().corr("id", "v"), 6),
        rows(frame.crosstab("k", "id").orderBy("k_id")),
        frame.sampleBy("k", {"a": 1.0}, seed=1).count(),
    ]
