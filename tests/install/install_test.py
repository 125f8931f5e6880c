#!/usr/bin/env python3
"""Installs a build tree, moves what was installed, and uses it: the program runs, and a small project
finds the CMake package, builds and runs. Nothing may lead back to the build tree.

usage: install_test.py CMAKE BUILD_DIRECTORY
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD = sys.argv[1:3]
CONSUMER = pathlib.Path(__file__).resolve().parent / "consumer"
WHEEL = "site-packages"


def call(*command):
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                             timeout=600, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    if process.returncode != 0:
        raise AssertionError(f"{command}: exit {process.returncode}\n{process.stdout}{process.stderr}")
    return process.stdout


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="thalweg-install-")
        cls.addClassCleanup(directory.cleanup)
        cls.root = pathlib.Path(directory.name)
        call(CMAKE, "--install", BUILD, "--strip", "--prefix", cls.root / "first")
        (cls.root / "first").rename(cls.root / "moved")
        cls.prefix = cls.root / "moved"

    def assert_leads_nowhere_else(self, file):
        """The run path is relative, and the loader finds Arrow below the prefix or in the system."""
        for path in re.findall(r"(?:RPATH|RUNPATH)\).*\[(.*)\]", call("readelf", "-d", file)):
            for entry in path.split(":"):
                self.assertTrue(entry.startswith("$ORIGIN"), f"{file}: run path {path}")
        for line in call("ldd", file).splitlines():
            self.assertNotIn("not found", line)
            self.assertNotIn(WHEEL, line)

    def test_program(self):
        program = self.prefix / "bin/thalweg"
        self.assert_leads_nowhere_else(program)
        self.assertEqual(call(program, "sql", "--format", "csv", "-e", "SELECT 1 + 1 AS two"),
                         "two\n2\n")

    def test_library(self):
        libraries = list(self.prefix.glob("lib*/**/libthalweg.so.*.*"))
        self.assertEqual(len(libraries), 1)
        self.assert_leads_nowhere_else(libraries[0])

    def test_package(self):
        build = self.root / "build"
        call(CMAKE, "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        call(CMAKE, "--build", build)
        self.assertNotIn(WHEEL, (build / "CMakeCache.txt").read_text())
        output = call(build / "consumer")
        self.assertIn("s over 1 row\n", output)
        self.assertIn("| 45|", output)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
