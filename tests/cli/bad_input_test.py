#!/usr/bin/env python3
"""Bad input of every kind ends `thalweg sql` with a named error and exit code 1."""

import json
import os
import shutil
import subprocess
import unittest

from program import ProgramTest, run

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

    def test_options_of_a_stream_of_files(self):
        self.write_events(0, [{"k": "a", "v": 1}])
        for options in ("maxFilesPerTrigger '0'", "maxFilesPerTrigger 'x'",
                        "maxBytesPerTrigger '-1'", "maxFilesPerTrigger '1', maxBytesPerTrigger '1'",
                        "maxFileAge 'x'", "latestFirst '1'", "fileNameOnly 'maybe'",
                        "maxCachedFiles '-1'", "discardCachedInputRatio '1.1'",
                        "cleanSource 'x'", "cleanSource 'archive'",
                        "cleanSource 'archive', sourceArchiveDir 'events/old'",
                        "recursiveFileLookup 'x'", "ignoreCorruptFiles 'x'",
                        "ignoreMissingFiles 'x'", "modifiedBefore '2020-01-01T00:00:00'",
                        "pathGlobFilter '['"):
            with self.subTest(options):
                outcome = self.sql(
                    "CREATE TEMPORARY VIEW events (k STRING, v INT) USING json "
                    f"OPTIONS (path 'events', {options}); "
                    "CREATE STREAMING TABLE out USING json LOCATION 'out' OPTIONS (trigger "
                    "'availableNow', checkpointLocation 'checkpoint') "
                    "AS SELECT * FROM STREAM events")
                self.assertEqual(outcome.code, 1, outcome)
                self.assertRegex(outcome.err, r"\[[A-Z_.0-9]+\] .*SQLSTATE: ")
                self.assertFalse((self.root / "checkpoint/commits").exists())
                self.assertFalse((self.root / "out/_spark_metadata").exists())
                shutil.rmtree(self.root / "checkpoint", ignore_errors=True)

    def test_columns_of_one_name(self):
        self.write("same.json", '{"k":1,"K":2}\n')
        self.assert_fails(self.sql("SELECT * FROM json.`same.json`"), "COLUMN_ALREADY_EXISTS",
                          "42711")

    def test_parquet_of_another_type(self):
        self.assert_done(self.sql("CREATE TABLE p USING parquet LOCATION 'p' AS SELECT 'x' AS k"))
        self.assert_fails(
            self.sql("CREATE TEMPORARY VIEW v (k INT) USING parquet OPTIONS (path 'p'); "
                     "SELECT k FROM v"),
            "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", "KD001")

    def test_broken_gzip_file(self):
        (self.root / "rows.json.gz").write_bytes(b"not gzip at all")
        self.assert_fails(
            self.sql("CREATE TEMPORARY VIEW v (k STRING) USING json OPTIONS (path 'rows.json.gz'); "
                     "SELECT k FROM v"), "FAILED_READ_FILE.NO_HINT", "KD001")

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
        self.assert_fails(outcome, "FAILED_READ_FILE.NO_HINT", "KD001")
        self.assertIn("/rows.json", outcome.err)
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
        self.assert_fails(outcome, "FAILED_READ_FILE.NO_HINT", "KD001")
        self.assertIn("/events/0001.json", outcome.err)
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

    def file_table(self):
        return (SOURCE.format(more="") +
                "CREATE STREAMING TABLE out USING json LOCATION 'out' OPTIONS (checkpointLocation "
                "'checkpoint', trigger 'availableNow') AS SELECT * FROM STREAM events;\n")

    def test_altered_logs_of_source_and_sink(self):
        self.assert_done(self.sql(self.file_table()))
        self.write_events(3, [{"k": "c", "v": 3}])
        for directory in ("checkpoint", "out"):
            shutil.copytree(self.root / directory, self.root / f"good_{directory}")
        for name in ("checkpoint/sources/0/2", "out/_spark_metadata/2"):
            for text in ("", "v99\n", "v1\n{", 'v1\n{"path":7}', "nonsense"):
                with self.subTest(f"{name} = {text!r}"):
                    for directory in ("checkpoint", "out"):
                        shutil.rmtree(self.root / directory)
                        shutil.copytree(self.root / f"good_{directory}", self.root / directory)
                    (self.root / name).write_text(text)
                    # The sink's log is read by who reads its table.
                    outcome = self.sql("SELECT * FROM json.`out`" if name.startswith("out/")
                                       else self.file_table())
                    self.assertEqual(outcome.code, 1, outcome)
                    self.assertRegex(outcome.err, r"\[[A-Z_.0-9]+\] .*SQLSTATE: ")
                    self.assertFalse((self.root / "checkpoint/commits/3").exists())

    def test_input_that_changed_between_crash_and_restart(self):
        crashed = run("sql", "-e", self.file_table(), cwd=self.root,
                      env={"THALWEG_FAULT": "epoch.mid=kill"})
        self.assertNotEqual(crashed.code, 0, crashed)
        self.assertTrue((self.root / "checkpoint/offsets/0").exists())
        shutil.copytree(self.root / "checkpoint", self.root / "good")
        self.write_events(0, [{"k": "z", "v": 9}])
        changed = self.root / "events/0000.json"
        os.utime(changed, (1_800_000_000, 1_800_000_000))
        for gone in (False, True):
            with self.subTest(f"gone: {gone}"):
                if gone:
                    changed.unlink()
                outcome = self.sql(self.file_table())
                self.assert_fails(outcome, "STREAMING_REPLAY_INPUT_CHANGED", "42K03")
                self.assertIn("/events/0000.json", outcome.err)
                self.assertIn("Batch 0 ", outcome.err)
                self.assertFalse((self.root / "checkpoint/commits/0").exists())
        self.write_events(0, [{"k": "a", "v": 0}])
        self.assert_done(self.sql(self.file_table()))
        self.assertEqual(len(self.sql("SELECT * FROM json.`out`", "--format", "json").rows()), 3)

    def test_full_disk(self):
        mount = self.root / "small"
        mount.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount],
                              capture_output=True, check=False)
        if made.returncode != 0:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", mount], check=False)
        self.write_events(3, [{"k": "x" * 1000 + str(i), "v": i} for i in range(200)])
        outcome = self.sql(self.file_table().replace("LOCATION 'out'", "LOCATION 'small/out'"))
        self.assertEqual(outcome.code, 1, outcome)
        self.assertRegex(outcome.err, r"\[[A-Z_.0-9]+\] .*SQLSTATE: ")
        self.assertIn("No space left on device", outcome.err)
        # What was written before counts, the rest does not.
        self.assertEqual(len(self.sql("SELECT * FROM json.`small/out`", "--format",
                                      "json").rows()), 3)
        self.assertTrue((self.root / "checkpoint/offsets/3").exists())
        self.assertFalse((self.root / "checkpoint/commits/3").exists())
        # With room it goes on where it stopped.
        subprocess.run(["mount", "-o", "remount,size=8m", mount], check=True)
        self.assert_done(self.sql(self.file_table().replace("LOCATION 'out'",
                                                            "LOCATION 'small/out'")))
        self.assertEqual(len(self.sql("SELECT * FROM json.`small/out`", "--format",
                                      "json").rows()), 203)

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

    def test_missing_operator_metadata(self):
        self.assert_done(self.sql(self.complete_table()))
        (self.root / "checkpoint/state/0/_metadata/metadata").unlink()
        self.write_events(3, [{"k": "c", "v": 3}])
        outcome = self.sql(self.complete_table())
        self.assert_fails(outcome, "BATCH_METADATA_NOT_FOUND", "42K03")
        self.assertIn("checkpoint/state/0/_metadata/metadata", outcome.err)

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
