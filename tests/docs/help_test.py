#!/usr/bin/env python3
"""Every option and command that the program's help shows is described in docs/command-line.md and
used by a test of the command line."""

import os
import pathlib
import pty
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))

from program import PROGRAM, run  # noqa: E402

PAGE = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
TESTS = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/cli").glob("*.py")))


def options(text):
    """Long options at the beginnings of lines; each stands with its short form if it has one."""
    found = re.findall(r"^\s+(?:(-\w),)?(--[\w-]+)", text, re.M)
    return [name for pair in found for name in pair if name]


def commands(text):
    listed = text.split("Subcommands:\n", 1)[1]
    return re.findall(r"^  (\w+) ", listed, re.M)


def shell_help():
    """What `.help` prints: the shell needs a terminal to be one."""
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.environ.update(HOME="", TERM="dumb")
            os.execv(os.path.abspath(PROGRAM), ["thalweg", "sql"])
        finally:
            os._exit(127)
    os.write(terminal, b".help\n.exit\n")
    text = b""
    try:
        while chunk := os.read(terminal, 65536):
            text += chunk
    except OSError:  # the other side is closed
        pass
    os.close(terminal)
    os.waitpid(pid, 0)
    return text.decode().replace("\r", "")


class HelpTest(unittest.TestCase):
    def check(self, names, quote):
        self.assertTrue(names)
        for name in names:
            word = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
            self.assertTrue(re.search(word, PAGE), f"docs/command-line.md: no word of {name}")
            self.assertTrue(re.search(quote.format(re.escape(name)), TESTS),
                            f"no test in tests/cli uses {name}")

    def test_options(self):
        for arguments in (["--help"], ["sql", "--help"], ["state", "--help"], ["server", "--help"],
                          ["run", "--help"], ["shell", "--help"]):
            self.check(options(run(*arguments).out), '"{}"')

    def test_commands(self):
        self.check(commands(run("--help").out), '"{}"')

    def test_shell_commands(self):
        names = re.findall(r"^(\.\w+)(?: .*)?   ", shell_help(), re.M)
        self.assertIn(".timing", names)
        self.check(names, r'"{}\b')


if __name__ == "__main__":
    unittest.main()
