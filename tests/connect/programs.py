"""Programs that run on Spark and here alike, and what they answer.

Each takes a session and gives something that JSON can hold. tools/record_connect.py runs them on
real Spark and writes the answers to answers.json, against which test_answers.py compares.
"""
import contextlib
import datetime
import decimal
import io

from pyspark.sql import Row
from pyspark.sql import functions as F

PROGRAMS = {}
NEWER = set()


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def newer_program(function):
    """A program that the oldest client cannot send."""
    NEWER.add(function.__name__)
    return program(function)


def plain(value):
    """A value as JSON has it."""
    if isinstance(value, Row):
        return {"row": {name: plain(value[i]) for i, name in enumerate(value.__fields__)}}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, (datetime.date, datetime.datetime, datetime.timedelta, decimal.Decimal)):
        return {type(value).__name__: str(value)}
    return value


def rows(frame):
    return {"columns": frame.columns, "types": frame.dtypes, "rows": plain(frame.collect())}


def shown(frame, *arguments, **options):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        frame.show(*arguments, **options)
    return text.getvalue()


def error(action, with_parameters=True):
    """What an error says of itself: class, condition, parameters, SQLSTATE."""
    try:
        action()
    except Exception as raised:  # noqa: BLE001
        get = getattr(raised, "getCondition", None) or raised.getErrorClass
        told = {"class": type(raised).__name__, "condition": get(), "state": raised.getSqlState()}
        if with_parameters:
            told["parameters"] = raised.getMessageParameters()
        return told
    return "no error"


def people(spark):
    return spark.createDataFrame(
        [(1, "ann", 30.5), (2, "bob", None), (3, None, 12.25)], "id INT, name STRING, score DOUBLE")


@program
def select_one(spark):
    return rows(spark.sql("select 1"))


@program
def range_of_ten(spark):
    return rows(spark.range(10))


@program
def range_with_step(spark):
    return rows(spark.range(10, 0, -3))


@program
def sql_types(spark):
    return rows(spark.sql(
        "select 1Y a, 2S b, 3 c, 4L d, 1.5F e, 2.5D f, 1.25 g, 'x' h, true i, X'0102' j, "
        "DATE'2024-02-29' k, null l, array(1, 2) m, map('a', 1) n, struct(1 as x, 'y' as y) o"))


@program
def timestamps(spark):
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return rows(spark.sql("select TIMESTAMP'2024-01-02 03:04:05.678' t, "
                          "TIMESTAMP_NTZ'2024-01-02 03:04:05' n, INTERVAL '1 2:03:04' DAY TO SECOND i"))


@program
def named_arguments(spark):
    return rows(spark.sql("select :a + 1 as x, :b as y", args={"a": 41, "b": "text"}))


@program
def positional_arguments(spark):
    return rows(spark.sql("select ? + ? as x", args=[1, 2.5]))


@program
def frame_argument(spark):
    return rows(spark.sql("select count(*) c, sum(id) s from {p} where id > {low}",
                          p=people(spark), low=1))


@program
def sql_commands(spark):
    created = rows(spark.sql("create or replace temporary view three as select 3 as n"))
    return [created, rows(spark.sql("select n * 2 as m from three")), rows(spark.sql("set a.b = c")),
            rows(spark.table("three"))]


@program
def create_frames(spark):
    return [
        rows(people(spark)),
        rows(spark.createDataFrame([(1, "a"), (2, "b")], ["n", "t"])),
        rows(spark.createDataFrame([Row(x=1, y=[1, 2], z={"k": 0.5})])),
        rows(spark.createDataFrame([], "a INT, b ARRAY<STRING>")),
        rows(spark.createDataFrame(
            [(datetime.date(2024, 2, 29), decimal.Decimal("1.50"), bytearray(b"\x01\x02"), True)],
            "d DATE, p DECIMAL(10,2), b BINARY, t BOOLEAN")),
    ]


@program
def nested_frames(spark):
    return rows(spark.createDataFrame(
        [(Row(a=1, b=Row(c="x")), [Row(d=1.5), None], {"k": [1, None]})],
        "s STRUCT<a: INT, b: STRUCT<c: STRING>>, l ARRAY<STRUCT<d: DOUBLE>>, m MAP<STRING, ARRAY<INT>>"))


@program
def projections(spark):
    df = people(spark)
    return rows(df.select(
        "id", df.name, F.col("score").cast("int").alias("n"), (df.id + 1).alias("next"),
        F.upper("name"), F.when(df.id > 2, "big").otherwise("small").alias("size"),
        df.name.isNull(), F.lit(None).alias("nothing"), F.expr("id * 2 as twice")))


@program
def column_operators(spark):
    df = people(spark)
    return rows(df.select(
        df.id == 2, df.id != 2, ~(df.id > 1), (df.id > 1) & (df.id < 3), (df.id < 2) | (df.id > 2),
        df.name.eqNullSafe(None), -df.id, df.id % 2, df.name.startswith("a"), df.name.contains("o"),
        df.name.like("%b"), df.name.isin("ann", "x"), df.id.between(1, 2), df.name.substr(1, 2),
        df.score.isNotNull(), df.id.bitwiseAND(1)))


@program
def column_edits(spark):
    df = people(spark)
    return [
        rows(df.withColumn("id", df.id * 10).withColumn("new", F.lit("x"))),
        rows(df.withColumnRenamed("name", "who").withColumnRenamed("no such", "y")),
        rows(df.withColumnsRenamed({"id": "a", "name": "b"})),
        rows(df.drop("score", "no such")),
        rows(df.drop(df.name)),
        rows(df.toDF("a", "b", "c")),
        rows(df.selectExpr("id as a", "concat(name, '!') as b")),
        rows(df.select("*", F.lit(1).alias("one"))),
        rows(df.select(df["*"])),
    ]


@program
def filters(spark):
    df = people(spark)
    return [rows(df.filter(df.id > 1)), rows(df.where("score is null")),
            rows(df.filter((F.col("id") > 1) & F.col("name").isNotNull()))]


@program
def aggregates(spark):
    df = spark.range(10).withColumn("k", F.col("id") % 3)
    return [
        rows(df.groupBy("k").count().orderBy("k")),
        rows(df.groupBy("k").agg(F.sum("id"), F.avg("id").alias("mean"), F.max("id")).orderBy("k")),
        rows(df.agg(F.count("*"), F.countDistinct("k"), F.min("id"))),
        rows(df.groupBy().sum("id")),
        rows(df.groupBy((df.k + 1).alias("key")).agg(F.count(F.lit(1)).alias("n")).orderBy("key")),
        rows(df.rollup("k").count().orderBy("k")),
        df.count(),
    ]


@program
def joins(spark):
    left = spark.createDataFrame([(1, "a"), (2, "b"), (3, "c")], "id INT, l STRING")
    right = spark.createDataFrame([(2, "x"), (3, "y"), (4, "z")], "id INT, r STRING")
    return [
        rows(left.join(right, "id").orderBy("id")),
        rows(left.join(right, ["id"], "left").orderBy("id")),
        rows(left.join(right, "id", "full").orderBy("id")),
        rows(left.join(right, left.id == right.id).orderBy(left.id)),
        rows(left.join(right, left.id == right.id, "left").drop(right.id).orderBy("id")),
        rows(left.join(right, left.id == right.id).select(left.id, right.r).orderBy("id")),
        rows(left.join(right, "id", "left_anti").orderBy("id")),
        rows(left.join(right, "id", "left_semi").orderBy("id")),
        rows(left.crossJoin(right).agg(F.count("*").alias("n"))),
        rows(left.alias("a").join(left.alias("b"), F.col("a.id") == F.col("b.id") + 1)
             .select("a.id", "b.l").orderBy("id")),
    ]


@program
def self_joins(spark):
    df = spark.createDataFrame([(1, 2), (2, 3), (3, 1)], "a INT, b INT")
    other = df.filter(df.a > 1).withColumnRenamed("b", "c")
    return [
        rows(df.join(other, df.b == other.a).select(df.b, other.c).orderBy("b")),
        error(lambda: df.join(other, df.b == other.a).select(df.a).collect()),
        rows(df.select(df.a, (df.b + 1).alias("n")).filter(df.a > 1).orderBy(df.a)),
    ]


@program
def set_operations(spark):
    one = spark.createDataFrame([(1, "a"), (2, "b")], "n INT, t STRING")
    two = spark.createDataFrame([("b", 2), ("c", 3)], "t STRING, n INT")
    return [
        rows(one.union(one).orderBy("n")),
        rows(one.unionByName(two).orderBy("n", "t")),
        rows(one.unionByName(two.select("n"), allowMissingColumns=True).orderBy("n", "t")),
        rows(one.intersect(two.select("n", "t")).orderBy("n")),
        rows(one.subtract(two.select("n", "t")).orderBy("n")),
        rows(one.union(one).distinct().orderBy("n")),
        rows(one.union(one).dropDuplicates(["t"]).orderBy("n")),
    ]


@program
def orders_and_limits(spark):
    df = people(spark)
    return [
        rows(df.orderBy(df.score.desc_nulls_last())),
        rows(df.sort(F.desc("id")).limit(2)),
        rows(df.orderBy("name", ascending=False)),
        rows(df.orderBy("id").offset(1)),
        plain(df.orderBy("id").tail(2)), plain(df.orderBy("id").head(1)),
        plain(df.orderBy("id").first()), plain(df.orderBy("id").take(2)),
    ]


@program
def missing_values(spark):
    df = people(spark)
    return [rows(df.na.fill(0.5)), rows(df.na.fill({"name": "nobody", "score": 1})),
            rows(df.na.drop()), rows(df.na.drop(thresh=2)), rows(df.na.drop(subset=["name"])),
            rows(df.na.replace("ann", "ANN", "name"))]


@program
def show_tables(spark):
    df = people(spark)
    return [shown(df), shown(df, 2), shown(df, truncate=2), shown(df, truncate=False),
            shown(df, vertical=True), shown(spark.range(0)), shown(spark.sql("select 'é日本' a"))]


@program
def schemas(spark):
    df = spark.createDataFrame([], "a INT NOT NULL, b ARRAY<STRUCT<c: STRING>>, m MAP<STRING, INT>")
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        df.printSchema()
    return [df.schema.json(), text.getvalue(), df.dtypes, df.isStreaming,
            spark.createDataFrame([], "d DECIMAL(5,2), i INTERVAL DAY TO SECOND").schema.json()]


@program
def pandas_and_arrow(spark):
    df = people(spark).orderBy("id")
    table = df.toArrow() if hasattr(df, "toArrow") else None
    return [df.toPandas()["id"].tolist(), str(table.schema) if table is not None else None,
            table.to_pylist() if table is not None else None]


@program
def functions(spark):
    df = spark.createDataFrame([("a,b,c", '{"x": 1, "y": "z"}')], "t STRING, j STRING")
    return rows(df.select(
        F.split("t", ","), F.length("t"), F.from_json("j", "x INT, y STRING").alias("s"),
        F.get_json_object("j", "$.x"), F.concat_ws("-", "t", F.lit("d")), F.to_date(F.lit("2024-01-05")),
        F.array(F.lit(1), F.lit(2)), F.struct("t").alias("st"), F.coalesce(F.lit(None), F.lit(7)),
        F.regexp_replace("t", "b", "B"), F.date_add(F.to_date(F.lit("2024-01-05")), 3),
        F.element_at(F.split("t", ","), 2)))


@program
def extraction(spark):
    df = spark.sql("select struct(1 as a, struct('x' as b) as s) as r, map('k', 5) as m, array(7, 8) as l")
    return rows(df.select(df.r.a, df.r["s"].b, df.m["k"], df.l[1], "r.s.b", F.col("r").getField("a"),
                          F.explode(df.l).alias("e")))


@program
def views_and_catalog(spark):
    people(spark).createOrReplaceTempView("folk")
    catalog = spark.catalog
    answers = [rows(spark.sql("select count(*) c from folk")), catalog.tableExists("folk"),
               catalog.tableExists("no_such"), catalog.currentDatabase(), catalog.currentCatalog(),
               [t.name for t in catalog.listTables() if t.isTemporary],
               [(c.name, c.dataType, c.nullable) for c in catalog.listColumns("folk")],
               catalog.databaseExists("default"), catalog.isCached("folk")]
    return answers + [catalog.dropTempView("folk"), catalog.dropTempView("folk")]


@program
def observed(spark):
    from pyspark.sql import Observation
    seen = Observation("seen")
    spark.range(5).observe(seen, F.count(F.lit(1)).alias("n"), F.max("id").alias("top")).collect()
    return seen.get


@program
def configuration(spark):
    spark.conf.set("my.key", "v")
    first = [spark.conf.get("my.key"), spark.conf.get("no.such", "d"), spark.conf.get("no.such", None),
             spark.conf.get("spark.sql.shuffle.partitions"),
             spark.conf.isModifiable("spark.sql.shuffle.partitions"),
             spark.conf.isModifiable("spark.sql.warehouse.dir")]
    spark.conf.unset("my.key")
    return first + [spark.conf.get("my.key", "gone"),
                    error(lambda: spark.conf.get("no.such")),
                    error(lambda: spark.conf.set("spark.sql.warehouse.dir", "x"))]


@program
def analysis_errors(spark):
    df = people(spark)
    return [
        error(lambda: df.select("nam").collect()),
        error(lambda: spark.sql("selec 1")),
        error(lambda: spark.table("no_such").collect()),
        error(lambda: spark.sql("select * from no_such")),
        error(lambda: df.select(F.col("name") + F.array(F.lit(1))).collect()),
        error(lambda: df.filter("id + 1").collect()),
        error(lambda: df.select(people(spark).id).collect()),
        error(lambda: df.union(df.select("id")).collect()),
        error(lambda: df.groupBy("id").agg(F.sum("no_such")).collect()),
        error(lambda: spark.sql("select :x", args={"y": 1}).collect()),
        error(lambda: spark.range(1).select(F.expr("no_such_function(id)")).collect()),
        error(lambda: spark.read.format("no_such_format").load("/x").collect()),
        error(lambda: spark.createDataFrame([], "a INT").select("a.b").collect()),
    ]


@program
def evaluation_errors(spark):
    return [
        error(lambda: spark.sql("select 1 / 0").collect()),
        error(lambda: spark.sql("select cast('x' as int)").collect()),
        error(lambda: spark.sql("select cast('x' as date)").collect()),
        error(lambda: spark.sql("select array(1)[5]").collect()),
        error(lambda: spark.sql("select 2147483647 + 1").collect(), with_parameters=False),
        error(lambda: spark.sql("select raise_error('no')").collect()),
    ]
