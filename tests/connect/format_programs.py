"""Programs over file formats that hold their own schema: ORC and binaryFile.

They run as in programs.py.
"""
import os
import pathlib
import tempfile

from programs import error, plain, program, rows

EVERY_TYPE = """
    select * from values
     (true, cast(1 as tinyint), cast(-2 as smallint), 3, 4L, cast(1.5 as float), 2.5d, 'text', x'00ff',
      date'2024-02-29', timestamp'2024-02-29 12:34:56.123456', timestamp_ntz'2024-02-29 12:34:56.123456',
      12.345, cast(1.5 as decimal(38,10)), interval '1-2' year to month,
      interval '1 02:03:04.5' day to second, array(1, null), map('a', 1, 'b', null),
      named_struct('x', 1, 'Y', timestamp_ntz'2024-02-29 00:00:00')),
     (null, null, null, null, null, null, null, null, null, date'0001-01-01', timestamp'0001-01-01 00:00:00',
      timestamp_ntz'0001-01-01 00:00:00', null, null, null, null, null, null, null),
     (null, null, null, null, null, null, null, '', x'', date'9999-12-31',
      timestamp'9999-12-31 23:59:59.999999', timestamp_ntz'1969-12-31 23:59:59.5', -0.001, 0, null, null, array(),
      map(), null)
     as t(b, i8, i16, i32, i64, f, d, s, bin, dt, ts, ntz, dec1, dec2, ym, dtm, arr, m, st)"""


def as_text(frame):
    return rows(frame.selectExpr(*[f"hex(bin) AS bin" if name == "bin" else f"cast({name} AS string) AS {name}"
                                   for name in frame.columns]))


def endings(directory):
    return sorted({name.split("-c000")[-1] for name in os.listdir(directory) if name.startswith("part-")})


def schema_text(frame):
    return frame.schema.simpleString()


@program
def orc_types(spark):
    with tempfile.TemporaryDirectory() as directory:
        path = directory + "/t"
        spark.sql(EVERY_TYPE).coalesce(1).write.orc(path)
        again = spark.read.orc(path)
        return {"schema": schema_text(again), "rows": as_text(again),
                "some": rows(again.select("st.Y", "i32").where("i32 is not null")),
                "count": again.count()}


@program
def orc_compressions(spark):
    with tempfile.TemporaryDirectory() as directory:
        answers = {}
        for codec in ["none", "uncompressed", "snappy", "ZLIB", "lz4", "zstd"]:
            path = f"{directory}/{codec}"
            spark.range(1000).selectExpr("id", "repeat('x', cast(id % 50 as int)) AS s").coalesce(1) \
                .write.option("compression", codec).orc(path)
            answers[codec] = [endings(path), rows(spark.read.orc(path).selectExpr(
                "sum(id)", "sum(length(s))", "count(distinct s)"))]
        spark.range(1).coalesce(1).write.option("orc.compress", "snappy").orc(directory + "/option")
        spark.conf.set("spark.sql.orc.compression.codec", "zlib")
        spark.range(1).coalesce(1).write.format("orc").save(directory + "/setting")
        spark.conf.unset("spark.sql.orc.compression.codec")
        spark.range(1).coalesce(1).write.format("orc").save(directory + "/default")
        answers["chosen"] = [endings(f"{directory}/{name}") for name in ["option", "setting", "default"]]
        answers["unknown"] = error(lambda: spark.range(1).write.orc(directory + "/u", compression="gzip"),
                                   with_parameters=False)
        return answers


@program
def orc_schemas(spark):
    with tempfile.TemporaryDirectory() as directory:
        path = directory + "/t"
        spark.range(-2, 40000, 20000).coalesce(1).write.orc(path)
        answers = {}
        for schema in ["id int", "id smallint", "id tinyint", "ID bigint", "id string", "id double", "id float",
                       "id decimal(10,2)", "other string", "other int, id bigint", "id timestamp_ntz"]:
            answers[schema] = plain(spark.read.schema(schema).orc(path).collect())
        for schema in ["id date", "id array<int>", "id struct<a:int>"]:
            answers[schema] = error(lambda: spark.read.schema(schema).orc(path).collect(),
                                    with_parameters=False)
        spark.range(3).selectExpr("cast(id as int) AS a", "cast(id as float) AS b",
                                  "cast(id as decimal(5,1)) AS c", "named_struct('x', id, 'z', 1) AS s") \
            .coalesce(1).write.orc(directory + "/n")
        answers["wider"] = plain(spark.read.schema("a bigint, b double, c decimal(10,3), s struct<y:int,X:bigint>")
                                 .orc(directory + "/n").collect())
        spark.range(2).selectExpr("id AS _col0", "'x' AS _col1").coalesce(1).write.orc(directory + "/hive")
        answers["by position"] = plain(spark.read.schema("k bigint, v string, w int").orc(directory + "/hive")
                                       .collect())
        spark.range(2).selectExpr("id AS a").coalesce(1).write.orc(directory + "/m/p=1")
        spark.range(2).selectExpr("id AS b").coalesce(1).write.orc(directory + "/m/p=2")
        answers["merged"] = sorted(spark.read.option("mergeSchema", "true").orc(directory + "/m").columns)
        answers["pruned"] = plain(spark.read.schema("p int, a bigint").orc(directory + "/m").orderBy("p", "a")
                                  .collect())
        return answers


@program
def orc_refusals(spark):
    with tempfile.TemporaryDirectory() as directory:
        answers = {}
        for name, query in [("void", "select null as n"), ("variant", "select parse_json('1') as v"),
                            ("inside", "select array(null) as a")]:
            answers[name] = error(lambda: spark.sql(query).write.orc(f"{directory}/{name}"))
        bad = pathlib.Path(directory, "bad")
        bad.mkdir()
        (bad / "a.orc").write_text("this is not what an ORC file looks like")
        answers["no orc"] = error(lambda: spark.read.orc(str(bad)).collect(), with_parameters=False)
        answers["no orc, schema"] = error(lambda: spark.read.schema("a int").orc(str(bad)).collect(),
                                          with_parameters=False)
        answers["ignored"] = plain(spark.read.schema("a int").option("ignoreCorruptFiles", "true")
                                   .orc(str(bad)).collect())
        empty = pathlib.Path(directory, "empty")
        empty.mkdir()
        (empty / "a.orc").write_text("")
        answers["empty"] = error(lambda: spark.read.orc(str(empty)).collect())
        answers["empty, schema"] = plain(spark.read.schema("a int").orc(str(empty)).collect())
        spark.range(5).limit(0).coalesce(1).write.orc(directory + "/none")
        answers["no rows"] = [schema_text(spark.read.orc(directory + "/none")),
                              spark.read.orc(directory + "/none").count()]
        return answers


@program
def orc_tables_and_streams(spark):
    with tempfile.TemporaryDirectory() as directory:
        spark.sql(f"create table orc_table (a int, b string) using orc location '{directory}/t'")
        spark.sql("insert into orc_table values (1, 'x'), (2, null)")
        answers = {"table": rows(spark.table("orc_table").orderBy("a")),
                   "by path": rows(spark.sql(f"select count(*) AS n from orc.`{directory}/t`"))}
        query = (spark.readStream.schema("a int, b string").orc(directory + "/t").writeStream.format("orc")
                 .option("checkpointLocation", directory + "/c").trigger(availableNow=True)
                 .start(directory + "/out"))
        query.awaitTermination()
        answers["stream"] = rows(spark.read.orc(directory + "/out").orderBy("a"))
        spark.sql("drop table orc_table")
        return answers


@program
def binary_files(spark):
    with tempfile.TemporaryDirectory() as directory:
        for name, content in [("a.bin", b"\x00\x01abc"), ("b c.bin", b"0123456789"), ("empty.bin", b"")]:
            path = pathlib.Path(directory, "d=1", name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            os.utime(path, (1700000000, 1700000000))
        frame = spark.read.format("binaryFile").load(directory)
        short = f"replace(path, '{directory}', 'D') AS path"
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        answers = {
            "schema": schema_text(frame),
            "rows": rows(frame.selectExpr(short, "modificationTime", "length", "hex(content) AS content", "d")
                         .orderBy("length")),
            "filtered": rows(frame.where("length > 5").selectExpr("length")),
            "names": rows(spark.read.format("binaryFile").option("pathGlobFilter", "a*").load(directory)
                          .selectExpr(short)),
            "sql": rows(spark.sql(f"select length from binaryFile.`{directory}` order by length")),
            "written": error(lambda: frame.write.format("binaryFile").save(directory + "/out")),
        }
        query = (spark.readStream.format("binaryFile")
                 .schema("path string, modificationTime timestamp, length bigint, content binary, d int")
                 .load(directory).writeStream.format("memory").queryName("binary_rows")
                 .trigger(availableNow=True).start())
        query.awaitTermination()
        answers["stream"] = rows(spark.table("binary_rows").selectExpr(short, "length").orderBy("length"))
        spark.conf.unset("spark.sql.session.timeZone")
        return answers


TEXTS = [("plain", 1), ("d\u00e9j\u00e0 vu", 2), ("\u20ac \U0001F600", 3), (None, 4)]


@program
def encodings(spark):
    answers = {}
    with tempfile.TemporaryDirectory() as directory:
        frame = spark.createDataFrame(TEXTS, "t string, n int").coalesce(1)
        for charset in ["UTF-8", "ISO-8859-1", "us-ascii", "UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32"]:
            for name in ["csv", "json"]:
                path = f"{directory}/{name}-{charset}"
                frame.write.option("encoding", charset).option("header", "true").format(name).save(path)
                [part] = pathlib.Path(path).glob("part-*")
                options = {"encoding": charset, "header": "true", "multiLine": "true"}
                if name == "json":
                    del options["multiLine"]
                    if charset in ("UTF-16", "UTF-32"):
                        options["multiLine"] = "true"
                    options["lineSep"] = "\n"
                read = spark.read.options(**options).schema("t string, n int").format(name).load(path)
                answers[f"{name} {charset}"] = [part.read_bytes().hex(), plain(read.collect())]
        latin = pathlib.Path(directory, "latin.csv")
        latin.write_bytes("name;city\nJos\u00e9;M\u00fcnchen\nZo\u00eb;\u00c5rhus\n".encode("latin-1"))
        answers["latin"] = rows(spark.read.csv(str(latin), sep=";", header=True, encoding="ISO-8859-1"))
        answers["charset"] = rows(spark.read.option("charset", "ISO-8859-1").option("delimiter", ";")
                                  .csv(str(latin)))
        array = pathlib.Path(directory, "array.json")
        array.write_bytes('[{"a": "\u00e9"}, {"a": "\u20ac"}]'.encode("utf-16-le"))
        answers["array"] = rows(spark.read.json(str(array), multiLine=True, encoding="UTF-16LE"))
        for name in ["latin1", "utf8", "windows-1252"]:
            answers[name] = [error(lambda: spark.read.csv(str(latin), encoding=name).collect()),
                             error(lambda: spark.read.json(str(latin), encoding=name).collect()),
                             error(lambda: frame.write.csv(directory + "/no", encoding=name))]
    return answers


@program
def text_compressions(spark):
    answers = {}
    with tempfile.TemporaryDirectory() as directory:
        frame = spark.range(3000).selectExpr("id", "concat('text of row ', id) AS t").coalesce(1)
        for codec in ["none", "uncompressed", "bzip2", "DEFLATE", "gzip", "lz4", "snappy",
                      "org.apache.hadoop.io.compress.GzipCodec"]:
            for name in ["csv", "json", "text"]:
                path = f"{directory}/{name}-{codec}"
                written = frame.select("t") if name == "text" else frame
                written.write.option("compression", codec).format(name).save(path)
                schema = "value string" if name == "text" else "id bigint, t string"
                last = spark.read.schema(schema).format(name).load(path).selectExpr(
                    "count(1) AS n", f"max({schema.split()[-2]}) AS last")
                answers[f"{name} {codec}"] = [endings(path), plain(last.collect())]
        for codec in ["zstd", "brotli", ""]:
            answers[f"not {codec}"] = error(lambda: frame.write.csv(directory + "/no", compression=codec),
                                            with_parameters=False)
    return answers


MERGES = {
    "columns": ["1 AS a, 'x' AS b", "'y' AS b, 2L AS c"],
    "structs": ["named_struct('x', 1, 'y', 2) AS s", "named_struct('y', 3, 'z', 'w') AS s"],
    "arrays": ["array(named_struct('x', 1)) AS l", "array(named_struct('y', 1)) AS l"],
    "maps": ["map('k', named_struct('x', 1)) AS m", "map('k', named_struct('y', 1)) AS m"],
    "decimals": ["cast(1 AS decimal(5,2)) AS d", "cast(2 AS decimal(9,2)) AS d"],
    "cases": ["1 AS a", "2 AS A, 3 AS b"],
    "scales": ["cast(1 AS decimal(5,2)) AS d", "cast(2 AS decimal(9,3)) AS d"],
    "integers": ["1 AS i", "2L AS i"],
    "kinds": ["1 AS i", "'x' AS i"],
    "inside": ["named_struct('x', 1) AS s", "named_struct('x', 'y') AS s"],
}


@program
def merged_schemas(spark):
    answers = {}
    with tempfile.TemporaryDirectory() as directory:
        for format_name in ["parquet", "orc"]:
            for name, (left, right) in MERGES.items():
                path = f"{directory}/{format_name}-{name}"
                for part, columns in enumerate([left, right]):
                    spark.sql(f"select {columns}").coalesce(1).write.format(format_name).save(f"{path}/p={part}")
                reader = spark.read.option("mergeSchema", "true").format(format_name)

                def told():
                    frame = reader.load(path)
                    return [sorted(frame.schema.simpleString()[7:-1].split(",")),
                            plain(frame.orderBy("p").collect())]

                try:
                    answers[f"{format_name} {name}"] = told()
                except Exception:  # noqa: BLE001
                    answers[f"{format_name} {name}"] = error(told, with_parameters=False)
    return answers


@program
def xml_files(spark):
    answers = {}
    with tempfile.TemporaryDirectory() as directory:
        frame = spark.createDataFrame(TEXTS, "t string, n int").coalesce(1)
        for charset in ["UTF-8", "ISO-8859-1", "UTF-16BE", "UTF-16LE", "UTF-16"]:
            path = f"{directory}/{charset}"
            frame.write.option("encoding", charset).option("rowTag", "row").xml(path)
            [part] = pathlib.Path(path).glob("part-*")
            read = spark.read.option("encoding", charset).schema("t string, n int").xml(path, rowTag="row")
            answers[charset] = [part.read_bytes().hex(), plain(read.orderBy("n").collect())]
        for codec in ["none", "bzip2", "deflate", "gzip", "lz4", "snappy"]:
            path = f"{directory}/{codec}"
            frame.write.option("rowTag", "row").option("compression", codec).xml(path)
            answers[codec] = [endings(path), plain(spark.read.schema("t string, n int").xml(path, rowTag="row")
                                                   .orderBy("n").collect())]
        answers["unknown"] = error(lambda: frame.write.option("rowTag", "row").option("encoding", "latin1")
                                   .xml(directory + "/no"))
    return answers
