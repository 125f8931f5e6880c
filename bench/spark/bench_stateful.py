#!/usr/bin/env python3
"""Stateful streaming queries side by side with Spark: same files, same SQL, 2 threads each.

usage: bench_stateful.py [--rows N] [--keys N] [--batches N] [--only TEXT] [--form json|parquet]
                         [--without ENGINE]... [--fresh] [--heap SIZE] [--build DIR]

Each query reads its files with trigger availableNow, one file a micro-batch, into a sink that takes
every column and keeps nothing; the checkpoint is on disk. Spark runs with 2 shuffle partitions,
once with its state in memory (HDFS-backed provider) and once in RocksDB (change log checkpoints, no
row tracking); the better one counts. Every engine runs the query once on a small data set first,
then on the one that counts: Spark once, Thalweg once before and twice after each of Spark's runs,
of which the median counts; Spark's processes are halted meanwhile. One JVM runs all queries,
--fresh makes one for each (honest memory, slower); Thalweg has a process for each query.

--rows: rows of the streams of most queries (joins have two streams of half of it); their event time
spans 400 seconds, so that the interval join keeps rows / 8 rows a side or more: 1 M by default.
--keys: distinct keys of "dedup" and "count per key", each of which comes twice.
A quick look: --rows 100000 --keys 50000 --batches 3 --without rocksdb

Printed for each query: M events/s and their ratio to Spark; peak resident memory of all processes
in MB; core-seconds (user and system, all processes) per million events and their ratio, which a
busy machine changes little; rows written (which must be equal, else the line says so). "keeps" are
the most rows of state after a batch.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import duckdb
import pyarrow.parquet

SECONDS = 400
WARM_ROWS = 40_000
WARM_BATCHES = 2

BIDS = "STREAM {bids} WATERMARK ts DELAY OF INTERVAL 2 SECONDS"
SALES = "STREAM {sales} WATERMARK ts DELAY OF INTERVAL 2 SECONDS"
OFFERS = "STREAM {offers} WATERMARK ts DELAY OF INTERVAL 2 SECONDS"

# name -> (streams read, output mode, SQL, columns by which duplicates are dropped, wanted ratio)
QUERIES = {
    "sliding count": (
        ["bids"], "append",
        "SELECT window(ts, '10 seconds', '2 seconds') AS w, auction, count(*) AS n "
        f"FROM {BIDS} GROUP BY window(ts, '10 seconds', '2 seconds'), auction", "", 10),
    "max joined back": (
        ["bids", "bids"], "append",
        "SELECT b.auction, b.bidder, b.price, b.w FROM (SELECT auction, bidder, price, "
        f"window(ts, '10 seconds') AS w FROM {BIDS}) b JOIN (SELECT window(ts, '10 seconds') AS w, "
        f"max(price) AS price FROM {BIDS} GROUP BY window(ts, '10 seconds')) m "
        "ON b.w = m.w AND b.price = m.price", "", 20),
    "session count": (
        ["bids"], "append",
        "SELECT session_window(ts, '5 seconds') AS s, bidder, count(*) AS n "
        f"FROM {BIDS} GROUP BY session_window(ts, '5 seconds'), bidder", "", 10),
    "windowed join": (
        ["offers", "sales"], "append",
        "SELECT o.w, o.item, o.price AS asked, s.price AS paid FROM (SELECT window(ts, "
        f"'10 seconds') AS w, item, price FROM {OFFERS}) o JOIN (SELECT window(ts, '10 seconds') "
        f"AS w, item, price FROM {SALES}) s ON o.w = s.w AND o.item = s.item", "", 20),
    "interval join": (
        ["offers", "sales"], "append",
        f"SELECT o.item, o.price AS asked, s.price AS paid, o.ts FROM (SELECT * FROM "
        f"{OFFERS}) o JOIN (SELECT * FROM {SALES}) s ON o.item = s.item AND s.ts >= "
        "o.ts - INTERVAL 100 SECONDS AND s.ts <= o.ts + INTERVAL 100 SECONDS", "", 20),
    "dedup": (["keys"], "append", "SELECT key, value FROM STREAM {keys}", "all key", 10),
    "dedup in watermark": (
        ["bids"], "append", f"SELECT event, price, ts FROM {BIDS}", "watermark event", 10),
    "count per key": (
        ["keys"], "update", "SELECT key, count(*) AS n, sum(value) AS total FROM STREAM {keys} "
        "GROUP BY key", "", 10),
}

SCHEMAS = {
    "bids": "auction BIGINT, bidder BIGINT, event BIGINT, price BIGINT, ts TIMESTAMP",
    "offers": "item BIGINT, price BIGINT, ts TIMESTAMP",
    "sales": "item BIGINT, price BIGINT, ts TIMESTAMP",
    "keys": "key BIGINT, value BIGINT",
}

PROVIDER = "org.apache.spark.sql.execution.streaming.state."
ROCKSDB = "spark.sql.streaming.stateStore.rocksdb."
BACKENDS = {
    "memory": {
        "spark.sql.streaming.stateStore.providerClass": PROVIDER + "HDFSBackedStateStoreProvider"},
    "rocksdb": {
        "spark.sql.streaming.stateStore.providerClass": PROVIDER + "RocksDBStateStoreProvider",
        ROCKSDB + "changelogCheckpointing.enabled": "true",
        ROCKSDB + "trackTotalNumberOfRows": "false"},
}
SETTINGS = {"spark.sql.shuffle.partitions": "2", "spark.sql.session.timeZone": "UTC"}
OWN_SETTINGS = {"thalweg.execution.workers": "2"}


def stream_sql(stream, rows, keys):
    """Columns of row i of a stream; the same whenever they are made. Times are in order."""
    time_of = f"make_timestamp(1700000000000000 + i * {SECONDS}000000 // {rows})::TIMESTAMPTZ AS ts"
    near = max(1, rows * 5 // SECONDS)  # rows of five seconds
    if stream == "bids":
        # A quarter of the events are repeats from the last five seconds.
        return ("(hash(i, 1) % 10000)::BIGINT AS auction, (hash(i, 2) % 100000)::BIGINT AS bidder, "
                f"CASE WHEN hash(i, 5) % 4 = 0 THEN greatest(0, i - (hash(i, 6) % {near})::BIGINT) "
                f"ELSE i END AS event, (hash(i, 3) % 100000000)::BIGINT AS price, {time_of}")
    if stream == "keys":
        # Each key once in every half, in scrambled order.
        return f"(i * 1000003) % {keys} AS key, (hash(i, 7) % 1000)::BIGINT AS value"
    seed = 11 if stream == "offers" else 12
    items = max(1, rows // 4)
    return (f"(hash(i, {seed}) % {items})::BIGINT AS item, "
            f"(hash(i, {seed + 10}) % 100000000)::BIGINT AS price, {time_of}")


def stream_rows(stream, rows, keys):
    return {"bids": rows, "keys": 2 * keys}.get(stream, rows // 2)


def write_stream(directory, form, stream, rows, keys, batches):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    directory.mkdir(parents=True)
    count = stream_rows(stream, rows, keys)
    for number in range(batches):
        begin, end = count * number // batches, count * (number + 1) // batches
        events = connection.sql(f"SELECT {stream_sql(stream, count, keys)} "
                                f"FROM range({begin}, {end}) AS r(i)").to_arrow_table()
        path = directory / f"{number:03}.{form}"
        if form == "parquet":
            pyarrow.parquet.write_table(events, path, row_group_size=125_000)
        else:
            times = (" REPLACE (strftime(ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS ts)"
                     if "ts" in events.column_names else "")
            connection.execute(f"COPY (SELECT *{times} FROM events) TO '{path}' (FORMAT json)")
        # Both engines read the oldest file first.
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))


def make_data(build, form, rows, keys, batches):
    """A directory with a directory for each stream, kept in the build tree."""
    root = build / f"bench-stateful-{form}-{rows}-{keys}-{batches}"
    if not root.exists():
        print(f"[bench] making {root}", file=sys.stderr)
        unfinished = pathlib.Path(tempfile.mkdtemp(prefix="bench-stateful-", dir=build))
        for stream in SCHEMAS:
            write_stream(unfinished / stream, form, stream, rows, keys, batches)
        unfinished.rename(root)
    return root.resolve()


def processes_of(pid):
    """The process and all below it."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            for task in pathlib.Path(f"/proc/{one}/task").iterdir():
                todo += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            pass
    return found


def cpu_seconds(pid):
    ticks = 0
    for one in processes_of(pid):
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(int(field) for field in fields[11:15])  # own and reaped children
        except OSError:
            pass
    return ticks / os.sysconf("SC_CLK_TCK")


def forget_peaks(pid):
    for one in processes_of(pid):
        try:
            pathlib.Path(f"/proc/{one}/clear_refs").write_text("5")
        except OSError:  # it has ended meanwhile
            pass


def peak_megabytes(pid):
    kilobytes = 0
    for one in processes_of(pid):
        try:
            for line in pathlib.Path(f"/proc/{one}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    kilobytes += int(line.split()[1])
        except OSError:
            pass
    return kilobytes / 1024


class Runner:
    """A process that is told what to run."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.views = set()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            raise RuntimeError(answer or "the engine died")
        return [float(field) for field in answer.split("\t")]

    def run(self, query, form, root):
        streams, mode, sql, duplicates, _ = query
        names = {}
        for stream in streams:
            names[stream] = f"{stream}_{root.name}".replace("-", "_")
            if names[stream] in self.views:
                continue
            self.views.add(names[stream])
            self.ask(f"CREATE TEMPORARY VIEW {names[stream]} ({SCHEMAS[stream]}) USING {form} "
                     f"OPTIONS (path '{root / stream}', maxFilesPerTrigger '1')")
        checkpoint = tempfile.mkdtemp(prefix="thalweg-bench-")
        fields = [mode, checkpoint, sql.format(**names)] + ([duplicates] if duplicates else [])
        # What the runs before have written and removed must not keep the disk busy.
        os.sync()
        time.sleep(3)
        forget_peaks(self.process.pid)
        cpu = cpu_seconds(self.process.pid)
        seconds, read, written, kept, kept_bytes, longest = self.ask("\t".join(fields))
        result = {"seconds": seconds, "read": int(read), "written": int(written),
                  "kept": int(kept), "kept_bytes": kept_bytes, "longest": longest,
                  "cpu": cpu_seconds(self.process.pid) - cpu,
                  "peak": peak_megabytes(self.process.pid)}
        shutil.rmtree(checkpoint, ignore_errors=True)
        return result

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def make_thalweg(arguments):
    program = arguments.build.resolve() / "release/bench/statement_runner"
    settings = [f"{key}={value}" for key, value in {**SETTINGS, **OWN_SETTINGS}.items()]
    return Runner([program] + settings)


def make_spark(arguments):
    settings = [f"{key}={value}" for key, value in SETTINGS.items()]
    program = pathlib.Path(__file__).parent / "spark_runner.py"
    return Runner(["nice", "-n", str(arguments.nice), sys.executable, program,
                   f"memory={arguments.heap}"] + settings)


def measure(runner, query, data):
    """One run on the small data set, one on the other."""
    form, warm, root = data
    runner.run(query, form, warm)
    return runner.run(query, form, root)


class SparkRuns:
    """Runs of Spark over its backends; a new JVM each time, or one for all."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.backends = [name for name in BACKENDS if name not in arguments.without]
        self.runner = None

    def measure(self, query, data, own_run):
        """Results by backend; calls own_run twice after each."""
        results = {}
        for name in self.backends:
            if self.runner is None:
                self.runner = make_spark(self.arguments)
            for key, value in BACKENDS[name].items():
                self.runner.ask(f"SET {key}={value}")
            try:
                results[name] = measure(self.runner, query, data)
            except RuntimeError as error:
                print(f"[bench] Spark, {name}: {error}", file=sys.stderr)
                self.stop()
            if self.arguments.fresh:
                self.stop()
            with self.halted():
                own_run()
                own_run()
        return results

    @contextlib.contextmanager
    def halted(self):
        processes = [] if self.runner is None else processes_of(self.runner.process.pid)
        signal_all(processes, signal.SIGSTOP)
        yield
        signal_all(reversed(processes), signal.SIGCONT)

    def stop(self):
        if self.runner is not None:
            self.runner.stop()
        self.runner = None


def signal_all(processes, number):
    for one in processes:
        # A process that was there when they were listed may have ended since.
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, number)


def rate(result):
    return result["read"] / result["seconds"] / 1e6


def print_row(name, query, own, sparks):
    best = max(sparks, key=lambda backend: rate(sparks[backend]), default=None)
    cells = [f"{name:<20}{rate(own):>8.2f}"]
    spark = sparks.get(best)
    cells += [f"{rate(sparks[one]):>8.3f}" if one in sparks else f"{'-':>8}" for one in BACKENDS]
    if spark is None:
        cells.append(f"{'-':>8}{query[4]:>7}x")
    else:
        cells.append(f"{rate(own) / rate(spark):>7.1f}x{query[4]:>7}x")
    for key, scale in (("peak", None), ("cpu", 1e6)):
        for one in (own, spark):
            value = "-" if one is None else (
                f"{one[key]:.0f}" if scale is None else f"{one[key] / one['read'] * scale:.2f}")
            cells.append(f"{value:>8}")
    saved = "-" if spark is None or own["cpu"] == 0 else f"{spark['cpu'] / own['cpu']:.1f}x"
    cells.append(f"{saved:>8}")
    cells.append(f"{own['kept']:>10}{own['longest']:>7.2f}{own['written']:>11}")
    for backend, one in sparks.items():
        if (one["read"], one["written"]) != (own["read"], own["written"]):
            cells.append(f"  DIFFERS: {backend} read {one['read']}, wrote {one['written']}")
    print("".join(cells), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=8_000_000)
    parser.add_argument("--keys", type=int, default=10_000_000)
    parser.add_argument("--batches", type=int, default=16)
    parser.add_argument("--only", default="", help="run the queries whose name holds this")
    parser.add_argument("--form", choices=["json", "parquet"], default="parquet")
    parser.add_argument("--without", action="append", default=[], choices=["spark", *BACKENDS])
    parser.add_argument("--fresh", action="store_true", help="a new JVM for each query")
    parser.add_argument("--heap", default="10g", help="of Spark's JVM")
    parser.add_argument("--nice", type=int, default=0, help="of Spark's processes")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    arguments = parser.parse_args()
    if "spark" in arguments.without:
        arguments.without += BACKENDS
    data = (arguments.form, make_data(arguments.build, arguments.form, WARM_ROWS, WARM_ROWS // 2,
                                      WARM_BATCHES),
            make_data(arguments.build, arguments.form, arguments.rows, arguments.keys,
                      arguments.batches))
    print(f"{arguments.rows} rows, {arguments.keys} keys, {arguments.form}, {arguments.batches} "
          "micro-batches, 2 threads; M events/s, MB, core-seconds per M events, longest batch in s")
    print(f"{'query':<20}{'thalweg':>8}{'memory':>8}{'rocksdb':>8}{'ratio':>8}{'floor':>8}"
          f"{'MB':>8}{'spark':>8}{'core-s':>8}{'spark':>8}{'ratio':>8}{'keeps':>10}"
          f"{'batch':>7}{'written':>11}", flush=True)
    spark = SparkRuns(arguments)
    for name, query in QUERIES.items():
        if arguments.only not in name:
            continue
        thalweg = make_thalweg(arguments)
        owns = []
        with spark.halted():
            owns.append(measure(thalweg, query, data))
        sparks = spark.measure(query, data,
                               lambda: owns.append(thalweg.run(query, data[0], data[2])))
        thalweg.stop()
        print_row(name, query, sorted(owns, key=rate)[(len(owns) - 1) // 2], sparks)
    spark.stop()


if __name__ == "__main__":
    main()
