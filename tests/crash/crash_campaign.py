#!/usr/bin/env python3
"""Kills the real program and checks that nothing is lost and nothing doubled.

usage: crash_campaign.py PROGRAM [--kills N] [--seed S] [--keep]

Each round runs a streaming query to its end from an empty checkpoint, while the process is killed
with SIGKILL again and again: at named points of a micro-batch (offset log, state, sink, commit:
before, half-written, after), at random passes of any point, and at random moments from outside.
Before the last start, which is left alone, one more file comes; after it the sink must hold exactly
the rows of the same query run as a batch. (Without new data a restart closes no windows, as in
Spark: what a kill after the last commit leaves open waits for the next file.) Every round prints
its seed; `--seed S --kills 1` replays a round.
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

POINTS = ["offsets.before", "offsets.half", "offsets.after", "epoch.mid", "state.before_sync",
          "state.half", "state.after", "sink.before_file_sync", "sink.before_manifest",
          "sink.manifest_half", "sink.after_manifest", "sink.after", "commit.before", "commit.half",
          "commit.after", "source_log.after", "spill.read", "spill.write"]
# A process takes a second; on a machine that is busy with other things, far longer.
SECONDS = 300

# Some queries keep next to nothing in memory from batch to batch.
ON_DISK = """
SET spark.sql.streaming.stateStore.providerClass =
  org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider;
SET thalweg.streaming.stateStore.maxMemory = 1k;
"""
SOURCE = """
CREATE TEMPORARY VIEW events (ts TIMESTAMP, k STRING, v INT) USING json
OPTIONS (path '{events}', maxFilesPerTrigger '{files}');
CREATE TEMPORARY VIEW names (k STRING, name STRING) USING json OPTIONS (path '{data}/names');
"""

# name -> (streaming select, the same as a batch). The batch form of a windowed query keeps the
# windows that the final watermark has closed.
QUERIES = {
    "projection": (
        "SELECT k, v + 1 AS w, ts FROM STREAM events WHERE v % 3 <> 0",
        "SELECT k, v + 1 AS w, ts FROM events WHERE v % 3 <> 0"),
    "tumbling": (
        "SELECT window.start AS s, k, count(*) AS c, sum(v) AS t, avg(v) AS a FROM STREAM events "
        "WATERMARK ts DELAY OF INTERVAL 20 SECONDS GROUP BY window(ts, '10 seconds'), k",
        "SELECT window.start AS s, k, count(*) AS c, sum(v) AS t, avg(v) AS a FROM events "
        "GROUP BY window(ts, '10 seconds'), k HAVING window.end <= TIMESTAMP'{watermark}'"),
    "sliding_join": (
        "SELECT w.start AS s, name, c, m FROM (SELECT window AS w, k, count(*) AS c, max(v) AS m "
        "FROM STREAM events WATERMARK ts DELAY OF INTERVAL 20 SECONDS "
        "GROUP BY window(ts, '30 seconds', '10 seconds'), k) x JOIN names n ON x.k = n.k",
        "SELECT w.start AS s, name, c, m FROM (SELECT window AS w, k, count(*) AS c, max(v) AS m "
        "FROM events GROUP BY window(ts, '30 seconds', '10 seconds'), k) x JOIN names n "
        "ON x.k = n.k WHERE w.end <= TIMESTAMP'{watermark}'"),
    "interval_join": (
        "SELECT l.k, l.ts, l.v, r.ts AS rts, r.v AS rv FROM (SELECT * FROM STREAM events "
        "WATERMARK ts DELAY OF INTERVAL 20 SECONDS) l LEFT JOIN (SELECT * FROM STREAM events "
        "WATERMARK ts DELAY OF INTERVAL 20 SECONDS) r ON l.k = r.k AND r.ts > l.ts "
        "AND r.ts <= l.ts + INTERVAL 5 SECONDS AND l.v < r.v",
        "SELECT l.k, l.ts, l.v, r.ts AS rts, r.v AS rv FROM events l LEFT JOIN events r "
        "ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 5 SECONDS AND l.v < r.v "
        "WHERE r.v IS NOT NULL OR l.ts < TIMESTAMP'{watermark}' - INTERVAL 5 SECONDS"),
    "interval_full_join": (
        "SELECT l.k, l.ts, l.v, r.k AS rk, r.ts AS rts, r.v AS rv FROM (SELECT * FROM STREAM "
        "events WATERMARK ts DELAY OF INTERVAL 20 SECONDS) l FULL JOIN (SELECT * FROM STREAM "
        "events WATERMARK ts DELAY OF INTERVAL 20 SECONDS) r ON l.k = r.k AND r.ts > l.ts "
        "AND r.ts <= l.ts + INTERVAL 5 SECONDS AND l.v < r.v",
        "SELECT l.k, l.ts, l.v, r.k AS rk, r.ts AS rts, r.v AS rv FROM events l FULL JOIN events "
        "r ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 5 SECONDS AND l.v < r.v "
        "WHERE (l.v IS NOT NULL AND r.v IS NOT NULL) "
        "OR (r.v IS NULL AND l.ts < TIMESTAMP'{watermark}' - INTERVAL 5 SECONDS) "
        "OR (l.v IS NULL AND r.ts <= TIMESTAMP'{watermark}')"),
    "interval_semi_join": (
        "SELECT l.k, l.ts, l.v FROM (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL "
        "20 SECONDS) l LEFT SEMI JOIN (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL "
        "20 SECONDS) r ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 5 SECONDS "
        "AND l.v < r.v",
        "SELECT l.k, l.ts, l.v FROM events l LEFT SEMI JOIN events r ON l.k = r.k "
        "AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 5 SECONDS AND l.v < r.v"),
    "static_join": (
        "SELECT e.ts, e.v, n.name FROM STREAM events e LEFT JOIN names n ON e.k = n.k",
        "SELECT e.ts, e.v, n.name FROM events e LEFT JOIN names n ON e.k = n.k"),
    "session": (
        "SELECT w.start AS s, w.end AS e, k, c, t FROM (SELECT session_window(ts, '6 seconds') "
        "AS w, k, count(*) AS c, sum(v) AS t FROM STREAM events "
        "WATERMARK ts DELAY OF INTERVAL 20 SECONDS GROUP BY 1, 2)",
        "SELECT session_window.start AS s, session_window.end AS e, k, count(*) AS c, "
        "sum(v) AS t FROM events GROUP BY session_window(ts, '6 seconds'), k "
        "HAVING max(ts) + INTERVAL 6 SECONDS <= TIMESTAMP'{watermark}'"),
    "session_gaps": (
        "SELECT w.start AS s, w.end AS e, k, c, avg FROM (SELECT session_window(ts, "
        "CASE WHEN v % 3 = 0 THEN '9 seconds' WHEN v % 7 <> 0 THEN '4 seconds' END) AS w, k, "
        "count(*) AS c, avg(v) AS avg FROM STREAM events WATERMARK ts DELAY OF INTERVAL 20 "
        "SECONDS GROUP BY k, 1)",
        "SELECT w.start AS s, w.end AS e, k, count(*) AS c, avg(v) AS avg FROM (SELECT "
        "session_window(ts, CASE WHEN v % 3 = 0 THEN '9 seconds' WHEN v % 7 <> 0 THEN '4 seconds' "
        "END) AS w, k, v FROM events) GROUP BY k, w HAVING max(w.end) <= TIMESTAMP'{watermark}'"),
    "window_of_window": (
        "SELECT window(w, '30 seconds').start AS s, sum(c) AS c, count(*) AS n FROM (SELECT "
        "window(ts, '10 seconds') AS w, k, count(*) AS c FROM STREAM events WATERMARK ts DELAY OF "
        "INTERVAL 20 SECONDS GROUP BY window(ts, '10 seconds'), k) GROUP BY window(w, "
        "'30 seconds')",
        "SELECT window(ts, '30 seconds').start AS s, count(*) AS c, count(DISTINCT "
        "unix_seconds(ts) DIV 10, k) AS n FROM events GROUP BY window(ts, '30 seconds') "
        "HAVING window.end <= TIMESTAMP'{watermark}'"),
    "aggregate_of_join": (
        "SELECT window(l.ts, '10 seconds').start AS s, count(*) AS c, sum(r.v) AS t FROM (SELECT * "
        "FROM STREAM events WATERMARK ts DELAY OF INTERVAL 20 SECONDS) l JOIN (SELECT * FROM "
        "STREAM events WATERMARK ts DELAY OF INTERVAL 20 SECONDS) r ON l.k = r.k AND r.ts > l.ts "
        "AND r.ts <= l.ts + INTERVAL 5 SECONDS AND l.v < r.v "
        "GROUP BY window(l.ts, '10 seconds')",
        "SELECT window(l.ts, '10 seconds').start AS s, count(*) AS c, sum(r.v) AS t FROM events l "
        "JOIN events r ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 5 SECONDS "
        "AND l.v < r.v GROUP BY window(l.ts, '10 seconds') "
        "HAVING window.end <= TIMESTAMP'{watermark}' - INTERVAL 5 SECONDS"),
    "aggregate_of_distinct": (
        "SELECT window.start AS s, count(*) AS c FROM (SELECT DISTINCT k, ts FROM STREAM events "
        "WATERMARK ts DELAY OF INTERVAL 20 SECONDS) GROUP BY window(ts, '10 seconds')",
        "SELECT window(ts, '10 seconds').start AS s, count(DISTINCT k, ts) AS c FROM events "
        "GROUP BY window(ts, '10 seconds') HAVING window.end <= TIMESTAMP'{watermark}'"),
    "duplicates": (
        "SELECT DISTINCT k, ts FROM STREAM events WATERMARK ts DELAY OF INTERVAL 20 SECONDS",
        "SELECT DISTINCT k, ts FROM events WHERE ts <= TIMESTAMP'{watermark}'"),
}

def write_data(directory, seed):
    """30 files of 40 rows in event-time order, so that no row is late."""
    chance = random.Random(seed)
    events = directory / "events"
    names = directory / "names"
    events.mkdir(parents=True)
    names.mkdir()
    start = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    at = start
    for number in range(30):
        with (events / f"{number:04}.json").open("w", encoding="utf-8") as out:
            for _ in range(40):
                at += datetime.timedelta(milliseconds=chance.randrange(0, 1200))
                row = {"ts": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                       "k": f"key{chance.randrange(9)}", "v": chance.randrange(1000)}
                out.write(json.dumps(row) + "\n")
        os.utime(events / f"{number:04}.json", (1_700_000_000 + number,) * 2)
    with (names / "names.json").open("w", encoding="utf-8") as out:
        for number in range(7):
            out.write(json.dumps({"k": f"key{number}", "name": f"name {number}"}) + "\n")
    watermark = at - datetime.timedelta(seconds=20)
    return watermark.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


class Campaign:
    def __init__(self, program, root, seed):
        self.program = program
        self.root = root
        self.data = root / "data"
        self.watermark = write_data(self.data, seed)
        self.kills = collections.Counter()
        self.rounds = collections.Counter()
        self.answers = {}

    def sql(self, text, fault=""):
        environment = dict(os.environ, THALWEG_FAULT=fault)
        command = [self.program, "sql", "--format", "json", "-e", text]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def rows(self, text):
        process = self.sql(text)
        out, error = process.communicate(timeout=SECONDS)
        if process.returncode != 0:
            raise AssertionError(f"exit {process.returncode}: {error}\n{text}")
        return collections.Counter(line for line in out.splitlines() if line)

    def answer(self, name):
        if name not in self.answers:
            source = SOURCE.format(events=self.data / "events", data=self.data, files=1)
            query = QUERIES[name][1].format(watermark=self.watermark)
            self.answers[name] = self.rows(source + query)
            assert self.answers[name], f"{name}: the batch answer is empty"
        return self.answers[name]

    def start(self, name, run, files, fault, on_disk):
        source = SOURCE.format(events=run / "events", data=self.data, files=files)
        return self.sql(
            f"{ON_DISK if on_disk else ''}{source} CREATE STREAMING TABLE out USING parquet "
            f"LOCATION '{run}/out' OPTIONS (trigger 'availableNow', checkpointLocation '{run}/checkpoint') AS {QUERIES[name][0]}",
            fault)

    def round(self, seed):
        """One query from an empty checkpoint to its end, with kills on the way."""
        chance = random.Random(seed)
        names = sorted(QUERIES)
        name = names[seed % len(names)]  # they take turns
        run = self.root / f"run-{seed}"
        (run / "events").mkdir(parents=True)
        *early, last = sorted((self.data / "events").iterdir())
        for file in early:
            os.link(file, run / "events" / file.name)
        files = chance.choice([1, 2, 3, 7])
        on_disk = chance.random() < 0.5
        self.rounds[name] += 1
        killed = 0
        for _ in range(chance.randrange(1, 5)):
            kind = chance.choice(["point", "random", "outside"])
            fault = ""
            if kind == "point":
                fault = f"{chance.choice(POINTS)}:{chance.randrange(1, 9)}=kill"
            elif kind == "random":
                fault = f"random:{chance.randrange(1, 1 << 30)}:{chance.randrange(5, 120)}=kill"
            process = self.start(name, run, files, fault, on_disk)
            if kind == "outside":
                time.sleep(chance.uniform(0.0, 0.25))
                process.send_signal(signal.SIGKILL)
            _, error = process.communicate(timeout=SECONDS)
            if process.returncode == -signal.SIGKILL:
                killed += 1
                self.kills[fault.split(":")[0] or "outside"] += 1
            elif process.returncode != 0:
                raise AssertionError(f"seed {seed}: exit {process.returncode}: {error}")
        os.link(last, run / "events" / last.name)
        process = self.start(name, run, files, "", on_disk)
        _, error = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, f"seed {seed}: the last start failed: {error}"
        self.compare(name, run, seed)
        shutil.rmtree(run)
        return killed

    def compare(self, name, run, seed):
        actual = self.rows(f"SELECT * FROM parquet.`{run}/out`")
        expected = self.answer(name)
        if actual != expected:
            missing = list((expected - actual).elements())[:5]
            extra = list((actual - expected).elements())[:5]
            raise AssertionError(
                f"seed {seed} ({name}): {sum((expected - actual).values())} rows missing "
                f"{missing}, {sum((actual - expected).values())} rows too many {extra}; "
                f"left for a look in {run}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    first = arguments.seed if arguments.seed is not None else 1000
    root = pathlib.Path(tempfile.mkdtemp(prefix="thalweg-crash-"))
    campaign = Campaign(arguments.program, root, seed=first)
    total, seed, failed = 0, first, []
    while total < arguments.kills:
        try:
            killed = campaign.round(seed)
            print(f"[crash] seed {seed}: {killed} kills, rows as expected", flush=True)
            total += killed
        except (AssertionError, subprocess.TimeoutExpired) as problem:
            failed.append(seed)
            print(f"[crash] FAILED {problem}", flush=True)
            total += 1
            if len(failed) > 5:
                break
        seed += 1
    print(f"[crash] kills by place: {dict(sorted(campaign.kills.items()))}")
    print(f"[crash] rounds by query: {dict(sorted(campaign.rounds.items()))}")
    if not failed and not arguments.keep:
        shutil.rmtree(root)
    print(f"[crash] {total} kills, {len(failed)} failed rounds"
          + (f": seeds {failed}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
