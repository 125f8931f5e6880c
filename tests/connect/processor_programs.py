"""Processors of transformWithState; recorded and compared as those of programs.py."""
import tempfile

from pyspark.sql import functions as F

from programs import newer_program, plain
from state_programs import BATCHES, SCHEMA, failure, put, stream, updates

ROCKS = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"


def prepare(spark):
    spark.conf.set("spark.sql.streaming.stateStore.providerClass", ROCKS)


def transformed(frame, processor, schema, mode="Update", time_mode="None", **more):
    return frame.groupBy("k").transformWithStateInPandas(
        statefulProcessor=processor, outputStructType=schema, outputMode=mode,
        timeMode=time_mode, **more)


def counter():
    """Calls, rows and the sum of values of a key so far."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Counter(StatefulProcessor):
        def init(self, handle):
            self.counts = handle.getValueState("counts", "calls INT, n INT, total LONG")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            calls, n, total = self.counts.get() if self.counts.exists() else (0, 0, 0)
            for frame in rows:
                n += len(frame)
                total += int(frame.v.fillna(0).sum())
            self.counts.update((calls + 1, n, total))
            yield pd.DataFrame({"k": [key[0]], "calls": [calls + 1], "n": [n], "total": [total]})

        def close(self):
            pass

    return Counter()


COUNTED = "k STRING, calls INT, n INT, total LONG"
KEYED = [[(1, "a", 1), (2, "b", 2), (3, "a", 3)], [(4, "b", 5), (5, "c", 7)],
         [(6, "a", None), (7, "c", 1), (8, "d", 9)]]


@newer_program
def processor_counts(spark):
    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        counts = transformed(stream(spark, directory, KEYED), counter(), COUNTED)
        return [counts.dtypes, updates(spark, counts)]


@newer_program
def processor_values_of_many_types(spark):
    """Values of every kind go to the state and come back; a negative value clears it."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Keeper(StatefulProcessor):
        def init(self, handle):
            self.kept = handle.getValueState("kept", (
                "i INT, d DOUBLE, s STRING, b BOOLEAN, nothing STRING, day DATE, at TIMESTAMP, "
                "price DECIMAL(10, 2), list ARRAY<INT>, map MAP<STRING, INT>, "
                "part STRUCT<x: INT, y: STRING>, bytes BINARY"))

        def handleInputRows(self, key, rows, timerValues):
            import datetime
            import decimal

            import pandas as pd
            v = int(next(iter(rows)).v.iloc[0])
            before = repr(self.kept.get())
            exists = self.kept.exists()
            if v < 0:
                self.kept.clear()
            else:
                self.kept.update((v, v / 2, f"n{v}", v > 1, None, datetime.date(2024, 1, v),
                                  datetime.datetime(2024, 1, 1, v, 30),
                                  decimal.Decimal(f"{v}.25"), [v, None], {"x": v}, (v, "y"),
                                  bytearray(b"ab")))
            yield pd.DataFrame({"k": [key[0]], "before": [before], "existed": [exists],
                                "exists": [self.kept.exists()]})

        def close(self):
            pass

    prepare(spark)
    batches = [[(1, "a", 1), (1, "b", 2)], [(2, "a", 3), (2, "b", -1)], [(3, "a", -1), (3, "b", 4)],
               [(4, "a", 5), (4, "b", 6)]]
    with tempfile.TemporaryDirectory() as directory:
        kept = transformed(stream(spark, directory, batches), Keeper(),
                           "k STRING, before STRING, existed BOOLEAN, exists BOOLEAN")
        return updates(spark, kept)


@newer_program
def processor_with_several_keys(spark):
    """One of the keys is computed, and is no column of the rows."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Seen(StatefulProcessor):
        def init(self, handle):
            self.calls = handle.getValueState("calls", "calls INT")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            (calls,) = self.calls.get() or (0,)
            frames = list(rows)
            self.calls.update((calls + 1,))
            yield pd.DataFrame({"key": ["/".join(str(part) for part in key)], "calls": [calls + 1],
                                "n": [sum(len(frame) for frame in frames)],
                                "columns": [",".join(frames[0].columns)]})

        def close(self):
            pass

    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, [[(1, "a", 1), (2, "a", 3), (3, "b", 4)],
                                          [(4, "a", 5), (5, "b", 8), (6, "b", 6)]])
        calls = frame.withColumn("odd", F.col("v") % 2).groupBy("odd", "k").transformWithStateInPandas(
            Seen(), "key STRING, calls INT, n INT, columns STRING", "Append", "None")
        return updates(spark, calls, "append")


@newer_program
def processor_lists(spark):
    """What is done with a list is the value: 1 puts, 2 appends one, 3 appends two, 4 clears."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Lists(StatefulProcessor):
        def init(self, handle):
            self.seen = handle.getListState("seen", "at INT, name STRING")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            for frame in rows:
                for at, v in zip(frame.second, frame.v):
                    at, v = int(at), int(v)
                    if v == 1:
                        self.seen.put([(at, "put"), (at + 1, "put too")])
                    elif v == 2:
                        self.seen.appendValue((at, "one"))
                    elif v == 3:
                        self.seen.appendList([(at, "two"), (at + 1, None)])
                    elif v == 4:
                        self.seen.clear()
            found = [(int(at), name) for at, name in self.seen.get()]
            again = [int(at) for at, _ in self.seen.get()]
            yield pd.DataFrame({"k": [key[0]], "exists": [self.seen.exists()],
                                "found": [repr(found)], "again": [again == [a for a, _ in found]]})

        def close(self):
            pass

    prepare(spark)
    batches = [[(1, "a", 2), (2, "a", 3), (3, "b", 1), (4, "c", 0)],
               [(5, "a", 2), (6, "b", 1), (7, "b", 2), (8, "c", 3)],
               [(9, "a", 4), (10, "b", 0), (11, "c", 4), (12, "c", 2)]]
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, batches).withColumn("second", F.second("t"))
        lists = transformed(frame, Lists(),
                            "k STRING, exists BOOLEAN, found STRING, again BOOLEAN")
        return updates(spark, lists)


@newer_program
def processor_long_lists(spark):
    """Lists and maps that come in several pieces, two iterators at a time."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Long(StatefulProcessor):
        def init(self, handle):
            self.numbers = handle.getListState("numbers", "n LONG")
            self.squares = handle.getMapState("squares", "n LONG", "square LONG")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            for frame in rows:
                for v in frame.v:
                    self.numbers.appendValue((int(v),))
                    self.squares.updateValue((int(v),), (int(v) ** 2,))
            sums = sum(int(a[0]) * int(b[0]) for a, b in zip(self.numbers.get(),
                                                             self.numbers.get()))
            pairs = sum(int(value[0]) - int(key[0]) for key, value in self.squares.iterator())
            keys = sum(int(key[0]) for key in self.squares.keys())
            values = sum(int(value[0]) for value in self.squares.values())
            yield pd.DataFrame({"k": [key[0]], "sums": [sums], "pairs": [pairs], "keys": [keys],
                                "values": [values]})

        def close(self):
            pass

    prepare(spark)
    spark.conf.set(
        "spark.sql.execution.arrow.transformWithStateInPySpark.maxStateRecordsPerBatch", 4)
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, [[(n, "ab"[n % 2], n) for n in range(25)],
                                          [(n, "ac"[n % 2], n) for n in range(25, 33)]])
        lists = transformed(frame, Long(),
                            "k STRING, sums LONG, pairs LONG, keys LONG, values LONG")
        return updates(spark, lists)


@newer_program
def processor_maps(spark):
    """What is done with a map is the value: 1 and 2 update, 3 removes a key, 4 clears."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Maps(StatefulProcessor):
        def init(self, handle):
            self.map = handle.getMapState("map", "name STRING, n INT", "at INT, note STRING")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            for frame in rows:
                for at, v in zip(frame.second, frame.v):
                    at, v = int(at), int(v)
                    if v in (1, 2):
                        self.map.updateValue(("n", v), (at, None if v == 1 else "two"))
                    elif v == 3:
                        self.map.removeKey(("n", 1))
                    elif v == 4:
                        self.map.clear()
            found = sorted((key[0], int(key[1]), int(value[0]), value[1])
                           for key, value in self.map.iterator())
            keys = sorted((name, int(n)) for name, n in self.map.keys())
            values = sorted(int(at) for at, _ in self.map.values())
            one = self.map.getValue(("n", 1))
            yield pd.DataFrame({
                "k": [key[0]], "exists": [self.map.exists()], "found": [repr(found)],
                "keys": [repr(keys)], "values": [repr(values)],
                "one": ["none" if one is None else repr(tuple(one))],
                "has": [self.map.containsKey(("n", 2))]})

        def close(self):
            pass

    prepare(spark)
    batches = [[(1, "a", 1), (2, "a", 2), (3, "b", 1), (4, "c", 0)],
               [(5, "a", 1), (6, "b", 3), (7, "c", 2)],
               [(9, "a", 3), (10, "b", 2), (11, "c", 4)]]
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, batches).withColumn("second", F.second("t"))
        maps = transformed(frame, Maps(), "k STRING, exists BOOLEAN, found STRING, keys STRING, "
                                          "values STRING, one STRING, has BOOLEAN")
        return updates(spark, maps)


def event_timers():
    """Each key has a timer 10 seconds after its last row; "b" deletes and lists them."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Timers(StatefulProcessor):
        def init(self, handle):
            self.handle = handle
            self.count = handle.getValueState("count", "n INT")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            (n,) = self.count.get() or (0,)
            last = 0
            for frame in rows:
                n += len(frame)
                last = max(last, int(frame.t.max().timestamp() * 1000))
            n = int(n)
            self.count.update((n,))
            self.handle.registerTimer(last + 10000)
            if key[0] == "b":
                for timer in sorted(self.handle.listTimers())[:-1]:
                    self.handle.deleteTimer(timer)
            timers = [timer - last for timer in sorted(self.handle.listTimers())]
            yield pd.DataFrame({"k": [key[0]], "n": [n], "what": ["in " + repr(timers)],
                                "wm": [timerValues.getCurrentWatermarkInMs()]})

        def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
            import pandas as pd
            (n,) = self.count.get() or (0,)
            late = timerValues.getCurrentWatermarkInMs() - expiredTimerInfo.getExpiryTimeInMs()
            if n > 1:
                self.count.clear()
            yield pd.DataFrame({"k": [key[0]], "n": [int(n)], "what": ["out"], "wm": [late]})

        def close(self):
            pass

    return Timers()


TIMED = "k STRING, n INT, what STRING, wm LONG"
TIMES = [[(10, "a", 1), (12, "b", 1)], [(15, "a", 1), (15, "b", 1)], [(60, "c", 1)],
         [(20, "a", 1), (70, "b", 1)], [(200, "d", 1)]]


@newer_program
def processor_event_timers(spark):
    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, TIMES).withWatermark("t", "5 seconds")
        timed = transformed(frame, event_timers(), TIMED, "Append", "EventTime")
        return updates(spark, timed, "append")


def write_once(spark, frame, directory):
    """One micro-batch to files."""
    query = (frame.writeStream.format("parquet").outputMode("append")
             .option("checkpointLocation", directory + "/checkpoint").trigger(once=True)
             .start(directory + "/out"))
    query.awaitTermination(100)
    return query


def written(spark, directory, *order):
    found = spark.read.parquet(directory + "/out").orderBy(*order)
    return plain([list(row) for row in found.collect()])


@newer_program
def processor_processing_timers(spark):
    """Each start is one micro-batch, later than what the one before set."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Timers(StatefulProcessor):
        def init(self, handle):
            self.handle = handle
            self.count = handle.getValueState("count", "n INT")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            (n,) = self.count.get() or (0,)
            n = int(n) + sum(len(frame) for frame in rows)
            self.count.update((n,))
            now = timerValues.getCurrentProcessingTimeInMs()
            self.handle.registerTimer(now + (1 if key[0] == "soon" else 172800000))
            yield pd.DataFrame({"k": [key[0]], "n": [n], "what": ["in"]})

        def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
            import pandas as pd
            (n,) = self.count.get()
            self.count.clear()
            due = (expiredTimerInfo.getExpiryTimeInMs()
                   <= timerValues.getCurrentProcessingTimeInMs())
            yield pd.DataFrame({"k": [key[0]], "n": [int(n)], "what": [f"out {due}"]})

        def close(self):
            pass

    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        for number, events in enumerate([[(1, "soon", 1), (1, "later", 1)], [(2, "later", 1)],
                                         [(3, "soon", 1)]]):
            put(directory, number, events)
            frame = spark.readStream.schema(SCHEMA).json(directory + "/in")
            write_once(spark, transformed(frame, Timers(), "k STRING, n INT, what STRING", "Append",
                                          "ProcessingTime"), directory)
        return written(spark, directory, "k", "n", "what")


@newer_program
def processor_time_to_live(spark):
    """What lives a millisecond is gone at the next start, what lives two days is not."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Lives(StatefulProcessor):
        def init(self, handle):
            brief, long = 1, 172800000
            self.value = handle.getValueState("value", "n INT", brief)
            self.kept_value = handle.getValueState("kept_value", "n INT", long)
            self.list = handle.getListState("list", "n INT", brief)
            self.kept_list = handle.getListState("kept_list", "n INT", long)
            self.map = handle.getMapState("map", "key INT", "n INT", brief)
            self.kept_map = handle.getMapState("kept_map", "key INT", "n INT", long)

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            before = self.found()
            n = int(next(iter(rows)).v.iloc[0])
            for value in (self.value, self.kept_value):
                value.update((n,))
            for values in (self.list, self.kept_list):
                values.appendValue((n,))
            for entries in (self.map, self.kept_map):
                entries.updateValue((n,), (n,))
            yield pd.DataFrame({"k": [key[0]], "n": [n], "before": [before],
                                "after": [self.found()]})

        def found(self):
            values = [None if value.get() is None else int(value.get()[0])
                      for value in (self.value, self.kept_value)]
            lists = [[int(item[0]) for item in items.get()] for items in (self.list, self.kept_list)]
            maps = [sorted(int(item[0]) for item in entries.keys())
                    for entries in (self.map, self.kept_map)]
            return repr((values, lists, maps))

        def close(self):
            pass

    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        for number, events in enumerate([[(1, "a", 1), (1, "b", 2)], [(2, "a", 3)],
                                         [(3, "b", 4)]]):
            put(directory, number, events)
            frame = spark.readStream.schema(SCHEMA).json(directory + "/in")
            write_once(spark, transformed(frame, Lives(),
                                          "k STRING, n INT, before STRING, after STRING", "Append",
                                          "ProcessingTime"), directory)
        return written(spark, directory, "k", "n")


@newer_program
def processor_goes_on(spark):
    """A query finds its variables again when it is started anew; the store can be read."""
    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        started = []
        for number in range(2):
            put(directory, number, KEYED[number])
            frame = spark.readStream.schema(SCHEMA).json(directory + "/in")
            query = write_once(spark, transformed(frame, counter(), COUNTED, "Append"), directory)
            started.append(query.id)
        store = (spark.read.format("statestore").option("stateVarName", "counts")
                 .load(directory + "/checkpoint").select("key.*", "value.*").orderBy("k"))
        return [started[0] == started[1], written(spark, directory, "k", "calls"),
                plain([list(row) for row in store.collect()])]


@newer_program
def processor_with_other_variables(spark):
    """A later start deletes a variable, has another, and cannot change the type of a third."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Versions(StatefulProcessor):
        def __init__(self, version):
            self.version = version

        def init(self, handle):
            if self.version == 1:
                self.old = handle.getValueState("old", "n INT")
            else:
                handle.deleteIfExists("old")
                self.old = handle.getListState("new", "n INT")
            self.both = handle.getValueState("both", "n INT" if self.version < 3 else "n STRING")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            n = int(next(iter(rows)).v.iloc[0])
            (before,) = self.both.get() or (0,)
            self.both.update((int(before) + n,))
            if self.version == 1:
                self.old.update((n,))
            else:
                self.old.appendValue((n,))
            yield pd.DataFrame({"k": [key[0]], "before": [int(before)]})

        def close(self):
            pass

    prepare(spark)
    told = []
    with tempfile.TemporaryDirectory() as directory:
        for number, version in enumerate([1, 2, 2, 3]):
            put(directory, number, [(number, "a", number + 1)])
            frame = spark.readStream.schema(SCHEMA).json(directory + "/in")
            versions = transformed(frame, Versions(version), "k STRING, before INT", "Append")
            try:
                write_once(spark, versions, directory)
                told.append("done")
            except Exception as raised:  # noqa: BLE001
                text = str(raised)
                told.append("STATE_STORE_VALUE_SCHEMA" in text or text[:200])
        return [told, written(spark, directory, "before")]


@newer_program
def processor_chained(spark):
    """The output has event time, by which another operator counts."""
    prepare(spark)
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Last(StatefulProcessor):
        def init(self, handle):
            self.last = handle.getValueState("last", "n INT")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            frames = list(rows)
            n = int(sum(len(frame) for frame in frames))
            self.last.update((n,))
            last = max(frame.t.max() for frame in frames)
            yield pd.DataFrame({"out": [last], "k": [key[0]], "n": [n]})

        def close(self):
            pass

    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, TIMES).withWatermark("t", "5 seconds")
        last = transformed(frame, Last(), "out TIMESTAMP, k STRING, n INT", "Append", "EventTime",
                           eventTimeColumnName="out")
        counts = (last.groupBy(F.window("out", "20 seconds")).agg(F.sum("n").alias("n"))
                  .select(F.second("window.start").alias("start"),
                          F.minute("window.start").alias("minute"), "n"))
        return updates(spark, counts, "append")


@newer_program
def processor_initial_state(spark):
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Initial(StatefulProcessor):
        def init(self, handle):
            self.sum = handle.getValueState("sum", "n INT")
            self.notes = handle.getListState("notes", "note STRING")

        def handleInitialState(self, key, initialState, timerValues):
            self.sum.update((int(initialState.n.sum()),))
            for note in initialState.note:
                self.notes.appendValue((note,))

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            (n,) = self.sum.get() or (0,)
            n = int(n) + int(sum(frame.v.sum() for frame in rows))
            self.sum.update((n,))
            notes = sorted(note[0] for note in self.notes.get())
            yield pd.DataFrame({"k": [key[0]], "n": [n], "notes": [",".join(notes)]})

        def close(self):
            pass

    prepare(spark)
    start = spark.createDataFrame([("a", 100, "x"), ("c", 300, "y"), ("e", 500, "w"),
                                   ("a", 1000, "z")], "name STRING, n INT, note STRING")
    batches = [KEYED[0], KEYED[1], [(9, "e", 4), (10, "a", 2)]]
    with tempfile.TemporaryDirectory() as directory:
        sums = transformed(stream(spark, directory, batches), Initial(),
                           "k STRING, n INT, notes STRING", initialState=start.groupBy("name"))
        return updates(spark, sums)


@newer_program
def processor_in_batch(spark):
    """A batch query runs once, with states that are thrown away."""
    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        for number, events in enumerate(KEYED):
            put(directory, number, events)
        batch = spark.read.schema(SCHEMA).json(directory + "/in")
        counts = transformed(batch, counter(), COUNTED)
        return plain([list(row) for row in counts.orderBy("k").collect()])


@newer_program
def processor_of_big_groups(spark):
    """A group comes in pieces."""
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Pieces(StatefulProcessor):
        def init(self, handle):
            self.n = handle.getValueState("n", "n INT")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            sizes = [len(frame) for frame in rows]
            (before,) = self.n.get() or (0,)
            self.n.update((int(before) + sum(sizes),))
            yield pd.DataFrame({"k": [key[0]], "small": [max(sizes) <= 3],
                                "n": [int(self.n.get()[0])]})

        def close(self):
            pass

    prepare(spark)
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 3)
    with tempfile.TemporaryDirectory() as directory:
        many = [(second, "ab"[second % 2], second) for second in range(21)]
        frame = stream(spark, directory, [many, many[:5]])
        return updates(spark, transformed(frame, Pieces(), "k STRING, small BOOLEAN, n INT"))


def rows_transformed(frame, processor, schema, mode="Update", time_mode="None", **more):
    return frame.groupBy("k").transformWithState(
        statefulProcessor=processor, outputStructType=schema, outputMode=mode,
        timeMode=time_mode, **more)


@newer_program
def row_processor_counts(spark):
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Counter(StatefulProcessor):
        def init(self, handle):
            self.counts = handle.getValueState("counts", "calls INT, total LONG")

        def handleInputRows(self, key, rows, timerValues):
            from pyspark.sql import Row
            calls, total = self.counts.get() if self.counts.exists() else (0, 0)
            fields = ""
            for row in rows:
                total += row.v or 0
                fields = ",".join(row.__fields__)
            self.counts.update((calls + 1, total))
            yield Row(k=key[0], calls=calls + 1, total=total, fields=fields)

    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        counts = rows_transformed(stream(spark, directory, BATCHES), Counter(),
                                  "k STRING, calls INT, total LONG, fields STRING")
        return [counts.dtypes, updates(spark, counts)]


@newer_program
def row_processor_with_computed_key(spark):
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Fields(StatefulProcessor):
        def init(self, handle):
            pass

        def handleInputRows(self, key, rows, timerValues):
            from pyspark.sql import Row
            for row in rows:
                yield Row(key="/".join(str(part) for part in key), v=row.v,
                          fields=",".join(row.__fields__))

    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, KEYED[:2])
        fields = frame.withColumn("odd", F.col("v") % 2).groupBy("odd", "k").transformWithState(
            Fields(), "key STRING, v INT, fields STRING", "Append", "None")
        return updates(spark, fields, "append")


@newer_program
def row_processor_collections_and_timers(spark):
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Sessions(StatefulProcessor):
        def init(self, handle):
            self.handle = handle
            self.values = handle.getListState("values", "v INT")
            self.seen = handle.getMapState("seen", "v INT", "times INT")

        def handleInputRows(self, key, rows, timerValues):
            from pyspark.sql import Row
            for row in rows:
                self.values.appendValue((row.v,))
                times = self.seen.getValue((row.v,))
                self.seen.updateValue((row.v,), (1 if times is None else times[0] + 1,))
                self.handle.registerTimer(1704067200000 + 1000 * (row.at + 10))
            yield Row(k=key[0], what="in", values=[v for (v,) in self.values.get()],
                      timers=len(list(self.handle.listTimers())))

        def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
            from pyspark.sql import Row
            seen = sorted((v, times) for (v,), (times,) in self.seen.iterator())
            yield Row(k=key[0], what=repr(seen), values=None,
                      timers=(expiredTimerInfo.getExpiryTimeInMs() - 1704067200000) // 1000)
            if not list(self.handle.listTimers())[1:]:
                self.values.clear()
                self.seen.clear()

    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, TIMES).withWatermark("t", "5 seconds")
        frame = frame.withColumn("at", F.hour("t") * 3600 + F.minute("t") * 60 + F.second("t"))
        timed = rows_transformed(frame, Sessions(),
                                 "k STRING, what STRING, values ARRAY<INT>, timers INT", "Append",
                                 "EventTime")
        return updates(spark, timed, "append")


@newer_program
def row_processor_initial_state(spark):
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Initial(StatefulProcessor):
        def init(self, handle):
            self.sum = handle.getValueState("sum", "n INT")

        def handleInitialState(self, key, initialState, timerValues):
            (n,) = self.sum.get() or (0,)
            self.sum.update((n + initialState.n,))

        def handleInputRows(self, key, rows, timerValues):
            from pyspark.sql import Row
            (n,) = self.sum.get() or (0,)
            n += sum(row.v or 0 for row in rows)
            self.sum.update((n,))
            yield Row(k=key[0], n=n)

    prepare(spark)
    start = spark.createDataFrame([("a", 100), ("c", 300), ("e", 500), ("a", 1000)],
                                  "name STRING, n INT")
    batches = [KEYED[0], KEYED[1], [(9, "e", 4), (10, "a", 2)]]
    with tempfile.TemporaryDirectory() as directory:
        sums = rows_transformed(stream(spark, directory, batches), Initial(), "k STRING, n INT",
                                initialState=start.groupBy("name"))
        return updates(spark, sums)


def told_by(query):
    """As failure(), with the last line of the processor's exception."""
    raised, _ = failure(query)
    lines = [line for line in str(query.exception()).splitlines() if "Error: " in line]
    return [raised, lines[0].split("SQLSTATE")[0].split("] ")[0] if lines else None]


def failing_processors():
    from pyspark.sql.streaming.stateful_processor import StatefulProcessor

    class Failing(StatefulProcessor):
        def __init__(self, where):
            self.where = where

        def init(self, handle):
            self.handle = handle
            self.value = handle.getValueState("value", "n INT")
            self.list = handle.getListState("list", "n INT")
            if self.where == "init":
                raise ValueError("no such luck")
            if self.where == "twice":
                handle.getValueState("value", "n INT")
            if self.where == "other kind":
                handle.getListState("value", "n INT")
            if self.where == "timer in init":
                handle.registerTimer(1)
            if self.where == "ttl":
                handle.getValueState("brief", "n INT", 1000)
            if self.where == "name":
                handle.getValueState("", "n INT")

        def handleInputRows(self, key, rows, timerValues):
            import pandas as pd
            if self.where == "rows":
                raise ValueError("no such luck")
            if self.where == "late declaration":
                self.handle.getValueState("late", "n INT")
            if self.where == "late deletion":
                self.handle.deleteIfExists("value")
            if self.where == "timer":
                self.handle.registerTimer(1)
            if self.where == "empty list":
                self.list.put([])
            if self.where == "columns":
                self.value.update((1, 2))
            yield pd.DataFrame({"k": [key[0]]})

        def close(self):
            if self.where == "close":
                raise ValueError("no such luck")

    return Failing


@newer_program
def processors_that_fail(spark):
    prepare(spark)
    Failing = failing_processors()
    told = {}
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, KEYED)
        for where in ("init", "twice", "other kind", "timer in init", "ttl", "name", "rows",
                      "late declaration", "late deletion", "timer", "empty list", "columns",
                      "close"):
            query = (transformed(frame, Failing(where), "k STRING").writeStream.format("noop")
                     .outputMode("update").trigger(availableNow=True).start())
            told[where] = told_by(query)
    return told


@newer_program
def processors_where_they_may_not_be(spark):
    prepare(spark)
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, KEYED)
        batch = spark.read.schema(SCHEMA).json(directory + "/in")

        def start(frame, mode):
            query = frame.writeStream.format("noop").outputMode(mode).trigger(
                availableNow=True).start()
            query.awaitTermination(60)

        def tried(action):
            from programs import error
            return error(action, with_parameters=False)

        timed = frame.withWatermark("t", "1 second")
        out = "k STRING, calls INT, n INT, total LONG, out TIMESTAMP"
        twice = transformed(frame, counter(), COUNTED, "Append").withColumnRenamed("n", "v")
        return [
            tried(lambda: start(transformed(frame, counter(), COUNTED), "append")),
            tried(lambda: start(transformed(frame, counter(), COUNTED, "Append"), "update")),
            tried(lambda: start(transformed(frame, counter(), COUNTED, "Complete"), "complete")),
            tried(lambda: start(transformed(frame, counter(), COUNTED, "Nonsense"), "update")),
            tried(lambda: start(transformed(frame, counter(), COUNTED, "Update", "Nonsense"),
                                "update")),
            tried(lambda: start(transformed(frame, counter(), COUNTED, "Update", "EventTime"),
                                "update")),
            tried(lambda: transformed(timed, counter(), COUNTED, "Append", "EventTime",
                                      eventTimeColumnName="nothing").dtypes),
            tried(lambda: transformed(frame, counter(), out, "Append", "EventTime",
                                      eventTimeColumnName="out").dtypes),
            tried(lambda: start(transformed(twice, counter(), COUNTED, "Append"), "append")),
            tried(lambda: start(transformed(frame, counter(), COUNTED).groupBy("k").count(),
                                "update")),
            tried(lambda: transformed(batch, counter(), COUNTED, "Append", "EventTime").collect()),
            tried(lambda: start(transformed(frame, counter(), COUNTED,
                                            initialState=frame.groupBy("k")), "update")),
        ]


def own_metrics(query):
    """What the operators themselves count, batch by batch, without what their store counts."""
    return [{name: count for name, count in operator.customMetrics.items()
             if not name.startswith(("rocksdb", "Snapshot")) and not name.endswith("Ms")}
            for batch in query.recentProgress if batch.numInputRows > 0
            for operator in batch.stateOperators]


@newer_program
def processor_metrics(spark):
    """What operators count is told whatever store keeps their state."""
    prepare(spark)
    spark.conf.set("spark.sql.shuffle.partitions", "3")
    with tempfile.TemporaryDirectory() as directory:
        frame = stream(spark, directory, KEYED)
        answers = []
        for kept, mode in ((transformed(frame, counter(), COUNTED), "update"),
                           (frame.dropDuplicates(["k"]), "append")):
            query = kept.writeStream.format("noop").outputMode(mode).trigger(availableNow=True)
            query = query.start()
            query.awaitTermination(100)
            answers.append(own_metrics(query))
    spark.conf.unset("spark.sql.shuffle.partitions")
    return answers
