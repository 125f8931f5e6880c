"""Values of streaming settings that are refused, and when; recorded and compared as those of
programs.py."""
import os
import tempfile

from programs import error, program

PREFIX = "spark.sql.streaming."
VALUES = {
    "aggregation.stateFormatVersion": ["0", "1", "3", "two", "99999999999"],
    "fileSink.log.cleanupDelay": ["1h", "soon"],
    "fileSink.log.compactInterval": ["-1", "0", "5", "often"],
    "fileSink.log.deletion": ["no", "TRUE"],
    "fileSource.log.compactInterval": ["-1", "0", "5", "often"],
    "flatMapGroupsWithState.stateFormatVersion": ["0", "1", "3"],
    "join.stateFormatVersion": ["0", "1", "3", "9"],
    "minBatchesToRetain": ["0", "2", "few"],
    "multipleWatermarkPolicy": ["MAX", "median", ""],
    "sessionWindow.stateFormatVersion": ["0", "1", "2"],
    "stateStore.compression.codec": ["nope", "ZSTD"],
    "stateStore.encodingFormat": ["json", "Avro"],
    "stateStore.rocksdb.formatVersion": ["-1", "0"],
}


def refusal(action):
    """An error without its parameters: sentences differ."""
    return error(action, with_parameters=False)


@program
def setting_values(spark):
    """What each value comes to when it is set."""
    answers = []
    for name, values in VALUES.items():
        for value in values:
            answers.append([name, value, refusal(lambda n=name, v=value: spark.conf.set(PREFIX + n, v)),
                            refusal(lambda n=name, v=value: spark.sql(f"SET {PREFIX}{n}={v}"))])
            spark.conf.unset(PREFIX + name)
    partitions = "spark.sql.shuffle.partitions"
    for value in ("0", "-4", "many", "4"):
        answers.append([partitions, value, refusal(lambda v=value: spark.conf.set(partitions, v))])
    return answers


def ends(start):
    """How a query that runs once ends: the class of the error of its start, or of its run."""
    queries = []
    failed = refusal(lambda: queries.append(start()))
    if not queries:
        return ["does not start", failed["class"]]
    failed = refusal(queries[0].awaitTermination)
    return ["runs", ""] if failed == "no error" else ["fails", failed["class"]]


def few_rows(spark):
    return (spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 2)
            .option("numPartitions", 1).load())


@program
def setting_compact_intervals(spark):
    """Intervals at which no log can be compacted."""
    answers = []
    with tempfile.TemporaryDirectory() as directory:
        for value in ("0", "-3"):
            spark.conf.set(PREFIX + "fileSink.log.compactInterval", value)
            spark.conf.set(PREFIX + "fileSource.log.compactInterval", value)
            to_files = few_rows(spark).writeStream.format("json").option(
                "checkpointLocation", f"{directory}/{value}").trigger(once=True)
            os.makedirs(directory + "/in", exist_ok=True)
            from_files = (spark.readStream.schema("id LONG").json(directory + "/in").writeStream
                          .format("noop").trigger(once=True))
            answers.append([value, ends(lambda: to_files.start(directory + "/out")),
                            ends(from_files.start)])
    return answers


@program
def setting_codecs(spark):
    """Codecs of state: only a query that has state asks for one."""
    spark.conf.set("spark.sql.shuffle.partitions", "1")
    answers = []
    for value in ("nope", "Snappy"):
        spark.conf.set(PREFIX + "stateStore.compression.codec", value)
        distinct = few_rows(spark).dropDuplicates(["value"])
        answers.append([value, *(
            ends(frame.writeStream.format("noop").trigger(once=True).start)
            for frame in (few_rows(spark), distinct))])
    return answers
