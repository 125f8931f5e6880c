# Counts words in sliding windows of event time. Windows that the watermark closed are written.
#
# usage: Rscript windowed_word_count.R DIRECTORY
# DIRECTORY holds JSON lines with ts and line; windows are of 10 minutes, every 5 minutes. PySpark's
# Connect client does the work: RETICULATE_PYTHON names the interpreter that has it.
library(reticulate)

directory <- commandArgs(trailingOnly = TRUE)[1]
# PySpark takes an embedded interpreter whose main module has no file for a run of its own doctests.
py_run_string("__file__ = 'program.R'")
pyspark <- import("pyspark.sql")
f <- import("pyspark.sql.functions")

spark <- pyspark$SparkSession$builder$appName("windowed_word_count")$getOrCreate()
spark$conf$set("spark.sql.session.timeZone", "UTC")
lines <- spark$readStream$schema("ts TIMESTAMP, line STRING")$
  option("maxFilesPerTrigger", 1L)$json(directory)
words <- lines$select(f$explode(f$split("line", " "))$alias("word"), "ts")
counts <- words$withWatermark("ts", "10 minutes")$
  groupBy(f$window("ts", "10 minutes", "5 minutes"), "word")$count()
query <- counts$writeStream$outputMode("append")$format("memory")$queryName("windows")$start()
query$processAllAvailable()
cat("watermark:", query$lastProgress$eventTime$watermark)
cat("\n")
query$stop()

spark$table("windows")$select("window.start", "window.end", "word", "count")$
  orderBy("start", "word")$show(200L, FALSE)
spark$stop()
