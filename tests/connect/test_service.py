"""Sessions, executions and their limits."""
import threading
import uuid

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F

from server import Server
from sessions import connect

pytestmark = pytest.mark.timeout(600)


def abandon(session):
    """Ends a session that the server does not want."""
    session.client.close()


def test_version_and_explain(spark):
    assert spark.version == "4.3.0"
    assert "Physical Plan" in spark.range(3).filter("id > 1")._explain_string(extended=True)


def test_sessions_do_not_see_each_other(server):
    one = connect(server.url)
    other = connect(server.url)
    one.range(1).createOrReplaceTempView("mine")
    one.conf.set("spark.sql.session.timeZone", "America/New_York")
    assert not other.catalog.tableExists("mine")
    assert other.conf.get("spark.sql.session.timeZone") == "UTC"
    one.stop()
    assert other.range(2).count() == 2
    other.stop()


def test_large_results_and_inputs(spark):
    frame = spark.range(300_000).select("id", F.concat(F.lit("row "), "id").alias("t"))
    found = frame.toPandas()
    assert len(found) == 300_000
    assert found["t"].iloc[299_999] == "row 299999"
    # Above the threshold from which clients upload rows.
    local = [(i, "x" * 100) for i in range(30_000)]
    assert spark.createDataFrame(local, "i INT, t STRING").agg(F.sum("i")).first()[0] == 449985000


def test_deeply_nested_plans(spark):
    frame = spark.range(3)
    for i in range(300):
        frame = frame.withColumn(f"c{i % 5}", F.lit(i))
    assert frame.filter("id = 2").count() == 1


def test_many_clients(server):
    failures = []

    def work(number):
        try:
            session = connect(server.url)
            assert session.range(number).count() == number
            session.stop()
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_interrupt_ends_a_wait(spark):
    query = (spark.readStream.format("rate").load().writeStream.format("noop")
             .option("checkpointLocation", "").trigger(processingTime="1 hour").start())
    outcome = []

    def wait():
        spark.addTag("waiting")
        try:
            query.awaitTermination()
        except PySparkException as error:
            outcome.append(str(error))

    thread = threading.Thread(target=wait)
    thread.start()
    ids = []
    while not ids:
        ids = spark.interruptTag("waiting")
    thread.join()
    assert len(ids) == 1
    assert "OPERATION_CANCELED" in outcome[0]
    query.stop()


def test_names_are_matched_in_little_time(spark):
    name = "a" * 60
    spark.range(1).createOrReplaceTempView(name)
    assert spark.catalog.listTables(pattern="*a" * 30 + "b") == []
    assert [t.name for t in spark.catalog.listTables(pattern="x|*a*" + "A*" * 20)] == [name]
    assert [t.name for t in spark.catalog.listTables(pattern="aa*")] == [name]


def test_the_last_rows_come_without_the_others(spark):
    last = spark.range(1_000_000).orderBy("id").tail(3)
    assert [row[0] for row in last] == [999_997, 999_998, 999_999]
    assert spark.range(5).orderBy("id").tail(9) == spark.range(5).orderBy("id").collect()
    assert spark.range(5).tail(0) == []
    assert spark.range(0).tail(2) == []


def test_a_token_is_asked_for(tmp_path):
    running = Server(tmp_path, environment={"SPARK_CONNECT_AUTHENTICATE_TOKEN": "secret"})
    try:
        url = f"sc://localhost:{running.port}/;token="
        session = connect(url + "secret")
        assert session.range(2).count() == 2
        session.stop()
        stranger = connect(url + "wrong")
        with pytest.raises(Exception, match="Invalid authentication token"):
            stranger.range(1).collect()
        abandon(stranger)
    finally:
        running.stop()


def test_a_session_that_was_closed_stays_closed(server):
    session_id = str(uuid.uuid4())
    url = f"{server.url}/;session_id={session_id}"
    session = connect(url)
    session.range(1).collect()
    session.stop()
    again = connect(url)
    with pytest.raises(Exception, match="SESSION_CLOSED"):
        again.range(1).collect()
    abandon(again)
