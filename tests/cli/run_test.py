#!/usr/bin/env python3
"""`thalweg run`: Python programs with a server of their own."""

import os
import re
import signal
import sys
import unittest

from program import ProgramTest, run
from python_program import CLIENT

QUERY = """
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.getOrCreate()
print(spark.range(5).agg(F.sum("id")).collect()[0][0], spark.conf.get("spark.sql.shuffle.partitions"))
"""


class RunTest(ProgramTest):
    def run_program(self, text, *arguments, options=(), interpreter=sys.executable, **keywords):
        """The outcome of the program `text`, run with `arguments`."""
        return run("run", "--python", interpreter, *options, self.write("app.py", text), *arguments,
                   cwd=self.root, **keywords)

    def test_a_session_and_its_settings(self):
        outcome = self.run_program(QUERY, interpreter=CLIENT,
                                   options=["--conf", "spark.sql.shuffle.partitions=3"])
        self.assert_done(outcome)
        self.assertEqual(outcome.out, "10 3\n")

    def test_a_token_is_asked_of_the_program(self):
        outcome = self.run_program(QUERY, interpreter=CLIENT, options=["-c", "a=b"],
                                   env={"SPARK_CONNECT_AUTHENTICATE_TOKEN": "secret"})
        self.assert_done(outcome)

    def test_arguments_are_the_programs(self):
        outcome = self.run_program("import sys; print(sys.argv[1:])", "--python", "x", "--", "-c",
                                   "--help", "")
        self.assert_done(outcome)
        self.assertEqual(outcome.out, "['--python', 'x', '--', '-c', '--help', '']\n")

    def test_input_and_exit_code_are_the_programs(self):
        outcome = self.run_program("import sys; print(sys.stdin.read()); sys.exit(7)", stdin="words")
        self.assertEqual((outcome.code, outcome.out), (7, "words\n"))
        outcome = self.run_program("import os; os.kill(os.getpid(), 9)")
        self.assertEqual(outcome.code, 128 + 9)

    def test_the_server_ends_with_the_program(self):
        outcome = self.run_program("import os; print(os.environ['SPARK_REMOTE'], os.getppid())")
        server = re.match(r"sc://127\.0\.0\.1:\d+ (\d+)\n$", outcome.out).group(1)
        # Its port may be another's by now.
        with self.assertRaises(ProcessLookupError):
            os.kill(int(server), 0)

    def test_interpreters(self):
        program = self.write("app.py", "import os; print(os.environ.get('THE_ONE'))")
        chosen = self.write("python", f'#!/bin/sh\nTHE_ONE=$(basename "$0") exec {sys.executable} "$@"\n')
        chosen.chmod(0o755)
        for name in ("PYSPARK_DRIVER_PYTHON", "PYSPARK_PYTHON"):
            outcome = run("run", program, env={"PYSPARK_DRIVER_PYTHON": "", name: str(chosen)})
            self.assertEqual(outcome.out, "python\n", outcome)
        outcome = run("run", "--python", self.root / "none", program)
        self.assertEqual(outcome.code, 1)
        self.assertIn("cannot run the interpreter", outcome.err)

    def test_signals_are_passed_on(self):
        program = self.write("app.py", """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
print("ready", flush=True)
signal.pause()
""")
        process = self.start("run", "--python", sys.executable, program)
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).code, 5)

    def test_wrong_usage(self):
        for arguments in ([], ["--nope", "app.py"], ["--conf", "novalue", "app.py"]):
            self.assertEqual(run("run", *arguments).code, 2, arguments)


if __name__ == "__main__":
    unittest.main()
