"""Methods of the program that plan a query and hang: the query can be ended all the same, and their
processes end with it."""
import os
import time

import pytest
from pyspark.sql import functions as F

from sessions import connect, run_aside

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def pipe(tmp_path):
    path = str(tmp_path / "pipe")
    os.mkfifo(path)
    return path


def hanging(pipe):
    """Tells the number of its process, and hangs."""
    def hang():
        import os
        import threading
        with open(pipe, "w") as told:
            told.write(str(os.getpid()))
        threading.Event().wait()
    return hang


def hanging_process(pipe):
    with open(pipe) as told:
        return int(told.read())


def is_running(pid):
    """Whether there is such a process that has not ended: one that has may wait for its parent."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def assert_ends(pid):
    while is_running(pid):  # the test's own timeout ends it
        time.sleep(0.05)


def hanging_table(pipe):
    hang = hanging(pipe)

    class Hang:
        @staticmethod
        def analyze(n):
            hang()

        def eval(self, n):
            yield n,

    return F.udtf(Hang)(F.lit(1))


ACTIONS = {"collect": lambda frame: frame.collect(), "schema": lambda frame: frame.schema}


@pytest.mark.parametrize("action", ACTIONS)
def test_an_analysis_that_hangs_is_interrupted(spark, pipe, action):
    frame = hanging_table(pipe)
    thread, outcome = run_aside(lambda: ACTIONS[action](frame))
    pid = hanging_process(pipe)
    spark.interruptAll()
    thread.join()
    assert outcome and "OPERATION_CANCELED" in outcome[0]
    assert_ends(pid)
    assert spark.range(3).count() == 3


@pytest.mark.parametrize("action", ACTIONS)
def test_an_analysis_that_hangs_ends_with_its_session(server, pipe, action):
    spark = connect(server.url)
    frame = hanging_table(pipe)
    thread, outcome = run_aside(lambda: ACTIONS[action](frame))
    pid = hanging_process(pipe)
    spark.stop()
    thread.join()
    assert outcome
    assert_ends(pid)


def hanging_stream(pipe, method):
    """A stream source one of whose reader's methods hangs."""
    from pyspark.sql.datasource import DataSource, DataSourceStreamReader, InputPartition

    hang = hanging(pipe)

    class Reader(DataSourceStreamReader):
        def initialOffset(self):
            if method == "initialOffset":
                hang()
            return {"n": 0}

        def latestOffset(self, *limits):
            if method == "latestOffset":
                hang()
            return {"n": 1}

        def partitions(self, start, end):
            if method == "partitions":
                hang()
            return [InputPartition(0)]

        def read(self, partition):
            yield 1,

    class Source(DataSource):
        @classmethod
        def name(cls):
            return "hanging_stream"

        def schema(self):
            return "n INT"

        def streamReader(self, schema):
            if method == "streamReader":
                hang()
            return Reader()

    return Source


@pytest.mark.parametrize("method", ["streamReader", "initialOffset", "latestOffset", "partitions"])
def test_a_reader_of_a_stream_that_hangs_ends_with_its_query(spark, pipe, method):
    spark.dataSource.register(hanging_stream(pipe, method))
    query = spark.readStream.format("hanging_stream").load().writeStream.format("noop").start()
    pid = hanging_process(pipe)
    query.stop()
    assert not query.isActive
    assert query.exception() is None
    assert_ends(pid)
