#!/usr/bin/env python3
"""Compares the engine with Spark's streaming and DuckDB's batch on the same files in one run.

usage: bench_spark.py [--rows N] [--runs N] [--thalweg PROGRAM] [--only NAME]

Each query reads the files with trigger availableNow into a sink that takes every column and keeps
nothing (DuckDB, which has none, into a temporary table). Every engine gets 2 threads; Spark is warm
(one run before those that count), shuffle partitions 2. Printed: events per second of the median
run, and the ratios. The engine is timed as a whole process, start included.
"""

import argparse
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

import duckdb
import pyarrow as pa
import pyarrow.parquet
import random

KEYS = 1_000_000
FILES = 8

# name -> (SQL with {source}, output mode, DuckDB's SQL with {source})
WINDOW_MICROS = 10_000_000
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


def write_data(root, rows):
    """Bids with 1 M bidders and 10 K auctions over 100 seconds of event time."""
    chance = random.Random(7)
    per_file = rows // FILES
    for number in range(FILES):
        base = 1_700_000_000_000_000
        step = 100_000_000 / rows
        ids = range(number * per_file, (number + 1) * per_file)
        table = pa.table({
            "auction": pa.array([chance.randrange(10_000) for _ in ids], pa.int64()),
            "bidder": pa.array([chance.randrange(KEYS) for _ in ids], pa.int64()),
            "price": pa.array([chance.randrange(100_000_000) for _ in ids], pa.int64()),
            "channel": pa.array([f"channel-{chance.randrange(100)}" for _ in ids], pa.string()),
            "ts": pa.array([int(base + i * step) for i in ids], pa.timestamp("us", "UTC")),
        })
        for form in ("parquet", "json"):
            (root / form).mkdir(exist_ok=True)
        pa.parquet.write_table(table, root / "parquet" / f"{number:03}.parquet",
                               row_group_size=250_000)
        path = root / "json" / f"{number:03}.json"
        columns = [table.column(name).to_pylist() for name in
                   ("auction", "bidder", "price", "channel")]
        micros = table.column("ts").cast(pa.int64()).to_pylist()
        with path.open("w", encoding="utf-8") as out:
            for auction, bidder, price, channel, at in zip(*columns, micros):
                seconds, fraction = divmod(at, 1_000_000)
                stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
                out.write(f'{{"auction":{auction},"bidder":{bidder},"price":{price},'
                          f'"channel":"{channel}","ts":"{stamp}.{fraction:06}Z"}}\n')


SCHEMA = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, ts TIMESTAMP"


class Spark:
    def __init__(self, root):
        from pyspark.sql import SparkSession
        self.root = root
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
        checkpoint = tempfile.mkdtemp(prefix="bench-spark-")
        begin = time.perf_counter()
        (frame.writeStream.format("noop").outputMode(mode).trigger(availableNow=True)
         .option("checkpointLocation", checkpoint).start().awaitTermination())
        elapsed = time.perf_counter() - begin
        shutil.rmtree(checkpoint, ignore_errors=True)
        return elapsed


class Thalweg:
    def __init__(self, root, program):
        self.root = root
        self.program = program

    def run(self, name, form):
        query, mode, _ = QUERIES[name]
        checkpoint = tempfile.mkdtemp(prefix="bench-thalweg-")
        script = (
            f"CREATE TEMPORARY VIEW bids ({SCHEMA}) USING {form} "
            f"OPTIONS (path '{self.root / form}');"
            f"CREATE STREAMING TABLE out USING noop OPTIONS (trigger 'availableNow', "
            f"outputMode '{mode}', checkpointLocation '{checkpoint}') AS "
            + query.format(source="STREAM bids"))
        begin = time.perf_counter()
        subprocess.run([self.program, "sql", "--conf", "thalweg.execution.workers=2", "--conf",
                        "spark.sql.shuffle.partitions=2", "-e", script], check=True)
        elapsed = time.perf_counter() - begin
        shutil.rmtree(checkpoint, ignore_errors=True)
        return elapsed


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--thalweg", default="build/bin/thalweg")
    parser.add_argument("--only", default=None)
    arguments = parser.parse_args()
    root = pathlib.Path(tempfile.mkdtemp(prefix="thalweg-bench-"))
    rows = arguments.rows // FILES * FILES
    write_data(root, rows)
    engines = {"thalweg": Thalweg(root, arguments.thalweg), "spark": Spark(root),
               "duckdb": DuckDb(root)}
    print(f"{rows} events, 2 threads, median of {arguments.runs} runs; M events/s")
    print(f"{'query':<24}{'thalweg':>9}{'spark':>9}{'duckdb':>9}{'/spark':>9}{'/duckdb':>9}")
    for form in ("json", "parquet"):
        for name in QUERIES:
            if arguments.only and arguments.only != name:
                continue
            seconds = {engine: [] for engine in engines}
            for run in range(arguments.runs + 1):
                for engine, runner in engines.items():
                    elapsed = runner.run(name, form)
                    if run > 0:
                        seconds[engine].append(elapsed)
            rate = {engine: rows / statistics.median(times) / 1e6
                    for engine, times in seconds.items()}
            print(f"{form + ' ' + name:<24}{rate['thalweg']:>9.2f}{rate['spark']:>9.2f}"
                  f"{rate['duckdb']:>9.2f}{rate['thalweg'] / rate['spark']:>9.1f}"
                  f"{rate['thalweg'] / rate['duckdb']:>9.2f}", flush=True)
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
