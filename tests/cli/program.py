"""Runs the program for the tests of the command line."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ.get("THALWEG_PROGRAM", "build/bin/thalweg")
TIMEOUT = 500


class Outcome:
    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    def rows(self):
        return [json.loads(line) for line in self.out.splitlines() if line]

    def complaints(self):
        """What stands on stderr, less the log's warning of a slow machine."""
        return [line for line in self.err.splitlines()
                if " W Current batch is falling behind." not in line]

    def __repr__(self):
        return f"exit {self.code}\nstdout: {self.out}\nstderr: {self.err}"


def run(*arguments, stdin="", cwd=None, env=None):
    process = subprocess.run([os.path.abspath(PROGRAM), *map(str, arguments)], input=stdin,
                             capture_output=True, encoding="utf-8",
                             errors="replace", cwd=cwd, timeout=TIMEOUT,
                             env=dict(os.environ, **(env or {})))
    return Outcome(process.returncode, process.stdout, process.stderr)


def sql(text, *arguments, **keywords):
    return run("sql", *arguments, "-e", text, **keywords)


class ProgramTest(unittest.TestCase):
    """A test with a directory of its own, in which the program runs."""

    maxDiff = None

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="thalweg-cli-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)

    def sql(self, text, *arguments, **keywords):
        return sql(text, *arguments, cwd=self.root, **keywords)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write_events(self, number, rows, directory="events"):
        """One file of JSON lines; files are read in the order of their numbers."""
        # Readers pass over names that begin with a dot: the file appears whole.
        path = self.write(f"{directory}/.{number:04}",
                          "".join(json.dumps(row) + "\n" for row in rows))
        os.utime(path, (1_700_000_000 + number,) * 2)
        path.rename(self.root / f"{directory}/{number:04}.json")

    def start(self, *arguments, env=None):
        """The running program; killed at the end of the test if it still runs then."""
        process = subprocess.Popen([os.path.abspath(PROGRAM), *map(str, arguments)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=self.root,
                                   env=dict(os.environ, **(env or {})))

        def end():
            if process.poll() is None:
                process.kill()
                process.communicate()
            process.stdout.close()
            process.stderr.close()

        self.addCleanup(end)
        return process

    def finish(self, process):
        out, err = process.communicate(timeout=TIMEOUT)
        return Outcome(process.returncode, out, err)

    def wait_until(self, condition):
        """Polls: what another process does has no other sign."""
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            self.assertLess(time.monotonic(), deadline, "nothing happened")
            time.sleep(0.01)

    def assert_done(self, outcome):
        self.assertEqual(outcome.code, 0, outcome)

    def assert_fails(self, outcome, condition, sql_state, code=1):
        """The program failed with that condition, told in its way."""
        self.assertEqual(outcome.code, code, outcome)
        self.assertIn(f"[{condition}]", outcome.err, outcome)
        self.assertIn(f"SQLSTATE: {sql_state}", outcome.err, outcome)
