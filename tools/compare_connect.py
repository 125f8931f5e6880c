#!/usr/bin/env python3
"""Runs the programs of tests/connect on real Spark and on Thalweg, and prints where they differ.

Usage: compare_connect.py SPARK [NAME...]

SPARK is sc://host:port of a running Spark Connect server of the reference release, or the path of an
interpreter that has its PySpark with the jars: then the server is started, and ended afterwards.
THALWEG_PROGRAM names the program (else build/bin/thalweg); the interpreter that runs this has a
pyspark-client. With names, only those programs run. Exits 1 if there is a difference that
tests/connect/known_differences.txt does not list, or one listed there that is none.
"""
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parents[1]
TESTS = HERE / "tests/connect"
sys.path.insert(0, str(TESTS))

from pyspark.sql import SparkSession  # noqa: E402

for module in sorted(TESTS.glob("*_programs.py")):
    __import__(module.stem)
from programs import NEWER, PROGRAMS  # noqa: E402
from server import Server  # noqa: E402

SETTINGS = {"spark.sql.shuffle.partitions": "4"}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextlib.contextmanager
def spark_server(where, directory):
    """The address of real Spark."""
    if where.startswith("sc://"):
        yield where
        return
    home = subprocess.run([where, "-c", "import os, pyspark; print(os.path.dirname(pyspark.__file__))"],
                          check=True, capture_output=True, text=True).stdout.strip()
    port = free_port()
    settings = {**SETTINGS, "spark.connect.grpc.binding.port": port, "spark.ui.enabled": "false",
                "spark.sql.session.timeZone": "UTC"}
    words = [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
    # Functions run where the client runs, in its version.
    environment = {**os.environ, "SPARK_HOME": home, "PYSPARK_PYTHON": sys.executable,
                   "SPARK_LOCAL_IP": "127.0.0.1"}
    with open(pathlib.Path(directory) / "spark.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [home + "/bin/spark-submit", "--master", "local[2]", "--class",
             "org.apache.spark.sql.connect.service.SparkConnectServer", *words, "spark-internal"],
            cwd=directory, stdout=log, stderr=log, env=environment)
        try:
            wait_for(port, process)
            yield f"sc://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def wait_for(port, process):
    while process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.2)
    raise SystemExit("Spark did not start: see spark.log")


def answer(url, name):
    spark = SparkSession.builder.remote(url).create()
    try:
        return json.loads(json.dumps(PROGRAMS[name](spark), default=str))
    except Exception as error:  # noqa: BLE001
        return f"fails: {type(error).__name__}: {str(error)[:300]}"
    finally:
        spark.stop()


def differences(path, theirs, ours):
    """Where two answers differ: a path into them, and what is there."""
    if theirs == ours:
        return
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for i, (one, other) in enumerate(zip(theirs, ours)):
            yield from differences(f"{path}[{i}]", one, other)
    elif isinstance(theirs, dict) and isinstance(ours, dict) and theirs.keys() == ours.keys():
        for key in theirs:
            yield from differences(f"{path}.{key}", theirs[key], ours[key])
    else:
        yield path, theirs, ours


def known_differences():
    """Their paths, each under the comment that gives its reason."""
    known, reason = {}, ""
    for line in (TESTS / "known_differences.txt").read_text().splitlines():
        if line.startswith("#"):
            reason = line.lstrip("# ")
        elif line.strip():
            known[line.strip()] = reason
    return known


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    os.environ.setdefault("THALWEG_PROGRAM", str(HERE / "build/bin/thalweg"))
    names, known, seen, unknown = sys.argv[2:] or list(PROGRAMS), known_differences(), set(), 0
    words = [word for pair in SETTINGS.items() for word in ("--conf", "=".join(pair))]
    with tempfile.TemporaryDirectory() as directory, spark_server(sys.argv[1], directory) as spark:
        thalweg = Server(directory, *words)
        for name in names:
            for path, theirs, ours in differences(name, answer(spark, name), answer(thalweg.url, name)):
                seen.add(path)
                unknown += path not in known
                reason = f" ({known[path]})" if path in known else ""
                print(f"{path}{reason}\n  Spark:   {json.dumps(theirs)[:400]}\n"
                      f"  Thalweg: {json.dumps(ours)[:400]}", flush=True)
        thalweg.stop()
    gone = [path for path in known if path not in seen and path.split("[")[0].split(".")[0] in names]
    for path in gone:
        print(f"{path}: listed, but there is no difference")
    print(f"{len(names)} programs ({len(NEWER & set(names))} for newer clients), {len(seen)} differences, "
          f"{unknown} of them not listed")
    sys.exit(1 if unknown or gone else 0)


if __name__ == "__main__":
    main()
