"""Programs that read JSON, CSV and XML from the texts of a DataFrame.

They run as in programs.py.
"""
from pyspark.sql import functions as F
from pyspark.sql.types import (ArrayType, IntegerType, MapType, StringType, StructField, StructType)

from programs import error, newer_program, plain, program, rows


def texts(spark, *values):
    """The texts in one partition, so that answers have an order."""
    return spark.createDataFrame([(value,) for value in values], "value STRING").coalesce(1)


def answer(frame):
    return {"schema": plain(frame.schema.jsonValue()), "rows": rows(frame)["rows"]}


@newer_program
def parse_json_inferred(spark):
    reader = spark.read
    return {
        "fields": answer(reader.json(texts(
            spark, '{"b": 1, "a": "x"}', '{"b": 2.5, "c": [1, 2]}', '{"c": null, "d": {"e": true}}'))),
        "nothing": answer(reader.json(texts(spark))),
        "blank": answer(reader.json(texts(spark, "", "  ", '{"a": 1}', "\t"))),
        "arrays": answer(reader.json(texts(spark, '[{"a": 1}, {"a": 2}]', '{"a": 3}', "[]"))),
        "pretty": answer(reader.json(texts(spark, '{\n  "a": 1,\r\n  "b": "x\\ny"\n}', '{"a": 2}'))),
        "behind": answer(reader.json(texts(spark, '{"a": 1} {"a": 2}', '{"a": 3} x'))),
        "corrupt": answer(reader.json(texts(spark, '{"a": 1}', '{"a": ', "7", '"x"', "null"))),
        "times": answer(reader.option("inferTimestamp", True).json(texts(
            spark, '{"t": "2024-02-29T12:34:56Z", "d": "2024-02-29"}'))),
        "only_texts": answer(reader.option("primitivesAsString", True).json(texts(
            spark, '{"a": 1, "b": true, "c": [1.50]}'))),
        "numbers": answer(spark.read.json(texts(
            spark, '{"a": 1, "b": 12345678901234567890, "c": 1e5}', '{"a": 2.5, "b": 1, "c": 3}'))),
    }


@newer_program
def parse_json_with_schema(spark):
    def read(schema, *values, **options):
        return answer(spark.read.options(**options).schema(schema).json(texts(spark, *values)))

    return {
        "given": read("b INT, a STRING, z DATE", '{"a": "x", "b": 1, "z": "2024-02-29"}', '{"a": 7}'),
        "texts": read("a STRING", '{"a": 1.50}', '{"a": {"b" : [1,  2.0]}}', '{"a": "x"}', '{"a": true}',
                      '{"a": 1e3}'),
        "permissive": read("a INT, b STRING, _corrupt_record STRING", '{"a": 1, "b": "x"}', '{"a": "q", "b": "y"}',
                           "{", "[1]", "", '[{"a": 5}, {"a": "z", "b": "w"}]'),
        "without_corrupt": read("a INT, b STRING", '{"a": "q", "b": "y"}', "{", '{"a": 1}'),
        "dropped": read("a INT", '{"a": 1}', '{"a": "x"}', "{", '{"a": 2}', mode="DROPMALFORMED"),
        "corrupt_name": read("a INT, bad STRING", "{", '{"a": 2}', columnNameOfCorruptRecord="bad"),
        "comments": read("a INT", '{/* one */ "a": 1}', allowComments="true"),
        "date": read("d DATE, t TIMESTAMP", '{"d": "29.02.2024", "t": "2024/02/29 01"}',
                     dateFormat="dd.MM.yyyy", timestampFormat="yyyy/MM/dd HH"),
        "not_null": read("a INT NOT NULL, b STRUCT<c: INT NOT NULL> NOT NULL", '{"a": null}', '{"b": {}}'),
        "no_columns": read(StructType([]), '{"a": 1}', "{"),
        "nested": read("m MAP<STRING, ARRAY<INT>>, s STRUCT<x: BIGINT, y: STRING>",
                       '{"m": {"k": [1, 2], "l": null}, "s": {"y": "t", "x": 5}}'),
        "case": read("A INT", '{"a": 1}', '{"A": 2}'),
    }


@newer_program
def parse_json_errors(spark):
    def read(schema, frame, **options):
        reader = spark.read.options(**options)
        return reader.schema(schema).json(frame) if schema is not None else reader.json(frame)

    good = texts(spark, '{"a": 1}')
    return {
        "fail_fast": error(lambda: read("a INT", texts(spark, '{"a": 1}', '{"a": '), mode="FAILFAST").collect(),
                           with_parameters=False),
        "fail_fast_inferred": error(lambda: read(None, texts(spark, '{"a": '), mode="FAILFAST").collect(),
                                    with_parameters=False),
        "two_columns": error(lambda: read("a INT", spark.range(1).selectExpr("'{}' AS a", "'' AS b")).collect()),
        "no_columns": error(lambda: read("a INT", spark.range(1).select()).collect()),
        "corrupt_type": error(lambda: read("a INT, _corrupt_record INT", good).collect()),
        "map_keys": error(lambda: read("m MAP<INT, INT>", good).collect()),
        "bad_mode": answer(read("a INT", texts(spark, "{", '{"a": 1}'), mode="other")),
        "failing_input": error(lambda: read(None, spark.range(1).selectExpr(
            "raise_error('no') AS value")).collect(), with_parameters=False),
        "stream": error(lambda: read("a INT", spark.readStream.format("rate").load()
                                     .selectExpr("cast(value AS string) AS value")).collect()),
        "stream_inferred": error(lambda: read(None, spark.readStream.format("rate").load()
                                              .selectExpr("cast(value AS string) AS value")).collect()),
    }


@newer_program
def parse_input_types(spark):
    def read(expression):
        return answer(spark.read.json(spark.range(1).selectExpr(expression)))

    return {
        "number": error(lambda: spark.read.csv(spark.range(3)).collect()),
        "char": answer(spark.read.csv(spark.sql("select cast('a,b' AS char(5)) AS d"))),
        "date": error(lambda: spark.read.csv(spark.sql("select date'2024-02-29' AS d")).schema),
        "name": read("""'{"a": 1}' AS anything"""),
        "array": error(lambda: read("array('x')")),
        "binary": error(lambda: read("""cast('{"a": 1}' AS binary)""")),
        "untyped": error(lambda: read("null AS value")),
    }


@newer_program
def parse_null_texts(spark):
    corrupt = "a INT, _corrupt_record STRING"
    json, xml = texts(spark, '{"a": 1}', None, '{"a": 2}'), texts(spark, "<p><a>1</a></p>", None)
    return {
        "json": answer(spark.read.schema("a INT").json(json)),
        "json_corrupt": answer(spark.read.schema(corrupt).json(json)),
        "json_inferred": answer(spark.read.json(json)),
        "json_dropped": answer(spark.read.schema("a INT").option("mode", "DROPMALFORMED").json(json)),
        "json_fail_fast": error(lambda: spark.read.schema("a INT").option("mode", "FAILFAST").json(json).collect(),
                                with_parameters=False),
        "csv": answer(spark.read.schema(corrupt).csv(texts(spark, "1", None, "2"))),
        "csv_inferred": answer(spark.read.csv(texts(spark, "1", None, "2"))),
        "xml": answer(spark.read.schema(corrupt).option("rowTag", "p").xml(xml)),
        "xml_inferred": answer(spark.read.option("rowTag", "p").xml(xml)),
    }


@newer_program
def parse_json_as_input(spark):
    frame = spark.read.json(spark.range(100).select(F.to_json(F.struct(
        F.col("id"), (F.col("id") % 3).alias("k"), F.array(F.col("id")).alias("xs"))).alias("value")))
    frame.createOrReplaceTempView("parsed")
    counted = spark.sql("select k, count(*) AS n, sum(id) AS s from parsed group by k order by k")
    other = spark.createDataFrame([(0, "zero"), (1, "one")], "k LONG, name STRING")
    return {
        "schema": frame.schema.simpleString(),
        "count": frame.count(),
        "counted": rows(counted),
        "joined": rows(frame.join(other, "k").groupBy("name").count().orderBy("name")),
        "one_column": rows(frame.where("id = 5").select("xs")),
        "self": frame.alias("l").join(frame.alias("r"), F.col("l.id") == F.col("r.id") + 1).count(),
        "only_corrupt": rows(spark.read.schema("a INT, _corrupt_record STRING").json(
            texts(spark, "{", '{"a": 1}')).select("_corrupt_record")),
        "by_frame": rows(frame.select(frame.k, frame["id"]).where(frame.id < 2).orderBy("id")),
    }


@newer_program
def parse_csv_inferred(spark):
    def read(*values, **options):
        return answer(spark.read.options(**options).csv(texts(spark, *values)))

    return {
        "plain": read("1,x", "2,y"),
        "header": read("id,name", "1,x", "2,y", header="true"),
        "types": read("id,when,share", "1,2024-02-29,0.5", "2,2024-03-01,7", header="true", inferSchema="true"),
        "header_again": read("a,b", "1,2", "a,b", "3,4", header="true"),
        "nothing": read(),
        "blank": read("", "  ", "# c", "1,2", "\t", " 3,4", " # d", comment="#"),
        "only_header": read("a,b", header="true", inferSchema="true"),
        "separator": read("1;x", "2;'y;z'", sep=";", quote="'"),
        "short": read("1,2,3", "4", "5,6,7,8"),
        "quoted": read('"a, b","say \\"hi\\""', '"two\nlines",x'),
        "empty_values": read('1,,""', ",,"),
        "names": read("a,,a", "1,2,3", header="true"),
        "multi_line": read('"a\nb",1', "c,2", multiLine="true"),
        "spaces": read(" a , b ", ignoreLeadingWhiteSpace="true", ignoreTrailingWhiteSpace="true"),
    }


@newer_program
def parse_csv_with_schema(spark):
    def read(schema, *values, **options):
        return answer(spark.read.options(**options).schema(schema).csv(texts(spark, *values)))

    return {
        "given": read("a INT, b DATE, c DECIMAL(5,2)", "1,2024-02-29,1.5", "2,,"),
        "header": read("x INT, y STRING", "a,b", "1,q", header="true"),
        "permissive": read("a INT, b INT, _corrupt_record STRING", "1,2", "x,3", "4", "5,6,7"),
        "without_corrupt": read("a INT, b INT", "x,3", "4", "5,6,7"),
        "dropped": read("a INT, b INT", "1,2", "x,3", "4", mode="DROPMALFORMED"),
        "not_null": read("a INT NOT NULL", "1", ","),
        "header_checked": read("a INT, b INT", "A,b", "1,2", header="true", enforceSchema="false"),
        "null_value": read("a INT, b STRING", "-,-", "1,x", nullValue="-"),
        "one_column": read("a STRING", "x,y", "z"),
    }


@newer_program
def parse_csv_errors(spark):
    def read(schema, *values, **options):
        return spark.read.options(**options).schema(schema).csv(texts(spark, *values))

    return {
        "fail_fast": error(lambda: read("a INT", "x", mode="FAILFAST").collect(), with_parameters=False),
        "header": error(lambda: read("a INT, b INT", "x,y", "1,2", header="true", enforceSchema="false").collect(),
                        with_parameters=False),
        "header_size": error(lambda: read("a INT", "a,y", "1,2", header="true", enforceSchema="false").collect(),
                             with_parameters=False),
    }


@newer_program
def parse_xml(spark):
    def read(*values, schema=None, **options):
        reader = spark.read.options(**options)
        if schema is not None:
            reader = reader.schema(schema)
        return answer(reader.xml(texts(spark, *values)))

    person = '<p id="1"><name>ann</name><age>30</age></p>'
    return {
        "inferred": read(person, "<p><name>bob</name><tag>x</tag><tag>y</tag></p>", rowTag="p"),
        "other_tag": read(person, rowTag="q"),
        "given": read(person, schema="name STRING, age INT, _id LONG", rowTag="p"),
        "several": read("<r><p><a>1</a></p><p><a>2</a></p></r>", "<p><a>3</a></p>", rowTag="p"),
        "two_roots": read("<p><a>1</a></p><p><a>2</a></p>", rowTag="p"),
        "malformed": read("<p><a>1</a></p>", "<p><a>", "", "x", schema="a INT, _corrupt_record STRING", rowTag="p"),
        "malformed_inferred": read("<p><a>1</a></p>", "<p><a>", rowTag="p"),
        "bad_value": read("<p><a>x</a><b>1</b></p>", schema="a INT, b INT, _corrupt_record STRING", rowTag="p"),
        "dropped": read("<p><a>1</a></p>", "<p><a>x</a></p>", "<p", schema="a INT", rowTag="p", mode="DROPMALFORMED"),
        "nothing": read(rowTag="p"),
        "not_null": read("<p/>", "<p><a>1</a></p>", schema="a INT NOT NULL", rowTag="p"),
    }


@newer_program
def parse_xml_errors(spark):
    def read(schema, *values, **options):
        return spark.read.options(**options).schema(schema).xml(texts(spark, *values))

    return {
        "no_tag": error(lambda: read("a INT", "<p/>").collect(), with_parameters=False),
        "fail_fast": error(lambda: read("a INT", "<p><a>x</a></p>", rowTag="p", mode="FAILFAST").collect(),
                           with_parameters=False),
        "map_keys": error(lambda: read("m MAP<INT, INT>", "<p/>", rowTag="p").collect()),
    }


@program
def parse_functions_with_types(spark):
    """from_json and its kin with types that the client has made, which it sends as JSON."""
    a = StructType([StructField("a", IntegerType())])
    frame = spark.createDataFrame([('{"a": 1}', '[{"a": 1}, {"a": 2}]', "[1, 2]", "1")],
                                  "object STRING, objects STRING, numbers STRING, csv STRING")
    pairs = MapType(StringType(), IntegerType())
    return rows(frame.select(
        F.from_json("object", a).alias("a"), F.from_json("objects", ArrayType(a)).alias("b"),
        F.from_json("numbers", ArrayType(IntegerType(), False)).alias("c"),
        F.from_json("object", pairs).alias("d"), F.from_json("object", a.simpleString()).alias("e"),
        F.from_json("objects", ArrayType(pairs).simpleString()).alias("f"),
        F.from_csv("csv", "a INT").alias("g")))
