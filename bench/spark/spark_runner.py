#!/usr/bin/env python3
"""What bench/statement_runner.cc is for the engine, for Spark: same lines, same answers.

usage: spark_runner.py KEY=VALUE...   (settings of the session; "memory=8g" is the JVM's heap)

"CREATE TEMPORARY VIEW name (schema) USING format OPTIONS (key 'value', ...)" makes a stream, since
Spark's SQL has no views of streams. One more kind of line: "SET key=value" changes a setting.
"""

import os
import re
import sys
import time

from pyspark.sql import SparkSession


def make_session(arguments):
    settings = dict(argument.split("=", 1) for argument in arguments)
    builder = (SparkSession.builder.master("local[2]").appName("bench")
               .config("spark.ui.enabled", "false")
               .config("spark.ui.showConsoleProgress", "false")
               .config("spark.driver.memory", settings.pop("memory", "8g")))
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def make_frame(spark, query, duplicates):
    frame = spark.sql(query)
    if not duplicates:
        return frame
    kind, *columns = duplicates.split()
    drop = frame.dropDuplicatesWithinWatermark if kind == "watermark" else frame.dropDuplicates
    return drop(columns)


def make_view(spark, line):
    name, schema, form, options = re.fullmatch(
        r"CREATE TEMPORARY VIEW (\w+) \((.*)\) USING (\w+) OPTIONS \((.*)\)", line).groups()
    reader = spark.readStream.schema(schema).format(form)
    for key, value in re.findall(r"(\w+) '([^']*)'", options):
        reader = reader.option(key, value)
    reader.load().createOrReplaceTempView(name)


def totals(batches):
    """Rows read and written, most rows and bytes of state, longest batch in seconds."""
    read = sum(batch["numInputRows"] for batch in batches)
    written = sum(max(0, batch["sink"]["numOutputRows"]) for batch in batches)
    rows = [sum(one["numRowsTotal"] for one in batch["stateOperators"]) for batch in batches]
    size = [sum(one["memoryUsedBytes"] for one in batch["stateOperators"]) for batch in batches]
    longest = max((batch["batchDuration"] for batch in batches), default=0)
    return read, written, max(rows, default=0), max(size, default=0), longest / 1000


def run_line(spark, line):
    fields = line.split("\t")
    if len(fields) == 1:
        if line.startswith("SET "):
            key, value = line[4:].split("=", 1)
            spark.conf.set(key, value)
        else:
            make_view(spark, line)
        return 0, 0, 0, 0, 0
    mode, checkpoint, query = fields[:3]
    frame = make_frame(spark, query, fields[3] if len(fields) > 3 else "")
    running = (frame.writeStream.format("noop").outputMode(mode).trigger(availableNow=True)
               .option("checkpointLocation", checkpoint).start())
    running.awaitTermination()
    return totals(running.recentProgress)


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what Spark prints is no answer
    spark = make_session(sys.argv[1:])
    for line in sys.stdin:
        begin = time.perf_counter()
        try:
            result = run_line(spark, line.rstrip("\n"))
            elapsed = time.perf_counter() - begin
            print(elapsed, *result, sep="\t", file=answers, flush=True)
        except Exception as error:  # whatever it is, the benchmark reports it
            print("error:", str(error).replace("\n", " ")[:500], file=answers, flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
