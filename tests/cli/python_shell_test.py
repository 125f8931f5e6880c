#!/usr/bin/env python3
"""`thalweg shell`: a Python prompt with a session."""

import sys
import unittest

from program import ProgramTest, run
from python_program import CLIENT


class PythonShellTest(ProgramTest):
    def test_a_session_is_there(self):
        outcome = run("shell", "--python", CLIENT, "--conf", "spark.sql.shuffle.partitions=3",
                      stdin="spark.range(5).agg(F.sum('id')).collect()[0][0]\n"
                            "spark.conf.get('spark.sql.shuffle.partitions')\n")
        self.assert_done(outcome)
        greeting, *answers = outcome.out.splitlines()
        self.assertIn("Thalweg, as Spark 4.", greeting)
        self.assertEqual(answers, ["10", "'3'"])

    def test_the_exit_code_is_the_prompts(self):
        outcome = run("shell", "--python", CLIENT, "-c", "a=b", stdin="raise SystemExit(4)\n")
        self.assertEqual(outcome.code, 4, outcome)

    def test_without_pyspark(self):
        interpreter = self.write("python", f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
        interpreter.chmod(0o755)
        outcome = run("shell", "--python", interpreter)
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("pip install pyspark-client", outcome.err)

    def test_wrong_usage(self):
        self.assertEqual(run("shell", "app.py").code, 2)


if __name__ == "__main__":
    unittest.main()
