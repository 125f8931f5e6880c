#!/usr/bin/env python3
"""Spark Connect side by side: Thalweg's server and Spark's own, same client, same programs.

usage: bench_connect.py [--program PROGRAM] [--rows N] [--threads N] [--without spark|thalweg]

This interpreter has PySpark with its jars and what Connect needs; it is client and runs the Python
functions of both servers. Prints a table with ratios.
"""
import argparse
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKLOADS = pathlib.Path(__file__).with_name("workloads.py")
FIRST = "server's start to the first result"
# Of these more is better.
RATES = {"MiB/s"}
POLL_SECONDS = 0.005


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def thalweg_command(arguments, port):
    return [arguments.program, "server", "--port", str(port),
            "-c", f"spark.sql.shuffle.partitions={arguments.threads}"], {}


def spark_command(arguments, port):
    import pyspark

    home = os.path.dirname(pyspark.__file__)
    settings = {"spark.connect.grpc.binding.port": port, "spark.ui.enabled": "false",
                "spark.sql.shuffle.partitions": arguments.threads}
    command = [home + "/bin/spark-submit", "--master", f"local[{arguments.threads}]",
               "--driver-memory", "8g",
               "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    for key, value in settings.items():
        command += ["--conf", f"{key}={value}"]
    return command + ["spark-internal"], {"SPARK_HOME": home, "SPARK_LOCAL_IP": "127.0.0.1"}


def wait_for_port(port, process):
    """Polls: another's server gives no other sign."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(POLL_SECONDS)


def expect(client, line):
    found = client.stdout.readline().strip()
    if found != line:
        sys.exit(f"the client said {found!r} instead of {line!r}")


def measure(make_command, arguments):
    """The measures of one server, by name: value and unit."""
    port = free_port()
    command, extra = make_command(arguments, port)
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYTHONWARNINGS": "ignore", **extra}
    environment.pop("SPARK_REMOTE", None)
    measures = {}
    with tempfile.TemporaryDirectory() as directory:
        client = subprocess.Popen([sys.executable, WORKLOADS, str(arguments.rows)], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        expect(client, "ready")
        start = time.perf_counter()
        with open(f"{directory}/log", "w", encoding="utf-8") as log:
            server = subprocess.Popen(command, cwd=directory, stdout=log, stderr=log, env=environment)
        try:
            wait_for_port(port, server)
            client.stdin.write(f"sc://127.0.0.1:{port}\n")
            client.stdin.flush()
            expect(client, "first")
            measures[FIRST] = (time.perf_counter() - start, "s")
            for line in client.stdout:
                measured = json.loads(line)
                measures[measured["name"]] = (measured["value"], measured["unit"])
            client.wait()
        finally:
            client.kill()
            server.send_signal(signal.SIGTERM)
            server.wait()
    return measures


def print_table(spark, thalweg):
    print("| measure | Spark | Thalweg | times better |\n|---|---|---|---|")
    for name in dict.fromkeys([*spark, *thalweg]):
        cells = []
        for measures in (spark, thalweg):
            cells.append("{:.3g} {}".format(*measures[name]) if name in measures else "-")
        ratio = "-"
        if name in spark and name in thalweg:
            (old, unit), (new, _) = spark[name], thalweg[name]
            ratio = f"{(new / old if unit in RATES else old / new):.1f}"
        print(f"| {name} | {cells[0]} | {cells[1]} | {ratio} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/bin/thalweg"))
    parser.add_argument("--rows", type=int, default=10_000_000, help="of the large results")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--without", choices=["spark", "thalweg"])
    arguments = parser.parse_args()
    thalweg = {} if arguments.without == "thalweg" else measure(thalweg_command, arguments)
    spark = {} if arguments.without == "spark" else measure(spark_command, arguments)
    print_table(spark, thalweg)


if __name__ == "__main__":
    main()
