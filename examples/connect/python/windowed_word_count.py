"""Counts words in sliding windows of event time. Windows that the watermark closed are written.

usage: windowed_word_count.py DIRECTORY [WINDOW [SLIDE]]
DIRECTORY holds JSON lines with ts and line; windows are of 10 minutes, every 5 minutes.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def main(directory, length="10 minutes", slide="5 minutes"):
    spark = SparkSession.builder.appName("windowed_word_count").getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    lines = (spark.readStream.schema("ts TIMESTAMP, line STRING")
             .option("maxFilesPerTrigger", 1).json(directory))
    words = lines.select(F.explode(F.split("line", " ")).alias("word"), "ts")
    counts = (words.withWatermark("ts", "10 minutes")
              .groupBy(F.window("ts", length, slide), "word").count())
    query = (counts.writeStream.outputMode("append").format("memory").queryName("windows")
             .start())
    query.processAllAvailable()
    print("watermark:", query.lastProgress["eventTime"]["watermark"])
    query.stop()

    (spark.table("windows").select("window.start", "window.end", "word", "count")
     .orderBy("start", "word").show(200, truncate=False))
    spark.stop()


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
