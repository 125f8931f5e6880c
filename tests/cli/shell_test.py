#!/usr/bin/env python3
"""The shell, driven through a pseudo terminal."""

import os
import pty
import re
import select
import signal
import time
import unittest

from program import PROGRAM, TIMEOUT, ProgramTest

PROMPT = "thalweg> "
NEXT_PROMPT = "      -> "


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, directory):
        program = os.path.abspath(PROGRAM)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            os.environ.update(HOME=str(directory), TERM="dumb")
            os.execv(program, [program, "sql"])
        self.text = ""

    def read_until(self, end):
        """What comes up to `end`, which is taken as well; without carriage returns."""
        deadline = time.monotonic() + TIMEOUT
        while end not in self.text:
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"no {end!r} in {self.text!r}")
            try:
                read = os.read(self.fd, 65536).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"ended without {end!r}: {self.text!r}") from None
            self.text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", read).replace("\r", "")
        at = self.text.index(end) + len(end)
        taken, self.text = self.text[:at], self.text[at:]
        return taken

    def send(self, keys):
        os.write(self.fd, keys.encode())

    def ask(self, line, end=PROMPT):
        self.send(line + "\n")
        return self.read_until(end)

    def wait(self):
        """Exit code of the program."""
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        return os.waitstatus_to_exitcode(status)

    def close(self):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


class ShellTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.terminal = Terminal(self.root)
        self.addCleanup(self.terminal.close)
        self.terminal.read_until(PROMPT)
        self.history = self.root / ".thalweg_history"

    def test_statement_over_several_lines(self):
        self.terminal.ask("SELECT 1 AS a,", NEXT_PROMPT)
        self.assertIn("|1  |b  |", self.terminal.ask(" 'b' AS b;"))

    def test_errors_do_not_end_it(self):
        text = self.terminal.ask("SELECT nope;")
        self.assertIn("[UNRESOLVED_COLUMN", text)
        self.assertIn("       ^^^^\n", text)
        self.assertIn("|2  |", self.terminal.ask("SELECT 2 AS a;"))

    def test_history_is_written_at_the_end(self):
        self.terminal.ask("SELECT 41 + 1 AS a;")
        self.assertFalse(self.history.exists())
        self.terminal.send(".exit\n")
        self.assertEqual(self.terminal.wait(), 0)
        self.assertIn("SELECT", self.history.read_text())
        self.assertEqual(self.history.stat().st_mode & 0o077, 0)

    def test_end_of_input_ends_it(self):
        self.terminal.send("\x04")
        self.assertEqual(self.terminal.wait(), 0)

    def test_interrupt_drops_the_line(self):
        self.terminal.ask("SELECT 1,", NEXT_PROMPT)
        self.terminal.send("garbage \x03")
        self.terminal.read_until(PROMPT)
        self.assertIn("|3  |", self.terminal.ask("SELECT 3 AS a;"))

    def test_interrupt_ends_a_batch_statement(self):
        self.terminal.send("SELECT sum(id) AS s FROM range(1000000000000);\n")
        self.terminal.read_until("\n")
        self.terminal.send("\x03")
        self.assertIn("interrupted", self.terminal.read_until(PROMPT))
        self.assertIn("|4  |", self.terminal.ask("SELECT 4 AS a;"))

    def test_interrupt_ends_a_live_view(self):
        self.write_events(0, [{"v": 5}])
        self.terminal.ask("CREATE TEMPORARY VIEW e (v INT) USING json OPTIONS (path 'events');")
        self.terminal.send("SELECT v FROM STREAM e;\n")
        self.terminal.read_until("|5  |")
        self.terminal.send("\x03")
        self.assertIn("micro-batches, 1 rows", self.terminal.read_until(PROMPT))
        self.assertIn("|6  |", self.terminal.ask("SELECT 6 AS a;"))

    def test_dot_commands(self):
        self.assertIn(".timing", self.terminal.ask(".help"))
        self.terminal.ask("CREATE TEMPORARY VIEW sight AS SELECT 1 AS a;")
        self.assertIn("sight", self.terminal.ask(".tables"))
        self.terminal.ask(".format json")

    def test_streaming_table_in_the_background(self):
        self.write_events(0, [{"v": 1}])
        self.terminal.ask(".format json")
        self.terminal.ask("CREATE TEMPORARY VIEW e (v INT) USING json OPTIONS (path 'events');")
        self.terminal.ask("CREATE STREAMING TABLE out USING json LOCATION 'out' "
                          "OPTIONS (trigger '10 ms') AS SELECT 10 / (v - 2) AS q FROM STREAM e;")
        self.assertIn('"name":"out"', self.terminal.ask("SHOW STREAMS;"))
        self.wait_until(lambda: (self.root / "out/_checkpoint/commits/0").exists())
        self.assertIn('{"q":-10.0}', self.terminal.ask("SELECT * FROM out;"))
        self.write_events(1, [{"v": 2}])
        self.wait_until(lambda: "DIVIDE_BY_ZERO" in self.terminal.ask("SELECT 1 AS a;"))
        self.assertNotIn('"name":"out"', self.terminal.ask("SHOW STREAMS;"))
        self.terminal.send(".quit\n")
        self.assertEqual(self.terminal.wait(), 0)

    def test_termination_stops_queries(self):
        self.write_events(0, [{"v": 1}])
        self.terminal.ask("CREATE TEMPORARY VIEW e (v INT) USING json OPTIONS (path 'events');")
        self.terminal.ask("CREATE STREAMING TABLE out USING json LOCATION 'out' "
                          "OPTIONS (trigger '10 ms') AS SELECT v FROM STREAM e;")
        os.kill(self.terminal.pid, signal.SIGTERM)
        self.assertEqual(self.terminal.wait(), 0)


if __name__ == "__main__":
    unittest.main()
