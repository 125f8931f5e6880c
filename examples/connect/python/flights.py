"""Follows a year of flights out of New York as a stream: hourly departures and delays of each
airport, the progress printed as it comes, the hours written batch by batch.

usage: flights.py FLIGHTS OUTPUT
FLIGHTS is a directory of CSV files (examples/flights/lay_out.py makes them), OUTPUT one that gets a
Parquet directory for each batch.
"""
import sys
import threading

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQueryListener

COLUMNS = """year INT, month INT, day INT, dep_time INT, sched_dep_time INT, dep_delay DOUBLE,
arr_time INT, sched_arr_time INT, arr_delay DOUBLE, carrier STRING, flight INT, tailnum STRING,
origin STRING, dest STRING, air_time DOUBLE, distance DOUBLE, hour INT, minute INT,
time_hour TIMESTAMP"""
FILES_PER_BATCH = 60


class Printer(StreamingQueryListener):
    """Prints the progress of queries."""

    def __init__(self):
        self.ended = threading.Event()

    def onQueryStarted(self, event):
        print(f"{event.name} started")

    def onQueryProgress(self, event):
        progress = event.progress
        if progress.numInputRows > 0:
            print(f"batch {progress.batchId}: {progress.numInputRows} flights, "
                  f"until {progress.eventTime['max'][:10]}, "
                  f"{progress.stateOperators[0].numRowsTotal} windows open")

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        print("ended", "well" if event.exception is None else "with " + event.exception)
        self.ended.set()


def main(flights_directory, output):
    spark = SparkSession.builder.appName("flights").getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    printer = Printer()
    spark.streams.addListener(printer)

    flights = (spark.readStream.schema(COLUMNS).option("header", True)
               .option("maxFilesPerTrigger", FILES_PER_BATCH).csv(flights_directory))
    hours = (flights.where("dep_time IS NOT NULL")
             .withWatermark("time_hour", "1 day")
             .groupBy(F.window("time_hour", "1 hour"), "origin")
             .agg(F.count("*").alias("departures"), F.avg("dep_delay").alias("mean_delay")))

    def write(batch, batch_id):
        batch.select("window.start", "origin", "departures", "mean_delay").write.mode(
            "overwrite").parquet(f"{output}/batch={batch_id}")

    query = (hours.writeStream.queryName("flights").outputMode("append").foreachBatch(write)
             .option("checkpointLocation", output + "/_checkpoint").start())
    query.processAllAvailable()
    query.stop()
    if not printer.ended.wait(600):
        sys.exit("the listener did not hear of the end")
    spark.streams.removeListener(printer)

    written = spark.read.parquet(output)
    print("hours written:", written.count())
    (written.orderBy(F.desc("departures"), "start", "origin")
     .select(F.col("start").alias("hour (UTC)"), "origin", "departures",
             F.round("mean_delay", 1).alias("mean delay")).show(5, truncate=False))
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
