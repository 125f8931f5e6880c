#!/usr/bin/env python3
"""Runs the Spark Connect programs of this folder and compares what they print, line by line.

usage: run.py check SERVER      with what real Spark printed (expected/)
       run.py record SERVER     writes expected/ (SERVER is a real Spark)
       run.py compare SERVER SERVER

A SERVER is `thalweg` (starts the program that THALWEG_PROGRAM names), sc://HOST:PORT (runs already),
or `spark:PYTHON` (starts the Connect server of the PySpark, with its jars, that the interpreter has).
Exits 1 if anything differs or fails.
"""
import argparse
import contextlib
import difflib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "python"))

from thalweg import Server  # noqa: E402

# Programs and their arguments; {data} is a copy of data/, {output} a directory that is not there,
# {port} a server of lines.
ARGUMENTS = {
    "word_count_files": ["{data}/text"],
    "windowed_word_count": ["{data}/lines"],
    "word_count_socket": ["127.0.0.1", "{port}", "sleep"],
    "click_counts": ["{data}/clicks"],
    "stream_static_join": ["{data}/payments", "{data}/customers.csv"],
    "foreach_batch_two_sinks": ["{data}/payments", "{output}"],
    "listener": ["{data}/payments"],
}
IN_EVERY_LANGUAGE = ["word_count_files", "windowed_word_count"]
SOCKET_LINES = HERE / "data/text/3.txt"
# As the Connect client for the JVM wants it of Java 17.
JAVA_OPTIONS = ["-XX:+IgnoreUnrecognizedVMOptions", "-XX:TieredStopAtLevel=1"] + [
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in ("java.lang", "java.nio", "sun.nio.ch")]


def command(arguments, program):
    """The command that runs a program in the language asked for."""
    if arguments.language == "python":
        return [arguments.python, "-W", "ignore", HERE / f"python/{program}.py"]
    if arguments.language == "r":
        return ["Rscript", HERE / f"r/{program}.R"]
    built = pathlib.Path(arguments.classes)
    path = f"{built / 'classes'}:{(built / 'classpath.txt').read_text().strip()}"
    name = "".join(part.capitalize() for part in program.split("_"))
    return ["java", *JAVA_OPTIONS, "-cp", path, name]


@contextlib.contextmanager
def thalweg_server(arguments, directory):
    conf = {"spark.sql.shuffle.partitions": 2}
    with Server(conf=conf, python=arguments.python, directory=directory) as server:
        yield server.url


@contextlib.contextmanager
def spark_server(python, directory):
    """Real Spark's own server on a free port."""
    home = subprocess.run([python, "-c", "import os, pyspark; print(os.path.dirname(pyspark.__file__))"],
                          check=True, capture_output=True, text=True).stdout.strip()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = {"spark.connect.grpc.binding.port": port, "spark.sql.shuffle.partitions": 2,
                "spark.ui.enabled": "false"}
    environment = {**os.environ, "SPARK_HOME": home, "PYSPARK_PYTHON": python,
                   "SPARK_LOCAL_IP": "127.0.0.1"}
    environment.pop("SPARK_REMOTE", None)
    with open(directory / "spark.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [home + "/bin/spark-submit", "--master", "local[2]",
             "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
             *(word for key, value in settings.items() for word in ("--conf", f"{key}={value}")),
             "spark-internal"], cwd=directory, stdout=log, stderr=log, env=environment)
    try:
        wait_for_port(port, process)
        yield f"sc://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def wait_for_port(port, process):
    """Polls: another's server gives no other sign."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                sys.exit("Spark's server did not start")
            time.sleep(0.2)


@contextlib.contextmanager
def server_of(name, arguments, directory):
    if name.startswith("sc://"):
        yield name
    elif name == "thalweg":
        with thalweg_server(arguments, directory) as url:
            yield url
    elif name.startswith("spark:"):
        with spark_server(name[len("spark:"):], directory) as url:
            yield url
    else:
        sys.exit(f"what server is {name}?")


class LineServer:
    """Sends the same lines to whoever connects, and keeps the connection."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._connections = []
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self._socket.accept()
                self._connections.append(connection)
                connection.sendall(SOCKET_LINES.read_bytes())

    def close(self):
        self._socket.close()
        for connection in self._connections:
            connection.close()


def copy_data(target):
    """A stream takes files in the order of their times: here that of their names."""
    shutil.copytree(HERE / "data", target)
    for directory in target.iterdir():
        if directory.is_dir():
            for second, file in enumerate(sorted(directory.iterdir())):
                os.utime(file, (1_700_000_000 + second,) * 2)


def run(arguments, program, url):
    """The lines that the program prints, less empty ones; None if it failed."""
    lines = LineServer()
    with tempfile.TemporaryDirectory(prefix="thalweg-connect-") as directory:
        places = {"data": pathlib.Path(directory) / "data", "output": directory + "/output",
                  "port": lines.port}
        copy_data(places["data"])
        words = [word.format(**places) for word in ARGUMENTS[program]]
        done = subprocess.run(
            [*command(arguments, program), *words], capture_output=True, text=True,
            cwd=directory, timeout=arguments.timeout,
            env={**os.environ, "SPARK_REMOTE": url, "RETICULATE_PYTHON": arguments.python,
                 "PYTHONWARNINGS": "ignore"})
    lines.close()
    if done.returncode != 0:
        print(f"{program}: exit code {done.returncode}\n{done.stderr[-4000:]}")
        return None
    return [line for line in done.stdout.splitlines() if line.strip()]


def expected_file(program):
    return HERE / f"expected/{program}.txt"


def differs(program, wanted, found):
    if wanted is None or found is None:
        return True
    lines = list(difflib.unified_diff(wanted, found, "expected", "found", lineterm=""))
    print(f"{program}: " + ("differs" if lines else f"the same {len(found)} lines"), *lines, sep="\n")
    return bool(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["check", "record", "compare"])
    parser.add_argument("servers", nargs="+", metavar="SERVER")
    parser.add_argument("--language", choices=["python", "scala", "java", "r"], default="python")
    parser.add_argument("--python", default=sys.executable, help="interpreter with a Connect client")
    parser.add_argument("--classes", help="what build_jvm.sh built")
    parser.add_argument("--programs", nargs="+", choices=list(ARGUMENTS), help="only these")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for each program")
    arguments = parser.parse_args()
    if len(arguments.servers) != (2 if arguments.action == "compare" else 1):
        parser.error("compare takes two servers, the others one")
    names = arguments.programs or (
        list(ARGUMENTS) if arguments.language == "python" else IN_EVERY_LANGUAGE)
    failures = []
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = [stack.enter_context(server_of(name, arguments, directory))
                for name in arguments.servers]
        for program in names:
            found = [run(arguments, program, url) for url in urls]
            if arguments.action == "record":
                if found[0] is not None:
                    expected_file(program).write_text("\n".join(found[0]) + "\n", encoding="utf-8")
                failed = found[0] is None
            else:
                wanted = (expected_file(program).read_text(encoding="utf-8").splitlines()
                          if arguments.action == "check" else found[0])
                failed = differs(program, wanted, found[-1])
            failures += [program] if failed else []
    print(f"{len(names) - len(failures)} passed, {len(failures)} failed", *failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
