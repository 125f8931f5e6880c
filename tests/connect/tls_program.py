"""A program of an encrypted connection: tls_program.py URL DIRECTORY. Prints what it finds."""
import sys

from pyspark.sql import SparkSession

url, directory = sys.argv[1:]
spark = SparkSession.builder.remote(url).getOrCreate()
print(spark.range(10).count())
spark.range(5).coalesce(1).write.parquet(f"{directory}/in")


def write(batch, epoch):
    batch.selectExpr("id", f"{batch.count()} as n").write.json(f"{directory}/out/{epoch}")


query = (spark.readStream.schema("id LONG").parquet(f"{directory}/in").writeStream
         .foreachBatch(write).trigger(availableNow=True).start())
query.awaitTermination()
found = spark.read.schema("id LONG, n LONG").json(f"{directory}/out/0")
print(sorted(tuple(row) for row in found.collect()))
spark.stop()
