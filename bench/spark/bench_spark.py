#!/usr/bin/env python3
"""Compares the engine with Spark's streaming and DuckDB's batch on the same files in one run.

usage: bench_spark.py [--rows N] [--runs N] [--only TEXT] [--without ENGINE]... [--build DIR]

Each query reads the files with trigger availableNow into a sink that takes every column and keeps
nothing (DuckDB, which has none, into a temporary table). Every engine gets 2 threads, Spark 2
shuffle partitions. All three are measured warm: inside a running process, one run of each query
before those that count, runs of the engines in turn. A streaming run has a checkpoint of its own and
is timed from the start of the query to its end. Printed: events per second of the median run and
the ratios; the last column is the engine once more as a whole process, start to exit.

The data is made once and kept in the build tree.
"""

import argparse
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb
import pyarrow.parquet

KEYS = 1_000_000
FILES = 8
FORMS = ("json", "parquet")

# name -> (SQL with {source}, output mode, DuckDB's SQL with {source})
QUERIES = {
    "projection": (
        "SELECT auction, bidder, price * 2 AS doubled, ts FROM {source}", "append",
        "SELECT auction, bidder, price * 2 AS doubled, ts FROM {source}"),
    "filter": (
        "SELECT auction, price FROM {source} WHERE auction % 123 = 0", "append",
        "SELECT auction, price FROM {source} WHERE auction % 123 = 0"),
    "tumbling": (
        "SELECT window(ts, '10 seconds') AS w, bidder, count(*) AS n FROM {source} "
        "GROUP BY window(ts, '10 seconds'), bidder", "update",
        "SELECT time_bucket(INTERVAL 10 SECONDS, ts) AS w, bidder, count(*) AS n FROM {source} "
        "GROUP BY ALL"),
    "sliding": (
        "SELECT window(ts, '10 seconds', '2 seconds') AS w, auction, count(*) AS n FROM {source} "
        "GROUP BY window(ts, '10 seconds', '2 seconds'), auction", "update",
        "SELECT time_bucket(INTERVAL 2 SECONDS, ts) - i * INTERVAL 2 SECONDS AS w, auction, "
        "count(*) AS n FROM {source}, range(5) AS r(i) GROUP BY ALL"),
}

SCHEMA = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, ts TIMESTAMP"


def write_data(root, rows):
    """Bids with 1 M bidders and 10 K auctions over 100 seconds of event time, in the order of
    time; the same rows whenever they are made."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    per_file = rows // FILES
    for form in FORMS:
        (root / form).mkdir(parents=True)
    for number in range(FILES):
        events = connection.sql(
            f"SELECT (hash(i, 1) % 10000)::BIGINT AS auction, "
            f"(hash(i, 2) % {KEYS})::BIGINT AS bidder, (hash(i, 3) % 100000000)::BIGINT AS price, "
            f"'channel-' || (hash(i, 4) % 100) AS channel, "
            f"make_timestamp(1700000000000000 + i * 100000000 // {rows})::TIMESTAMPTZ AS ts "
            f"FROM range({number * per_file}, {(number + 1) * per_file}) AS r(i)"
        ).to_arrow_table()
        pyarrow.parquet.write_table(events, root / "parquet" / f"{number:03}.parquet",
                                    row_group_size=250_000)
        connection.execute(
            "COPY (SELECT * REPLACE (strftime(ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS ts) FROM events) "
            f"TO '{root / 'json' / f'{number:03}.json'}' (FORMAT json)")


def cached_data(build, rows):
    root = build / f"bench-data-{rows}"
    if not root.exists():
        print(f"[bench] making {rows} events in {root}", file=sys.stderr)
        unfinished = pathlib.Path(tempfile.mkdtemp(prefix="bench-data-", dir=build))
        write_data(unfinished, rows)
        unfinished.rename(root)
    return root.resolve()


class Checkpoints:
    """A fresh directory for every run."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="thalweg-bench-"))
        self.count = 0

    def next(self):
        self.count += 1
        return self.root / str(self.count)


class Spark:
    def __init__(self, root, checkpoints):
        from pyspark.sql import SparkSession
        self.root = root
        self.checkpoints = checkpoints
        self.spark = (SparkSession.builder.master("local[2]").appName("bench")
                      .config("spark.ui.enabled", "false").config("spark.driver.memory", "8g")
                      .config("spark.ui.showConsoleProgress", "false")
                      .config("spark.sql.shuffle.partitions", "2")
                      .config("spark.sql.session.timeZone", "UTC").getOrCreate())
        self.spark.sparkContext.setLogLevel("ERROR")

    def run(self, name, form):
        query, mode, _ = QUERIES[name]
        reader = self.spark.readStream.schema(SCHEMA).format(form)
        reader.load(str(self.root / form)).createOrReplaceTempView("bids")
        frame = self.spark.sql(query.format(source="STREAM bids"))
        checkpoint = self.checkpoints.next()
        begin = time.perf_counter()
        (frame.writeStream.format("noop").outputMode(mode).trigger(availableNow=True)
         .option("checkpointLocation", str(checkpoint)).start().awaitTermination())
        elapsed = time.perf_counter() - begin
        shutil.rmtree(checkpoint, ignore_errors=True)
        return elapsed

    def stop(self):
        self.spark.stop()


SETTINGS = {"thalweg.execution.workers": "2", "spark.sql.shuffle.partitions": "2",
            "spark.sql.session.timeZone": "UTC"}


class Thalweg:
    """Warm: one process that is told what to run."""

    def __init__(self, root, checkpoints, build):
        self.checkpoints = checkpoints
        self.process = subprocess.Popen(
            [build / "release/bench/statement_runner"] + [f"{k}={v}" for k, v in SETTINGS.items()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for form in FORMS:
            self.ask(f"CREATE TEMPORARY VIEW {form}_bids ({SCHEMA}) USING {form} "
                     f"OPTIONS (path '{root / form}')")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            raise RuntimeError(answer or "the engine died")
        return float(answer.split("\t")[0])

    def run(self, name, form):
        query, mode, _ = QUERIES[name]
        checkpoint = self.checkpoints.next()
        elapsed = self.ask(f"{mode}\t{checkpoint}\t" + query.format(source=f"STREAM {form}_bids"))
        shutil.rmtree(checkpoint, ignore_errors=True)
        return elapsed

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class ThalwegProcess:
    """The program from its start to its exit."""

    def __init__(self, root, checkpoints, build):
        self.root = root
        self.checkpoints = checkpoints
        self.command = [build / "bin/thalweg", "sql"]
        for key, value in SETTINGS.items():
            self.command += ["--conf", f"{key}={value}"]

    def run(self, name, form):
        query, mode, _ = QUERIES[name]
        checkpoint = self.checkpoints.next()
        script = (
            f"CREATE TEMPORARY VIEW bids ({SCHEMA}) USING {form} "
            f"OPTIONS (path '{self.root / form}');"
            f"CREATE STREAMING TABLE out USING noop OPTIONS (trigger 'availableNow', "
            f"outputMode '{mode}', checkpointLocation '{checkpoint}') AS "
            + query.format(source="STREAM bids"))
        begin = time.perf_counter()
        subprocess.run(self.command + ["-e", script], check=True)
        elapsed = time.perf_counter() - begin
        shutil.rmtree(checkpoint, ignore_errors=True)
        return elapsed

    def stop(self):
        pass


class DuckDb:
    def __init__(self, root):
        self.root = root
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 2")
        self.connection.execute("SET TimeZone = 'UTC'")

    def run(self, name, form):
        files = f"{self.root / form}/*.{form}"
        source = f"read_parquet('{files}')" if form == "parquet" else (
            f"read_json('{files}', format='newline_delimited', columns={{auction: 'BIGINT', "
            "bidder: 'BIGINT', price: 'BIGINT', channel: 'VARCHAR', ts: 'TIMESTAMPTZ'})")
        query = QUERIES[name][2].format(source=source)
        begin = time.perf_counter()
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE result AS {query}")
        return time.perf_counter() - begin

    def stop(self):
        self.connection.close()


def measure(engines, name, form, rows, runs):
    """M events/s of the median run, by engine; the first run of each does not count."""
    seconds = {engine: [] for engine in engines}
    for run in range(runs + 1):
        for engine, runner in engines.items():
            elapsed = runner.run(name, form)
            if run > 0:
                seconds[engine].append(elapsed)
    return {engine: rows / statistics.median(times) / 1e6 for engine, times in seconds.items()}


def print_row(label, rate):
    warm = rate["thalweg"]

    def cell(value):
        return f"{'-':>9}" if value is None else f"{value:>9.2f}"

    ratios = [warm / rate[other] if other in rate else None for other in ("spark", "duckdb")]
    cells = [warm, rate.get("spark"), rate.get("duckdb"), *ratios, rate.get("process")]
    print(f"{label:<20}" + "".join(cell(value) for value in cells), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=8_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="run the queries whose name holds this")
    parser.add_argument("--without", action="append", default=[],
                        choices=["spark", "duckdb", "process"])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    arguments = parser.parse_args()
    rows = arguments.rows // FILES * FILES
    root = cached_data(arguments.build, rows)
    checkpoints = Checkpoints()
    build = arguments.build.resolve()
    make = {"thalweg": lambda: Thalweg(root, checkpoints, build),
            "spark": lambda: Spark(root, checkpoints),
            "duckdb": lambda: DuckDb(root),
            "process": lambda: ThalwegProcess(root, checkpoints, build)}
    engines = {name: start() for name, start in make.items() if name not in arguments.without}
    print(f"{rows} events, 2 threads, median of {arguments.runs} warm runs; M events/s")
    print(f"{'query':<20}{'thalweg':>9}{'spark':>9}{'duckdb':>9}{'/spark':>9}{'/duckdb':>9}"
          f"{'process':>9}")
    for form in FORMS:
        for name in QUERIES:
            label = f"{form} {name}"
            if arguments.only in label:
                print_row(label, measure(engines, name, form, rows, arguments.runs))
    for engine in engines.values():
        engine.stop()
    shutil.rmtree(checkpoints.root, ignore_errors=True)


if __name__ == "__main__":
    main()
