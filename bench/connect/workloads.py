"""What a client of Spark Connect does in the benchmark; runs in a process of its own.

usage: workloads.py ROWS
Imports everything, prints "ready", reads the server's address from standard input, prints "first"
when it has a first result, then a JSON object for each measure: name, value, unit.
"""
import json
import statistics
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

ROUND_TRIPS = 300
WARM_UP = 50
SMALL_FRAMES = 1000
BATCHES = 30
MEBIBYTE = 2 ** 20


def report(name, value, unit):
    print(json.dumps({"name": name, "value": value, "unit": unit}), flush=True)


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def round_trips(spark, _):
    for _ in range(WARM_UP):
        spark.sql("select 1").collect()
    times = [seconds(lambda: spark.sql("select 1").collect()) for _ in range(ROUND_TRIPS)]
    report("select 1, median", statistics.median(times) * 1e3, "ms")


def large_collect(spark, rows):
    frame = spark.range(rows).select("id", (F.col("id") * 0.5).alias("half"),
                                     F.concat(F.lit("key-"), "id").alias("key"))
    frame.limit(1000).toArrow()
    start = time.perf_counter()
    table = frame.toArrow()
    elapsed = time.perf_counter() - start
    assert table.num_rows == rows
    report("toArrow of many rows", table.nbytes / MEBIBYTE / elapsed, "MiB/s")


def small_frames(spark, _):
    def one(number):
        rows = spark.createDataFrame([(number, "a"), (number + 1, "b")], "n INT, s STRING").collect()
        assert rows[1].n == number + 1

    one(0)
    report(f"{SMALL_FRAMES} times createDataFrame and collect",
           seconds(lambda: [one(number) for number in range(SMALL_FRAMES)]), "s")


def pandas_function(spark, rows):
    plus_one = F.pandas_udf(lambda column: column + 1, "long")
    total = spark.range(rows).select(plus_one("id").alias("n")).agg(F.sum("n"))
    spark.range(10).select(plus_one("id")).collect()
    start = time.perf_counter()
    found = total.collect()[0][0]
    assert found == rows * (rows + 1) // 2
    report("pandas UDF over many rows", time.perf_counter() - start, "s")


def micro_batches(spark, _):
    stream = (spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 10)
              .option("numPartitions", 1).load())

    def median_batch(writer):
        query = writer.start()
        while len(query.recentProgress) < BATCHES:
            time.sleep(0.05)
        query.stop()
        # The first ones warm up.
        return statistics.median(progress["durationMs"]["triggerExecution"]
                                 for progress in query.recentProgress[BATCHES // 2:])

    plain = median_batch(stream.writeStream.format("noop"))
    report("micro-batch of 10 rows to noop, median", plain, "ms")
    batch = median_batch(stream.writeStream.foreachBatch(lambda frame, _: frame.count()))
    report("the same to foreachBatch that counts, median", batch, "ms")


def main():
    rows = int(sys.argv[1])
    print("ready", flush=True)
    remote = sys.stdin.readline().strip()
    spark = SparkSession.builder.remote(remote).getOrCreate()
    assert spark.range(1).collect()[0].id == 0
    print("first", flush=True)
    for workload in (round_trips, small_frames, large_collect, pandas_function, micro_batches):
        try:
            workload(spark, rows)
        except Exception as error:  # noqa: BLE001: the others count all the same
            print(f"{workload.__name__} failed: {str(error)[:500]}", file=sys.stderr)
    spark.stop()


if __name__ == "__main__":
    main()
