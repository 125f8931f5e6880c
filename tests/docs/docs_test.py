#!/usr/bin/env python3
"""Runs what the documents show: the blocks of *.md and docs/, each document in a directory of its
own in which build/bin/thalweg is the program.

- ```sql       runs through `thalweg sql`; blocks with no bash block between them share a session
- ```bash      runs through bash, in the order of the document
- ```output    is what the block before it prints: on stdout, or on stderr if that block `fails`
- ```cpp       stands, but for indentation, in one of the programs that examples/CMakeLists.txt builds
- ```cmake     stands in the project that tests/install builds
- ```text      is shown only

`sql fails` and `bash fails` must end with an error. Any other fence, and code that is only indented,
is an error of the document.
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))

from document import documents  # noqa: E402
from program import PROGRAM, TIMEOUT, Outcome, ProgramTest  # noqa: E402

DOCUMENTS = documents(ROOT)
END_OF_BLOCK = "end of block"
SEPARATOR = f"\n;SELECT '{END_OF_BLOCK}' AS `end`;\n"
SEPARATOR_OUTPUT = (f"+------------+\n|end         |\n+------------+\n|{END_OF_BLOCK}|\n"
                    "+------------+\n")


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def example_programs():
    names = re.findall(r"thalweg_example\((\w+) ", (ROOT / "examples/CMakeLists.txt").read_text())
    return [lines_of((ROOT / f"examples/{name}.cc").read_text()) for name in names]


def holds(lines, wanted):
    return any(lines[at:at + len(wanted)] == wanted for at in range(len(lines)))


def sessions(blocks):
    """Lists of blocks that run together: sql blocks up to the next bash block, or one bash block.
    With each block the text that it must print, None if the document does not say."""
    groups = []
    for block in blocks:
        if block.kind == "output":
            if not groups:
                raise AssertionError(f"{block.place}: output of nothing")
            groups[-1][-1][1] = block.text
        elif block.kind == "bash":
            groups.append([[block, None]])
        elif block.kind == "sql":
            if not groups or groups[-1][-1][0].kind != "sql" or groups[-1][-1][0].fails:
                groups.append([])
            groups[-1].append([block, None])
    return groups


class DocumentTest(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.root / "build/bin").mkdir(parents=True)
        (self.root / "build/bin/thalweg").symlink_to(os.path.abspath(PROGRAM))

    def call(self, command, text=""):
        process = subprocess.run(command, input=text, capture_output=True, cwd=self.root,
                                 encoding="utf-8", timeout=TIMEOUT)
        return Outcome(process.returncode, process.stdout, process.stderr)

    def run_session(self, group):
        if group[0][0].kind == "bash":
            outcome = self.call(["bash", "-euo", "pipefail", "-c", group[0][0].text])
        else:
            script = SEPARATOR.join(block.text for block, _ in group)
            outcome = self.call(["build/bin/thalweg", "sql", "-f", "-"], script)
        last = group[-1][0]
        self.assertEqual(outcome.code != 0, last.fails, f"{group[0][0].place}: {outcome}")
        printed = outcome.out.split(SEPARATOR_OUTPUT)
        self.assertEqual(len(printed), len(group), f"{group[0][0].place}: {outcome}")
        for (block, expected), output in zip(group, printed):
            if expected is not None:
                text = outcome.err if block.fails else output
                self.assertEqual(text.rstrip("\n"), expected.rstrip("\n"), block.place)

    def run_document(self, document):
        for group in sessions(document.blocks):
            self.run_session(group)


class FenceTest(unittest.TestCase):
    def test_every_block_says_what_it_is(self):
        findings = []
        for document in DOCUMENTS:
            findings += [f"{place}: indented code; fence it" for place in document.indented]
            findings += filter(None, (block.complaint() for block in document.blocks))
        self.assertEqual(findings, [])

    def check_stands_in(self, kind, texts):
        self.assertTrue(texts)
        for document in DOCUMENTS:
            for block in document.blocks:
                if block.kind == kind:
                    wanted = lines_of(block.text)
                    self.assertTrue(any(holds(lines, wanted) for lines in texts),
                                    f"{block.place}: this {kind} stands nowhere\n{block.text}")

    def test_cpp_stands_in_a_program(self):
        self.check_stands_in("cpp", example_programs())

    def test_cmake_stands_in_a_project(self):
        project = ROOT / "tests/install/consumer/CMakeLists.txt"
        self.check_stands_in("cmake", [lines_of(project.read_text())])


def add_document_tests():
    for document in DOCUMENTS:
        if any(block.kind in {"sql", "bash"} for block in document.blocks):
            name = "test_" + re.sub(r"\W+", "_", document.name.removesuffix(".md")).lower()
            setattr(DocumentTest, name, lambda self, d=document: self.run_document(d))


add_document_tests()

if __name__ == "__main__":
    unittest.main()
