#!/usr/bin/env python3
"""Bad input of every kind ends `thalweg sql` with a named error and exit code 1."""

import json
import shutil
import unittest

from program import ProgramTest

SOURCE = ("CREATE TEMPORARY VIEW events (k STRING, v INT) USING json "
          "OPTIONS (path 'events', maxFilesPerTrigger '1'{more});\n")
TABLE = ("CREATE STREAMING TABLE out USING json LOCATION 'out' "
         "OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow') "
         "AS SELECT k, count(*) AS c FROM STREAM events GROUP BY k;\n")


class QueryTest(ProgramTest):
    def test_unknown_names(self):
        for text, condition, state in (
                ("SELECT nope FROM range(1)", "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"),
                ("SELECT nope(1)", "UNRESOLVED_ROUTINE", "42883"),
                ("SELECT * FROM nope", "TABLE_OR_VIEW_NOT_FOUND", "42P01"),
                ("SELECT * FROM nope.`x`", "TABLE_OR_VIEW_NOT_FOUND", "42P01"),
                ("STOP STREAM nope", "STREAM_NOT_FOUND", "42704")):
            with self.subTest(text):
                self.assert_fails(self.sql(text), condition, state)

    def test_types_that_do_not_fit(self):
        for text, condition, state in (
                ("SELECT 1 + array(1)", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "42K09"),
                ("SELECT upper(array(1))", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09"),
                ("SELECT CAST('x' AS INT)", "CAST_INVALID_INPUT", "22018"),
                ("SELECT 2147483647 + 1", "ARITHMETIC_OVERFLOW", "22003"),
                ("SELECT array(1)[3]", "INVALID_ARRAY_INDEX", "22003")):
            with self.subTest(text):
                self.assert_fails(self.sql(text), condition, state)

    def test_unknown_format_and_option(self):
        self.write("one.json", '{"k":"a"}\n')
        self.assert_fails(
            self.sql("CREATE TEMPORARY VIEW v (k STRING) USING nope OPTIONS (path 'one.json'); "
                     "SELECT * FROM v"), "DATA_SOURCE_NOT_FOUND", "42K02")
        outcome = self.sql("CREATE TEMPORARY VIEW v (k STRING) USING csv "
                           "OPTIONS (path 'one.json', header 'perhaps'); SELECT * FROM v")
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("perhaps", outcome.err)
        self.assertRegex(outcome.err, r"^\[[A-Z_.0-9]+\] .* SQLSTATE: ")

    def test_missing_path(self):
        self.assert_fails(self.sql("SELECT * FROM json.`none`"), "PATH_NOT_FOUND", "42K03")
        self.assert_fails(self.sql(SOURCE.format(more="") + "SELECT * FROM STREAM events"),
                          "PATH_NOT_FOUND", "42K03")

    def test_broken_parquet_file(self):
        self.write("bad.parquet", "PAR1 this is no parquet file PAR1")
        outcome = self.sql("SELECT * FROM parquet.`bad.parquet`")
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("bad.parquet", outcome.err)
        self.assertIn("SQLSTATE", outcome.err)

    def test_malformed_rows(self):
        self.write("rows.json", '{"k":"a","v":1}\n{"k":"b","v":\n{"k":"c","v":3}\n')
        view = "CREATE TEMPORARY VIEW v (k STRING, v INT) USING json OPTIONS (path 'rows.json'{}); "
        query = "SELECT k, v FROM v"
        outcome = self.sql(view.format("") + query, "--format", "csv")
        self.assertEqual(outcome.out, "k,v\na,1\n,\nc,3\n", outcome)
        outcome = self.sql(view.format(", mode 'DROPMALFORMED'") + query, "--format", "csv")
        self.assertEqual(outcome.out, "k,v\na,1\nc,3\n", outcome)
        outcome = self.sql(view.format(", mode 'FAILFAST'") + query)
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("MALFORMED_RECORD_IN_PARSING", outcome.err)
        self.assertIn("SQLSTATE: 22023", outcome.err)


class StreamTest(ProgramTest):
    def setUp(self):
        super().setUp()
        for number in range(3):
            self.write_events(number, [{"k": "ab"[number % 2], "v": number}])

    def complete_table(self, more=""):
        """A stateful query with a memory-less sink: its rows do not matter here."""
        return (SOURCE.format(more=more) +
                "CREATE STREAMING TABLE out USING noop OPTIONS (checkpointLocation 'checkpoint', "
                "outputMode 'complete', trigger 'availableNow') "
                "AS SELECT k, count(*) AS c FROM STREAM events GROUP BY k;\n")

    def test_malformed_row_of_a_stream(self):
        self.write("events/0001.json", '{"k":"b","v":\n')
        text = (SOURCE.format(more=", mode 'FAILFAST'") +
                "CREATE STREAMING TABLE out USING json LOCATION 'out' OPTIONS (trigger "
                "'availableNow', checkpointLocation 'checkpoint') AS SELECT * FROM STREAM events")
        outcome = self.sql(text)
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("MALFORMED_RECORD_IN_PARSING", outcome.err)
        self.assertIn("[STREAM_FAILED]", outcome.err)

    def test_aggregate_without_watermark_in_append_mode(self):
        self.assert_fails(self.sql(SOURCE.format(more="") + TABLE),
                          "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", "42KDE")

    def test_stream_of_a_batch_query(self):
        outcome = self.sql("CREATE STREAMING TABLE out USING json LOCATION 'out' AS SELECT 1 AS a")
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("INVALID_STREAMING_TABLE_QUERY", outcome.err)

    def test_bad_trigger(self):
        outcome = self.sql(self.complete_table().replace("availableNow", "now and then"))
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("now and then", outcome.err)
        self.assertIn("SQLSTATE", outcome.err)

    def test_altered_checkpoint_files(self):
        self.assert_done(self.sql(self.complete_table()))
        shutil.copytree(self.root / "checkpoint", self.root / "good")
        last = "2"
        for name, text in (("metadata", "{"), ("metadata", ""), (f"offsets/{last}", ""),
                           (f"offsets/{last}", "v99\n{}\n{}\n"), (f"offsets/{last}", "v1\n{\n"),
                           (f"commits/{last}", "v99\n{}"), (f"commits/{last}", "nonsense"),
                           (f"commits/{last}", "")):
            with self.subTest(f"{name} = {text!r}"):
                shutil.rmtree(self.root / "checkpoint")
                shutil.copytree(self.root / "good", self.root / "checkpoint")
                path = self.root / "checkpoint" / name
                self.assertTrue(path.exists(), name)
                path.write_text(text)
                outcome = self.sql(self.complete_table())
                self.assertEqual(outcome.code, 1, outcome)
                self.assertRegex(outcome.err, r"\[[A-Z_.0-9]+\]")
                self.assertIn("SQLSTATE", outcome.err)

    def test_altered_state(self):
        self.assert_done(self.sql(self.complete_table()))
        shutil.copytree(self.root / "checkpoint", self.root / "good")
        self.write_events(3, [{"k": "c", "v": 3}])
        files = [path.relative_to(self.root / "good")
                 for path in (self.root / "good/state").rglob("*") if path.is_file()]
        self.assertTrue(files)
        for name in files:
            for truncated in (False, True):
                with self.subTest(f"{name}, truncated: {truncated}"):
                    shutil.rmtree(self.root / "checkpoint")
                    shutil.copytree(self.root / "good", self.root / "checkpoint")
                    path = self.root / "checkpoint" / name
                    content = bytearray(path.read_bytes())
                    content[len(content) // 2] ^= 0xFF
                    path.write_bytes(content[:len(content) // 2] if truncated else content)
                    outcome = self.sql(self.complete_table())
                    self.assertEqual(outcome.code, 1, outcome)
                    self.assertIn(path.name, outcome.err)
                    self.assertIn("SQLSTATE", outcome.err)

    def test_errors_do_not_steer_the_terminal(self):
        outcome = self.sql("SELECT CAST('\x1b[31mred' AS INT)")
        self.assert_fails(outcome, "CAST_INVALID_INPUT", "22018")
        self.assertIn("\\x1B[31mred", outcome.err)
        self.assertNotIn("\x1b", outcome.err)

    def test_checkpoint_of_another_query(self):
        self.assert_done(self.sql(self.complete_table()))
        self.write_events(3, [{"k": "c", "v": 3}])
        other = self.complete_table().replace("SELECT k, count(*) AS c FROM STREAM events GROUP BY k",
                                              "SELECT v, k, max(k) AS m FROM STREAM events "
                                              "GROUP BY v, k")
        outcome = self.sql(other)
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("SQLSTATE", outcome.err)

    def test_second_owner_of_a_checkpoint(self):
        endless = self.complete_table().replace("availableNow", "10 ms")
        process = self.start("sql", "-e", endless)
        self.wait_until(lambda: (self.root / "checkpoint/commits/0").exists())
        self.assert_fails(self.sql(self.complete_table()), "CONCURRENT_QUERY", "0A000")
        self.assertIsNone(process.poll())
        process.terminate()
        self.assert_done(self.finish(process))
        self.assert_done(self.sql(self.complete_table()))


if __name__ == "__main__":
    unittest.main()
