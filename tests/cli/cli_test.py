#!/usr/bin/env python3
"""Arguments, scripts, formats and errors of `thalweg sql`."""

import signal
import unittest

from program import ProgramTest, run, sql


class CommandTest(ProgramTest):
    def test_version(self):
        for arguments in (["version"], ["--version"]):
            outcome = run(*arguments)
            self.assert_done(outcome)
            self.assertRegex(outcome.out, r"^thalweg \d+\.\d+\.\d+ \(Spark 4\.3\.0 semantics\)\n$")

    def test_help(self):
        self.assertIn("sql", run("help").out)
        for arguments in (["help", "sql"], ["sql", "--help"], ["sql", "-h"]):
            outcome = run(*arguments)
            self.assert_done(outcome)
            self.assertIn("--format", outcome.out)
            self.assertIn("availableNow", outcome.out)
            self.assertIn("Exit codes", outcome.out)

    def test_log_level(self):
        text = ("CREATE STREAMING TABLE out USING noop OPTIONS (checkpointLocation 'checkpoint', "
                "trigger 'once') AS SELECT * FROM STREAM ticks")
        ticks = "CREATE TEMPORARY VIEW ticks USING `rate-micro-batch` OPTIONS (rowsPerBatch '1');"
        shown = []
        for level in ("debug", "info", "warning", "error", "off"):
            outcome = run("--log-level", level, "sql", "-e", ticks + text, cwd=self.root)
            self.assert_done(outcome)
            shown.append([word in outcome.err for word in
                          ("progress: {", "streaming query out starts", "ended, run")])
        self.assertEqual(shown, [[True] * 3, [False, True, True]] + [[False] * 3] * 3)

    def test_usage_errors(self):
        for arguments in ([], ["nonsense"], ["sql", "--nonsense"], ["sql", "--format", "xml"],
                          ["sql", "--conf", "novalue", "-e", "SELECT 1"], ["help", "nonsense"],
                          ["sql", "-e", "SELECT 1", "-f", "x.sql"],
                          ["--log-level", "loud", "version"]):
            outcome = run(*arguments)
            self.assertEqual(outcome.code, 2, (arguments, outcome))
            self.assertNotEqual(outcome.err, "", arguments)
        self.assertEqual(run("version", env={"THALWEG_FAULT": "nonsense"}).code, 2)


class FormatTest(ProgramTest):
    QUERY = ("SELECT * FROM VALUES (1, 'a,b', DATE'2024-02-29'), (2, '', NULL), "
             "(NULL, 'say \"x\"', DATE'2024-03-01') AS t(n, text, day) ORDER BY n NULLS LAST")

    def test_table(self):
        outcome = sql(self.QUERY)
        self.assert_done(outcome)
        self.assertEqual(outcome.out, (
            "+----+-------+----------+\n"
            "|n   |text   |day       |\n"
            "+----+-------+----------+\n"
            "|1   |a,b    |2024-02-29|\n"
            "|2   |       |NULL      |\n"
            "|NULL|say \"x\"|2024-03-01|\n"
            "+----+-------+----------+\n"))

    def test_table_shows_all_rows_and_whole_cells(self):
        outcome = sql("SELECT id, repeat('x', 50) AS wide FROM range(100)")
        self.assert_done(outcome)
        self.assertEqual(len(outcome.out.splitlines()), 104)
        self.assertIn("x" * 50, outcome.out)

    def test_csv(self):
        outcome = sql(self.QUERY, "--format", "csv")
        self.assert_done(outcome)
        self.assertEqual(outcome.out, (
            "n,text,day\n"
            "1,\"a,b\",2024-02-29\n"
            "2,\"\",\n"
            ",\"say \"\"x\"\"\",2024-03-01\n"))

    def test_csv_quotes_line_ends_and_nested_values(self):
        outcome = sql(r"SELECT 'a\nb' AS `x,y`, array(1, 2) AS a, named_struct('k', 1) AS s",
                      "--format", "csv")
        self.assert_done(outcome)
        self.assertEqual(outcome.out, "\"x,y\",a,s\n\"a\nb\",\"[1, 2]\",{1}\n")

    def test_json(self):
        outcome = sql(self.QUERY, "--format", "json")
        self.assert_done(outcome)
        self.assertEqual(outcome.out, (
            '{"n":1,"text":"a,b","day":"2024-02-29"}\n'
            '{"n":2,"text":"","day":null}\n'
            '{"n":null,"text":"say \\"x\\"","day":"2024-03-01"}\n'))

    def test_json_values(self):
        outcome = sql("SELECT named_struct('b', 1, 'a', CAST(NULL AS INT)) AS s, array(1.5D, NULL) "
                      "AS a, map('k', true) AS m, 1.50BD AS d, "
                      "TIMESTAMP'2024-01-01 12:00:00.123' AS t",
                      "--format", "json", "--conf", "spark.sql.session.timeZone=Europe/Berlin")
        self.assert_done(outcome)
        self.assertEqual(outcome.out,
                         '{"s":{"b":1,"a":null},"a":[1.5,null],"m":{"k":true},"d":1.50,'
                         '"t":"2024-01-01T12:00:00.123+01:00"}\n')

    def test_results_without_rows(self):
        query = "SELECT id FROM range(3) WHERE id > 5"
        self.assertEqual(sql(query).out, "+---+\n|id |\n+---+\n+---+\n")
        self.assertEqual(sql(query, "--format", "csv").out, "id\n")
        self.assertEqual(sql(query, "--format", "json").out, "")

    def test_large_result(self):
        outcome = sql("SELECT id FROM range(200000)", "--format", "csv")
        self.assert_done(outcome)
        self.assertEqual(sorted(map(int, outcome.out.splitlines()[1:])), list(range(200000)))

    def test_explain_is_text_in_a_table(self):
        outcome = sql("EXPLAIN SELECT 1")
        self.assert_done(outcome)
        self.assertIn("== Physical Plan ==\n", outcome.out)

    def test_full_output_is_an_error(self):
        with open("/dev/full", "w") as full:
            import os
            import subprocess
            from program import PROGRAM
            process = subprocess.run([os.path.abspath(PROGRAM), "sql", "-e", "SELECT 1"],
                                     stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(process.returncode, 1)
        self.assertIn("standard output", process.stderr)


class ScriptTest(ProgramTest):
    SCRIPT = ("-- a comment; with a semicolon\n"
              "CREATE TEMPORARY VIEW t AS SELECT ';' AS c;\n"
              "/* another; */ SELECT c FROM t;;\n"
              "SELECT 2 AS two")
    OUT = '{"c":";"}\n{"two":2}\n'

    def test_from_argument_file_and_stdin(self):
        path = self.write("script.sql", self.SCRIPT)
        for outcome in (self.sql(self.SCRIPT, "--format", "json"),
                        run("sql", "--format", "json", "-f", path),
                        run("sql", "--format", "json", "-f", "-", stdin=self.SCRIPT),
                        run("sql", "--format", "json", stdin=self.SCRIPT)):
            self.assert_done(outcome)
            self.assertEqual(outcome.out, self.OUT)
            self.assertEqual(outcome.err, "")

    def test_several_texts(self):
        texts = ("CREATE TEMPORARY VIEW t AS SELECT 1 AS a", "SELECT * FROM t",
                 "SELECT a + 1 AS b FROM t;")
        files = [self.write(f"{number}.sql", text) for number, text in enumerate(texts)]
        for name, values in (("-e", texts), ("--execute", texts), ("-f", files),
                             ("--file", files)):
            outcome = run("sql", "--format", "json",
                          *(word for value in values for word in (name, value)))
            self.assert_done(outcome)
            self.assertEqual(outcome.out, '{"a":1}\n{"b":2}\n')

    def test_empty_script(self):
        for text in ("", " ;; ", "-- nothing"):
            outcome = self.sql(text)
            self.assert_done(outcome)
            self.assertEqual(outcome.out + outcome.err, "")

    def test_missing_script(self):
        self.assert_fails(run("sql", "-f", self.root / "none.sql"), "PATH_NOT_FOUND", "42K03")

    def test_settings(self):
        text = "SELECT current_timezone() AS zone"
        outcome = self.sql(text, "--format", "json", "--conf",
                           "spark.sql.session.timeZone=Asia/Tokyo")
        self.assertEqual(outcome.out, '{"zone":"Asia/Tokyo"}\n', outcome)
        outcome = self.sql("SET spark.sql.session.timeZone=Asia/Tokyo; " + text, "--format", "json")
        self.assertEqual(outcome.out, '{"zone":"Asia/Tokyo"}\n', outcome)
        outcome = self.sql("SET spark.sql.session.timeZone", "--format", "json")
        self.assertEqual(outcome.out,
                         '{"key":"spark.sql.session.timeZone","value":"UTC"}\n', outcome)
        self.assert_fails(self.sql("SELECT 1", "--conf", "spark.sql.session.timeZone=Mars/Base"),
                          "INVALID_CONF_VALUE.TIME_ZONE", "22022")

    def test_first_error_ends_the_script(self):
        outcome = self.sql("SELECT 1 AS a; SELECT nope; SELECT 3 AS c", "--format", "json")
        self.assertEqual(outcome.code, 1)
        self.assertEqual(outcome.out, '{"a":1}\n')

    def test_batch_tables(self):
        outcome = self.sql("CREATE TABLE t USING json LOCATION 't' AS SELECT id FROM range(3); "
                           "INSERT INTO t SELECT 7L; SELECT sum(id) AS s FROM t",
                           "--format", "json")
        self.assert_done(outcome)
        self.assertEqual(outcome.out, '{"s":10}\n')

    def test_insert_into_named_columns(self):
        table = ("CREATE TABLE t USING json LOCATION 't' AS SELECT 1 AS a, 'x' AS b; "
                 "INSERT INTO t (b) VALUES ('y'); INSERT INTO t (b, a) VALUES ('z', 3); ")
        outcome = self.sql(table + "SELECT * FROM t ORDER BY b", "--format", "json")
        self.assert_done(outcome)
        self.assertEqual(outcome.rows(), [{"a": 1, "b": "x"}, {"a": None, "b": "y"},
                                          {"a": 3, "b": "z"}])

    def test_unknown_column_of_an_insert(self):
        outcome = self.sql("CREATE TABLE t USING json LOCATION 't' AS SELECT 1 AS a; "
                           "INSERT INTO t (nope) SELECT 5")
        self.assert_fails(outcome, "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703")


class ErrorTest(ProgramTest):
    def test_place_of_a_syntax_error(self):
        outcome = self.sql("SELECT 1 AS a;\nSELECT *\n  FORM t", "--format", "json")
        self.assert_fails(outcome, "PARSE_SYNTAX_ERROR", "42601")
        self.assertEqual(outcome.out, '{"a":1}\n')
        lines = outcome.err.splitlines()
        self.assertIn("(line 3, pos 7)", lines[0])
        self.assertEqual(lines[1:], ["== SQL (line 3, position 8) ==", "  FORM t", "       ^"])

    def test_place_of_an_unknown_column(self):
        outcome = self.sql("SELECT a,\n       'ü' || nope FROM VALUES (1) t(a)")
        self.assert_fails(outcome, "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703")
        lines = outcome.err.splitlines()
        self.assertTrue(lines[0].endswith("(line 2, pos 14)"), lines[0])
        self.assertEqual(lines[1:], ["== SQL (line 2, position 15) ==",
                                     "       'ü' || nope FROM VALUES (1) t(a)",
                                     "              ^^^^"])

    def test_evaluation_error(self):
        self.assert_fails(self.sql("SELECT id / 0 FROM range(2)"), "DIVIDE_BY_ZERO", "22012")

    def test_place_in_a_later_line_of_a_command(self):
        outcome = self.sql("SELECT 1;\n\nCREATE TEMPORARY VIEW v AS\nSELECT nope FROM range(2);\n"
                           "SELECT * FROM v")
        self.assert_fails(outcome, "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703")
        self.assertIn("== SQL (line 4, position 8) ==\nSELECT nope FROM range(2);\n       ^^^^\n",
                      outcome.err)

    def test_tabs_and_wide_characters_keep_the_carets_in_place(self):
        outcome = self.sql("SELECT\t'日本', nope")
        self.assertEqual(outcome.err.splitlines()[-1], "      \t        ^^^^")

    def test_open_quote(self):
        self.assert_fails(self.sql("SELECT 'abc"), "PARSE_SYNTAX_ERROR", "42601")


class SignalTest(ProgramTest):
    def test_batch_query_is_interrupted(self):
        process = self.start("sql", "--format", "csv", "-e",
                             "SELECT id FROM range(100000000000); SELECT 1")
        self.assertEqual(process.stdout.readline(), "id\n")
        process.send_signal(signal.SIGINT)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 130, outcome.err)
        self.assertIn("1 statements were not run", outcome.err)


if __name__ == "__main__":
    unittest.main()
