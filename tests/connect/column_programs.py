"""Programs that name columns by the frames that they are of. See programs.py."""
import decimal
import random

from pyspark.sql import Observation, functions as F
from pyspark.sql import types as T

from plan_programs import attempt
from programs import error, newer_program, program, rows


def frames(spark):
    return (spark.createDataFrame([(1, 5), (2, 6)], "id INT, b INT"),
            spark.createDataFrame([(1, 7), (3, 8)], "id INT, c INT"))


def answers(made):
    return [attempt(lambda one=one: rows(one())) for one in made]


@program
def columns_that_frames_have_no_more(spark):
    a, b = frames(spark)
    return answers([
        lambda: a.select((a.id + 1).alias("id")).select(a["id"]),
        lambda: a.withColumn("id", F.lit(9)).select(a["id"]),
        lambda: a.groupBy("b").agg(F.max("id").alias("id")).select(a["id"]),
        lambda: a.withColumnRenamed("b", "q").select(a["b"]),
        lambda: a.withColumn("b", a["b"] * 2).withColumn("w", a["b"]),
        lambda: a.toDF("x", "y").select(a["b"]), lambda: a.union(b).select(a["id"]),
        lambda: a.union(b).select(b["c"]), lambda: a.fillna(0).select(a["b"]),
        lambda: a.replace(5, 6).select(a["b"]), lambda: a.filter(b["c"] == 1),
        lambda: a.select(a["id"].cast("int"), "b").select(a["id"]),
        lambda: a.select("id", F.explode(F.array("b")).alias("b")).select(a["b"]),
        lambda: a.withColumn("z", F.lit(1)).drop("z").select(a["*"]),
        lambda: a.withColumn("id", F.lit(0)).select(a["*"]), lambda: a.drop("b").select(a["*"]),
        lambda: a.select(b["*"]), lambda: a.select(a["id"].alias("k"), "b").select(a["b"]),
        lambda: a.dropDuplicates(["id"]).select(a["b"]).orderBy("b"),
        lambda: a.groupBy("id", "b").count().select(a["b"], a["id"]).orderBy("b"),
        lambda: a.na.drop().limit(2).sample(1.0).hint("broadcast").select(a["b"]).orderBy("b"),
    ])


@program
def columns_below_filters_and_sorts(spark):
    a, b = frames(spark)
    return answers([
        lambda: a.select("id").filter("b = 5"), lambda: a.select("id").filter(F.col("b") == 5),
        lambda: a.select("id").filter(a["b"] == 5), lambda: a.drop("b").filter(a["b"] == 5),
        lambda: a.select("id").limit(2).filter("b = 5"), lambda: a.select("id").select("id").filter("b = 5"),
        lambda: a.withColumnRenamed("b", "q").filter("b = 5"),
        lambda: a.select("id").where("b = 5").where(F.col("b") < 9),
        lambda: a.withColumn("b", F.col("b") + 1).filter(a["b"] == 5),
        lambda: a.withColumn("b", F.col("b") + 1).filter("b = 6"),
        lambda: a.withColumn("b", -a["b"]).orderBy(a["b"].desc()),
        lambda: a.withColumn("b", -a["b"]).orderBy(F.col("b").desc()),
        lambda: a.select((-a["b"]).alias("b")).orderBy(a["b"].desc()),
        lambda: a.select("id").orderBy(a["b"].desc()), lambda: a.drop("b").sort(F.desc("b")),
        lambda: a.crossJoin(b).where(a["id"] == b["id"]).select("b", "c").where(a["id"] == 1),
        lambda: a.groupBy("id").count().filter("b = 5"),
        lambda: a.groupBy("id").agg(F.sum("b").alias("s")).filter(a["id"] == 1),
        lambda: a.select("id").filter("nope = 5"),
        lambda: a.select("id").filter("b = 5").groupBy().count(),
        lambda: a.select("id").filter("b = 5").union(a.select("id")).orderBy("id"),
        lambda: a.select("id").filter("b = 5").dropDuplicates().join(b, "id"),
    ])


@program
def hidden_columns_of_joins(spark):
    a, b = frames(spark)
    joined = a.join(b, "id", "right")
    return answers([
        lambda: joined.select(a["id"], b["id"]).orderBy(b["id"]),
        lambda: joined.drop("b").select(a["id"], b["id"]).orderBy(b["id"]),
        lambda: joined.withColumn("z", F.lit(1)).where(a["id"].isNull()),
        lambda: joined.withColumn("z", F.lit(1)).groupBy(a["id"]).count().orderBy(a["id"]),
        lambda: joined.withColumn("b", F.lit(1)).withColumn("q", F.explode(F.array(F.lit(1))))
        .select(a["id"], b["*"]).orderBy(b["id"]),
        lambda: a.join(b, "id").withColumn("z", F.lit(0)).select(b["*"]),
        lambda: joined.select("b").select(a["id"]), lambda: joined.select("b").select(b["*"]),
        lambda: joined.orderBy("id").limit(1).withColumn("x", F.lit(0)).select(a["id"], b["*"]),
        lambda: joined.withColumn("z", F.lit(1)).filter("c = 8"),
        lambda: joined.withColumn("z", F.lit(1)).union(joined.withColumn("z", F.lit(2))).groupBy("z").count()
        .orderBy("z"),
        lambda: a.join(b, "id", "full").withColumn("z", F.lit(1)).select(
            a["id"].alias("x"), b["id"].alias("y"), "id").orderBy("id"),
    ])


@program
def fields_of_one_name(spark):
    pair = T.StructType().add("x", T.StringType()).add("x", T.IntegerType())
    deep = T.StructType().add("l", T.ArrayType(pair)).add("m", T.MapType(T.IntegerType(), pair)).add("s", pair)
    frame = spark.createDataFrame([([("a", 1), ("b", None)], {7: ("c", 3)}, ("d", 4)), (None, None, None)], deep)
    return [frame.schema.json(), rows(frame),
            rows(spark.createDataFrame([{"s": {"b": 1, "a": 2}}],
                                       T.StructType().add("s", T.StructType().add("a", T.IntegerType())
                                                          .add("b", T.IntegerType()))))]


@newer_program
def metrics_of_nested_types(spark):
    observed = Observation("nested")
    frame = spark.range(10).observe(
        observed, F.array(F.count(F.lit(1))).alias("a"), F.create_map(F.lit("count"), F.count("id")).alias("m"),
        F.struct(F.min("id").alias("least"), F.max("id").alias("most")).alias("s"),
        F.array(F.struct(F.lit(None).cast("int").alias("n"))).alias("n"), F.array().alias("e"))
    count = len(frame.collect())
    return [count, repr(sorted(observed.get.items()))]


@program
def metrics_in_the_time_zone_of_the_session(spark):
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    observed = Observation("times")
    frame = spark.sql("select timestamp_seconds(id * 3600) as t from range(30)").observe(
        observed, F.max(F.hour("t")).alias("h"), F.min(F.col("t").cast("string")).alias("s"),
        F.count(F.when(F.dayofmonth("t") == 31, 1)).alias("n"))
    return [len(frame.collect()), repr(sorted(observed.get.items()))]


@program
def pivots_without_values(spark):
    frame = spark.createDataFrame([(1, "x", 5), (1, "y", 6), (2, "x", 7)], "k INT, p STRING, v INT")
    told = answers([lambda: frame.groupBy("k").pivot("p").sum("v").orderBy("k")])
    spark.conf.set("spark.sql.pivotMaxValues", "1")
    told += answers([lambda: frame.groupBy("k").pivot("p").sum("v").orderBy("k"),
                     lambda: frame.groupBy("k").pivot("p", ["x", "y"]).sum("v").orderBy("k")])
    spark.conf.unset("spark.sql.pivotMaxValues")
    return told + answers([lambda: spark.range(10001).groupBy(F.lit(1)).pivot("id").count()])


@program
def keys_that_are_not_deterministic(spark):
    frame = spark.range(0, 8, 1, 4)
    drawn = F.udf(lambda: random.randrange(2), "int").asNondeterministic()
    places = F.spark_partition_id().alias("p")
    return answers([
        lambda: frame.groupBy(places).count().orderBy("p"),
        lambda: frame.groupBy(places).agg(F.sum("id").alias("s"), F.max(F.col("id")).alias("m")).orderBy("p"),
        lambda: frame.groupBy(places).pivot("id", [1, 2]).agg(F.sum("id")).orderBy("p"),
        lambda: frame.groupBy(F.monotonically_increasing_id().alias("m")).count().orderBy("m"),
        lambda: frame.groupBy(F.floor(F.rand(5) * 0).alias("z")).count(),
        lambda: spark.range(1000).groupBy(drawn().alias("d")).count().orderBy("d").select("d"),
        lambda: frame.join(spark.range(2), F.rand(1) > 2).count(),
        lambda: frame.agg(F.sum(F.spark_partition_id())),
    ])


@newer_program
def settings_without_values(spark):
    return [attempt(lambda: spark.conf.set("my.own", None)), attempt(lambda: spark.conf.get("my.own", "none"))]


@program
def decimal_literals(spark):
    """The client says decimal(10,0) of every value: the value counts."""
    values = [decimal.Decimal(text) for text in (
        "1.50", "123456789012.345", "1E+3", "0.001", "-7", "99999999999", "1E-20", "0.0", "-0.00", "1.23E-2",
        "12345678901234567890123456789012345678")]
    prices = spark.sql("SELECT CAST(1.5 AS DECIMAL(10,2)) AS price")
    return {
        "values": [rows(spark.range(1).select(F.lit(value).alias("x"), (F.lit(value) + 1).alias("y")))
                   for value in values],
        "list": rows(spark.range(1).select(F.lit(values[:2]).alias("x"))),
        "equal": prices.where(F.col("price") == values[0]).count(),
        "among": prices.where(F.col("price").isin(values[0], values[3])).count(),
        "named": rows(spark.sql("SELECT :a AS x, :b + 1 AS y", args={"a": decimal.Decimal("1.55"), "b": values[3]})),
        "in_order": rows(spark.sql("SELECT ? AS x", args=[decimal.Decimal("12.50")])),
        "too_long": error(lambda: spark.range(1).select(F.lit(decimal.Decimal("1" * 39))).collect()),
    }


NULLABLE = """
d+d, d+1, d-i, d*d, d/d, d%d, d+w, i/i, f/f, i%i, i div i, pmod(d,d), -d, abs(d), round(d), round(i), bround(d),
ceil(d), floor(d), ceil(f), ceil(i), floor(l), sqrt(f), sqrt(d), sin(d), exp(f), cbrt(i), signum(d), pow(f, i), cast(d as int), cast(i as decimal(3,0)), cast(i as decimal(20,0)), cast(f as decimal(3,0)),
cast(f as int), cast(i as bigint), cast(i as string), cast('1' as int), cast('2024-01-01' as date), cast(b as int),
cast(d as decimal(9,2)), cast(d as decimal(12,2)), cast(d as decimal(12,1)), cast(t as date), cast(t as int),
cast(t as bigint), cast(dt as timestamp), cast(dt as string), cast(f as timestamp), cast(null as int),
d > i, coalesce(d,i), greatest(d,i), if(d>1,d,i), d in (1,2), try_add(i,i), sum(d), count(d), encode('a','utf-8'),
from_unixtime(1), i + l, f * i
"""


@program
def nullable_results(spark):
    """What schemas say of columns that are computed from others without NULL."""
    source = """SELECT CAST(1.5 AS DECIMAL(10,2)) d, 2 i, 3L l, 1.5D f, CAST(1 AS DECIMAL(38,0)) w, true b,
                timestamp'2024-01-01' t, date'2024-01-01' dt"""
    answers = {}
    depth, expression = 0, ""
    for letter in NULLABLE.strip() + ",":
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            text = " ".join(expression.split())
            answers[text] = spark.sql(f"SELECT {text} AS x FROM ({source})").schema["x"].nullable
            expression = ""
        else:
            expression += letter
    return answers
