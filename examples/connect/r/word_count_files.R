# Counts the words of the text files of a directory, a file at a time.
#
# usage: Rscript word_count_files.R DIRECTORY
# PySpark's Connect client does the work: RETICULATE_PYTHON names the interpreter that has it.
library(reticulate)

directory <- commandArgs(trailingOnly = TRUE)[1]
# PySpark takes an embedded interpreter whose main module has no file for a run of its own doctests.
py_run_string("__file__ = 'program.R'")
pyspark <- import("pyspark.sql")
f <- import("pyspark.sql.functions")

spark <- pyspark$SparkSession$builder$appName("word_count_files")$getOrCreate()
lines <- spark$readStream$option("maxFilesPerTrigger", 1L)$text(directory)
words <- lines$select(f$explode(f$split(f$lower("value"), "[^a-z]+"))$alias("word"))
counts <- words$filter("word <> ''")$groupBy("word")$count()
query <- counts$writeStream$outputMode("complete")$format("memory")$queryName("counts")$
  trigger(availableNow = TRUE)$start()
query$awaitTermination()

brought_data <- Filter(function(progress) progress$sources[[1]]$numInputRows > 0, query$recentProgress)
cat("batches that brought data:", length(brought_data))
cat("\n")
spark$table("counts")$orderBy(f$desc("count"), "word")$show(100L, FALSE)
spark$stop()
