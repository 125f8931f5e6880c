"""Many clients at once: each gets what is its own."""
import threading
import uuid

import pytest
from pyspark.errors import AnalysisException, ArithmeticException
from pyspark.sql import functions as F

from sessions import connect

CLIENTS = 50

pytestmark = pytest.mark.timeout(600)


def all_at_once(work):
    """Runs `work` once for each client's number, all at the same time; gives what went wrong."""
    failures, start = [], threading.Barrier(CLIENTS)

    def run(number):
        try:
            start.wait()
            work(number)
        except Exception as error:  # noqa: BLE001
            failures.append(f"client {number}: {error!r}")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_batch_queries(server):
    def work(number):
        spark = connect(server.url)
        spark.conf.set("my.number", str(number))
        spark.range(number, number + 100).createOrReplaceTempView("mine")
        for _ in range(3):
            rows = spark.sql("select id, id * 2 as twice from mine order by id").collect()
            assert [tuple(row) for row in rows] == [(i, 2 * i) for i in range(number, number + 100)]
            grouped = spark.table("mine").groupBy((F.col("id") % 3).alias("k")).count()
            assert sum(row["count"] for row in grouped.collect()) == 100
        assert spark.conf.get("my.number") == str(number)
        spark.stop()

    assert all_at_once(work) == []


def test_streams(server, tmp_path):
    def work(number):
        spark = connect(server.url)
        directory, name = str(tmp_path / f"in{number}"), f"stream_{uuid.uuid4().hex[:8]}"
        spark.range(number, number + 20).coalesce(1).write.parquet(directory)
        query = (spark.readStream.schema("id LONG").parquet(directory).writeStream.format("memory")
                 .queryName(name).trigger(availableNow=True).start())
        assert query.awaitTermination(500)
        assert sorted(row.id for row in spark.table(name).collect()) == list(
            range(number, number + 20))
        assert [q.id for q in spark.streams.active] == []
        spark.stop()

    assert all_at_once(work) == []


def test_errors(server):
    def work(number):
        spark = connect(server.url)
        with pytest.raises(AnalysisException) as raised:
            spark.sql(f"select column_{number}").collect()
        assert f"`column_{number}`" in str(raised.value)
        assert raised.value.getCondition().startswith("UNRESOLVED_COLUMN")
        with pytest.raises(ArithmeticException) as raised:
            spark.range(number + 1).select(F.col("id") / (F.col("id") - number)).collect()
        assert raised.value.getCondition() == "DIVIDE_BY_ZERO"
        assert spark.range(number).count() == number
        spark.stop()

    assert all_at_once(work) == []


def test_a_heavy_query_does_not_starve_the_others(server):
    """Small queries are answered while a query runs that would take for ever."""
    heavy = connect(server.url)
    started, outcome = threading.Event(), []

    def run():
        heavy.addTag("heavy")
        started.set()
        try:
            heavy.range(10**13).agg(F.sum(F.col("id") % 7)).collect()
        except Exception as error:  # noqa: BLE001
            outcome.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    others = connect(server.url)
    for number in range(20):
        assert others.sql(f"select {number} as n").first().n == number
    # It has run all the while.
    assert outcome == []
    while not heavy.interruptTag("heavy"):
        pass
    thread.join()
    assert "OPERATION_CANCELED" in outcome[0]
    heavy.stop()
    others.stop()
