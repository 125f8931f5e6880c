"""Programs with types that users make. See programs.py."""
import pathlib
import tempfile

from pyspark.sql import Row
from pyspark.sql import functions as F
from pyspark.sql.types import (ArrayType, DoubleType, LongType, MapType, StringType, StructField,
                               StructType)

import point_types
from point_types import Mark, MarkType, Point, PointType, Span, SpanType
from programs import error, program, rows, shown

SHAPES = StructType([StructField("id", LongType()), StructField("p", PointType()),
                     StructField("s", SpanType()), StructField("m", MarkType())])


def shapes(spark):
    spark.addArtifact(point_types.__file__, pyfile=True)
    frame = spark.createDataFrame(
        [(1, Point(1.0, 2.0), Span("a", 1, 2), Mark(3)), (2, Point(0.5, 2.0), Span("b", 0, 2), Mark(1)),
         (3, None, None, None)], SHAPES)
    frame.createOrReplaceTempView("shapes")
    return frame


def told(frame, order=None):
    """Types and rows as text: the objects of users are no JSON."""
    ordered = frame.orderBy(order) if order else frame
    return [frame.dtypes, [repr(row) for row in ordered.collect()]]


def classes(schema):
    return [[field.name, type(field.dataType).__name__] for field in schema.fields]


@program
def user_types_come_back(spark):
    frame = shapes(spark)
    return [told(frame), classes(frame.schema), shown(frame), frame.schema.simpleString(),
            [column.dataType for column in spark.catalog.listColumns("shapes")],
            [row.data_type for row in spark.sql("DESCRIBE shapes").collect()],
            told(spark.createDataFrame([], SHAPES)),
            told(spark.createDataFrame([Row(a=[Point(1.0, 2.0)], b={"k": Mark(1)})])),
            frame.select("p").toPandas().to_string(),
            told(spark.createDataFrame(frame.toPandas(), SHAPES))]


@program
def user_types_in_nested_ones(spark):
    frame = shapes(spark)
    nested = frame.select(F.array("p").alias("a"), F.create_map("id", "p").alias("m"),
                          F.struct("p", "s").alias("t"))
    return [told(nested), nested.schema.treeString() if hasattr(nested.schema, "treeString") else "",
            told(nested.select(F.col("a")[0], F.col("m")[1], "t.p")),
            told(nested.select(F.transform("a", lambda x: x).alias("x")))]


@program
def user_types_in_queries(spark):
    shapes(spark)
    return [told(spark.sql(text)) for text in [
        "SELECT p = p, p < p, p <=> NULL, p IS NULL FROM shapes",
        "SELECT max(p), min(s), max(m), first(p), count(p), min_by(p, m) FROM shapes",
        "SELECT hash(p), xxhash64(s), typeof(p), typeof(s), typeof(array(m)) FROM shapes",
        "SELECT coalesce(p, NULL), if(id > 1, p, NULL), greatest(m, m), nullif(m, m) FROM shapes",
        "SELECT cast(p AS string), cast(s AS string), cast(m AS string) FROM shapes",
        "SELECT to_json(struct(p, m)), array_contains(array(m), m) FROM shapes",
        "SELECT collect_list(p), approx_count_distinct(m) FROM shapes",
        "SELECT p, count(*) c FROM shapes GROUP BY p ORDER BY p",
        "SELECT * FROM shapes ORDER BY s DESC",
        "SELECT id, lag(m) OVER (ORDER BY id) l FROM shapes",
        "SELECT p FROM shapes UNION SELECT p FROM shapes ORDER BY p",
        "SELECT p FROM shapes EXCEPT SELECT p FROM shapes WHERE id = 1 ORDER BY p",
        "SELECT p FROM shapes INTERSECT SELECT p FROM shapes ORDER BY p",
        "SELECT a.id, b.p FROM shapes a JOIN shapes b ON a.p = b.p ORDER BY a.id",
        "SELECT a.id, m FROM shapes a JOIN shapes b USING (m) ORDER BY a.id"]]


@program
def user_types_are_no_sql_types(spark):
    frame = shapes(spark)
    texts = ["p[0]", "s.name", "s['name']", "size(p)", "sum(m)", "m + 1", "m = 3",
             "cast(p AS array<double>)", "cast(m AS bigint)", "coalesce(p, array(1.0D))",
             "if(true, p, array(1D))", "array_contains(p, 1.0D)", "element_at(p, 1)", "explode(p)",
             "upper(m)", "m AND true", "to_json(s)", "inline(array(s))", "flatten(array(p))",
             "slice(p, 1, 1)", "abs(m)", "avg(m)", "nvl(m, 0L)", "cardinality(p)"]
    return [[text, error(lambda: spark.sql(f"SELECT {text} FROM shapes").collect())]
            for text in texts] + [
        error(lambda: spark.sql("SELECT p FROM shapes UNION ALL SELECT s FROM shapes").collect()),
        error(lambda: spark.sql("SELECT p FROM shapes UNION ALL SELECT array(1D)").collect()),
        error(lambda: frame.select(F.array(F.lit(1.0)).cast(PointType())).collect()),
        error(lambda: frame.select(F.col("id").cast(MarkType())).collect()),
        told(frame.select(F.col("p").cast(PointType()))),
        told(frame.select("p").to(StructType([StructField("p", PointType())]))),
        error(lambda: frame.select("p").to(
            StructType([StructField("p", ArrayType(DoubleType()))])).collect()),
        told(frame.fillna(0)), told(frame.describe()), frame.dropDuplicates(["p"]).count()]


@program
def user_types_in_functions(spark):
    frame = shapes(spark)
    answers = []
    for arrow in (False, True):
        def made(function, kind):
            return F.udf(function, kind, useArrow=arrow)
        answers.append(told(frame.select(
            made(lambda p: p and p.x, "double")("p").alias("x"),
            made(lambda p: p and Point(p.y, p.x), PointType())("p").alias("p"),
            made(lambda s: s and Span(s.name + "x", s.end, 7), SpanType())("s").alias("s"),
            made(lambda m: m and Mark(m.value + 1), MarkType())("m").alias("m"))))
        answers.append(told(frame.select(
            made(lambda a: [repr(p) for p in a], "array<string>")(F.array("p", "p")).alias("a"),
            made(repr, "string")(F.struct("p", "m")).alias("b"),
            made(lambda p: [p, p], ArrayType(PointType()))("p").alias("c"),
            made(lambda p: {"a": p}, MapType(StringType(), PointType()))("p").alias("d"),
            made(lambda p: (p, 1), StructType([StructField("p", PointType()),
                                               StructField("n", LongType())]))("p").alias("e"))))
    spark.udf.register("mirrored", lambda p: p and Point(p.y, p.x), PointType())
    answers.append(told(spark.sql("SELECT mirrored(p) AS q FROM shapes")))
    answers.append(told(frame.select("p", "m").mapInArrow(
        lambda batches: batches, StructType([StructField("p", PointType()), StructField("m", MarkType())]))))
    return answers


@program
def user_types_in_files(spark):
    frame = shapes(spark)
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        frame.coalesce(1).write.parquet(str(place / "parquet"))
        frame.coalesce(1).write.json(str(place / "json"))
        frame.coalesce(1).select("id", "m").write.csv(str(place / "csv"))
        read = spark.read.parquet(str(place / "parquet"))
        return [told(read, "id"), classes(read.schema),
                told(spark.read.schema(SHAPES).json(str(place / "json")), "id"),
                sorted(row.value for row in spark.read.text(str(place / "json")).collect()),
                told(spark.read.schema(StructType([SHAPES["id"], SHAPES["m"]])).csv(
                    str(place / "csv")), "id"),
                error(lambda: frame.select("p").write.csv(str(place / "other"))),
                rows(spark.read.text(str(place / "csv")).orderBy("value"))]
