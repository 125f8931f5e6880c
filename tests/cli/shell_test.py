#!/usr/bin/env python3
"""The shell, driven through a pseudo terminal."""

import codecs
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
UP = "\x1b[A"
DOWN = "\x1b[B"


class EndOfTerminal(AssertionError):
    pass


class Terminal:
    """The program on a terminal of its own, with its home in `directory`.

    What the line editor draws while keys come in depends on how they fall into its reads: tests look
    only at what the program prints after a line has ended, and at the prompt behind that.
    """

    # What steers the terminal instead of being shown, and the beginnings of that.
    STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()].|\x1b[=>78]|\r")
    BEGUN = re.compile(r"\x1b(\[[0-9;?]*|[()])?$")

    def __init__(self, directory, terminal_type="dumb"):
        program = os.path.abspath(PROGRAM)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(directory)
                os.environ.update(HOME=str(directory), TERM=terminal_type)
                os.execv(program, [program, "sql"])
            finally:
                os._exit(127)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.begun = ""
        self.text = ""

    def take(self, data):
        """Adds what is shown of `data` to the text; a sequence may come in two reads."""
        data = self.begun + self.decoder.decode(data)
        match = self.BEGUN.search(data)
        self.begun = match.group(0) if match else ""
        self.text += self.STEERING.sub("", data.removesuffix(self.begun))

    def wait_for(self, end, seconds):
        """Whether `end` comes in that time."""
        deadline = time.monotonic() + seconds
        while end not in self.text:
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                return False
            try:
                self.take(os.read(self.fd, 65536))
            except OSError:
                raise EndOfTerminal(f"ended without {end!r}: {self.text!r}") from None
        return True

    def interrupt_until(self, end):
        """Ctrl-C until `end` comes: one that comes before the statement runs is a key, no signal."""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            self.send("\x03")
            if self.wait_for(end, 0.5):
                return self.read_until(end)
        raise AssertionError(f"no {end!r} in {self.text!r}")

    def read_until(self, end):
        """What comes up to `end`, which is taken as well."""
        if not self.wait_for(end, TIMEOUT):
            raise AssertionError(f"no {end!r} in {self.text!r}")
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
            self.wait_for("no such text", TIMEOUT)
            raise AssertionError(f"does not end: {self.text!r}")
        except EndOfTerminal:
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        return os.waitstatus_to_exitcode(status)

    def close(self):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


class ShellCase(ProgramTest):
    def setUp(self):
        super().setUp()
        self.history = self.root / ".thalweg_history"
        self.terminal = self.open_terminal()

    def open_terminal(self, terminal_type="dumb"):
        """A shell that waits for its first line."""
        terminal = Terminal(self.root, terminal_type)
        self.addCleanup(terminal.close)
        terminal.read_until(PROMPT)
        return terminal

    def leave(self):
        self.terminal.send(".exit\n")
        self.assertEqual(self.terminal.wait(), 0)


class EditingTest(ShellCase):
    """Keys that edit the line, seen in what the finished line gives."""

    def setUp(self):
        super().setUp()
        self.terminal.ask(".format json")

    def assert_row(self, keys, row, terminal=None):
        """The keys end a line; what it prints stands alone on the next, then comes the prompt."""
        (terminal or self.terminal).ask(keys, f"\n{row}\n{PROMPT}")

    def test_completion_of_words(self):
        self.terminal.ask("CREATE TEMPORARY VIEW a_long_name AS SELECT 1 AS a;")
        # A key word in the case of what was typed, a function, a view.
        self.assert_row("SEL\t a FR\t a_lon\t;", '{"a":1}')
        self.assert_row("sel\t levensh\t('ab', 'b') AS d;", '{"d":1}')
        # In the middle of a line: back over " AS b;", complete, and to the end.
        self.assert_row("SELECT initc('x') AS b;" + "\x02" * len("('x') AS b;") + "\t\x05",
                        '{"b":"X"}')

    def test_completion_goes_as_far_as_it_is_clear(self):
        self.terminal.ask("CREATE TEMPORARY VIEW river_one AS SELECT 1 AS a;")
        self.terminal.ask("CREATE TEMPORARY VIEW river_two AS SELECT 2 AS a;")
        self.assert_row("SELECT a FROM rive\tt\t;", '{"a":2}')

    def test_completion_lists_what_fits(self):
        self.terminal.ask("CREATE TEMPORARY VIEW river_one AS SELECT 1 AS a;")
        self.terminal.ask("CREATE TEMPORARY VIEW river_two AS SELECT 2 AS a;")
        self.terminal.send("SELECT a FROM river_\t")
        listed = self.terminal.read_until("river_two")
        self.assertIn("river_one", listed)
        self.assert_row("two;", '{"a":2}')

    def test_completion_of_nothing(self):
        self.assert_row("SELECT\t 1 AS qqqqz\t;", '{"qqqqz":1}')

    def test_completion_of_commands(self):
        self.terminal.send(".for\t csv\nSELECT 1 AS a;\n")
        self.terminal.read_until(f"\na\n1\n{PROMPT}")

    def test_history_in_a_session(self):
        self.assert_row("SELECT 41 + 1 AS a;", '{"a":42}')
        self.assert_row("SELECT 5 AS a;", '{"a":5}')
        self.assert_row(UP + UP, '{"a":42}')
        self.assert_row(UP + UP + DOWN, '{"a":42}')
        # A line from the history can be changed: 41 + 1 AS a becomes 41 + 1 AS ab.
        self.assert_row(UP + "\x02b", '{"ab":42}')

    def test_history_is_searched(self):
        self.assert_row("SELECT 41 + 1 AS a;", '{"a":42}')
        self.assert_row("SELECT 5 AS a;", '{"a":5}')
        self.assert_row("\x1241 +\n", '{"a":42}')

    def test_history_of_earlier_sessions(self):
        self.assert_row("SELECT 41 + 1 AS a;", '{"a":42}')
        self.leave()
        self.terminal = self.open_terminal()
        self.terminal.ask(".format json")
        # Before it lie .format and .exit.
        self.assert_row(UP * 3, '{"a":42}')
        self.assert_row("SELECT 7 AS a;", '{"a":7}')
        self.leave()
        lines = self.history.read_text().splitlines()
        # Blanks are written as \\040.
        self.assertEqual([line for line in lines if line.startswith("SELECT\\0407\\040")],
                         ["SELECT\\0407\\040AS\\040a;"], lines)

    def test_on_a_terminal_that_moves_the_cursor(self):
        terminal = self.open_terminal("xterm")
        terminal.ask(".for\t json")
        terminal.ask("CREATE TEMPORARY VIEW a_long_name AS SELECT 1 AS a;")
        self.assert_row("SEL\t a FR\t a_lon\t;", '{"a":1}', terminal)
        self.assert_row(UP, '{"a":1}', terminal)


class ShellTest(ShellCase):
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
        self.leave()
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
        self.terminal.send("SELECT max(id) AS m FROM range(1000000000000);\n")
        self.terminal.read_until("\n")
        self.terminal.interrupt_until("interrupted\n")
        self.terminal.ask("SELECT 4 AS a;", "|4  |")

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
        self.assertIn('{"a":1}', self.terminal.ask("SELECT * FROM sight;"))
        self.write("two.sql", "SELECT 2 AS b; SELECT 3 AS c")
        self.assertIn('{"b":2}\n{"c":3}\n', self.terminal.ask(".read two.sql"))
        self.assertIn("PATH_NOT_FOUND", self.terminal.ask(".read none.sql"))
        self.terminal.ask(".timing on")
        self.assertRegex(self.terminal.ask("SELECT 4 AS d;"), r"Time: \d+\.\d+ s\n")
        self.terminal.ask(".timing off")
        self.assertNotIn("Time:", self.terminal.ask("SELECT 5 AS e;"))
        for line in (".format xml", ".timing", ".read"):
            self.assertIn("usage: ", self.terminal.ask(line))
        self.assertIn("unknown command", self.terminal.ask(".nonsense"))

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

    def test_termination_at_any_moment(self):
        for line in ("", "SELECT 1;\n", "SELECT ", "SELECT 1;\n.format json\nSELECT 2;") * 3:
            terminal = self.open_terminal()
            terminal.send(line)
            os.kill(terminal.pid, signal.SIGTERM)
            self.assertEqual(terminal.wait(), 0)

    def test_text_beyond_ascii(self):
        self.terminal.ask(".format json")
        self.terminal.ask("SELECT 'grün 日本 \U0001f30a' AS text;",
                          '\n{"text":"grün 日本 \U0001f30a"}\n')


if __name__ == "__main__":
    unittest.main()
