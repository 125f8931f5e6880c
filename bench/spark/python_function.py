"""10 M bigints through one pandas function on Spark, local[2]: seconds of each run. See
../python_function_benchmark.cc for the same on Thalweg."""
import sys
import time

from pyspark.sql import SparkSession, functions as F
rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
         .config("spark.sql.shuffle.partitions", 2).getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
f = F.pandas_udf(lambda value: value * 2 + 1, "long")
for run in range(4):
    begin = time.time()
    total = spark.range(0, rows, 1, 2).select(f("id").alias("v")).agg(F.sum("v")).collect()[0][0]
    print("spark run", run, round(time.time() - begin, 2), "s", total, flush=True)
