"""Flights out of New York as a stream: hourly departures and their mean delay per airport.

A plain PySpark program. `thalweg run flights.py DIRECTORY` runs it, as any other Spark Connect
server does; DIRECTORY has what examples/flights/lay_out.py lays out.
"""
import pathlib
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQueryListener


COLUMNS = """year INT, month INT, day INT, dep_time INT, sched_dep_time INT, dep_delay DOUBLE,
arr_time INT, sched_arr_time INT, arr_delay DOUBLE, carrier STRING, flight INT, tailnum STRING,
origin STRING, dest STRING, air_time DOUBLE, distance DOUBLE, hour INT, minute INT,
time_hour TIMESTAMP"""


class Progress(StreamingQueryListener):
    """A line for each micro-batch."""

    def onQueryStarted(self, event):
        print(f"started {event.name}", flush=True)

    def onQueryProgress(self, event):
        progress = event.progress
        print(f"batch {progress.batchId}: {progress.numInputRows} rows", flush=True)

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        print("stopped" if event.exception is None else f"failed: {event.exception}", flush=True)


def main():
    directory = pathlib.Path(sys.argv[1]).resolve()
    out = str(directory / "hourly-by-pyspark")
    spark = SparkSession.builder.getOrCreate()
    spark.streams.addListener(Progress())
    flights = (spark.readStream.schema(COLUMNS).option("header", True)
               .option("maxFilesPerTrigger", 30).csv(str(directory / "flights")))
    hourly = (flights.withWatermark("time_hour", "1 day")
              .groupBy(F.window("time_hour", "1 hour"), "origin")
              .agg(F.count("*").alias("departures"), F.avg("dep_delay").alias("mean_delay")))

    def write(batch, epoch):
        batch.write.mode("append").parquet(out)

    query = (hourly.writeStream.queryName("hourly").outputMode("append").foreachBatch(write)
             .option("checkpointLocation", str(directory / "hourly-by-pyspark.checkpoint"))
             .start())
    query.processAllAvailable()
    query.stop()
    print("the busiest hours (UTC):")
    (spark.read.parquet(out).select("window.start", "origin", "departures", "mean_delay")
     .orderBy(F.desc("departures"), "start", "origin").show(5, truncate=False))


if __name__ == "__main__":
    main()
