"""Data sources written in Python; recorded and compared as those of programs.py."""
import json
import pathlib
import tempfile

from programs import error, plain, program, rows
from stream_programs import run, unique


def numbers_source():
    """`count` numbers in `parts` partitions, with their squares."""
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

    class Reader(DataSourceReader):
        def __init__(self, options):
            self.count = int(options.get("COUNT", 6))
            self.parts = int(options.get("parts", 2))

        def partitions(self):
            return [InputPartition(part) for part in range(self.parts)]

        def read(self, partition):
            for number in range(partition.value, self.count, self.parts):
                yield number, float(number * number), f"n{number}" if number % 2 else None

    class Numbers(DataSource):
        @classmethod
        def name(cls):
            return "Numbers"

        def schema(self):
            return "n INT, square DOUBLE, name STRING"

        def reader(self, schema):
            return Reader(self.options)

    return Numbers


@program
def source_of_numbers(spark):
    spark.dataSource.register(numbers_source())
    frame = spark.read.format("numbers").load()
    many = spark.read.format("NUMBERS").option("Count", 1000).option("parts", 5).load()
    return [rows(frame.orderBy("n")), rows(frame.where("n > 2").select("name").orderBy("name")),
            frame.count(), rows(many.selectExpr("sum(n)", "count(name)", "max(square)")),
            rows(many.join(frame.select("n"), "n").groupBy("name").count().orderBy("name"))]


@program
def source_without_partitions(spark):
    from pyspark.sql import Row
    from pyspark.sql.datasource import DataSource, DataSourceReader

    class Reader(DataSourceReader):
        def __init__(self, schema, options):
            self.names = schema.names
            self.options = options

        def read(self, partition):
            assert partition is None or partition.value is None
            yield Row(b=2, a="x")
            yield Row(a=self.options["path"], b=len(self.names))

    class Pairs(DataSource):
        @classmethod
        def name(cls):
            return "pairs"

        def reader(self, schema):
            return Reader(schema, self.options)

    spark.dataSource.register(Pairs)
    given = spark.read.format("pairs").schema("a STRING, b INT")
    return [rows(given.load("/some/where").orderBy("b")),
            error(lambda: spark.read.format("pairs").load().collect(), with_parameters=False)]


@program
def source_of_many_types(spark):
    import datetime
    import decimal

    from pyspark.sql.datasource import DataSource, DataSourceReader

    class Reader(DataSourceReader):
        def read(self, partition):
            yield (True, 1, 2, 3, 4, 1.5, 2.5, decimal.Decimal("1.25"), "s", b"b",
                   datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12, 30, 1, 5),
                   datetime.datetime(2024, 2, 29, 12, 30), [1, None], {"k": 1}, (1, "x"))
            yield (None,) * 16

    class Types(DataSource):
        @classmethod
        def name(cls):
            return "types"

        def schema(self):
            return ("a BOOLEAN, b BYTE, c SHORT, d INT, e LONG, f FLOAT, g DOUBLE, h DECIMAL(10, 2), "
                    "i STRING, j BINARY, k DATE, l TIMESTAMP, m TIMESTAMP_NTZ, n ARRAY<INT>, "
                    "o MAP<STRING, INT>, p STRUCT<x: INT, y: STRING>")

        def reader(self, schema):
            return Reader()

    spark.dataSource.register(Types)
    frame = spark.read.format("types").load()
    return [frame.dtypes, plain(frame.drop("l").orderBy("d").collect()),
            rows(frame.selectExpr("CAST(l AS STRING)", "n[0]", "p.y").orderBy("l"))]


@program
def source_of_arrow_batches(spark):
    from pyspark.sql.datasource import DataSource, DataSourceReader

    class Reader(DataSourceReader):
        def read(self, partition):
            import pyarrow as pa
            kinds = pa.schema([("key", pa.int32()), ("value", pa.string())])
            for begin in (0, 3):
                yield pa.RecordBatch.from_arrays(
                    [pa.array(range(begin, begin + 3), pa.int32()),
                     pa.array([f"v{i}" for i in range(begin, begin + 3)])], schema=kinds)

    class Batches(DataSource):
        @classmethod
        def name(cls):
            return "batches"

        def schema(self):
            return "key INT, value STRING"

        def reader(self, schema):
            return Reader()

    spark.dataSource.register(Batches)
    return rows(spark.read.format("batches").load().orderBy("key"))


@program
def source_errors(spark):
    from pyspark.sql.datasource import DataSource, DataSourceReader

    class Reader(DataSourceReader):
        def __init__(self, how):
            self.how = how

        def partitions(self):
            if self.how == "partitions":
                raise ValueError("no partitions today")
            return super().partitions()

        def read(self, partition):
            if self.how == "read":
                raise ValueError("nothing to read")
            if self.how == "length":
                return iter([(1, 2)])
            if self.how == "kind":
                return [(1,)]
            return iter([(1,)])

    class Broken(DataSource):
        def __init__(self, options):
            if options.get("how") == "make":
                raise ValueError("cannot be made")
            super().__init__(options)

        @classmethod
        def name(cls):
            return "broken"

        def schema(self):
            return "a INT b INT" if self.options.get("how") == "schema" else "a INT"

        def reader(self, schema):
            if self.options.get("how") == "reader":
                raise ValueError("no reader")
            return Reader(self.options.get("how"))

    spark.dataSource.register(Broken)

    def failure(how):
        read = spark.read.format("broken").option("how", how)
        return [how, error(lambda: read.load().collect(), with_parameters=False)]

    class Parquet(Broken):
        @classmethod
        def name(cls):
            return "parquet"

    hows = ("none", "make", "reader", "partitions", "read", "length", "kind")
    return [[failure(how) for how in hows],
            error(lambda: spark.dataSource.register(Parquet)),
            error(lambda: spark.read.format("never registered").load(), with_parameters=False)]


@program
def source_registered_again(spark):
    first = numbers_source()

    class Second(first):
        def schema(self):
            return "n INT, square DOUBLE, other STRING"

    spark.dataSource.register(first)
    before = spark.read.format("numbers").load().columns
    spark.dataSource.register(Second)
    return [before, spark.read.format("numbers").load().columns]


def written_source():
    """Writes its rows as JSON lines below `path`: what is committed, or that it was aborted."""
    from dataclasses import dataclass

    from pyspark.sql.datasource import (DataSource, DataSourceStreamWriter, DataSourceWriter,
                                        WriterCommitMessage)

    @dataclass
    class Message(WriterCommitMessage):
        rows: list

    class Common:
        def __init__(self, options, schema, overwrite):
            self.path = options["path"]
            self.fails = options.get("fails")
            self.names = schema.names
            self.overwrite = overwrite

        def write(self, iterator):
            found = []
            for row in iterator:
                if self.fails == "write" and row[0] == 3:
                    raise ValueError("three is too much")
                found.append([str(value) for value in row])
            return Message(found)

        def note(self, what, messages):
            kept = sorted(row for message in messages if message is not None
                          for row in message.rows)
            with open(self.path, "w" if self.overwrite and what == "commit" else "a") as file:
                file.write(json.dumps([what, self.overwrite, self.names, kept]) + "\n")

    class Writer(Common, DataSourceWriter):
        def commit(self, messages):
            if self.fails == "commit":
                raise ValueError("cannot commit")
            self.note("commit", messages)

        def abort(self, messages):
            self.note("abort", [])

    class StreamWriter(Common, DataSourceStreamWriter):
        def commit(self, messages, batchId):
            self.note(f"commit {batchId}", messages)

        def abort(self, messages, batchId):
            self.note(f"abort {batchId}", [])

    class Written(DataSource):
        @classmethod
        def name(cls):
            return "written"

        def schema(self):
            return "a INT"

        def writer(self, schema, overwrite):
            return Writer(self.options, schema, overwrite)

        def streamWriter(self, schema, overwrite):
            return StreamWriter(self.options, schema, overwrite)

    return Written


def lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


@program
def source_that_is_written(spark):
    spark.dataSource.register(written_source())
    frame = spark.range(5).selectExpr("id AS n", "CONCAT('t', id) AS text")
    with tempfile.TemporaryDirectory() as directory:
        path = directory + "/out"

        def write(mode, **options):
            writer = frame.write.format("written").mode(mode).options(**options)
            return lambda: writer.save(path)

        write("append")()
        write("append")()
        told = [lines(path)]
        write("overwrite")()
        told.append(lines(path))
        told.append([error(write("append", fails="write"), with_parameters=False),
                     error(write("append", fails="commit"), with_parameters=False)])
        told.append(lines(path))
        told.append(error(write("errorifexists")))
        told.append(error(write("ignore")))
        frame.where("n > 100").write.format("written").mode("append").save(path)
        told.append(lines(path)[-1])
        return told


def line_source():
    """The lines of a file as a stream: its offset is how many there are."""
    from pyspark.sql.datasource import (DataSource, DataSourceStreamReader, InputPartition,
                                        SimpleDataSourceStreamReader)

    def read_lines(path, begin, end):
        with open(path) as file:
            for line in file.read().splitlines()[begin:end]:
                yield int(line), begin

    class Reader(DataSourceStreamReader):
        def __init__(self, path):
            self.path = path

        def initialOffset(self):
            return {"line": 0}

        def latestOffset(self):
            with open(self.path) as file:
                return {"line": len(file.read().splitlines())}

        def partitions(self, start, end):
            middle = (start["line"] + end["line"]) // 2
            return [InputPartition((start["line"], middle)), InputPartition((middle, end["line"]))]

        def read(self, partition):
            return read_lines(self.path, *partition.value)

        def commit(self, end):
            with open(self.path + ".commits", "a") as file:
                file.write(json.dumps(end) + "\n")

    class Simple(SimpleDataSourceStreamReader):
        def __init__(self, path):
            self.path = path

        def initialOffset(self):
            return {"line": 0}

        def read(self, start):
            with open(self.path) as file:
                end = min(len(file.read().splitlines()), start["line"] + 3)
            return iter(list(read_lines(self.path, start["line"], end))), {"line": end}

        def readBetweenOffsets(self, start, end):
            return read_lines(self.path, start["line"], end["line"])

        def commit(self, end):
            pass

    class Lines(DataSource):
        @classmethod
        def name(cls):
            return "lines"

        def schema(self):
            return "n INT, begin INT"

        def streamReader(self, schema):
            if self.options.get("simple"):
                return super().streamReader(schema)
            return Reader(self.options["path"])

        def simpleStreamReader(self, schema):
            return Simple(self.options["path"])

    return Lines


@program
def source_that_streams(spark):
    """Two runs from one checkpoint; between them come more lines."""
    spark.dataSource.register(line_source())
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "lines")
        stream = spark.readStream.format("lines").load(str(path))
        sink = (stream.groupBy("begin").agg({"n": "sum"}).writeStream.outputMode("complete")
                .option("checkpointLocation", directory + "/checkpoint"))
        told = [stream.isStreaming, stream.dtypes]
        for added in ("1\n2\n3\n4\n", "5\n6\n"):
            with path.open("a") as file:
                file.write(added)
            name = unique("lines")
            run(sink.format("memory").queryName(name))
            told.append(rows(spark.table(name).orderBy("begin")))
        told.append(lines(str(path) + ".commits"))
        return told


@program
def simple_source_that_streams(spark):
    """Micro-batches of three lines at most, until there are no more."""
    spark.dataSource.register(line_source())
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "lines")
        path.write_text("".join(f"{number}\n" for number in range(8)))
        stream = (spark.readStream.format("lines").option("simple", "yes").load(str(path)))
        name = unique("simple")
        query = (stream.writeStream.format("memory").queryName(name)
                 .option("checkpointLocation", directory + "/checkpoint").start())
        query.processAllAvailable()
        first = [rows(spark.table(name).orderBy("n")),
                 [json.loads(progress["sources"][0]["endOffset"])
                  if isinstance(progress["sources"][0]["endOffset"], str)
                  else progress["sources"][0]["endOffset"]
                  for progress in query.recentProgress if progress["sources"][0]["numInputRows"]]]
        query.stop()
        return first


@program
def source_that_streams_out(spark):
    spark.dataSource.register(written_source())
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "in")
        spark.range(6).coalesce(1).write.json(str(path))
        stream = spark.readStream.schema("id LONG").json(str(path))
        out = directory + "/out"

        def write(frame, checkpoint, mode="append", **options):
            run(frame.writeStream.format("written").outputMode(mode).options(**options)
                .option("checkpointLocation", f"{directory}/{checkpoint}").option("path", out))

        write(stream, "a")
        write(stream.groupBy((stream.id % 2).alias("odd")).count(), "b", "complete")
        told = [lines(out)]
        told.append(error(lambda: write(stream, "c", fails="write"), with_parameters=False))
        told.append(lines(out)[-1])
        return told


@program
def stream_source_errors(spark):
    from pyspark.sql.datasource import DataSource, DataSourceStreamReader, InputPartition

    class Reader(DataSourceStreamReader):
        def __init__(self, how):
            self.how = how

        def initialOffset(self):
            if self.how == "initialOffset":
                raise ValueError("no beginning")
            return {"at": 0}

        def latestOffset(self):
            if self.how == "latestOffset":
                raise ValueError("no end")
            return {"at": 1}

        def partitions(self, start, end):
            if self.how == "partitions":
                raise ValueError("no parts")
            return [InputPartition(1)]

        def read(self, partition):
            if self.how == "read":
                raise ValueError("no rows")
            yield (1,)

    class Broken(DataSource):
        @classmethod
        def name(cls):
            return "brokenstream"

        def schema(self):
            return "a INT"

        def streamReader(self, schema):
            if self.options["how"] == "reader":
                raise ValueError("no reader")
            return Reader(self.options["how"])

    spark.dataSource.register(Broken)

    def failure(how):
        stream = spark.readStream.format("brokenstream").option("how", how).load()
        told = error(lambda: run(stream.writeStream.format("noop")), with_parameters=False)
        return [how, told]

    return [failure(how) for how in ("none", "initialOffset", "latestOffset", "partitions", "read")]
