"""Streaming queries as clients see them, where answers differ from run to run."""
import random
import threading
import time

import pytest
from pyspark.errors import StreamingQueryException
from pyspark.sql.connect.streaming.query import StreamingQueryListenerBus
from pyspark.sql.streaming import StreamingQueryListener

pytestmark = pytest.mark.timeout(600)


def rate(spark, rows=10):
    return spark.readStream.format("rate").option("rowsPerSecond", rows).load()


def test_a_query_runs_and_stops(spark):
    query = rate(spark).writeStream.format("memory").queryName("ticks").start()
    assert query.isActive
    assert query.name == "ticks"
    assert [q.id for q in spark.streams.active] == [query.id]
    assert spark.streams.get(query.id).runId == query.runId
    query.processAllAvailable()
    assert query.awaitTermination(0.05) is False
    assert set(query.status) == {"message", "isDataAvailable", "isTriggerActive"}
    query.stop()
    assert not query.isActive
    assert query.awaitTermination() is None
    assert spark.streams.active == []
    assert query.exception() is None


def test_a_name_is_used_once(spark):
    query = rate(spark).writeStream.format("noop").queryName("once").start()
    with pytest.raises(Exception, match="once"):
        rate(spark).writeStream.format("noop").queryName("once").start()
    query.stop()


def test_any_termination(spark):
    query = rate(spark).writeStream.format("noop").start()
    assert spark.streams.awaitAnyTermination(0.05) is False
    query.stop()
    assert spark.streams.awaitAnyTermination(5) is True
    spark.streams.resetTerminated()
    assert spark.streams.awaitAnyTermination(0.05) is False


def test_a_failure_has_its_cause(spark):
    failing = rate(spark, 1000).selectExpr("1 / (value - value) as q")
    query = failing.writeStream.format("noop").start()
    with pytest.raises(StreamingQueryException, match="DIVIDE_BY_ZERO"):
        query.awaitTermination()
    assert "DIVIDE_BY_ZERO" in str(query.exception())


def test_tables(spark, tmp_path):
    source = str(tmp_path / "in")
    spark.range(5).write.parquet(source)
    stream = spark.readStream.schema("id LONG").parquet(source)
    name = "streamed"
    query = (stream.writeStream.option("checkpointLocation", str(tmp_path / "c"))
             .option("path", str(tmp_path / "out")).trigger(availableNow=True).toTable(name))
    query.awaitTermination()
    assert spark.table(name).count() == 5
    assert spark.readStream.table(name).isStreaming


class Recorder(StreamingQueryListener):
    def __init__(self):
        self.events = []
        self.terminated = threading.Event()

    def onQueryStarted(self, event):
        self.events.append(("started", event.id, event.name))

    def onQueryProgress(self, event):
        self.events.append(("progress", event.progress.id, event.progress.numInputRows))

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        self.events.append(("terminated", event.id, event.exception))
        self.terminated.set()


def test_listeners(spark):
    listener = Recorder()
    spark.streams.addListener(listener)
    query = rate(spark, 100).writeStream.format("noop").queryName("heard").start()
    while not any(event[0] == "progress" for event in listener.events):
        query.awaitTermination(0.05)
    query.stop()
    assert listener.terminated.wait(500)
    spark.streams.removeListener(listener)
    # The client tells of the start when start() comes back, which may be after the first batch.
    started = [event for event in listener.events if event[0] == "started"]
    assert [(str(event[1]), event[2]) for event in started] == [(str(query.id), "heard")]
    assert any(event[0] == "progress" for event in listener.events)
    assert listener.events[-1][0] == "terminated"
    assert listener.events[-1][2] is None


def by_stop(spark, query):
    query.stop()


def by_waiting(spark, query):
    query.awaitTermination()


def by_asking(spark, query):
    while query.isActive:
        time.sleep(0.01)


def by_any(spark, query):
    spark.streams.awaitAnyTermination()
    spark.streams.resetTerminated()


@pytest.mark.parametrize("ends", [by_stop, by_waiting, by_asking, by_any])
def test_the_last_events_come_before_the_listener_goes(spark, monkeypatch, ends):
    """A client that gets an event while it takes its last listener off waits for itself for ever."""
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    pauses = random.Random(seed)
    register = StreamingQueryListenerBus._register_server_side_listener

    def take_slowly(events):
        while True:
            threading.Event().wait(pauses.uniform(0, 0.02))
            event = next(events, None)
            if event is None:
                return
            yield event

    monkeypatch.setattr(StreamingQueryListenerBus, "_register_server_side_listener",
                        lambda bus: take_slowly(register(bus)))
    source = spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 5).load()
    for _ in range(5):
        listener = Recorder()
        spark.streams.addListener(listener)
        writer = source.writeStream.format("noop")
        once = ends is not by_stop
        writer = writer.trigger(once=True) if once else writer.trigger(processingTime="1 second")
        query = writer.start()
        ends(spark, query)
        spark.streams.removeListener(listener)
        assert listener.events[-1][0] == "terminated"
        assert str(listener.events[-1][1]) == str(query.id)
