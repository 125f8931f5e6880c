"""Opens session after session, good ones and bad ones, and checks that the server keeps nothing of
them: python soak.py [--sessions N] [--seed N] [--megabytes N] [--few]. What it used is measured
after each of three rounds, or after every 1,000 sessions; at last (not with --few) many clients
vanish at once, each in the middle of a large result. Threads, files and processes have to come back
to what they were, and memory but for so many megabytes.
"""
import argparse
import os
import pathlib
import random
import socket
import sys
import tempfile
import threading
import time
import zlib

os.environ.setdefault("USER", "tester")
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import grpc  # noqa: E402
from pyspark.sql import functions as F  # noqa: E402
from pyspark.sql.connect import proto  # noqa: E402

from raw_client import RawClient, await_termination, query_command, sql, start_stream  # noqa: E402
from server import Server  # noqa: E402
from sessions import connect  # noqa: E402

LEAST_ROUNDS = 3
MOST_SESSIONS_PER_ROUND = 1000
VANISHING = 50
# What may be more than before: counts of the threads and files that libraries keep, and memory that
# the allocator keeps for later. That is many times what lives (5 to 8 MiB with all sessions gone): it
# depends on the results that were under way at once.
MORE_THREADS = 8
MORE_FILES = 4
MORE_MEGABYTES = 100
# What the first round may add to that.
WARM_UP_BYTES = 64 << 20
QUIET_SECONDS = 600
THREADS = 8
# What a client sends first on a connection, and settings without any.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)


def stock(port, number):
    """A program of the stock client."""
    session = connect(f"sc://127.0.0.1:{port}")
    assert session.range(100).filter(F.col("id") % 2 == 0).count() == 50
    session.createDataFrame([(number, "x")], "n INT, t STRING").createOrReplaceTempView("mine")
    assert session.sql("select n from mine").first()[0] == number
    session.stop()


def query(port, number):
    client = RawClient(port)
    for size in (1, 1000, 30_000):
        assert client.rows(f"select id, id + {number} from range({size})") == size
    client.end()


def vanish(port, number):
    """Goes after the first responses of a large result."""
    client = RawClient(port)
    responses = client.start(sql("select id, repeat('x', 1000) from range(50000)"))
    for _ in range(1 + number % 3):
        next(responses)
    client.vanish()


def stream(port, number):
    """A streaming query, of a client that stops it, ends its session or vanishes."""
    client = RawClient(port)
    once = number % 3 == 0
    started = start_stream(client, f"stream_{number}", ("noop", "memory")[number % 2], once)
    client.command(**(await_termination(started) if once else query_command(started, status=True)))
    if number % 3 == 1:
        client.command(**query_command(started, stop=True))
    if number % 3 == 2:
        client.vanish()
    else:
        client.end()


def wait(port, number):
    """Waits for a query's end and vanishes meanwhile."""
    client = RawClient(port)
    command = proto.Command(**await_termination(start_stream(client)))
    waiting = client.start(proto.Plan(command=command))
    if number % 2 == 0:
        waiting.cancel()
    client.vanish()


def listen(port, number):
    """Listens to queries, and vanishes or ends."""
    client = RawClient(port)
    bus = proto.StreamingQueryListenerBusCommand(add_listener_bus_listener=True)
    events = client.start(proto.Plan(command=proto.Command(
        streaming_query_listener_bus_command=bus)))
    next(events)
    start_stream(client)
    next(events)
    client.vanish() if number % 2 == 0 else client.end()


def call_function(port, number):
    """A query whose batches a function of the program gets, in a process of its own."""
    session = connect(f"sc://127.0.0.1:{port}")
    rows = (session.readStream.format("rate-micro-batch").option("rowsPerBatch", "10").load())

    def count(batch, epoch):
        assert batch.count() == 10

    query = rows.writeStream.foreachBatch(count).trigger(once=True).start()
    assert query.awaitTermination(QUIET_SECONDS)
    rows.writeStream.foreachBatch(count).trigger(processingTime="1 second").start()
    session.stop() if number % 2 == 0 else session.client.close()


def fail(port, number):
    """Asks for what fails; the details of every second error are never fetched."""
    client = RawClient(port)
    for text in ("select nope", "select 1 / 0", "this is no SQL", "select raise_error('x')"):
        try:
            client.rows(text)
            raise AssertionError("no error")
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INTERNAL, error
    client.end() if number % 2 == 0 else client.vanish()


def upload(port, number):
    """Uploads files, the last one not to its end."""
    client = RawClient(port)

    def request(**payload):
        return proto.AddArtifactsRequest(**client.ids, **payload)

    def chunk(data):
        return proto.AddArtifactsRequest.ArtifactChunk(data=data, crc=zlib.crc32(data))

    def begin(name, chunks):
        return request(begin_chunk=proto.AddArtifactsRequest.BeginChunkedArtifact(
            name=name, total_bytes=chunks * 100_000, num_chunks=chunks,
            initial_chunk=chunk(b"a" * 100_000)))

    client.stub.AddArtifacts(iter([begin("files/whole", 2), request(chunk=chunk(b"b" * 100_000))]))
    try:
        client.stub.AddArtifacts(iter([begin("files/part", 3)]))
        raise AssertionError("no error")
    except grpc.RpcError as error:
        assert "lacks chunks" in error.details(), error
    client.end() if number % 2 == 0 else client.vanish()


def half_open(port, number):
    """A connection whose other end says nothing, or nothing more; the server closes it."""
    connection = socket.create_connection(("127.0.0.1", port))
    if number % 2 == 0:
        connection.sendall(PREFACE)
    HALF_OPEN.append(connection)


HALF_OPEN = []
KINDS = [stock, query, vanish, stream, query, wait, listen, fail, upload, half_open]
# Of so many sessions one calls a function: a process takes its time to start.
SESSIONS_PER_FUNCTION = 60


def children_of(pid):
    found = []
    for directory in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = (directory / "stat").read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
        if parent == str(pid):
            found.append(int(directory.name))
    return found


class Usage:
    """What a process uses."""

    def __init__(self, pid):
        self.threads = len(os.listdir(f"/proc/{pid}/task"))
        self.files = len(os.listdir(f"/proc/{pid}/fd"))
        pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
        self.bytes = pages * os.sysconf("SC_PAGE_SIZE")
        self.processes = len(children_of(pid))

    def __str__(self):
        return (f"{self.bytes / (1 << 20):7.1f} MiB, {self.threads:3} threads, {self.files:3} files, "
                f"{self.processes} processes")


def quiet_usage(pid, before, most_bytes):
    """What the server uses once it uses no more than before, or does not come down to that. Results
    of clients that vanished are kept until their sessions expire."""
    deadline = time.monotonic() + QUIET_SECONDS
    while True:
        usage = Usage(pid)
        quiet = usage.threads <= before.threads + MORE_THREADS
        quiet = quiet and usage.files <= before.files + MORE_FILES
        quiet = quiet and usage.processes <= before.processes and usage.bytes <= most_bytes
        if quiet or time.monotonic() > deadline:
            return usage
        time.sleep(0.5)


def run_round(port, numbers, order):
    """Runs the sessions of `numbers`, several at once; gives what went wrong."""
    left, failures = iter(numbers), []
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                number = next(left, None)
                if number is None or failures:
                    return
                kind = order.choice(KINDS)
                if number % SESSIONS_PER_FUNCTION == 0:
                    kind = call_function
            try:
                kind(port, number)
            except Exception as error:  # noqa: BLE001
                failures.append(f"{kind.__name__} {number}: {error!r}")

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def wait_for_half_open():
    """The server closes them: their input ends."""
    for connection in HALF_OPEN:
        connection.settimeout(QUIET_SECONDS)
        try:
            while connection.recv(4096):
                pass
        except ConnectionError:
            pass
        connection.close()
    HALF_OPEN.clear()


def check_quiet(pid, before, most_bytes, what):
    """Waits until the server uses no more than before and `most_bytes`; gives what it uses."""
    wait_for_half_open()
    usage = quiet_usage(pid, before, most_bytes)
    print(f"{what:15} {usage}", flush=True)
    assert usage.threads <= before.threads + MORE_THREADS, "threads are left"
    assert usage.files <= before.files + MORE_FILES, "files are left"
    assert usage.processes <= before.processes, "processes are left"
    assert usage.bytes <= most_bytes, "memory is kept"
    return usage


def vanish_at_once(port):
    failures = []

    def work(number):
        try:
            vanish(port, number)
        except Exception as error:  # noqa: BLE001
            failures.append(repr(error))

    threads = [threading.Thread(target=work, args=[number]) for number in range(VANISHING)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def soak(server, sessions, seed, more_bytes, few):
    pid, order = server.process.pid, random.Random(seed)
    for kind in (*KINDS[:-1], call_function):
        kind(server.port, 0)
    before = Usage(pid)
    print(f"{'before':15} {before}", flush=True)
    most_bytes = before.bytes + WARM_UP_BYTES + more_bytes
    rounds = max(LEAST_ROUNDS, sessions // MOST_SESSIONS_PER_ROUND)
    for number in range(rounds):
        first, last = number * sessions // rounds, (number + 1) * sessions // rounds
        failures = run_round(server.port, range(first, last), order)
        assert not failures, failures
        print(f"{'':15} {Usage(pid)} at the end of the round", flush=True)
        usage = check_quiet(pid, before, most_bytes, f"{last} sessions")
        if number == 0:
            most_bytes = usage.bytes + more_bytes
    if few:
        return
    vanish_at_once(server.port)
    print(f"{'':15} {Usage(pid)} as the last ones vanished", flush=True)
    check_quiet(pid, before, most_bytes, f"{VANISHING} at once")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--megabytes", type=int, default=MORE_MEGABYTES)
    parser.add_argument("--few", action="store_true")
    arguments = parser.parse_args()
    print(f"{arguments.sessions} sessions, seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        server = Server(directory, "--session-timeout", "0.5", "--keepalive", "1")
        try:
            soak(server, arguments.sessions, arguments.seed, arguments.megabytes << 20,
                 arguments.few)
        finally:
            code = server.stop()
    assert code == 0, f"the server ended with {code}"


if __name__ == "__main__":
    main()
