#!/usr/bin/env python3
"""`thalweg run` and `thalweg shell`: Python with a server of its own. The interpreter is the one of
the tests' newest client (tools/setup.sh)."""

import pathlib
import sys
import unittest

from program import ProgramTest, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / "build/connect-4.2/bin/python"


class PythonTest(ProgramTest):
    def test_a_program_finds_its_server(self):
        app = self.write("app.py", """
import sys
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
spark = SparkSession.builder.getOrCreate()
print(spark.range(3).select(F.udf(lambda x: x + 1, "long")("id")).collect()[2][0], sys.argv[1:],
      spark.conf.get("a.b"))
""")
        outcome = run("run", "--python", PYTHON, "-c", "a.b=c", app, "--conf", "x")
        self.assertEqual((outcome.code, outcome.out), (0, "3 ['--conf', 'x'] c\n"), outcome.err)

    def test_the_exit_code_is_the_program_s(self):
        app = self.write("app.py", "import sys; sys.exit(7)")
        self.assertEqual(run("run", "--python", sys.executable, app).code, 7)

    def test_what_cannot_run(self):
        outcome = run("run", "--python", "/no/such/python", "app.py")
        self.assertEqual(outcome.code, 1)
        self.assertIn("cannot start /no/such/python", outcome.err)
        self.assertEqual(run("run").code, 2)

    def test_a_prompt(self):
        outcome = run("shell", "--python", PYTHON, "--conf", "a.b=c",
                      stdin='print(spark.range(4).count())\n')
        self.assertEqual(outcome.code, 0, outcome.err)
        self.assertIn("spark is ready", outcome.out)
        self.assertIn("4", outcome.out.splitlines())


if __name__ == "__main__":
    unittest.main()
