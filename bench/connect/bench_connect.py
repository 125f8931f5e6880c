#!/usr/bin/env python3
"""Spark Connect side by side: Thalweg's server and Spark's own, same client, same programs.

usage: bench_connect.py [--program PROGRAM] [--rows N] [--threads N] [--seconds N]
                        [--without spark|thalweg]

This interpreter has PySpark with its jars and what Connect needs; it is client and runs the Python
functions of both servers. Prints a table with ratios, below it what failed.
"""
import argparse
import json
import os
import pathlib
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKLOADS = pathlib.Path(__file__).with_name("workloads.py")
# Of these more is better.
RATES = {"MiB/s"}
POLL_SECONDS = 0.005
STOP_SECONDS = 15


class Failure(Exception):
    """Why an engine could not be measured any further."""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def thalweg_command(arguments, port):
    return [arguments.program, "server", "--port", str(port),
            "-c", f"spark.sql.shuffle.partitions={arguments.threads}",
            "-c", f"thalweg.execution.workers={arguments.threads}"], {}


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


class Engine:
    """One server with one client: its measures by name (value and unit) and what went wrong."""

    def __init__(self, name, make_command, arguments):
        self.name = name
        self.measures = {}
        self.failures = []
        self.rows = arguments.rows
        self.port = free_port()
        self.deadline = time.perf_counter() + arguments.seconds
        self.command, extra = make_command(arguments, self.port)
        self.environment = {**os.environ, "PYSPARK_PYTHON": sys.executable,
                            "PYTHONWARNINGS": "ignore", **extra}
        self.environment.pop("SPARK_REMOTE", None)
        self.said = queue.Queue()
        self.begun = "the start"

    def measure(self):
        with tempfile.TemporaryDirectory() as directory:
            log = pathlib.Path(directory, "log")
            processes = []
            try:
                self.run(directory, log, processes)
            except (Failure, OSError) as failure:
                self.failures.append(f"{self.begun}: {failure}")
                self.failures += ["  " + line for line in log_end(log)]
            finally:
                for process in processes:
                    stop(process)
        return self

    def run(self, directory, log, processes):
        client = subprocess.Popen([sys.executable, WORKLOADS, str(self.rows)], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, env=self.environment,
                                  start_new_session=True)
        processes.append(client)
        threading.Thread(target=self.listen, args=[client.stdout], daemon=True).start()
        imports = self.next_said()["ready"]
        start = time.perf_counter()
        with open(log, "w", encoding="utf-8") as output:
            server = subprocess.Popen(self.command, cwd=directory, stdout=output, stderr=output,
                                      env=self.environment, start_new_session=True)
        processes.append(server)
        self.wait_for_port(server)
        self.add("server's start to its open port", time.perf_counter() - start, "s")
        client.stdin.write(f"sc://127.0.0.1:{self.port}\n")
        client.stdin.flush()
        self.next_said()
        first = time.perf_counter() - start
        self.add("server's start to the first result", first, "s")
        self.add("the same with the client's imports before it", imports + first, "s")
        while True:
            said = self.next_said()
            if "end" in said:
                return
            self.take(said)

    def take(self, said):
        if "begin" in said:
            self.begun = said["begin"]
        elif "failed" in said:
            self.failures.append(f"{said['failed']}: {said['error']}")
        else:
            self.add(said["name"], said["value"], said["unit"])

    def add(self, name, value, unit):
        self.measures[name] = (value, unit)

    def listen(self, lines):
        for line in lines:
            if line.startswith("{"):
                self.said.put(json.loads(line))
        self.said.put(None)

    def next_said(self):
        try:
            said = self.said.get(timeout=max(0.0, self.deadline - time.perf_counter()))
        except queue.Empty:
            raise Failure("not done within --seconds") from None
        if said is None:
            raise Failure("the client has ended")
        return said

    def wait_for_port(self, server):
        """Polls: another's server gives no other sign."""
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if server.poll() is not None:
                    raise Failure(f"the server has ended with {server.returncode}") from None
                if time.perf_counter() > self.deadline:
                    raise Failure("the server does not listen") from None
                time.sleep(POLL_SECONDS)


def log_end(log):
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:] if log.exists() else []


def stop(process):
    """Ends a process with all that it has started."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def print_table(spark, thalweg):
    print("| measure | Spark | Thalweg | times better |\n|---|---|---|---|")
    for name in dict.fromkeys([*spark.measures, *thalweg.measures]):
        cells = []
        for engine in (spark, thalweg):
            measured = engine.measures.get(name)
            cells.append("{:.3g} {}".format(*measured) if measured else "-")
        ratio = "-"
        if name in spark.measures and name in thalweg.measures:
            (old, unit), (new, _) = spark.measures[name], thalweg.measures[name]
            better, worse = (new, old) if unit in RATES else (old, new)
            ratio = f"{better / worse:.1f}" if worse > 0 else "-"
        print(f"| {name} | {cells[0]} | {cells[1]} | {ratio} |")
    for engine in (spark, thalweg):
        for failure in engine.failures:
            print(f"{engine.name}: {failure}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/bin/thalweg"))
    parser.add_argument("--rows", type=int, default=10_000_000, help="of the large results")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=230, help="at most for each engine")
    parser.add_argument("--without", choices=["spark", "thalweg"])
    arguments = parser.parse_args()
    # The server runs in a directory of its own.
    arguments.program = os.path.abspath(arguments.program)
    thalweg = Engine("Thalweg", thalweg_command, arguments)
    spark = Engine("Spark", spark_command, arguments)
    for engine, name in ((thalweg, "thalweg"), (spark, "spark")):
        if arguments.without == name:
            continue
        # Not used up by the engine before.
        engine.deadline = time.perf_counter() + arguments.seconds
        engine.measure()
    print_table(spark, thalweg)
    sys.exit(1 if spark.failures or thalweg.failures else 0)


if __name__ == "__main__":
    main()
