"""Counts the words that a socket sends, until a given word comes.

usage: word_count_socket.py HOST PORT LAST_WORD
In another terminal: nc -lk PORT
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def main(host, port, last_word):
    spark = SparkSession.builder.appName("word_count_socket").getOrCreate()
    lines = (spark.readStream.format("socket")
             .option("host", host).option("port", port).load())
    words = lines.select(F.explode(F.split("value", " ")).alias("word")).where("word <> ''")
    counts = words.groupBy("word").count()
    query = (counts.writeStream.outputMode("complete").format("memory")
             .queryName("socket_counts").start())

    while spark.table("socket_counts").where(F.col("word") == last_word).isEmpty():
        query.processAllAvailable()
    query.stop()
    spark.table("socket_counts").orderBy(F.desc("count"), "word").show(100, truncate=False)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
