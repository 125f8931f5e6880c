"""Programs with variants. See programs.py."""
import contextlib
import io

from pyspark.sql import Row
from pyspark.sql import functions as F
from pyspark.sql.types import (ArrayType, LongType, MapType, StringType, StructField, StructType,
                               VariantType, VariantVal)

from programs import error, newer_program, program, rows, shown

TEXTS = [
    "null", "true", "false", "0", "1", "-1", "127", "128", "-128", "-129", "32767", "32768", "-32769",
    "2147483647", "2147483648", "-2147483649", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "12345678901234567890123456789012345678",
    "123456789012345678901234567890123456789", "0.0", "-0.0", "1.5", "1.50", "-0.05", "100.0", "123456789.1",
    "0.123456789", "0.1234567890", "123456789012345678.5", "0.123456789012345678", "1234567890.123456789012345678",
    "0.00000000000000000000000000000000000001", "0.000000000000000000000000000000000000001", "1e2", "1E-5",
    "1.0e10", "-2.5e-300", '""', '"a"', '"' + "x" * 63 + '"', '"' + "x" * 64 + '"', '"' + "é" * 31 + '"',
    '"' + "é" * 32 + '"', '"\\u00e9\\ud83d\\ude00 \\n\\"\\\\"', '"日本"', "[]", "[1]", '[1, "a", null, [2.5, {}]]',
    "{}", '{"a": 1}', '{"b": 1, "a": 2}', '{"z": {"b": 1, "a": [{"c": 1, "b": null}]}, "a": {"z": 2}}',
    '{"": 1, " ": 2}', '{"\\ue000": 1, "\\ud83d\\ude00": 2, "é": 3, "a": 4, "A": 5, "aa": 6}',
    "[" + ", ".join(["1"] * 255) + "]", "[" + ", ".join(["1"] * 256) + "]",
    "[" + ", ".join(['"' + "y" * 90 + '"'] * 3) + "]", '["' + "z" * 70000 + '"]',
    "{" + ", ".join(f'"key{i * 7 % 300}": {i}' for i in range(300)) + "}", ' { "a" : [ 1 , 2 ] } ',
]


def parts(value):
    """A value as JSON has it, variants by their bytes."""
    if isinstance(value, VariantVal):
        return {"value": bytes(value.value).hex(), "metadata": bytes(value.metadata).hex()}
    if isinstance(value, Row):
        return {name: parts(value[i]) for i, name in enumerate(value.__fields__)}
    if isinstance(value, (list, tuple)):
        return [parts(item) for item in value]
    if isinstance(value, dict):
        return {str(key): parts(item) for key, item in value.items()}
    return value


def told(frame):
    return [frame.dtypes, parts(frame.collect())]


def asked(spark, text):
    return [text, told(spark.sql(text))]


def people(spark):
    return spark.sql("""SELECT id, parse_json(j) AS v FROM VALUES (1, '{"b": [1, 2.5], "a": "x"}'),
                        (2, '[true, null]'), (3, 'null'), (4, NULL) AS t(id, j) ORDER BY id""")


@program
def variants_of_json_texts(spark):
    frame = spark.createDataFrame(list(enumerate(TEXTS)), "id INT, j STRING")
    return told(frame.select("id", F.parse_json("j").alias("v")).orderBy("id"))


@program
def variants_of_casts(spark):
    return [asked(spark, "SELECT " + text) for text in [
        "CAST(1Y AS VARIANT) a, CAST(300S AS VARIANT) b, CAST(70000 AS VARIANT) c, CAST(5L AS VARIANT) d",
        "CAST(1.5F AS VARIANT) a, CAST(1.5D AS VARIANT) b, CAST(1.50 AS VARIANT) c",
        "CAST(CAST(1 AS DECIMAL(38, 10)) AS VARIANT) a, CAST(CAST(7 AS DECIMAL(5, 0)) AS VARIANT) b",
        "CAST('x' AS VARIANT) a, CAST(true AS VARIANT) b, CAST(X'0102' AS VARIANT) c",
        "CAST(DATE'2024-02-29' AS VARIANT) a, CAST(TIMESTAMP_NTZ'2024-01-02 03:04:05.678' AS VARIANT) b",
        "CAST(TIMESTAMP'2024-01-02 03:04:05.678Z' AS VARIANT) a, CAST(NULL AS VARIANT) b",
        "CAST(array(1, NULL, 3) AS VARIANT) a, CAST(array(array('x')) AS VARIANT) b",
        "to_variant_object(named_struct('z', 1, 'a', map('k', 2.5))) a",
        "to_variant_object(array(named_struct('b', CAST(NULL AS INT), 'a', 'x'))) a",
        "CAST(parse_json('12') AS INT) a, CAST(parse_json('\"12\"') AS INT) b, CAST(parse_json('1.9') AS INT) c",
        "CAST(parse_json('[1, \"2\"]') AS ARRAY<BIGINT>) a, parse_json('{\"a\": 1}')::MAP<STRING, INT> b",
        "CAST(parse_json('{\"a\": 1, \"b\": \"x\"}') AS STRUCT<b: STRING, a: INT, c: DATE>) a",
        "variant_get(parse_json('{\"a\": [1, {\"b\": 5}]}'), '$.a[1]') a, "
        "variant_get(parse_json('{\"a\": [1, {\"b\": 5}]}'), '$.a[1].b', 'int') b",
        "schema_of_variant(parse_json('{\"b\": [1, 2.5], \"a\": null}')) a, is_variant_null(parse_json('null')) b",
        "parse_json('{\"a\": {\"b\": [1, 2]}}'):a.b[1] a",
    ]]


@program
def variants_that_clients_send(spark):
    one, text = VariantVal(bytes([12, 1]), bytes([1, 0, 0])), VariantVal(b"\x05x", bytes([1, 0, 0]))
    nested = StructType([
        StructField("id", LongType()), StructField("v", VariantType()),
        StructField("a", ArrayType(VariantType())), StructField("m", MapType(StringType(), VariantType())),
        StructField("s", StructType([StructField("v", VariantType()), StructField("n", LongType())]))])
    frame = spark.createDataFrame(
        [(1, one, [text, None, one], {"k": one}, Row(v=text, n=3)), (2, None, None, {"k": None}, None),
         (3, None, [], {}, Row(v=None, n=4))], nested)
    read = people(spark).select("v").collect()
    return [told(frame), frame.schema.json(), shown(frame),
            told(frame.selectExpr("id", "v::int + 1 i", "get(a, 0)::string t", "to_json(struct(*)) j")),
            told(spark.createDataFrame([], "v VARIANT")),
            told(spark.createDataFrame([(row.v,) for row in read], "v VARIANT"))]


@program
def variants_shown(spark):
    frame = people(spark)
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        frame.select("v", F.array("v").alias("a")).printSchema()
    return [text.getvalue(), shown(frame), shown(frame, truncate=False), shown(frame, vertical=True),
            shown(frame.select(F.array("v"), F.struct("v"), F.create_map("id", "v")), truncate=False),
            frame.schema.json(), frame.schema.simpleString(),
            [str(row.v) for row in frame.collect()],
            [row.v.toPython() if row.v else None for row in frame.collect()],
            told(frame.selectExpr("to_json(struct(v)) a", "v::string b", "schema_of_variant(v) c"))]


@newer_program
def variants_in_pandas_and_arrow(spark):
    frame = people(spark).filter("id < 4")  # the client makes no Arrow table of NULL variants
    wide = frame.select("id", "v", F.array("v").alias("a"), F.struct("v").alias("s"),
                        F.create_map("id", "v").alias("m"))
    table = wide.toArrow()
    return [str(table.schema), parts([{name: str(value) for name, value in row.items()}
                                      for row in table.to_pylist()]),
            [repr(value) for value in frame.toPandas()["v"].tolist()],
            [str(kind) for kind in frame.toPandas().dtypes],
            told(spark.createDataFrame(frame.select("v").toArrow())),
            told(spark.createDataFrame(frame.toPandas(), "id INT, v VARIANT")),
            told(spark.createDataFrame([Row(v=VariantVal(bytes([12, 1]), bytes([1, 0, 0])))]))]


@newer_program
def variant_functions_of_frames(spark):
    frame = people(spark)
    document = F.parse_json(F.lit('{"b": [1, 2.5], "a": "x"}'))
    return [told(frame.select(F.variant_get("v", "$.a", "string").alias("a"),
                              F.try_variant_get("v", "$.b", "int").alias("b"),
                              F.variant_get("v", F.lit("$[0]"), "boolean").alias("c"),
                              F.is_variant_null("v").alias("d"), F.schema_of_variant("v").alias("e"))),
            told(frame.select(F.schema_of_variant_agg("v").alias("s"))),
            told(frame.select(F.try_parse_json(F.lit("{")).alias("n"), F.to_variant_object(
                F.struct(F.lit(1).alias("x"))).alias("o"))),
            told(spark.tvf.variant_explode(document)), told(spark.tvf.variant_explode_outer(document)),
            told(spark.tvf.variant_explode_outer(F.parse_json(F.lit("1")))),
            told(spark.tvf.variant_explode(F.parse_json(F.lit("[]")))),
            asked(spark, "SELECT * FROM variant_explode(input => parse_json('[1, \"a\"]'))"),
            asked(spark, "SELECT * FROM variant_explode_outer(input => parse_json('{}'))"),
            asked(spark, "SELECT t.* FROM VALUES ('[1]'), ('{\"k\": 2}') AS s(j), "
                         "LATERAL variant_explode(parse_json(j)) AS t ORDER BY pos, key"),
            rows(frame.select("id", F.col("v").cast("string").alias("t"))
                 .groupBy("t").agg(F.count("*").alias("n")).orderBy("t")),
            told(frame.agg(F.collect_list("v").alias("l"), F.first("v").alias("f"),
                           F.count("v").alias("n")))]


@program
def variants_refused(spark):
    frame = people(spark)
    frame.createOrReplaceTempView("documents")
    texts = [
        "SELECT v FROM documents GROUP BY v", "SELECT DISTINCT v FROM documents",
        "SELECT * FROM documents ORDER BY v", "SELECT v = v FROM documents", "SELECT max(v) FROM documents",
        "SELECT map(v, 1) FROM documents",
        "SELECT v FROM documents UNION SELECT v FROM documents",
        "SELECT v FROM documents INTERSECT SELECT v FROM documents",
        "SELECT a.id FROM documents a JOIN documents b ON a.v = b.v",
        "SELECT sum(id) OVER (PARTITION BY v) FROM documents",
        "SELECT sum(id) OVER (ORDER BY v) FROM documents", "SELECT hash(v) FROM documents",
        "SELECT v + 1 FROM documents", "SELECT concat(v, 'x') FROM documents",
        "SELECT parse_json('{')", "SELECT parse_json('')", "SELECT parse_json('[1] 2')",
        "SELECT parse_json('{\"a\": 1, \"a\": 2}')", "SELECT parse_json(1)",
        "SELECT CAST(parse_json('\"x\"') AS INT)", "SELECT CAST(parse_json('[1]') AS INT)",
        "SELECT CAST(parse_json('300') AS TINYINT)", "SELECT CAST(parse_json('1') AS MAP<INT, INT>)",
        "SELECT variant_get(parse_json('[1, \"x\"]'), '$[1]', 'int')",
        "SELECT variant_get(parse_json('[1]'), 'a', 'int')", "SELECT variant_get(parse_json('1'), '$.')",
        "SELECT CAST(named_struct('a', 1) AS VARIANT)", "SELECT CAST(map('a', 1) AS VARIANT)",
        "SELECT to_variant_object(1)", "SELECT CAST(INTERVAL '1' DAY AS VARIANT)",
        "SELECT schema_of_variant('x')", "SELECT * FROM variant_explode('x')",
        "SELECT * FROM variant_explode(inputs => parse_json('[1]'))",
        "SELECT * FROM variant_explode()", "SELECT array_distinct(array(v)) FROM documents",
    ]
    return [[text, error(lambda text=text: told(spark.sql(text)))] for text in texts] + [
        error(lambda: frame.dropDuplicates(["v"]).collect()),
        error(lambda: frame.repartition(2, "v").collect(), with_parameters=False),
        error(lambda: frame.groupBy("v").count().collect()),
        error(lambda: frame.join(people(spark), "v").collect())]


@program
def variants_that_are_malformed(spark):
    names = bytes([1, 0, 0])
    broken = [
        (b"", names), (b"\x0c\x01", b""), (b"\x0c\x01", bytes([2, 0, 0])), (b"\xfc", names),
        (b"\x02\x01\x05\x00\x02\x0c\x01", names), (b"\x0c\x01\xff\xff", names),
    ]
    answers = []
    for value, metadata in broken:
        frame = spark.createDataFrame([(VariantVal(value, metadata),)], "v VARIANT")
        answers.append([value.hex(), metadata.hex()] + [
            error(lambda text=text: told(frame.selectExpr(text + " AS x")))
            for text in ("v::string", "to_json(struct(v))", "schema_of_variant(v)", "v::int",
                         "variant_get(v, '$.a')", "v::array<int>")])
    return answers


@newer_program
def variants_in_python_functions(spark):
    frame = people(spark)
    answers = []
    for arrow in (False, True):
        def made(function, kind):
            return F.udf(function, kind, useArrow=arrow)

        def asked_of(function, kind, column="v"):
            try:
                return told(frame.select(made(function, kind)(column).alias("x")))
            except Exception:  # noqa: BLE001
                return error(lambda: frame.select(made(function, kind)(column)).collect())
        answers.append([
            asked_of(lambda v: type(v).__name__, "string"),
            asked_of(lambda v: v and v.toJson(), "string"),
            asked_of(lambda v: v, VariantType()),
            asked_of(lambda i: VariantVal.parseJson(f'{{"n": {i}}}') if i < 3 else None, VariantType(), "id"),
            asked_of(lambda v: [v, v], ArrayType(VariantType())),
            asked_of(lambda a: [x and x.toJson() for x in a], "array<string>", F.array("v", "v")),
            asked_of(lambda s: (s.v, 1), StructType([StructField("v", VariantType()),
                                                     StructField("n", LongType())]), F.struct("v", "id")),
            asked_of(lambda m: m, MapType(StringType(), VariantType()), F.create_map(F.lit("k"), "v")),
        ])
    return answers


@newer_program
def variants_in_frame_functions(spark):
    frame = people(spark)

    def asked_of(made):
        try:
            return told(made())
        except Exception:  # noqa: BLE001
            return error(lambda: made().collect())

    def to_texts(frames):
        for part in frames:
            part["v"] = part["v"].map(lambda v: v and v.toJson())
            yield part
    return [
        asked_of(lambda: frame.mapInArrow(lambda batches: batches, "id INT, v VARIANT").orderBy("id")),
        asked_of(lambda: frame.mapInPandas(to_texts, "id INT, v STRING").orderBy("id")),
        asked_of(lambda: frame.mapInPandas(lambda frames: frames, "id INT, v VARIANT").orderBy("id")),
        asked_of(lambda: frame.groupBy("id").applyInPandas(lambda part: part, "id INT, v VARIANT")
                 .orderBy("id")),
        asked_of(lambda: frame.select(F.pandas_udf(lambda column: column.map(str), "string")("v").alias("x"))),
        asked_of(lambda: frame.select(F.pandas_udf(lambda column: column, VariantType())("v").alias("x"))),
    ]
