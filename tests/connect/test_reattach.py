"""A client behind connections that break: what it asked for is done once, and it gets all of it
once."""
import threading
import uuid

import pytest
from pyspark.sql import functions as F
from pyspark.sql.streaming.listener import StreamingQueryListener

from proxy import CuttingProxy
from sessions import connect

SEEDS = (1, 2)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed{seed}")
def broken(request, server):
    """A session whose connections break, and the proxy that breaks them."""
    proxy = CuttingProxy(server.port, request.param)
    session = connect(proxy.url)
    # Results in many parts: connections get on by some of them before they break.
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "250")
    yield session, proxy
    proxy.breaks = False
    session.stop()
    proxy.close()


def texts(spark, rows):
    return spark.range(rows).select("id", F.concat(F.lit("row "), "id").alias("t"))


def test_results_come_once_and_whole(broken):
    spark, proxy = broken
    # As rows, so that nothing that comes twice or not at all can hide.
    found = [tuple(row) for row in texts(spark, 30_000).orderBy("id").collect()]
    assert found == [(i, f"row {i}") for i in range(30_000)]
    assert proxy.cuts > 0


def test_large_messages_come_once_and_whole(server):
    proxy = CuttingProxy(server.port, 5, ranges=((1_500_000, 2_500_000),))
    spark = connect(proxy.url)
    frame = texts(spark, 200_000)
    table = frame.toArrow() if hasattr(frame, "toArrow") else frame.toPandas()
    assert table["id"].to_pylist() == list(range(200_000))
    assert proxy.cuts > 0
    proxy.breaks = False
    spark.stop()
    proxy.close()


def test_many_small_results(broken):
    spark, proxy = broken
    for number in range(30):
        assert spark.sql(f"select {number} as n").first().n == number
    assert proxy.cuts > 0


def test_commands_are_carried_out_once(broken, tmp_path):
    spark, proxy = broken
    directory = str(tmp_path / "rows")
    for number in range(15):
        spark.range(number, number + 1).write.mode("append").parquet(directory)
    assert sorted(row.id for row in spark.read.parquet(directory).collect()) == list(range(15))
    assert proxy.cuts > 0


class Events(StreamingQueryListener):
    """Notes the batches of one query; `ended` is set when it has ended."""

    def __init__(self):
        self.batches = []
        self.ended = threading.Event()

    def onQueryStarted(self, event):
        pass

    def onQueryProgress(self, event):
        self.batches.append((event.progress.batchId, event.progress.numInputRows))

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        self.ended.set()


def test_streams_and_their_listeners(broken, server, tmp_path):
    spark, proxy = broken
    directory, files = str(tmp_path / "in"), 12
    whole = connect(server.url)
    for number in range(files):
        whole.range(number * 10, number * 10 + 10).coalesce(1).write.mode("append").parquet(
            directory)
    whole.stop()
    events = Events()
    spark.streams.addListener(events)
    name = f"broken_{uuid.uuid4().hex[:8]}"
    query = (spark.readStream.schema("id LONG").option("maxFilesPerTrigger", 1).parquet(directory)
             .writeStream.format("memory").queryName(name).trigger(availableNow=True).start())
    while query.isActive:
        query.awaitTermination(1)
    assert query.awaitTermination(60)
    assert events.ended.wait(120)
    spark.streams.removeListener(events)
    # Each batch once, in its place.
    assert events.batches == [(number, 10) for number in range(files)]
    assert [p.batchId for p in query.recentProgress] == list(range(files))
    assert sorted(row.id for row in spark.table(name).collect()) == list(range(files * 10))
    assert proxy.cuts > 0
