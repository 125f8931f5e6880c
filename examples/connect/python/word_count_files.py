"""Counts the words of the text files of a directory, a file at a time.

usage: word_count_files.py DIRECTORY
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import desc, explode, lower, split


def main(directory):
    spark = SparkSession.builder.appName("word_count_files").getOrCreate()
    lines = spark.readStream.option("maxFilesPerTrigger", 1).text(directory)
    words = lines.select(explode(split(lower(lines.value), "[^a-z]+")).alias("word"))
    counts = words.filter(words.word != "").groupBy("word").count()
    query = (counts.writeStream.outputMode("complete").format("memory").queryName("counts")
             .trigger(availableNow=True).start())
    query.awaitTermination()

    # One source: this stream of files.
    print("batches that brought data:",
          sum(progress["sources"][0]["numInputRows"] > 0 for progress in query.recentProgress))
    spark.table("counts").orderBy(desc("count"), "word").show(100, truncate=False)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
