#!/usr/bin/env python3
"""The checks of check_structure.py find what they look for."""

import unittest

import check_structure as checks

ROOT = checks.ROOT


class StructureTest(unittest.TestCase):
    def test_lengths_of_cpp_functions(self):
        text = ("namespace a {\nclass B {\n  int C() const {\n    return 1;\n  }\n};\n"
                "void D(int x)\n{\n  if (x) { x = '{'; }\n  // }\n}\n}\n")
        self.assertEqual(list(checks.function_lengths(text)), [(3, 3), (8, 4)])

    def test_lengths_of_python_functions(self):
        text = "def a():\n    pass\n\n\nclass B:\n    def c(self):\n        x = 1\n        return x\n"
        self.assertEqual(sorted(checks.python_function_lengths(text)), [(1, 2), (6, 3)])

    def test_rooms(self):
        rooms = {"base": [], "types": ["base"], "exec": ["types"], "exec/planner": ["exec"]}
        self.assertEqual(checks.room_of("exec/planner/a.cc", rooms), "exec/planner")
        self.assertEqual(checks.room_of("exec/stateless/a.cc", rooms), "exec")
        self.assertIsNone(checks.room_of("nowhere/a.cc", rooms))
        self.assertEqual(checks.closure(rooms, "exec/planner"), {"exec", "types", "base"})

    def test_names_in_documents(self):
        text = "`docs/a.md`, [b](c.md#d), `SELECT 1`, `a.b`, `tests/*.py`"
        names = checks.named_paths(text)
        self.assertEqual(names, ["docs/a.md", "a.b", "tests/*.py", "c.md"])
        tops, file_names = {"docs", "tests", "README.md"}, {"README.md"}
        for name, is_missing in (("README.md", False), ("NOTHING.md", True), ("docs/none", True),
                                 ("docs/limits.md", False), ("offsets/N", False),
                                 ("tests/structure/*.py", False), ("tests/structure/*.cc", True),
                                 ("x_test.cc", False), ("base/clock.h", False),
                                 ("base/none.h", True), ("spark.sql.ansi.enabled", False)):
            self.assertEqual(checks.names_nothing(name, ROOT, tops, file_names), is_missing, name)

    def test_machine(self):
        for text in ("cd /" + "work/main", "/" + "root/.cache", "/" + "home/ann/x"):
            self.assertTrue(checks.MACHINE_PATH.search(text), text)
        for text in ("pip install --index-" + "url x", "https://registry.example/x",
                     "http://pypi.example:80/simple"):
            self.assertTrue(checks.REGISTRY.search(text), text)
        for text in ("registry->Add(x)", "https://spark.apache.org/docs/latest", "homework/b"):
            self.assertFalse(checks.REGISTRY.search(text), text)
            self.assertFalse(checks.MACHINE_PATH.search(text), text)


if __name__ == "__main__":
    unittest.main()
