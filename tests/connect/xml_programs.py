"""Programs about XML: files, streams, functions. See programs.py."""
import pathlib
import shutil
import tempfile

from pyspark.sql import functions as F

from catalog_programs import attempt
from programs import newer_program, plain, program

BOOKS = """<?xml version="1.0"?>
<!-- a catalog -->
<catalog>
  <book id="1" lang="en"><title>One &amp; All</title><price>5.95</price>
    <published>2000-10-01</published><author>A</author><author>B</author></book>
  <book id="2"><title><![CDATA[<Two>]]></title><price>44</price><published>2000-12-16</published>
    <author>C</author><note kind="x">text <b>bold</b> more</note></book>
  <shelf><book id="3"><title/><price>n/a</price><tags/></book></shelf>
</catalog>
"""
BROKEN = """<r><row><a>1</a><b>x</b></row><row><b>w</b><a>z</a><c>q</c></row>
<row><a>3</a></row><row><a>4</b></row><row><a>5</a></row></r>"""
LINES = """<row><a>1</a></row>
<row k="2"><a>x</a></row>

zz
<other b="1"><a>5</a></other> tail
"""
SHAPES = """<r xmlns:n="u"><row A="1" b="x"><c d="2">3</c><c>4</c><e f="true"/></row><row><e/></row>
<row><n:q n:k="v">1</n:q><Foo>1</Foo><foo>2</foo><m>1<!-- c -->2</m></row>
<row><t>2024-01-02T03:04:05</t><t>2024-01-02</t><u>12</u></row><row><u>1.5</u></row></r>"""


class Place:
    """Files in a directory that goes away."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp())
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def put(self, name, text):
        (self.path / name).write_text(text)
        return str(self.path / name)

    def parts(self, name):
        return sorted(part.read_text() for part in (self.path / name).rglob("part-*"))


def answer_of(frame):
    return [frame.dtypes, sorted(plain(frame.collect()), key=str)]


@program
def xml_files(spark):
    with Place() as place:
        books = place.put("books.xml", BOOKS)
        broken = place.put("broken.xml", BROKEN)
        lines = place.put("lines.xml", LINES)
        shapes = place.put("shapes.xml", SHAPES)
        with_corrupt = "a int, b string, c string, _corrupt_record string"
        answers = []
        for make in [
            lambda: spark.read.xml(books, rowTag="book"),
            lambda: spark.read.format("xml").option("rowTag", "author").load(books),
            lambda: spark.read.option("rowTag", "book").format("XML").load(str(place.path / "boo*")),
            lambda: spark.read.xml(books, rowTag="book", excludeAttribute=True, inferSchema=False),
            lambda: spark.read.xml(books, rowTag="book", attributePrefix="@", valueTag="$"),
            lambda: spark.read.xml(books, rowTag="book").select("title", "_id").filter("_id > 1"),
            lambda: spark.read.schema("_id int, title string, note string, price double, "
                                "_corrupt_record string").xml(books, rowTag="book"),
            lambda: spark.read.schema("_id int, published date, author array<string>, "
                                "note struct<_kind:string,_VALUE:array<string>,b:string>")
            .xml(books, rowTag="book"),
            lambda: spark.read.schema("title string, xs_any array<string>").xml(books, rowTag="book"),
            lambda: spark.read.xml(broken, rowTag="row"),
            lambda: spark.read.schema(with_corrupt).xml(broken, rowTag="row"),
            lambda: spark.read.schema(with_corrupt).xml(broken, rowTag="row", mode="DROPMALFORMED"),
            lambda: spark.read.schema("a int, b string").xml(broken, rowTag="row"),
            lambda: spark.read.xml(broken, rowTag="row", mode="DROPMALFORMED"),
            lambda: spark.read.xml(lines, rowTag="row", multiLine=False),
            lambda: spark.read.schema(with_corrupt).option("multiLine", "false").xml(lines, rowTag="row"),
            lambda: spark.read.xml(shapes, rowTag="row"),
            lambda: spark.read.xml(shapes, rowTag="row", ignoreNamespace=True, nullValue="1"),
            lambda: spark.read.option("prefersDecimal", "true").xml(shapes, rowTag="row"),
            lambda: spark.read.option("preferDate", "false").xml(shapes, rowTag="row"),
            lambda: spark.read.xml(shapes, rowTag="none"),
            lambda: spark.read.schema("a int").xml(broken, rowTag="row").groupBy().count(),
        ]:
            answers.append(attempt(lambda made=make: answer_of(made())))
        return answers


@program
def xml_files_written(spark):
    frame = spark.sql(
        "select * from values (1, 'x', array(1, 2), named_struct('p', 1, '_q', 'r'), "
        "map('k', 1.5d), date'2024-01-02'), (2, '<&>\"', array(), null, map(), null), "
        "(null, null, null, named_struct('p', null, '_q', null), null, null) "
        "t(_id, s, l, n, m, d)").coalesce(1)
    with Place() as place:
        answers = []
        for number, options in enumerate([
            {}, {"indent": ""}, {"nullValue": "N"}, {"declaration": "", "rootTag": "rows a='1'"},
            {"attributePrefix": "@"}, {"dateFormat": "dd.MM.yyyy", "indent": "\t"},
        ]):
            out = f"out{number}"
            frame.write.format("xml").option("rowTag", "row").options(**options) \
                .save(str(place.path / out))
            answers.append(place.parts(out))
            answers.append(answer_of(spark.read.xml(
                str(place.path / out), rowTag="row",
                nullValue=options.get("nullValue", "none"))))
        frame.where("_id = 7").write.xml(str(place.path / "empty"), rowTag="row")
        answers.append(place.parts("empty"))
        frame.write.xml(str(place.path / "packed"), rowTag="row", compression="gzip")
        answers.append(answer_of(spark.read.xml(str(place.path / "packed"), rowTag="row")))
        spark.range(0, 20000, 1, 3).selectExpr("id", "id % 3 as p", "cast(id as string) as s") \
            .write.partitionBy("p").mode("overwrite").xml(str(place.path / "many"), rowTag="row")
        many = spark.read.xml(str(place.path / "many"), rowTag="row")
        answers.append([many.dtypes, answer_of(
            many.groupBy("p").agg(F.sum("id"), F.count("s"), F.max("s")))])
        return answers


@program
def xml_errors(spark):
    with Place() as place:
        path = place.put("a.xml", "<r><row><a>1</a></row></r>")
        answers = []
        for action in [
            lambda: spark.read.xml(path).collect(),
            lambda: spark.read.format("xml").load(path).collect(),
            lambda: spark.range(1).write.xml(str(place.path / "out")),
            lambda: spark.read.schema("a int, _corrupt_record int").xml(path, rowTag="row").collect(),
            lambda: spark.read.schema("a int, _corrupt_record string").xml(path, rowTag="row")
            .select("_corrupt_record").collect(),
            lambda: spark.read.schema("a interval").xml(path, rowTag="row").collect(),
            lambda: spark.sql("select make_interval(1) a").write.format("xml")
            .option("rowTag", "row").save(str(place.path / "out")),
            lambda: spark.read.xml(str(place.path / "nowhere"), rowTag="row").collect(),
        ]:
            answer = attempt(action)
            answers.append(answer if not isinstance(answer, dict) else answer.get("condition"))
        return answers


@program
def xml_streams(spark):
    with Place() as place:
        place.path.joinpath("in").mkdir()
        place.put("in/1.xml", "<r><row k='1'><a>1</a></row><row k='2'><a>x</a></row></r>")
        place.put("in/2.xml", "<r><row k='3'><a>3</a></row></r>")
        stream = spark.readStream.format("xml").option("rowTag", "row") \
            .schema("_k int, a int").load(str(place.path / "in"))
        query = stream.writeStream.format("xml").option("rowTag", "row") \
            .option("checkpointLocation", str(place.path / "check")) \
            .trigger(availableNow=True).start(str(place.path / "out"))
        query.awaitTermination()
        return [stream.dtypes,
                answer_of(spark.read.schema("_k int, a int")
                          .xml(str(place.path / "out"), rowTag="row"))]


@newer_program
def xml_functions(spark):
    frame = spark.createDataFrame(
        [("<p><a>1</a><b k='v'>x</b></p>",), ("<p><a>q</a></p>",), (None,), ("junk",)], "s string")
    schema = F.schema_of_xml(F.lit("<p><a>1</a><b k='v'>x</b></p>"))
    return [
        answer_of(frame.select(F.from_xml("s", "a int, b struct<_k:string,_VALUE:string>"))),
        answer_of(frame.select(F.from_xml("s", schema).alias("r")).select("r.*")),
        answer_of(frame.select(F.from_xml(
            F.col("s"), "a int, bad string", {"columnNameOfCorruptRecord": "bad"}).alias("r"))),
        answer_of(frame.select(schema.alias("t")).limit(1)),
        answer_of(frame.select(F.to_xml(F.struct("s"), {"rowTag": "p", "indent": ""}).alias("x"))),
    ]
