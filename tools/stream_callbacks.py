"""Functions over groups for streaming scenarios, by name: what tests/stream/scenario_callbacks.cc
does too. Rows tell them what to do: `c` is a command, `x` its number, `v` the order.
transformWithState also needs the package protobuf. stream_callbacks.scala has the same in Scala."""

import json
import os
import subprocess
import tempfile

import pandas
import pyspark
from pyspark.sql import DataFrame, Row
from pyspark.sql.streaming import StatefulProcessor

OUTPUT = "k string, event string, n bigint"
TIMED_OUTPUT = "k string, t timestamp, n bigint"


def commands_of(frames):
    rows = [row for frame in frames for row in frame.to_dict("records")]
    return sorted(rows, key=lambda row: row["v"])


def obey(key, frames, state):
    """Does with the GroupState what the rows say."""
    out = []
    emit = lambda event, n: out.append((key[0], event, n))
    current = lambda: state.get[0] if state.exists else None
    if state.hasTimedOut:
        emit("timeout", current())
        if not state.exists or current() % 2 == 0:
            state.remove()
        else:
            # Without it Python, unlike Scala, keeps the timeout, which comes again.
            state.update((current(),))
    for row in commands_of(frames):
        command, x = row["c"], None if pandas.isna(row["x"]) else int(row["x"])
        if command == "count":
            state.update(((current() or 0) + 1,))
        elif command == "set":
            state.update((x,))
        elif command == "null":
            state.update(None)
        elif command == "get":
            emit("get", current())
        elif command == "must":
            emit("must", state.get[0])
        elif command == "remove":
            state.remove()
        elif command == "duration":
            state.setTimeoutDuration(x)
        elif command == "at":
            state.setTimeoutTimestamp(x * 1000)
        elif command == "watermark":
            emit("watermark", state.getCurrentWatermarkMs())
        elif command == "fail":
            raise ValueError("told to fail")
    columns = list(zip(*out)) if out else [[], [], []]
    yield pandas.DataFrame(
        {
            "k": pandas.Series(columns[0], dtype="object"),
            "event": pandas.Series(columns[1], dtype="object"),
            "n": pandas.Series(columns[2], dtype="Int64"),
        }
    )


class Obey(StatefulProcessor):
    """Does with its variables and timers what the rows say."""

    def __init__(self, options):
        self.options = options

    def init(self, handle):
        options = self.options
        self.handle = handle
        self.ttl = options.get("ttl_ms")
        for name in options.get("delete", []):
            handle.deleteIfExists(name)
        kinds = options.get("variables", {"value": "value", "list": "list", "map": "map"})
        self.variables = {}
        for name, kind in kinds.items():
            if kind == "value":
                schema = options.get("value_schema", "n bigint")
                self.variables[kind] = handle.getValueState(name, schema, self.ttl)
            elif kind == "list":
                self.variables[kind] = handle.getListState(name, "n bigint", self.ttl)
            else:
                self.variables[kind] = handle.getMapState(name, "k string", "n bigint", self.ttl)
        if options.get("fail_in") == "init":
            raise ValueError("told to fail")

    def value(self):
        found = self.variables["value"].get()
        return found[0] if found is not None else None

    def handleInitialState(self, key, initialState, timerValues):
        row = initialState
        if self.options.get("fail_in") == "initial":
            raise ValueError("told to fail")
        self.variables["value"].update(((self.value() or 0) + row["n"],))

    def handleInputRows(self, key, rows, timerValues):
        for row in sorted((row.asDict() for row in rows), key=lambda row: row["v"]):
            for event, n in self.do(row["c"], row["x"], row["v"], timerValues):
                yield Row(k=key[0], event=event, n=n)

    def do(self, command, x, v, timers):
        part = self.variables
        if command == "count":
            part["value"].update(((self.value() or 0) + 1,))
        elif command == "set":
            part["value"].update((x,))
        elif command == "null":
            part["value"].update(None)
        elif command == "get":
            yield "get", self.value()
        elif command == "exists":
            yield "exists", int(part["value"].exists())
        elif command == "clear":
            part["value"].clear()
        elif command == "append":
            part["list"].appendValue((x,))
        elif command == "append_two":
            part["list"].appendList([(x,), (x + 1,)])
        elif command == "put":
            part["list"].put([(x,)])
        elif command == "put_nothing":
            part["list"].put([])
        elif command == "list":
            yield "list_exists", int(part["list"].exists())
            for index, row in enumerate(part["list"].get()):
                yield f"list_{index}", row[0]
        elif command == "clear_list":
            part["list"].clear()
        elif command == "map_set":
            part["map"].updateValue((f"m{x}",), (v,))
        elif command == "map_get":
            found = part["map"].getValue((f"m{x}",))
            yield "map_get", found[0] if found is not None else None
        elif command == "map_has":
            yield "map_has", int(part["map"].containsKey((f"m{x}",)))
        elif command == "map_remove":
            part["map"].removeKey((f"m{x}",))
        elif command == "map":
            yield "map_exists", int(part["map"].exists())
            for entry in sorted((key[0], value[0]) for key, value in part["map"].iterator()):
                yield f"map_{entry[0]}", entry[1]
            yield "map_keys", len(list(part["map"].keys()))
            yield "map_values", sum(value[0] for value in part["map"].values())
        elif command == "clear_map":
            part["map"].clear()
        elif command == "timer":
            self.handle.registerTimer(x * 1000)
        elif command == "timer_in":
            self.handle.registerTimer(timers.getCurrentProcessingTimeInMs() + x)
        elif command == "untimer":
            self.handle.deleteTimer(x * 1000)
        elif command == "timers":
            for index, time in enumerate(self.handle.listTimers()):
                yield f"timer_{index}", time // 1000
        elif command == "watermark":
            yield "watermark", timers.getCurrentWatermarkInMs()
        elif command == "declare":
            self.handle.getValueState("late", "n bigint")
        elif command == "fail":
            raise ValueError("told to fail")

    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        time = expiredTimerInfo.getExpiryTimeInMs()
        if self.options.get("fail_in") == "timer":
            raise ValueError("told to fail")
        shown = None if self.options.get("hide_times") else time // 1000
        yield Row(k=key[0], event="expired", n=shown)
        left = self.value()
        if left is not None and left > 0:
            # Comes back as often as the value says.
            self.variables["value"].update((left - 1,))
            self.handle.registerTimer(time + self.options.get("again_ms", 10_000))

    def close(self):
        if self.options.get("fail_in") == "close":
            raise ValueError("told to fail")


class CountAtTimer(StatefulProcessor):
    """Counts rows and tells the count at the ten seconds in which they lie."""

    def __init__(self, options):
        self.options = options

    def init(self, handle):
        self.handle = handle
        self.counts = handle.getMapState("counts", "t bigint", "n bigint")

    def handleInputRows(self, key, rows, timerValues):
        for row in rows:
            end = (int(row["t"].timestamp()) // 10 + 1) * 10
            found = self.counts.getValue((end,))
            self.counts.updateValue((end,), ((found[0] if found else 0) + 1,))
            self.handle.registerTimer(end * 1000)
        return iter([])

    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        import datetime

        end = expiredTimerInfo.getExpiryTimeInMs() // 1000
        count = self.counts.getValue((end,))[0]
        self.counts.removeKey((end,))
        at = end - self.options.get("back_s", 0)
        yield Row(k=key[0], t=datetime.datetime.fromtimestamp(at), n=count)

    def close(self):
        pass


def describe_group(key, frame):
    return pandas.DataFrame(
        {"k": [key[0]], "event": ["rows"], "n": pandas.Series([len(frame)], dtype="Int64")}
    )


def needs_scala(path):
    """Whether a scenario has a function of Scala."""
    with open(path, encoding="utf-8") as file:
        return '"api": "scala"' in file.read()


def compile_scala():
    """Compiles stream_callbacks.scala for the driver; the directory with its classes."""
    classes = tempfile.mkdtemp(prefix="scala_callbacks_")
    jars = os.path.join(os.path.dirname(pyspark.__file__), "jars", "*")
    source = os.path.splitext(os.path.abspath(__file__))[0] + ".scala"
    compiler = ["java", "-cp", jars, "scala.tools.nsc.Main", "-usejavacp"]
    subprocess.run([*compiler, "-d", classes, source], check=True)
    return classes


def apply_scala(session, frame, callback):
    initial = None
    if "initial" in callback:
        initial = session.sql(callback["initial"]["query"])._jdf
    made = session._jvm.scenario.Callbacks.apply(frame._jdf, json.dumps(callback), initial)
    return DataFrame(made, session)


def apply(session, frame, callback):
    """`callback` applied to the frame: see tests/stream/scenarios/README.md."""
    if callback.get("api") == "scala":
        return apply_scala(session, frame, callback)
    name, options = callback["function"], callback.get("options", {})
    if name == "pass_through":
        return frame.mapInPandas(lambda frames: frames, frame.schema)
    grouped = frame.groupBy(*callback["keys"])
    if name == "describe_group":
        return grouped.applyInPandas(describe_group, OUTPUT)
    mode = callback.get("output_mode", "update")
    if name == "obey_group":
        timeout = callback.get("timeout", "NoTimeout")
        return grouped.applyInPandasWithState(obey, OUTPUT, "n bigint", mode, timeout)
    initial = None
    if "initial" in callback:
        initial = session.sql(callback["initial"]["query"]).groupBy(*callback["initial"]["keys"])
    processor, schema = (CountAtTimer, TIMED_OUTPUT) if name == "count_at_timer" else (Obey, OUTPUT)
    return grouped.transformWithState(
        processor(options),
        schema,
        mode,
        callback.get("time_mode", "none"),
        initialState=initial,
        eventTimeColumnName=callback.get("event_time_column", ""),
    )
