#!/usr/bin/env python3
"""The wheel: what `make wheel` makes, installed into an environment of its own.

usage: wheel_test.py BUILD_DIRECTORY CLIENT
CLIENT is an interpreter with a Spark Connect client.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENT = pathlib.Path(sys.argv.pop())
BUILD = sys.argv.pop()
QUERY = """
from pyspark.sql import SparkSession
print(SparkSession.builder.getOrCreate().range(3).count())
"""


def call(*command, **keywords):
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("THALWEG_PROGRAM", "PYTHONPATH", "LD_LIBRARY_PATH")}
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True,
                          env=environment, **keywords).stdout


class WheelTest(unittest.TestCase):
    def test_install_and_run(self):
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory)
            call(sys.executable, ROOT / "tools/make_wheel.py", BUILD, place / "wheels")
            wheel = next((place / "wheels").glob("thalweg-*.whl"))
            call(sys.executable, "-m", "venv", "--without-pip", place / "venv")
            python = place / "venv/bin/python"
            call(CLIENT, "-m", "pip", "--python", python, "install", "-q", "--no-index", "--no-deps", wheel)
            # PySpark is the client's.
            packages = next(CLIENT.parents[1].glob("lib/python3*/site-packages"))
            own = next((place / "venv").glob("lib/python3*/site-packages"))
            (own / "client.pth").write_text(f"{packages}\n")

            program = own / "thalweg/engine/bin/thalweg"
            loaded = call("ldd", program)
            for library in (own / "thalweg/engine").glob("lib*/**/*.so*"):
                self.assertIn(str(library), loaded.replace("/bin/..", ""))
            self.assertIn("thalweg", call(place / "venv/bin/thalweg", "version"))
            (place / "app.py").write_text(QUERY)
            self.assertEqual(call(place / "venv/bin/thalweg", "run", "app.py", cwd=place), "3\n")
            (place / "own.py").write_text(f"""
import os
from thalweg import Server
with Server() as server:
    os.environ["SPARK_REMOTE"] = server.url
    exec({QUERY!r})
""")
            self.assertEqual(call(python, "own.py", cwd=place), "3\n")


if __name__ == "__main__":
    unittest.main()
