"""Python functions over groups with state; recorded and compared as those of programs.py."""
import json
import os
import pathlib
import tempfile

from programs import error, plain, program
from stream_programs import run, unique

SCHEMA = "t TIMESTAMP, k STRING, v INT"


def put(directory, number, events):
    """Writes a file of events (seconds of a day, key, value): the one with the number in order."""
    path = pathlib.Path(directory) / "in" / f"{number}.json"
    path.parent.mkdir(exist_ok=True)
    # Streams pass over names that begin with a dot.
    with open(path.with_name(f".{path.name}"), "w") as file:
        for second, key, value in events:
            time = f"2024-01-01 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
            file.write(json.dumps({"t": time, "k": key, "v": value}) + "\n")
    os.utime(file.name, (1700000000 + 10 * number,) * 2)
    os.rename(file.name, path)


def stream(spark, directory, batches):
    """A stream with a file of events per micro-batch."""
    for number, events in enumerate(batches):
        put(directory, number, events)
    return (spark.readStream.schema(SCHEMA).option("maxFilesPerTrigger", 1)
            .json(directory + "/in"))


def updates(spark, frame, mode="update", **options):
    """All rows that the query gives, in order of their values."""
    name = unique("states")
    writer = frame.writeStream.format("memory").queryName(name).outputMode(mode)
    run(writer.options(**options))
    found = [plain(list(row)) for row in spark.table(name).collect()]
    return sorted(found, key=lambda row: json.dumps(row))


def counting():
    """Calls, rows and the sum of values of a key so far."""
    def counted(key, frames, state):
        import pandas as pd
        calls, rows, total = state.get if state.exists else (0, 0, 0)
        for frame in frames:
            rows += len(frame)
            total += int(frame.v.fillna(0).sum())
        state.update((calls + 1, rows, total))
        yield pd.DataFrame({"k": [key[0]], "calls": [calls + 1], "n": [rows], "total": [total]})
    return counted


COUNTED = ("k STRING, calls INT, n INT, total LONG", "calls INT, n INT, total LONG")
BATCHES = [[(1, "a", 1), (2, "b", 2), (3, "a", 3)], [(4, "b", 5), (5, None, 7)],
           [(6, "a", None), (7, None, 1), (8, "c", 9)]]


@program
def state_counts(spark):
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, BATCHES)
        counts = frame.groupBy("k").applyInPandasWithState(counting(), *COUNTED, "update", "NoTimeout")
        return [counts.dtypes, updates(spark, counts)]


@program
def state_of_many_types(spark):
    """Values of every kind go to the state and come back; a negative value removes it."""
    def keep(key, frames, state):
        import datetime
        import decimal

        import pandas as pd
        v = int(next(iter(frames)).v.iloc[0])
        before = repr(state.getOption)
        exists = state.exists
        if v < 0:
            state.remove()
        else:
            state.update((v, v / 2, f"n{v}", v > 1, None, datetime.date(2024, 1, v),
                          datetime.datetime(2024, 1, 1, v, 30), decimal.Decimal(f"{v}.25")))
        yield pd.DataFrame({"k": [key[0]], "before": [before], "existed": [exists],
                            "exists": [state.exists]})

    kinds = ("i INT, d DOUBLE, s STRING, b BOOLEAN, nothing STRING, day DATE, at TIMESTAMP, "
             "price DECIMAL(10, 2)")
    batches = [[(1, "a", 1), (1, "b", 2)], [(2, "a", 3), (2, "b", -1)], [(3, "a", -1), (3, "b", 4)],
               [(4, "a", 5), (4, "b", 6)]]
    with tempfile.TemporaryDirectory() as directory:
        kept = stream(spark, directory, batches).groupBy("k").applyInPandasWithState(
            keep, "k STRING, before STRING, existed BOOLEAN, exists BOOLEAN", kinds, "update",
            "NoTimeout")
        return updates(spark, kept)


@program
def state_with_several_keys(spark):
    def seen(key, frames, state):
        import pandas as pd
        (calls,) = state.getOption or (0,)
        sizes = [len(frame) for frame in frames]
        state.update((calls + 1,))
        names = [str(part) for part in key]
        yield pd.DataFrame({"key": ["/".join(names)], "calls": [calls + 1], "n": [sum(sizes)]})
        yield pd.DataFrame({"key": names, "calls": [0] * len(names), "n": [-1] * len(names)})

    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, [[(1, "a", 1), (2, "a", 3), (3, "b", 4)],
                                          [(4, "a", 5), (5, "b", 8), (6, "b", 6)]])
        calls = frame.withColumn("odd", frame.v % 2).groupBy("k", "odd").applyInPandasWithState(
            seen, "key STRING, calls INT, n INT", "calls INT", "append", "NoTimeout")
        return updates(spark, calls, "append")


@program
def state_of_big_groups(spark):
    """A group comes in pieces."""
    def pieces(key, frames, state):
        import pandas as pd
        sizes = [len(frame) for frame in frames]
        (before,) = state.getOption or (0,)
        state.update((before + sum(sizes),))
        yield pd.DataFrame({"k": [key[0]], "largest": [max(sizes)], "n": [state.get[0]]})

    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 3)
    with tempfile.TemporaryDirectory() as directory:
        many = [(second, "ab"[second % 2], second) for second in range(21)]
        frame = stream(spark, directory, [many, many[:5]])
        sizes = frame.groupBy("k").applyInPandasWithState(
            pieces, "k STRING, largest INT, n INT", "n INT", "update", "NoTimeout")
        found = updates(spark, sizes)
        return [[k, n, largest <= 3] for k, largest, n in found]


@program
def state_goes_on(spark):
    """A query finds its states again when it is started anew."""
    with tempfile.TemporaryDirectory() as directory:
        def start():
            frame = spark.readStream.schema(SCHEMA).json(directory + "/in")
            counts = frame.groupBy("k").applyInPandasWithState(counting(), *COUNTED, "append",
                                                               "NoTimeout")
            writer = (counts.writeStream.format("parquet").outputMode("append")
                      .option("checkpointLocation", directory + "/checkpoint")
                      .trigger(availableNow=True))
            query = writer.start(directory + "/out")
            query.awaitTermination()
            return query.id

        put(directory, 0, BATCHES[0])
        first = start()
        put(directory, 1, BATCHES[1])
        second = start()
        written = spark.read.parquet(directory + "/out").orderBy("k", "calls")
        store = (spark.read.format("statestore").load(directory + "/checkpoint")
                 .select("key.*", "value.groupState.*").orderBy("k"))
        return [first == second,
                plain([list(row) for row in written.collect()]),
                plain([list(row) for row in store.collect()])]


@program
def state_event_timeouts(spark):
    """Timeouts by event time, rows that come too late."""
    def sessions(key, frames, state):
        import pandas as pd
        watermark = state.getCurrentWatermarkMs()
        if state.hasTimedOut:
            (n,) = state.get
            state.remove()
            yield pd.DataFrame({"k": [key[0]], "n": [n], "what": ["out"], "wm": [watermark]})
            return
        (n,) = state.getOption or (0,)
        last = 0
        for frame in frames:
            n += len(frame)
            last = max(last, int(frame.t.max().timestamp() * 1000))
        state.update((n,))
        state.setTimeoutTimestamp(max(last, watermark) + 10000)
        yield pd.DataFrame({"k": [key[0]], "n": [n], "what": ["in"], "wm": [watermark]})

    batches = [[(10, "a", 1), (12, "b", 1)], [(15, "a", 1)], [(60, "c", 1)], [(20, "a", 1),
               (70, "b", 1)], [(200, "d", 1)]]
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, batches).withWatermark("t", "5 seconds")
        timed = frame.groupBy("k").applyInPandasWithState(
            sessions, "k STRING, n INT, what STRING, wm LONG", "n INT", "append",
            "EventTimeTimeout")
        return updates(spark, timed, "append")


@program
def state_timeouts_that_stay(spark):
    """A call that touches nothing leaves the timeout; one that updates clears it."""
    def calls(key, frames, state):
        import pandas as pd
        if state.hasTimedOut:
            found = repr(state.getOption)
            state.remove()
            yield pd.DataFrame({"k": [key[0]], "what": ["out " + found]})
            return
        v = max(int(frame.v.max()) for frame in frames)
        if v == 1:
            state.update((v,))
            state.setTimeoutTimestamp(30000 + 1704067200000)
        elif v == 2:
            state.update((v,))
        elif v == 3:
            state.setTimeoutTimestamp(30000 + 1704067200000)
        yield pd.DataFrame({"k": [key[0]], "what": [f"in {v} {state.getOption!r}"]})

    batches = [[(1, "touched", 1), (1, "left", 1), (1, "bare", 3), (1, "none", 4)],
               [(2, "touched", 2), (2, "left", 4), (2, "none", 4)], [(100, "late", 4)],
               [(200, "late", 4)]]
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, batches).withWatermark("t", "1 second")
        timed = frame.groupBy("k").applyInPandasWithState(
            calls, "k STRING, what STRING", "v INT", "update", "EventTimeTimeout")
        return updates(spark, timed)


@program
def state_processing_timeouts(spark):
    """Each start is one micro-batch, later than what the one before set."""
    def calls(key, frames, state):
        import pandas as pd
        if state.hasTimedOut:
            (n,) = state.get
            state.remove()
            yield pd.DataFrame({"k": [key[0]], "n": [n], "what": ["out"]})
            return
        (n,) = state.getOption or (0,)
        n += sum(len(frame) for frame in frames)
        state.update((n,))
        state.setTimeoutDuration(1 if key[0] == "soon" else 172800000)
        yield pd.DataFrame({"k": [key[0]], "n": [n], "what": ["in"]})

    with tempfile.TemporaryDirectory() as directory:
        for number, events in enumerate([[(1, "soon", 1), (1, "later", 1)], [(2, "later", 1)],
                                         [(3, "soon", 1)]]):
            put(directory, number, events)
            frame = spark.readStream.schema(SCHEMA).json(directory + "/in")
            timed = frame.groupBy("k").applyInPandasWithState(
                calls, "k STRING, n INT, what STRING", "n INT", "append", "ProcessingTimeTimeout")
            query = (timed.writeStream.format("parquet").outputMode("append")
                     .option("checkpointLocation", directory + "/checkpoint").trigger(once=True)
                     .start(directory + "/out"))
            query.awaitTermination()
        return plain([list(row) for row in
                      spark.read.parquet(directory + "/out").orderBy("k", "n", "what").collect()])


def failure(query):
    """What ended a query: its class and condition, and those of the function's exception."""
    raised = error(lambda: query.awaitTermination(), with_parameters=False)
    text = str(query.exception())
    return [raised, [line.split("]")[0] for line in text.splitlines()
                     if line.startswith(("ValueError", "pyspark.errors"))][:1]]


@program
def state_functions_that_fail(spark):
    def raising(key, frames, state):
        raise ValueError("no such luck")

    def duration_without_timeout(key, frames, state):
        state.setTimeoutDuration(1000)

    def timestamp_without_event_time(key, frames, state):
        state.setTimeoutTimestamp(1000)

    def update_with_nothing(key, frames, state):
        state.update(None)

    def early_timestamp(key, frames, state):
        state.setTimeoutTimestamp(-5)

    def get_nothing(key, frames, state):
        state.get

    cases = [(raising, "NoTimeout"), (duration_without_timeout, "NoTimeout"),
             (timestamp_without_event_time, "ProcessingTimeTimeout"),
             (update_with_nothing, "NoTimeout"), (early_timestamp, "EventTimeTimeout"),
             (get_nothing, "NoTimeout")]
    told = []
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, BATCHES).withWatermark("t", "1 second")
        for function, timeout in cases:
            failing = frame.groupBy("k").applyInPandasWithState(
                function, "k STRING", "v INT", "update", timeout)
            query = (failing.writeStream.format("noop").outputMode("update")
                     .trigger(availableNow=True).start())
            told.append(failure(query))
    return told


@program
def state_where_it_may_not_be(spark):
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, BATCHES)
        batch = spark.read.schema(SCHEMA).json(directory + "/in")

        def apply(frame, mode="update", timeout="NoTimeout"):
            return frame.groupBy("k").applyInPandasWithState(counting(), *COUNTED, mode, timeout)

        def start(frame, mode):
            query = frame.writeStream.format("noop").outputMode(mode).start()
            query.stop()

        counts = frame.withWatermark("t", "1 second").groupBy("t", "k").count()
        return [
            error(lambda: apply(batch).collect()),
            error(lambda: start(apply(frame), "append"), with_parameters=False),
            error(lambda: start(apply(frame), "complete"), with_parameters=False),
            error(lambda: start(apply(frame, "append"), "update"), with_parameters=False),
            error(lambda: start(apply(frame, "append", "EventTimeTimeout"), "append"),
                  with_parameters=False),
            error(lambda: start(apply(apply(frame).withColumnRenamed("total", "v")), "update"),
                  with_parameters=False),
            error(lambda: start(apply(counts.withColumnRenamed("count", "v"), "append"), "append"),
                  with_parameters=False),
            error(lambda: start(apply(frame).groupBy("k").count(), "update"), with_parameters=False),
            error(lambda: apply(frame, "nonsense").dtypes),
        ]
