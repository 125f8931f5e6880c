#!/usr/bin/env python3
"""Writes Spark's behaviour into streaming scenarios (tests/stream/scenarios/**/*.json).

    python tools/record_stream.py FILE...

Plays the steps of each scenario against real Spark and rewrites the file with what was seen.
Running it again changes nothing. A start that is refused although none was expected (or the
reverse) is reported. tests/stream/scenarios/README.md describes the files.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
import time

import spark_oracle
import stream_callbacks
from pyspark import cloudpickle
from pyspark.sql import functions

# Workers run this Python, and cannot import what lies beside this file.
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
cloudpickle.register_pickle_by_value(stream_callbacks)

FIRST_FILE_TIME = 1_700_000_000
PATIENCE_SECONDS = 60
# With filters pushed into the JSON reader, rows it rejects would be missing from numInputRows.
SESSION_SETTINGS = {"spark.sql.json.filterPushdown.enabled": "false"}
STATE_COUNTERS = ("numRowsTotal", "numRowsUpdated", "numRowsRemoved", "numRowsDroppedByWatermark")


class Run:
    """One started query: the batches its sink saw and the progress Spark reported for them."""

    def __init__(self, player, frame, trigger):
        self.shows_progress = player.scenario.get("progress", False)
        self.sink_batches = []
        self.sink_failure = None
        self.reported = 0
        writer = frame.writeStream.outputMode(player.scenario["output_mode"])
        writer = writer.option("checkpointLocation", os.path.join(player.folder, "checkpoint"))
        self.table = None
        if player.scenario.get("sink") == "memory":
            self.table = f"sink_{player.next_file()}"
            writer = writer.format("memory").queryName(self.table)
        else:
            writer = writer.foreachBatch(self.take)
        if trigger == "availableNow":
            writer = writer.trigger(availableNow=True)
        if trigger == "once":
            writer = writer.trigger(once=True)
        self.trigger = trigger
        self.query = writer.start()

    @contextlib.contextmanager
    def between_batches(self):
        """Keeps the query from looking at its sources meanwhile."""
        lock = self.query._jsq.streamingQuery().awaitProgressLock()
        lock.lock()
        try:
            yield
        finally:
            lock.unlock()

    def take(self, frame, batch_id):
        try:
            lines = spark_oracle.row_lines(spark_oracle.as_text(frame).collect())
        except spark_oracle.FAILURES as failure:
            self.sink_failure = spark_oracle.condition_of(failure)
            raise
        self.sink_batches.append((batch_id, sorted(lines)))

    def progress(self):
        """Progress of the batches that ran, without the reports of idle triggers."""
        reports = [json.loads(p.json()) for p in self.query._jsq.recentProgress()]
        return [p for p in reports if "addBatch" in p["durationMs"]]

    def settle(self):
        """Waits until the query has nothing more to do; returns its failure or None."""
        try:
            if self.trigger in ("availableNow", "once"):
                self.query.awaitTermination()
            else:
                self.wait_until_idle()
        except spark_oracle.FAILURES as failure:
            return failure
        return None

    def wait_until_idle(self):
        """Until a trigger finds nothing to do and all that ran is reported; slow batches may take
        as long as they need."""
        seen = None
        while True:
            self.query.processAllAvailable()
            reports = len(self.progress())
            if reports == seen:
                if self.table or reports == len(self.sink_batches):
                    return
                if time.monotonic() > deadline:
                    raise SystemExit("the query does not come to rest")
            else:
                seen = reports
                deadline = time.monotonic() + PATIENCE_SECONDS

    def new_batches(self):
        """What happened since the last call, one entry a batch."""
        out = []
        reports = self.progress()
        for i in range(self.reported, len(reports)):
            report = reports[i]
            batch = {"batchId": report["batchId"]}
            if not self.table:
                batch_id, batch["rows"] = self.sink_batches[i]
                assert batch_id == report["batchId"], (batch_id, report["batchId"])
            batch["numInputRows"] = report["numInputRows"]
            batch["watermark"] = report.get("eventTime", {}).get("watermark")
            batch["eventTime"] = report.get("eventTime", {})
            if self.shows_progress:
                batch["progress"] = progress_facts(report)
            batch["stateOperators"] = [
                {"operatorName": operator["operatorName"]}
                | {name: operator[name] for name in STATE_COUNTERS}
                for operator in report["stateOperators"]
            ]
            out.append(batch)
        self.reported = len(reports)
        return out


def shape_of(value):
    """The keys of a progress report in their order, and what kind of value each has."""
    if isinstance(value, dict):
        # Metrics of single partitions of Spark's state store.
        keys = [key for key in value if not key.startswith("SnapshotLastUploaded.")]
        return "{" + ",".join(f"{key}:{shape_of(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(shape_of, value)) + "]"
    if value is None:
        return "null"
    return "text" if isinstance(value, str) else "number"


def progress_facts(report):
    return {
        "shape": shape_of(report),
        "numOutputRows": report["sink"]["numOutputRows"],
        "partitions": [
            [operator["numShufflePartitions"], operator["numStateStoreInstances"]]
            for operator in report["stateOperators"]
        ],
        "observedMetrics": report.get("observedMetrics"),
    }


class Player:
    """Plays one scenario in a session and a directory of its own."""

    def __init__(self, spark, scenario, name):
        self.scenario = scenario
        self.name = name
        self.session = spark.newSession()
        self.folder = tempfile.mkdtemp(prefix="scenario_")
        self.files = 0
        self.run = None
        for key, value in (SESSION_SETTINGS | scenario.get("conf", {})).items():
            self.session.conf.set(key, value)
        for view, description in scenario.get("inputs", {}).items():
            self.add_input(view, description)
        for view, description in scenario.get("statics", {}).items():
            self.add_static(view, description)
        for view, description in scenario.get("frames", {}).items():
            self.frame_of(description).createOrReplaceTempView(view)

    def add_input(self, view, description):
        os.makedirs(os.path.join(self.folder, view))
        reader = self.session.readStream.schema(description["schema"])
        for key, value in description.get("options", {}).items():
            reader = reader.option(key, value)
        frame = reader.json(os.path.join(self.folder, view))
        if "watermark" in description:
            frame = frame.withWatermark(*description["watermark"])
        frame.createOrReplaceTempView(view)

    def add_static(self, view, description):
        os.makedirs(os.path.join(self.folder, view))
        self.write_file(view, description["rows"])
        reader = self.session.read.schema(description["schema"])
        reader.json(os.path.join(self.folder, view)).createOrReplaceTempView(view)

    def next_file(self):
        self.files += 1
        return self.files

    def write_file(self, view, rows):
        """One JSON-lines file that appears at once and is newer than all before it."""
        number = self.next_file()
        hidden = os.path.join(self.folder, f"part-{number:05d}.json")
        with open(hidden, "w", encoding="utf-8") as file:
            for row in rows:
                file.write((row if isinstance(row, str) else json.dumps(row)) + "\n")
        os.utime(hidden, (FIRST_FILE_TIME + number, FIRST_FILE_TIME + number))
        os.rename(hidden, os.path.join(self.folder, view, os.path.basename(hidden)))

    def add_files(self, files):
        """All of `files` (view, rows) become visible between two batches."""
        running = self.run is not None and self.run.query.isActive
        with self.run.between_batches() if running else contextlib.nullcontext():
            for view, rows in files:
                self.write_file(view, rows)

    def frame_of(self, description):
        """The frame of a query text and the deduplication called on it."""
        frame = self.session.sql(description["query"])
        for method in ("dropDuplicates", "dropDuplicatesWithinWatermark"):
            key = "drop_duplicates" + ("_within_watermark" if method.endswith("mark") else "")
            columns = description.get(key)
            if columns is not None:
                frame = getattr(frame, method)(*([columns] if columns else []))
        if "callback" in description:
            frame = stream_callbacks.apply(self.session, frame, description["callback"])
        return frame

    def start(self, trigger):
        """Builds the frame from the text and starts it; returns the refusal or None."""
        try:
            frame = self.frame_of(self.scenario)
            for name, metrics in self.scenario.get("observe", {}).items():
                frame = frame.observe(name, *[functions.expr(metric) for metric in metrics])
            self.run = Run(self, frame, trigger)
        except spark_oracle.FAILURES as failure:
            return failure
        return None

    def play(self):
        pending = []
        for step in self.scenario["steps"]:
            if "add" in step:
                pending += step["add"].items()
                continue
            self.add_files(pending)
            pending = []
            if "start" in step:
                self.note_refusal(step, self.start(step.get("trigger")))
            elif "process_all" in step:
                if self.run is None:
                    self.must_start()
                self.note_batches(step)
            elif "stop" in step:
                self.run.query.stop()
            elif "read" in step:
                self.note_read(step)
            elif "conf" in step:
                for key, value in step["conf"].items():
                    self.session.conf.set(key, value)
            elif "change" in step:
                self.scenario = self.scenario | step["change"]
            else:
                raise SystemExit(f"{self.name}: unknown step {step}")
        if self.run:
            self.run.query.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def note_read(self, step):
        """Reads the checkpoint with a batch source; the view is called `state`."""
        read = step["read"]
        running = self.run is not None and self.run.query.isActive
        try:
            with self.run.between_batches() if running else contextlib.nullcontext():
                reader = self.session.read.format(read["format"])
                for key, value in read.get("options", {}).items():
                    reader = reader.option(key, value)
                frame = reader.load(os.path.join(self.folder, "checkpoint"))
                if "columns" in read:
                    frame = frame.select(*read["columns"])
                frame.createOrReplaceTempView("state")
                frame = self.session.sql(read.get("query", "SELECT * FROM state"))
                lines = spark_oracle.row_lines(spark_oracle.as_text(frame).collect())
        except spark_oracle.FAILURES as failure:
            condition, state = spark_oracle.condition_of(failure)
            step["expected"] = {"error": {"condition": condition, "sqlstate": state}}
            return
        step["expected"] = {"schema": frame.schema.simpleString(), "rows": sorted(lines)}

    def must_start(self):
        refusal = self.start(None)
        if refusal is not None:
            condition = spark_oracle.condition_of(refusal)
            raise SystemExit(f"{self.name}: refused: {condition} {refusal}")

    def note_refusal(self, step, refusal):
        expected = step.pop("expect_error", None)
        if refusal is not None:
            condition, state = spark_oracle.condition_of(refusal)
            step["expect_error"] = {"condition": condition, "sqlstate": state}
        if (refusal is None) != (expected is None):
            seen = "started" if refusal is None else f"refused: {step['expect_error']}"
            print(f"{self.name}: NOTICE: {seen}\n    {str(refusal)[:300]}")

    def note_batches(self, step):
        failure = self.run.settle()
        expected = {"batches": self.run.new_batches()}
        if self.run.table and failure is None:
            table = self.session.table(self.run.table)
            lines = spark_oracle.row_lines(spark_oracle.as_text(table).collect())
            expected["table"] = sorted(lines)
        if failure is not None:
            condition, state = self.run.sink_failure or cause_of(failure)
            expected["error"] = {"condition": condition, "sqlstate": state}
            if "error" not in step.get("expected", {}):
                print(f"{self.name}: NOTICE: failed: {expected['error']}\n    {str(failure)[:300]}")
        step["expected"] = expected


def cause_of(failure):
    """(condition, SQLSTATE) of what made a query fail, below Spark's wrapping."""
    wrappers = ("STREAM_FAILED", "FOREACH_BATCH_USER_FUNCTION_ERROR", None)
    link = getattr(failure, "_origin", None)
    found = spark_oracle.condition_of(failure)
    while link is not None:
        inner = spark_oracle.condition_of_java(link)
        if inner and inner[0] not in wrappers:
            return inner
        link = link.getCause()
    return found


def lay_out(scenario):
    """The scenario as JSON with one step, one batch or one setting a line."""
    compact = lambda value: json.dumps(value, ensure_ascii=False)
    lines = []
    for key, value in scenario.items():
        if key == "steps":
            lines.append('  "steps": [\n' + ",\n".join(lay_out_step(s) for s in value) + "\n  ]")
        elif key in ("inputs", "statics") and value:
            items = ",\n".join(f"    {compact(k)}: {compact(v)}" for k, v in value.items())
            lines.append(f"  {compact(key)}: {{\n{items}\n  }}")
        else:
            lines.append(f"  {compact(key)}: {compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def lay_out_step(step):
    compact = lambda value: json.dumps(value, ensure_ascii=False)
    if "add" in step:
        views = []
        for view, rows in step["add"].items():
            body = ",\n".join(f"      {compact(row)}" for row in rows)
            views.append(f"{compact(view)}: [" + (f"\n{body}\n    ]" if rows else "]"))
        return '    {"add": {' + ", ".join(views) + "}}"
    if not step.get("expected", {}).get("batches"):
        return "    " + compact(step)
    rest = {k: v for k, v in step.items() if k != "expected"}
    tail = {k: v for k, v in step["expected"].items() if k != "batches"}
    batches = ",\n".join(f"      {compact(batch)}" for batch in step["expected"]["batches"])
    text = "    " + compact(rest)[:-1] + ', "expected": {"batches": [\n' + batches + "\n    ]"
    return text + (", " + compact(tail)[1:-1] if tail else "") + "}}"


def record(spark, path):
    with open(path, encoding="utf-8") as file:
        before = file.read()
    scenario = {"recorded_from": f"Spark {spark.version}"} | json.loads(before)
    scenario["recorded_from"] = f"Spark {spark.version}"
    name = os.path.splitext(os.path.basename(path))[0]
    if scenario["name"] != name:
        raise SystemExit(f"{path}: the scenario calls itself {scenario['name']}")
    Player(spark, scenario, name).play()
    after = lay_out(scenario)
    if after != before:
        with open(path, "w", encoding="utf-8") as file:
            file.write(after)
        print(f"{name}: changed")
    return after != before


def main():
    paths = [os.path.abspath(path) for path in sys.argv[1:]]
    if not paths:
        raise SystemExit(__doc__)
    settings = {"spark.sql.streaming.numRecentProgressUpdates": "1000"}
    if any(stream_callbacks.needs_scala(path) for path in paths):
        settings["spark.driver.extraClassPath"] = stream_callbacks.compile_scala()
    spark = spark_oracle.open_session(settings)
    changed = sum(record(spark, path) for path in paths)
    print(f"{len(paths)} scenarios, {changed} changed")
    spark.stop()


if __name__ == "__main__":
    main()
