#!/usr/bin/env python3
"""What a micro-batch costs whose rows open one more session of a key that has many: time, and bytes
of state files. Both should follow the number of new sessions, not of those that are open.

usage: open_sessions.py [PROGRAM]
"""

import datetime
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

BATCHES = 50
QUERY = """SET spark.sql.shuffle.partitions=2;
SET spark.sql.streaming.minBatchesToRetain=100000;
CREATE TEMPORARY VIEW events (ts TIMESTAMP, k STRING, v INT)
USING json OPTIONS (path '{root}/events', maxFilesPerTrigger '1');
CREATE STREAMING TABLE counts USING noop
OPTIONS (checkpointLocation '{root}/checkpoint', trigger 'availableNow')
AS SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS c, sum(v) AS s
FROM STREAM events WATERMARK ts DELAY OF INTERVAL 1000 DAYS GROUP BY 1, 2;"""


def write_events(root, number, sessions):
    """One row for each session, ten seconds apart."""
    begin = datetime.datetime(2024, 1, 1)
    rows = [{"ts": (begin + datetime.timedelta(seconds=10 * session)).isoformat() + "Z",
             "k": "a", "v": 1} for session in sessions]
    path = root / "events" / f"{number:06d}.json"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    os.utime(path, (1_700_000_000 + number,) * 2)


def measure(program, num_sessions):
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        (root / "events").mkdir()
        write_events(root, 0, range(num_sessions))
        for number in range(1, BATCHES + 1):
            write_events(root, number, [num_sessions + number])
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.perf_counter()
        subprocess.run([program, "sql", "-e", QUERY.format(root=root)], check=True)
        seconds = time.perf_counter() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        sizes = sorted(file.stat().st_size for file in root.glob("checkpoint/state/0/*.changes"))
        # The first batch wrote the largest file.
        print(f"{num_sessions} open sessions: {seconds:.2f} s, {cpu:.2f} s of CPU, "
              f"{sum(sizes[:-1]) // BATCHES} bytes a batch")


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/bin/thalweg")
    for num_sessions in (1, 100, 1000, 10000, 100000):
        measure(program, num_sessions)


if __name__ == "__main__":
    main()
