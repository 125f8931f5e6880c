#!/usr/bin/env python3
"""What the program costs besides rows: time from its start to the first row of a query over a file,
and memory of a streaming query that waits for data.

usage: start_and_idle.py [PROGRAM]
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

STARTS = 21


def first_row_millis(program, file):
    begin = time.perf_counter()
    process = subprocess.Popen(
        [program, "sql", "--format", "csv", "-e", f"SELECT v FROM json.`{file}`"],
        stdout=subprocess.PIPE)
    process.stdout.readline()
    elapsed = time.perf_counter() - begin
    process.stdout.read()
    if process.wait() != 0:
        sys.exit("the query failed")
    return elapsed * 1000


def resident_megabytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def idle_megabytes(program, root):
    """Of a windowed count over a directory of files, once its first batch is committed."""
    checkpoint = root / "checkpoint"
    script = (
        f"CREATE TEMPORARY VIEW numbers (ts TIMESTAMP, v BIGINT) USING json "
        f"OPTIONS (path '{root / 'in'}'); "
        f"CREATE STREAMING TABLE out USING noop OPTIONS (trigger '1 second', outputMode 'update', "
        f"checkpointLocation '{checkpoint}') AS SELECT window(ts, '10 seconds') AS w, count(*) AS n "
        f"FROM STREAM numbers GROUP BY window(ts, '10 seconds')")
    process = subprocess.Popen([program, "sql", "-e", script], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 30
        while not (checkpoint / "commits" / "0").exists():
            if process.poll() is not None or time.monotonic() > give_up:
                sys.exit("the streaming query did not commit")
            time.sleep(0.05)
        time.sleep(1)
        return resident_megabytes(process.pid)
    finally:
        process.terminate()
        process.wait()


def main():
    program = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/bin/thalweg").resolve())
    with tempfile.TemporaryDirectory(prefix="thalweg-start-") as directory:
        root = pathlib.Path(directory)
        (root / "in").mkdir()
        file = root / "in" / "numbers.json"
        file.write_text("".join(f'{{"ts":"2024-01-01T00:00:{i:02}Z","v":{i}}}\n'
                                for i in range(60)))
        starts = [first_row_millis(program, file) for _ in range(STARTS)]
        print(f"start to first row of a file query, ms: median {statistics.median(starts):.1f}, "
              f"least {min(starts):.1f}")
        print(f"memory of a waiting streaming query, MB: {idle_megabytes(program, root):.1f}")


if __name__ == "__main__":
    main()
