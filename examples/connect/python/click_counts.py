"""Counts clicks by page and minute, each click once however often it was sent.

usage: click_counts.py DIRECTORY
DIRECTORY holds JSON lines with id, ts, user and page. Output mode "update": every batch writes the
counts that changed; the last one of each page and minute holds.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def main(directory):
    spark = SparkSession.builder.appName("click_counts").getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    clicks = (spark.readStream.schema("id LONG, ts TIMESTAMP, user STRING, page STRING")
              .option("maxFilesPerTrigger", 1).json(directory))
    counts = (clicks.withWatermark("ts", "5 minutes")
              .dropDuplicates(["id", "ts"])
              .groupBy(F.window("ts", "1 minute"), "page")
              .agg(F.count("*").alias("clicks"), F.approx_count_distinct("user").alias("users")))
    query = (counts.writeStream.outputMode("update").format("memory").queryName("changes")
             .trigger(availableNow=True).start())
    query.awaitTermination()

    changes = spark.table("changes")
    print("changes:", changes.count())
    (changes.groupBy("window", "page").agg(F.max("clicks").alias("clicks"),
                                           F.max("users").alias("users"))
     .selectExpr("window.start AS minute", "coalesce(page, 'unknown') AS page", "clicks", "users")
     .orderBy("minute", "page").show(100, truncate=False))
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
