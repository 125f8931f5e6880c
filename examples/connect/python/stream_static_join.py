"""Joins a stream of payments with a table of customers, once keeping payments of nobody known.

usage: stream_static_join.py PAYMENTS CUSTOMERS
PAYMENTS is a directory of JSON lines with id, customer and amount, CUSTOMERS a CSV file with
customer, name and city.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def write_all(frame, name):
    query = (frame.writeStream.outputMode("append").format("memory").queryName(name)
             .trigger(availableNow=True).start())
    query.awaitTermination()


def main(payments_directory, customers_file):
    spark = SparkSession.builder.appName("stream_static_join").getOrCreate()
    customers = spark.read.csv(customers_file, header=True)
    payments = (spark.readStream.schema("id LONG, customer STRING, amount DOUBLE")
                .json(payments_directory))

    known = payments.join(customers, "customer")
    write_all(known.select("id", "name", "amount"), "known")
    spark.table("known").orderBy("id").show(truncate=False)

    everyone = payments.join(customers, payments.customer == customers.customer, "left_outer")
    write_all(everyone.select(payments.id, payments.customer,
                              F.coalesce(customers.city, F.lit("unknown")).alias("city"),
                              payments.amount.cast("decimal(10,2)").alias("amount")), "everyone")
    spark.table("everyone").orderBy("id").show(truncate=False)
    spark.sql("SELECT city, count(*) AS payments, sum(amount) AS total FROM everyone "
              "GROUP BY city ORDER BY city").show(truncate=False)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
