"""Streaming programs; recorded and compared as those of programs.py."""
import json
import tempfile
import uuid

from pyspark.sql import Window, functions as F

from programs import error, plain, program, rows, people

EVENTS = [("2024-01-01 00:00:01", "a", 1), ("2024-01-01 00:00:04", "b", 2),
          ("2024-01-01 00:00:12", "a", 3), ("2024-01-01 00:00:31", "b", 4)]


def event_files(spark, directory):
    """A directory with a JSON file per event."""
    for time, key, value in EVENTS:
        (spark.createDataFrame([(time, key, value)], "t STRING, k STRING, v INT")
         .coalesce(1).write.mode("append").json(directory))
    return spark.readStream.schema("t TIMESTAMP, k STRING, v INT").json(directory)


def run(writer):
    """Runs a query to its end."""
    query = writer.trigger(availableNow=True).start()
    query.awaitTermination()
    return query


def unique(name):
    return f"{name}_{uuid.uuid4().hex[:8]}"


@program
def stream_counts(spark):
    with tempfile.TemporaryDirectory() as directory:
        name = unique("counts")
        stream = event_files(spark, directory)
        query = run(stream.groupBy("k").agg(F.sum("v").alias("s")).writeStream.format("memory")
                    .queryName(name).outputMode("complete"))
        return [stream.isStreaming, query.name == name, query.isActive, query.exception(),
                rows(spark.table(name).orderBy("k"))]


@program
def stream_windows(spark):
    with tempfile.TemporaryDirectory() as directory:
        name = unique("windows")
        stream = event_files(spark, directory).withWatermark("t", "10 seconds")
        counts = stream.groupBy(F.window("t", "10 seconds"), "k").count()
        run(counts.writeStream.format("memory").queryName(name).outputMode("append"))
        found = spark.table(name).select("window.start", "window.end", "k", "count")
        return rows(found.orderBy("start", "k"))


@program
def stream_to_files(spark):
    with tempfile.TemporaryDirectory() as directory:
        stream = event_files(spark, directory + "/in")
        writer = (stream.filter("v > 1").writeStream.format("parquet")
                  .option("checkpointLocation", directory + "/checkpoint"))
        first = writer.trigger(availableNow=True).start(directory + "/out")
        first.awaitTermination()
        again = writer.trigger(availableNow=True).start(directory + "/out")
        again.awaitTermination()
        written = spark.read.parquet(directory + "/out").orderBy("v")
        return [first.id == again.id, first.runId == again.runId, rows(written)]


@program
def stream_deduplicated(spark):
    with tempfile.TemporaryDirectory() as directory:
        name = unique("distinct")
        stream = event_files(spark, directory).withWatermark("t", "1 hour")
        run(stream.dropDuplicates(["k"]).select("k").writeStream.format("memory").queryName(name))
        return rows(spark.table(name).orderBy("k"))


@program
def stream_joined_with_table(spark):
    with tempfile.TemporaryDirectory() as directory:
        name = unique("joined")
        names = spark.createDataFrame([("a", "Anna"), ("b", "Bert")], "k STRING, n STRING")
        stream = event_files(spark, directory)
        run(stream.join(names, "k").select("n", "v").writeStream.format("memory").queryName(name))
        return rows(spark.table(name).orderBy("v"))


@program
def stream_view(spark):
    with tempfile.TemporaryDirectory() as directory:
        name, view = unique("viewed"), unique("view")
        event_files(spark, directory).createOrReplaceTempView(view)
        frame = spark.sql(f"select k, v * 2 as w from {view} where v > 1")
        run(frame.writeStream.format("memory").queryName(name))
        return [frame.isStreaming, rows(spark.table(name).orderBy("w"))]


@program
def stream_progress(spark):
    with tempfile.TemporaryDirectory() as directory:
        stream = event_files(spark, directory)
        query = run(stream.groupBy("k").count().writeStream.format("noop").outputMode("update")
                    .queryName(unique("progress")))
        progress = query.lastProgress
        return [sorted(k for k in plain(dict(progress)) if k not in ("observedMetrics", "eventTime")),
                sorted(progress["durationMs"]), progress["batchId"],
                sum(s["numInputRows"] for p in query.recentProgress for s in p["sources"]),
                sorted(progress["stateOperators"][0]), sorted(progress["sources"][0])]


@program
def stream_errors(spark):
    with tempfile.TemporaryDirectory() as directory:
        stream = event_files(spark, directory)
        counts = stream.groupBy("k").count()
        return [
            error(lambda: people(spark).writeStream.format("noop").start()),
            error(lambda: stream.collect()),
            error(lambda: counts.writeStream.format("noop").outputMode("append").start()),
            error(lambda: stream.writeStream.format("parquet").start(directory + "/out")),
            error(lambda: stream.writeStream.outputMode("nonsense")),
            error(lambda: spark.readStream.format("no_such_format").load()),
        ]


@program
def stream_failure(spark):
    with tempfile.TemporaryDirectory() as directory:
        stream = event_files(spark, directory)
        query = (stream.select(F.expr("v / (v - v)").alias("q")).writeStream.format("noop")
                 .trigger(availableNow=True).start())
        raised = error(lambda: query.awaitTermination(), with_parameters=False)
        exception = query.exception()
        return [raised, type(exception).__name__, "DIVIDE_BY_ZERO" in str(exception),
                query.isActive, query.status["isTriggerActive"]]


@program
def streams_misused(spark):
    with tempfile.TemporaryDirectory() as directory:
        stream = event_files(spark, directory)
        by_key = Window.partitionBy("k").orderBy("t")
        return [
            error(lambda: stream.write.json(directory + "/out")),
            error(lambda: stream.write.saveAsTable("streams_misused")),
            error(lambda: stream.writeTo("streams_misused").create()),
            error(lambda: stream.write.mode("ignore").parquet(directory + "/out")),
            error(lambda: stream.select(F.row_number().over(by_key)).writeStream.format("noop").start()),
            error(lambda: spark.readStream.json(directory).schema),
        ]


@program
def stream_progress_fields(spark):
    """What is there of a progress although it says nothing."""
    with tempfile.TemporaryDirectory() as directory:
        query = run(event_files(spark, directory).groupBy("k").count().writeStream.format("noop")
                    .outputMode("update").queryName(unique("fields")))
        progress = json.loads(query.lastProgress.json)
        return [progress["eventTime"], progress["observedMetrics"], progress["sources"][0]["metrics"],
                progress["sink"]["metrics"], query.lastProgress["eventTime"]]


@program
def interrupted_streams(spark):
    """interruptAll() and interruptTag() stop queries without an error and name their operations."""
    answers = []
    for tag, interrupt in ((None, spark.interruptAll), ("t1", lambda: spark.interruptTag("t1")),
                           (None, lambda: spark.interruptTag("t2"))):
        if tag:
            spark.addTag(tag)
        query = spark.readStream.format("rate").load().writeStream.format("noop").start()
        spark.clearTags()
        query.awaitTermination(0.2)
        interrupted = len(interrupt())
        answers.append([interrupted, query.awaitTermination(10 if interrupted else 0.2),
                        query.isActive, query.exception() is None])
        query.stop()
    return answers


@program
def streams_into_tables(spark):
    """Writing a stream as a batch is refused where the table exists, too; no query starts."""
    name = unique("into")
    spark.sql(f"CREATE TABLE {name} (t TIMESTAMP, k STRING, v INT) USING parquet")
    with tempfile.TemporaryDirectory() as directory:
        stream = event_files(spark, directory)
        answers = [error(action, False) for action in [
            lambda: stream.write.insertInto(name), lambda: stream.writeTo(name).append(),
            lambda: stream.write.mode("append").saveAsTable(name)]]
    answers += [len(spark.streams.active), spark.table(name).count()]
    spark.sql(f"DROP TABLE {name}")
    return answers
