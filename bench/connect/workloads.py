"""What a client of Spark Connect does in the benchmark; runs in a process of its own.

usage: workloads.py ROWS
Imports everything and prints {"ready": seconds}, reads the server's address from standard input,
prints {"first": true} when it has a first result; then for each workload {"begin": what}, and for
each measure {"name", "value", "unit"} or {"failed": what, "error": text}; at last {"end": true}.
"""
import json
import statistics
import sys
import time

IMPORT_START = time.perf_counter()

# The client loads most of these only when they are needed first: that is no server's doing.
import grpc  # noqa: E402,F401
import pandas  # noqa: E402,F401
import pyarrow  # noqa: E402,F401
import pyspark.sql.connect.dataframe  # noqa: E402,F401
import pyspark.sql.connect.session  # noqa: E402,F401
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql import functions as F  # noqa: E402

ROUND_TRIPS = 300
WARM_UP = 50
SMALL_FRAMES = 1000
# After that, the rest of the small frames is reckoned from those done.
SMALL_FRAMES_SECONDS = 60
BATCHES = 30
BATCHES_SECONDS = 25
MEBIBYTE = 2 ** 20


def say(**what):
    print(json.dumps(what), flush=True)


def report(name, value, unit):
    say(name=name, value=value, unit=unit)


def round_trips(spark, _):
    for _ in range(WARM_UP):
        spark.sql("select 1").collect()
    times = []
    client_start = time.process_time()
    for _ in range(ROUND_TRIPS):
        start = time.perf_counter()
        spark.sql("select 1").collect()
        times.append(time.perf_counter() - start)
    client = time.process_time() - client_start
    times.sort()
    report("select 1, median", statistics.median(times) * 1e3, "ms")
    report("select 1, 90th percentile", times[len(times) * 9 // 10] * 1e3, "ms")
    report("select 1, processor time of the client", client / ROUND_TRIPS * 1e3, "ms")


def small_frames(spark, _):
    def one(number):
        rows = spark.createDataFrame([(number, "a"), (number + 1, "b")], "n INT, s STRING").collect()
        assert rows[1].n == number + 1

    one(0)
    start = time.perf_counter()
    client_start = time.process_time()
    done = 0
    while done < SMALL_FRAMES and time.perf_counter() - start < SMALL_FRAMES_SECONDS:
        one(done)
        done += 1
    whole = SMALL_FRAMES / done
    name = f"{SMALL_FRAMES} times createDataFrame and collect"
    report(name, (time.perf_counter() - start) * whole, "s")
    report(f"{name}, processor time of the client",
           (time.process_time() - client_start) * whole, "s")


def large_collect(spark, rows):
    frame = spark.range(rows).select("id", (F.col("id") * 0.5).alias("half"),
                                     F.concat(F.lit("key-"), "id").alias("key"))
    frame.limit(1000).toArrow()
    client_start = time.process_time()
    start = time.perf_counter()
    table = frame.toArrow()
    elapsed = time.perf_counter() - start
    client = time.process_time() - client_start
    assert table.num_rows == rows
    report("toArrow of many rows", table.nbytes / MEBIBYTE / elapsed, "MiB/s")
    report("toArrow of many rows, processor time of the client", client, "s")


def pandas_function(spark, rows):
    plus_one = F.pandas_udf(lambda column: column + 1, "long")
    total = spark.range(rows).select(plus_one("id").alias("n")).agg(F.sum("n"))
    spark.range(10).select(plus_one("id")).collect()
    start = time.perf_counter()
    found = total.collect()[0][0]
    elapsed = time.perf_counter() - start
    assert found == rows * (rows + 1) // 2
    report("pandas UDF over many rows", elapsed, "s")


def micro_batches(spark, _):
    stream = (spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 10)
              .option("numPartitions", 1).load())

    def mean_batch(name, writer):
        query = writer.start()
        deadline = time.perf_counter() + BATCHES_SECONDS
        while len(query.recentProgress) < BATCHES and time.perf_counter() < deadline:
            if not query.isActive:
                raise query.exception() or RuntimeError("the query has stopped")
            time.sleep(0.05)
        query.stop()
        # The first ones warm up.
        progress = query.recentProgress
        # The mean: progress counts whole milliseconds.
        report(name, statistics.fmean(batch["durationMs"]["triggerExecution"]
                                      for batch in progress[len(progress) // 2:]), "ms")

    mean_batch("micro-batch of 10 rows to noop, mean", stream.writeStream.format("noop"))
    mean_batch("the same to foreachBatch that does nothing",
               stream.writeStream.foreachBatch(lambda frame, _: None))
    mean_batch("the same to foreachBatch that counts",
               stream.writeStream.foreachBatch(lambda frame, _: frame.count()))


def main():
    rows = int(sys.argv[1])
    say(ready=time.perf_counter() - IMPORT_START)
    remote = sys.stdin.readline().strip()
    spark = SparkSession.builder.remote(remote).getOrCreate()
    assert spark.range(1).collect()[0].id == 0
    say(first=True)
    for workload in (round_trips, small_frames, large_collect, pandas_function, micro_batches):
        say(begin=workload.__name__)
        try:
            workload(spark, rows)
        except Exception as error:  # noqa: BLE001: the others count all the same
            say(failed=workload.__name__, error=f"{type(error).__name__}: {str(error)[:300]}")
    say(end=True)
    spark.stop()


if __name__ == "__main__":
    main()
