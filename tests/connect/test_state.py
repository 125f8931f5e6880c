"""Functions and processors with state when something goes wrong: their states are those of the last
commit, and the rows those of a query that nothing happened to."""
import os

import pytest
import pyspark
from pyspark.errors import StreamingQueryException
from pyspark.sql.types import StructType

from processor_programs import COUNTED as PROCESSED
from processor_programs import ROCKS, counter, transformed
from server import Server
from sessions import connect
from state_programs import SCHEMA, counting, put

pytestmark = pytest.mark.timeout(600)

# Not as text, which clients let the session parse that was the first one in the process.
STATE = StructType().add("calls", "integer").add("n", "integer").add("total", "long")
COUNTED = (StructType([StructType().add("k", "string")[0], *STATE]), STATE)


def dying_function():
    def dying(key, frames, state):
        import os
        state.update((7, 7, 7))
        os._exit(3)
    return dying


def hanging_function(pipe):
    def hanging(key, frames, state):
        import threading
        state.update((7, 7, 7))
        with open(pipe, "w") as told:
            told.write("here")
        threading.Event().wait()
    return hanging


def spoiled(act):
    """A counter that spoils its state, and then does what `act` does."""
    counts = counter()

    class Spoiled(type(counts)):
        def handleInputRows(self, key, rows, timerValues):
            self.counts.update((7, 7, 7))
            act()
            yield

    return Spoiled()


def dying_processor():
    def die():
        import os
        os._exit(3)
    return spoiled(die)


def hanging_processor(pipe):
    def hang():
        import threading
        with open(pipe, "w") as told:
            told.write("here")
        threading.Event().wait()
    return spoiled(hang)


def with_function(frame, function):
    return frame.groupBy("k").applyInPandasWithState(function, *COUNTED, "append", "NoTimeout")


def with_processor(frame, processor):
    return transformed(frame, processor, PROCESSED, mode="Append")


class Kind:
    """How a query keeps its state, and what calls go wrong."""

    def __init__(self, apply, good, dying, hanging):
        self.apply, self.good, self.dying, self.hanging = apply, good, dying, hanging


FUNCTION = Kind(with_function, counting, dying_function, hanging_function)
PROCESSOR = Kind(with_processor, counter, dying_processor, hanging_processor)
KINDS = [pytest.param(FUNCTION, id="function")]
if not pyspark.__version__.startswith("4.0"):
    KINDS.append(pytest.param(PROCESSOR, id="processor"))
each_kind = pytest.mark.parametrize("kind", KINDS)


def start(spark, directory, kind, called):
    if kind is PROCESSOR:
        spark.conf.set("spark.sql.streaming.stateStore.providerClass", ROCKS)
    frame = spark.readStream.schema(SCHEMA).json(f"{directory}/in")
    return (kind.apply(frame, called).writeStream.format("parquet").outputMode("append")
            .option("checkpointLocation", f"{directory}/checkpoint").start(f"{directory}/out"))


def found(spark, directory):
    written = spark.read.parquet(f"{directory}/out").orderBy("k", "calls")
    return [tuple(row) for row in written.collect()]


@each_kind
def test_states_outlive_a_server_that_is_killed(tmp_path, kind):
    (tmp_path / "first").mkdir()
    running = Server(tmp_path / "first", "--conf", "spark.sql.shuffle.partitions=2")
    spark = connect(running.url)
    put(tmp_path, 0, [(1, "a", 1), (2, "b", 2)])
    query = start(spark, tmp_path, kind, kind.good())
    query_id = query.id
    query.processAllAvailable()
    put(tmp_path, 1, [(3, "a", 3)])
    query.processAllAvailable()
    # Before: the oldest client asks a server that is gone for many minutes.
    spark.client.close()
    running.process.kill()
    running.process.wait()

    put(tmp_path, 2, [(4, "a", 5), (5, "b", 6)])
    (tmp_path / "second").mkdir()
    running = Server(tmp_path / "second", "--conf", "spark.sql.shuffle.partitions=2")
    try:
        spark = connect(running.url)
        query = start(spark, tmp_path, kind, kind.good())
        query.processAllAvailable()
        query.stop()
        assert query.id == query_id
        assert found(spark, tmp_path) == [("a", 1, 1, 1), ("a", 2, 2, 4), ("a", 3, 3, 9),
                                          ("b", 1, 1, 2), ("b", 2, 2, 8)]
        spark.stop()
    finally:
        running.stop()


@each_kind
def test_a_worker_that_dies_ends_its_query_alone(spark, tmp_path, kind):
    put(tmp_path, 0, [(1, "a", 1), (2, "b", 2)])
    query = start(spark, tmp_path, kind, kind.good())
    query.processAllAvailable()
    query.stop()

    put(tmp_path, 1, [(3, "a", 3)])
    query = start(spark, tmp_path, kind, kind.dying())
    with pytest.raises(StreamingQueryException, match="PYTHON_WORKER_FAILED"):
        query.awaitTermination(500)
    query = start(spark, tmp_path, kind, kind.good())
    query.processAllAvailable()
    query.stop()
    assert found(spark, tmp_path) == [("a", 1, 1, 1), ("a", 2, 2, 4), ("b", 1, 1, 2)]


@each_kind
def test_a_query_that_is_stopped_ends_a_call_that_hangs(spark, tmp_path, kind):
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    put(tmp_path, 0, [(1, "a", 1)])
    query = start(spark, tmp_path, kind, kind.hanging(pipe))
    with open(pipe) as told:
        assert told.read() == "here"
    query.stop()
    assert not query.isActive
    assert query.exception() is None
    query = start(spark, tmp_path, kind, kind.good())
    query.processAllAvailable()
    query.stop()
    assert found(spark, tmp_path) == [("a", 1, 1, 1)]
