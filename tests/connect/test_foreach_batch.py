"""foreachBatch: the function runs in a process of its own and is a client of the server."""
import pathlib

import pytest
from pyspark.errors import StreamingQueryException

from number_files import numbers
from server import Server
from sessions import connect

pytestmark = pytest.mark.timeout(600)


def test_a_batch_is_used_several_times(spark, tmp_path):
    one, two = str(tmp_path / "one"), str(tmp_path / "two")

    def write(batch, epoch):
        assert not batch.isStreaming
        batch.write.mode("append").parquet(one)
        total = batch.count()
        batch.selectExpr("id * 2 as twice", f"{epoch} as epoch", f"{total} as n").write.mode(
            "append").json(two)

    query = (numbers(spark, str(tmp_path / "in")).writeStream.foreachBatch(write)
             .option("checkpointLocation", str(tmp_path / "c")).trigger(availableNow=True).start())
    query.awaitTermination()
    assert sorted(row[0] for row in spark.read.parquet(one).collect()) == list(range(20))
    found = spark.read.schema("twice LONG, epoch LONG, n LONG").json(two)
    assert found.groupBy("epoch", "n").count().orderBy("epoch").collect() == [(0, 10, 10), (1, 10, 10)]


def test_the_session_is_the_query_s(spark, tmp_path):
    spark.createDataFrame([(3, "three")], "id LONG, name STRING").createOrReplaceTempView("names")
    out = str(tmp_path / "out")

    def join(batch, epoch):
        batch.createOrReplaceTempView("rows")
        batch.sparkSession.sql("select * from rows join names using (id)").write.mode(
            "append").json(out)

    query = (numbers(spark, str(tmp_path / "in"), files=1).writeStream.foreachBatch(join)
             .trigger(availableNow=True).start())
    query.awaitTermination()
    assert [tuple(r) for r in spark.read.schema("id LONG, name STRING").json(out).collect()] == [
        (3, "three")]


def test_an_error_of_the_function_ends_the_query(spark, tmp_path):
    def fail(batch, epoch):
        raise ValueError("no good batch")

    query = (numbers(spark, str(tmp_path / "in"), files=1).writeStream.foreachBatch(fail)
             .trigger(availableNow=True).start())
    with pytest.raises(StreamingQueryException, match="no good batch") as raised:
        query.awaitTermination()
    assert "FOREACH_BATCH_USER_FUNCTION_ERROR" in str(raised.value)


def test_a_query_stops_while_its_function_works(spark, tmp_path):
    started = tmp_path / "started"

    def linger(batch, epoch):
        import time
        pathlib.Path(started).write_text("yes")
        time.sleep(600)

    query = (numbers(spark, str(tmp_path / "in"), files=1).writeStream.foreachBatch(linger).start())
    while not started.exists():
        query.awaitTermination(0.05)
    query.stop()
    assert not query.isActive
    assert query.exception() is None


def test_a_stop_is_no_error_in_the_log(tmp_path):
    log = tmp_path / "log"
    with open(log, "w") as file:
        server = Server(tmp_path, log=file)
        session = connect(server.url)
        rows = session.readStream.format("rate-micro-batch").option("rowsPerBatch", "10").load()
        query = (rows.writeStream.foreachBatch(lambda batch, epoch: batch.count())
                 .trigger(once=True).start())
        assert query.awaitTermination(500)
        # The next ends with its session, between two batches or in one.
        rows.writeStream.foreachBatch(lambda batch, epoch: batch.count()).trigger(
            processingTime="1 second").start()
        session.stop()
        assert server.stop() == 0
    assert "Traceback" not in log.read_text()
