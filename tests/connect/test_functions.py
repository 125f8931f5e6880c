"""Python functions beyond what programs answer: on streams, with files, failing and hanging."""
import os
import time

import pyspark
import pytest
from pyspark.errors import PySparkException, PythonException, StreamingQueryException
from pyspark.sql import functions as F

from number_files import numbers
from sessions import run_aside

pytestmark = pytest.mark.timeout(600)


def finish(writer, checkpoint):
    query = (writer.option("checkpointLocation", str(checkpoint)).trigger(availableNow=True).start())
    query.awaitTermination()
    return query


def test_functions_on_streams(spark, tmp_path):
    plus = F.udf(lambda x: x + 100, "long")

    def odd(batches):
        for batch in batches:
            yield batch[batch["n"] % 2 == 1]

    frame = (numbers(spark, str(tmp_path / "in")).select(plus("id").alias("n"))
             .mapInPandas(odd, "n LONG"))
    finish(frame.writeStream.format("memory").queryName("odd_numbers"), tmp_path / "c")
    assert sorted(row[0] for row in spark.table("odd_numbers").collect()) == list(range(101, 120, 2))


def test_groups_on_streams(spark, tmp_path):
    def counted(key, frame):
        import pandas as pd
        return pd.DataFrame({"k": [key[0]], "n": [len(frame)]})

    frame = (numbers(spark, str(tmp_path / "in")).groupBy((F.col("id") % 2).alias("k"))
             .applyInPandas(counted, "k LONG, n LONG"))
    finish(frame.writeStream.format("memory").queryName("counted"), tmp_path / "c")
    # Each micro-batch by itself.
    assert sorted(tuple(row) for row in spark.table("counted").collect()) == [
        (0, 5), (0, 5), (1, 5), (1, 5)]


def test_foreach_function(spark, tmp_path):
    out = str(tmp_path / "rows")

    def note(row):
        with open(out, "a") as file:
            file.write(f"{row.id}\n")

    finish(numbers(spark, str(tmp_path / "in")).writeStream.foreach(note), tmp_path / "c")
    assert sorted(map(int, open(out).read().split())) == list(range(20))


def test_foreach_object(spark, tmp_path):
    out = str(tmp_path)

    class Writer:
        def open(self, partition, epoch):
            self.epoch = epoch
            return epoch != 1

        def process(self, row):
            with open(f"{out}/rows", "a") as file:
                file.write(f"{self.epoch}:{row.id}\n")

        def close(self, error):
            with open(f"{out}/closed", "a") as file:
                file.write(f"{error}\n")

    finish(numbers(spark, str(tmp_path / "in")).writeStream.foreach(Writer()), tmp_path / "c")
    assert sorted(open(f"{out}/rows").read().split()) == [f"0:{i}" for i in range(10)]
    assert set(open(f"{out}/closed").read().split()) == {"None"}


def test_an_error_in_foreach_ends_the_query(spark, tmp_path):
    def fail(row):
        raise ValueError("no good row")

    with pytest.raises(StreamingQueryException, match="no good row") as raised:
        finish(numbers(spark, str(tmp_path / "in"), files=1).writeStream.foreach(fail), tmp_path / "c")
    assert "FOREACH_USER_FUNCTION_ERROR" in str(raised.value)


def test_an_error_names_the_function_s_line(spark):
    def boom(x):
        raise ValueError(f"not {x}")

    with pytest.raises(PythonException, match="ValueError: not 0"):
        spark.range(1).select(F.udf(boom, "long")("id")).collect()


def test_a_crash_fails_one_query_alone(spark):
    def crash(x):
        os._exit(9)

    with pytest.raises(Exception, match="crashed"):
        spark.range(1).select(F.udf(crash, "long")("id")).collect()
    assert spark.range(2).select(F.udf(lambda x: x, "long")("id")).count() == 2


def assert_interrupted(spark, action, started):
    """Interrupts an action that hangs after it has made the file `started`."""
    thread, outcome = run_aside(action)
    while not started.exists():
        thread.join(0.05)
    spark.interruptAll()
    thread.join()
    assert outcome and "OPERATION_CANCELED" in outcome[0]


def hanging(started):
    def hang(x):
        open(started, "w").close()
        time.sleep(600)
        return x
    return hang


def test_a_hanging_function_is_interrupted(spark, tmp_path):
    hang = hanging(tmp_path / "started")
    assert_interrupted(spark, lambda: spark.range(1).select(F.udf(hang, "long")("id")).collect(),
                       tmp_path / "started")


def hanging_source(started):
    from pyspark.sql.datasource import DataSource, DataSourceReader, DataSourceWriter

    hang = hanging(started)

    class Reader(DataSourceReader):
        def read(self, partition):
            yield (hang(1),)

    class Writer(DataSourceWriter):
        def write(self, iterator):
            return hang(None)

    class Hanging(DataSource):
        @classmethod
        def name(cls):
            return "hanging"

        def schema(self):
            return "a INT"

        def reader(self, schema):
            return Reader()

        def writer(self, schema, overwrite):
            return Writer()

    return Hanging


def test_a_hanging_reader_of_a_data_source_is_interrupted(spark, tmp_path):
    spark.dataSource.register(hanging_source(tmp_path / "started"))
    assert_interrupted(spark, lambda: spark.read.format("hanging").load().collect(),
                       tmp_path / "started")


def test_a_hanging_writer_of_a_data_source_is_interrupted(spark, tmp_path):
    spark.dataSource.register(hanging_source(tmp_path / "started"))
    assert_interrupted(
        spark, lambda: spark.range(3).write.format("hanging").mode("append").save(),
        tmp_path / "started")


def test_modules_of_the_client(spark, tmp_path):
    module = tmp_path / "thalweg_test_module.py"
    module.write_text("ANSWER = 42\n")
    spark.addArtifact(str(module), pyfile=True)

    def answer(x):
        import thalweg_test_module
        return thalweg_test_module.ANSWER

    assert spark.range(1).select(F.udf(answer, "long")("id")).collect() == [(42,)]


@pytest.mark.skipif(pyspark.__version__ < "4.2", reason="the client has no arrow_udf")
def test_arrow_functions(spark):
    import pyarrow as pa
    import pyarrow.compute as pc

    @F.arrow_udf("long")
    def twice(x: pa.Array) -> pa.Array:
        return pc.multiply(x, 2)

    assert spark.range(3).select(twice("id")).collect() == [(0,), (2,), (4,)]


def test_user_is_a_function(spark):
    row = spark.range(1).select(F.current_user(), F.expr("current_user"), F.user(),
                                F.session_user()).first()
    assert row[0] and set(row) == {row[0]}


def test_field_names_of_arrays_zip(spark):
    frame = spark.sql("SELECT array(1, 2) AS a, array('x') AS b")
    assert frame.select(F.arrays_zip("a", F.col("b")).alias("z")).schema["z"].dataType.simpleString() \
        == "array<struct<a:int,b:string>>"


def test_shuffle_with_a_seed(spark):
    # Spark 4.3.0 gives this order for the first partition.
    frame = spark.range(0, 1, 1, 1).select(F.expr("shuffle(array(1, 2, 3, 4, 5, 6, 7), 17)").alias("x"))
    assert frame.first()["x"] == [6, 7, 5, 4, 3, 1, 2]


def test_nulls_in_columns_without_any(spark):
    import pandas as pd

    def rows(batches):
        for _ in batches:
            yield pd.DataFrame({"a": pd.array([1, None], "Int64"), "t": ["x", None]})

    # Spark hands NULL on in columns of text, and fails at it in columns of numbers.
    assert len(spark.range(1).mapInPandas(rows, "a LONG, t STRING NOT NULL").collect()) == 2
    with pytest.raises(PySparkException, match="NOT_NULL_ASSERT_VIOLATION"):
        spark.range(1).mapInPandas(rows, "a LONG NOT NULL, t STRING").collect()


def test_files_by_their_plain_names(spark, tmp_path):
    (tmp_path / "words.txt").write_text("here")
    spark.addArtifacts(str(tmp_path / "words.txt"), file=True)

    def read(_):
        with open("words.txt") as file:
            return file.read()

    assert spark.range(1).select(F.udf(read)("id")).first()[0] == "here"

    @F.udtf
    class Words:
        @staticmethod
        def analyze():
            from pyspark.sql.types import IntegerType, StructType
            from pyspark.sql.udtf import AnalyzeResult
            return AnalyzeResult(StructType().add(read(0), IntegerType()))

        def eval(self):
            yield 7,

    assert Words().collect() == [(7,)] and Words().columns == ["here"]
