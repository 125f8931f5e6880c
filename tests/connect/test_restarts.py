"""Queries go on in another server when theirs was killed: what calls functions of the program for each
batch, and what reads a stream that is written in Python."""
import json

import pytest

from server import Server
from sessions import connect
from source_programs import line_source
from state_programs import SCHEMA, put

pytestmark = pytest.mark.timeout(600)


class Restarts:
    """A server, and another one when it was killed."""

    def __init__(self, directory):
        self.directory = directory
        self.count = 0
        self.spark = None
        self.running = None
        self.start()

    def start(self):
        self.count += 1
        own = self.directory / f"server{self.count}"
        own.mkdir()
        self.running = Server(own)
        self.spark = connect(self.running.url)

    def kill(self):
        # Before: the oldest client asks a server that is gone for many minutes.
        self.spark.client.close()
        self.running.process.kill()
        self.running.process.wait()
        self.start()

    def end(self):
        self.spark.stop()
        assert self.running.stop() == 0


@pytest.fixture
def restarts(tmp_path):
    made = Restarts(tmp_path)
    yield made
    made.end()


def test_for_each_batch(restarts, tmp_path):
    calls = str(tmp_path / "calls")

    def note(batch, epoch):
        rows = sorted(row.v for row in batch.collect())
        with open(calls, "a") as file:
            file.write(json.dumps([epoch, rows]) + "\n")

    def start():
        frame = restarts.spark.readStream.schema(SCHEMA).json(f"{tmp_path}/in")
        return (frame.writeStream.foreachBatch(note)
                .option("checkpointLocation", f"{tmp_path}/checkpoint").start())

    put(tmp_path, 0, [(1, "a", 1), (2, "b", 2)])
    query = start()
    query_id = query.id
    query.processAllAvailable()
    put(tmp_path, 1, [(3, "a", 3)])
    query.processAllAvailable()
    restarts.kill()
    put(tmp_path, 2, [(4, "a", 4)])
    query = start()
    query.processAllAvailable()
    assert query.id == query_id
    query.stop()
    with open(calls) as file:
        assert [json.loads(line) for line in file] == [[0, [1, 2]], [1, [3]], [2, [4]]]


def test_a_stream_written_in_python(restarts, tmp_path):
    lines = tmp_path / "lines"

    def start():
        restarts.spark.dataSource.register(line_source())
        frame = restarts.spark.readStream.format("lines").option("path", str(lines)).load()
        return (frame.writeStream.format("parquet").option("path", f"{tmp_path}/out")
                .option("checkpointLocation", f"{tmp_path}/checkpoint").start())

    lines.write_text("1\n2\n3\n")
    query = start()
    query_id = query.id
    query.processAllAvailable()
    with open(lines, "a") as file:
        file.write("4\n")
    query.processAllAvailable()
    restarts.kill()
    with open(lines, "a") as file:
        file.write("5\n6\n")
    query = start()
    query.processAllAvailable()
    assert query.id == query_id
    query.stop()
    written = restarts.spark.read.parquet(f"{tmp_path}/out")
    name = written.columns[0]
    assert [row[0] for row in written.select(name).orderBy(name).collect()] == [1, 2, 3, 4, 5, 6]
