"""Writes each batch of payments to two places: all of them as Parquet, large ones as JSON.

usage: foreach_batch_two_sinks.py PAYMENTS OUTPUT
PAYMENTS is a directory of JSON lines with id, customer and amount; OUTPUT a directory for both.
"""
import sys

from pyspark.sql import SparkSession


def main(payments_directory, output):
    spark = SparkSession.builder.appName("foreach_batch_two_sinks").getOrCreate()

    def write(batch, batch_id):
        from pyspark.sql import functions as F

        batch.persist()
        stamped = batch.withColumn("batch", F.lit(batch_id))
        stamped.write.mode("append").parquet(output + "/all")
        stamped.filter("amount >= 100").write.mode("append").json(output + "/large")
        batch.unpersist()

    payments = (spark.readStream.schema("id LONG, customer STRING, amount DOUBLE")
                .option("maxFilesPerTrigger", 1).json(payments_directory))
    query = (payments.writeStream.foreachBatch(write)
             .option("checkpointLocation", output + "/checkpoint")
             .trigger(availableNow=True).start())
    query.awaitTermination()

    written = spark.read.parquet(output + "/all")
    written.orderBy("id").show(truncate=False)
    written.groupBy("batch").sum("amount").orderBy("batch").show(truncate=False)
    large = spark.read.schema("id LONG, customer STRING, amount DOUBLE, batch INT")
    large.json(output + "/large").orderBy("id").show(truncate=False)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
