"""Prints what a listener hears of a query: its start, each batch with data, its end.

usage: listener.py PAYMENTS
PAYMENTS is a directory of JSON lines with id, customer and amount.
"""
import sys
import threading

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQueryListener


class Printer(StreamingQueryListener):
    def __init__(self):
        self.ended = threading.Event()

    def onQueryStarted(self, event):
        print("started:", event.name)

    def onQueryProgress(self, event):
        progress = event.progress
        if progress.numInputRows > 0:
            observed = progress.observedMetrics["payments"]
            print(f"batch {progress.batchId} of {progress.name}: {progress.numInputRows} rows, "
                  f"largest {observed.largest}, nobody's {observed.nobodys}")

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        print("ended:", "well" if event.exception is None else event.errorClassOnException)
        self.ended.set()


def main(payments_directory):
    spark = SparkSession.builder.appName("listener").getOrCreate()
    printer = Printer()
    spark.streams.addListener(printer)
    payments = (spark.readStream.schema("id LONG, customer STRING, amount DOUBLE")
                .option("maxFilesPerTrigger", 1).json(payments_directory))
    observed = payments.observe("payments", F.max("amount").alias("largest"),
                                F.count_if(F.isnull("customer")).alias("nobodys"))

    def run(frame, name):
        printer.ended.clear()
        query = (frame.writeStream.format("noop").queryName(name)
                 .trigger(availableNow=True).start())
        try:
            query.awaitTermination()
        except Exception as error:
            print("failed:", error.getCondition())
        if not printer.ended.wait(600):
            sys.exit("the listener did not hear of the end")

    run(observed, "good")
    run(observed.withColumn("share", F.lit(1) / F.when(F.col("id") != 4, F.col("id"))
                            .otherwise(0)), "bad")
    spark.streams.removeListener(printer)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
