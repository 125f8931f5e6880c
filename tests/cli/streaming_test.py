#!/usr/bin/env python3
"""Streaming tables and live views of `thalweg sql`, from start to restart."""

import collections
import re
import signal
import socket
import unittest
import urllib.request

from program import TIMEOUT, ProgramTest

SOURCE = ("CREATE TEMPORARY VIEW events (k STRING, v INT, ts TIMESTAMP) USING json "
          "OPTIONS (path 'events', maxFilesPerTrigger '1');\n")
TABLE = (SOURCE + "CREATE STREAMING TABLE out USING json LOCATION 'out' "
         "OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow') "
         "AS SELECT k, v * 10 AS w FROM STREAM events;\n")
ENDLESS_TABLE = TABLE.replace("availableNow", "10 ms")


class StreamingCase(ProgramTest):
    def add_events(self, first, count):
        for number in range(first, first + count):
            self.write_events(number, [{"k": "ab"[number % 2], "v": number,
                                        "ts": f"2024-01-01T00:00:{number:02}Z"}])

    def written(self):
        """v of the rows that the table holds."""
        outcome = self.sql("SELECT w FROM json.`out`", "--format", "json")
        self.assert_done(outcome)
        return sorted(row["w"] // 10 for row in outcome.rows())

    def commits(self):
        directory = self.root / "checkpoint/commits"
        return {path.name for path in directory.glob("[0-9]*")} if directory.exists() else set()


class StreamingTableTest(StreamingCase):
    def test_the_next_statement_sees_what_was_written(self):
        self.add_events(0, 4)
        outcome = self.sql(TABLE + "SELECT k, sum(w) AS s FROM out GROUP BY k ORDER BY k",
                           "--format", "json")
        self.assert_done(outcome)
        self.assertEqual(outcome.rows(), [{"k": "a", "s": 20}, {"k": "b", "s": 40}])
        self.assertEqual(outcome.complaints(), [])

    def test_no_rows_are_added_beside_the_manifest(self):
        self.add_events(0, 1)
        outcome = self.sql(TABLE + "INSERT INTO out SELECT 'k', 7")
        self.assert_fails(outcome, "THALWEG_APPEND_TO_STREAMING_OUTPUT", "42809")
        self.assertEqual(self.written(), [0])

    def test_insert_of_a_stream_into_named_columns(self):
        self.add_events(0, 2)
        outcome = self.sql(
            SOURCE + "CREATE TABLE t USING json LOCATION 't' AS SELECT 'a' AS k, 1 AS v "
            "WHERE false; SET thalweg.sql.streaming.trigger=availableNow; "
            "SET spark.sql.streaming.checkpointLocation=checkpoints; "
            "INSERT INTO t (v) SELECT v FROM STREAM events; SELECT * FROM t ORDER BY v",
            "--format", "json")
        self.assert_done(outcome)
        self.assertEqual(outcome.rows(), [{"k": None, "v": 0}, {"k": None, "v": 1}])

    def test_restart_goes_on_where_it_ended(self):
        self.add_events(0, 3)
        self.assert_done(self.sql(TABLE))
        self.assertEqual(self.commits(), {"0", "1", "2"})
        self.assert_done(self.sql(TABLE))
        self.assertEqual(self.commits(), {"0", "1", "2"})
        self.add_events(3, 2)
        self.assert_done(self.sql(TABLE))
        self.assertEqual(self.written(), [0, 1, 2, 3, 4])

    def test_restart_keeps_aggregates(self):
        text = (SOURCE + "CREATE STREAMING TABLE out USING parquet LOCATION 'out' "
                "OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow') "
                "AS SELECT window.start AS s, sum(v) AS total FROM STREAM events "
                "WATERMARK ts DELAY OF INTERVAL 1 SECOND GROUP BY window(ts, '10 seconds')")
        for first, count in ((0, 7), (7, 8), (15, 10)):
            self.add_events(first, count)
            self.assert_done(self.sql(text))
        outcome = self.sql("SELECT total FROM parquet.`out` ORDER BY s", "--format", "json")
        self.assertEqual(outcome.rows(), [{"total": sum(range(10))},
                                          {"total": sum(range(10, 20))}], outcome)

    def test_default_trigger_from_a_setting(self):
        self.add_events(0, 2)
        outcome = self.sql("SET thalweg.sql.streaming.trigger=availableNow;\n" + SOURCE +
                           "CREATE STREAMING TABLE out USING json LOCATION 'out' AS "
                           "SELECT * FROM STREAM events; SELECT count(*) AS c FROM out",
                           "--format", "json")
        self.assertEqual(outcome.out, '{"c":2}\n', outcome)

    def test_progress_is_one_line_a_micro_batch(self):
        self.add_events(0, 3)
        outcome = self.sql(TABLE, "--progress")
        self.assert_done(outcome)
        lines = outcome.err.splitlines()
        self.assertEqual([line.split(" rows in")[0] for line in lines],
                         ["out: batch 0: 1", "out: batch 1: 1", "out: batch 2: 1"], outcome)

    def test_kill_and_rerun(self):
        self.add_events(0, 6)
        for fault in ("offsets.after:2=kill", "sink.before_manifest=kill", "sink.after:2=kill",
                      "commit.before=kill"):
            outcome = self.sql(TABLE, env={"THALWEG_FAULT": fault})
            self.assertEqual(outcome.code, -signal.SIGKILL, (fault, outcome))
        self.assert_done(self.sql(TABLE))
        self.assertEqual(self.written(), list(range(6)))

    def test_kill_from_outside_and_rerun(self):
        self.add_events(0, 3)
        process = self.start("sql", "-e", ENDLESS_TABLE)
        self.wait_until(lambda: {"0", "1"} <= self.commits())
        process.kill()
        self.assertEqual(self.finish(process).code, -signal.SIGKILL)
        self.add_events(3, 2)
        self.assert_done(self.sql(TABLE))
        self.assertEqual(self.written(), list(range(5)))

    def test_graceful_stop(self):
        for number, name in enumerate((signal.SIGTERM, signal.SIGINT)):
            self.add_events(number * 2, 2)
            process = self.start("sql", "-e", ENDLESS_TABLE)
            self.wait_until(lambda: len(self.commits()) == number * 2 + 2)
            process.send_signal(name)
            outcome = self.finish(process)
            self.assert_done(outcome)
            self.assertEqual(outcome.complaints(), [])
        self.assertEqual(self.written(), list(range(4)))

    def test_graceful_stop_does_not_wait_for_the_interval(self):
        self.add_events(0, 1)
        process = self.start("sql", "-e", TABLE.replace("availableNow", "10 hours"))
        self.wait_until(lambda: (self.root / "checkpoint/metadata").exists())
        process.send_signal(signal.SIGTERM)
        self.assert_done(self.finish(process))

    def test_stop_statements(self):
        for number, how in enumerate(("", " GRACEFUL")):
            self.add_events(number, 1)
            outcome = self.sql(ENDLESS_TABLE + "STOP STREAM out" + how + "; SHOW STREAMS",
                               "--format", "csv")
            self.assert_done(outcome)
            self.assertEqual(outcome.out, "name,id,runId,status,lastBatchId\n")
        self.assert_done(self.sql(TABLE))
        self.assertEqual(self.written(), list(range(2)))

    def test_failed_query_ends_the_others(self):
        self.add_events(0, 1)
        process = self.start("sql", "-e", ENDLESS_TABLE + (
            "CREATE STREAMING TABLE bad USING json LOCATION 'bad' OPTIONS (trigger '10 ms') AS\n"
            "SELECT v / (v - 1) AS q FROM STREAM events"))
        self.wait_until(lambda: "0" in self.commits())
        self.add_events(1, 1)
        outcome = self.finish(process)
        self.assert_fails(outcome, "STREAM_FAILED", "22012")
        self.assertIn("[DIVIDE_BY_ZERO]", outcome.err)


class LiveViewTest(StreamingCase):
    NOW = "SET thalweg.sql.streaming.trigger=availableNow;\n" + SOURCE

    def test_append(self):
        self.add_events(0, 3)
        outcome = self.sql(self.NOW + "SELECT k, v FROM STREAM events", "--format", "json")
        self.assert_done(outcome)
        self.assertEqual(outcome.out,
                         '{"k":"a","v":0}\n{"k":"b","v":1}\n{"k":"a","v":2}\n')
        self.assertEqual(outcome.complaints(), [])

    def test_csv_has_one_header(self):
        self.add_events(0, 3)
        outcome = self.sql(self.NOW + "SELECT v FROM STREAM events", "--format", "csv")
        self.assertEqual(outcome.out, "v\n0\n1\n2\n", outcome)

    def test_table_of_each_micro_batch(self):
        self.add_events(0, 2)
        outcome = self.sql(self.NOW + "SELECT v FROM STREAM events")
        self.assertEqual(outcome.out, "".join(
            f"+---+\n|v  |\n+---+\n|{v}  |\n+---+\n" for v in (0, 1)), outcome)

    def test_update_when_append_is_not_possible(self):
        self.add_events(0, 3)
        outcome = self.sql(self.NOW + "SELECT k, sum(v) AS s FROM STREAM events GROUP BY k",
                           "--format", "json")
        self.assertEqual(outcome.rows(), [{"k": "a", "s": 0}, {"k": "b", "s": 1},
                                          {"k": "a", "s": 2}], outcome)

    def test_complete_when_only_that_is_possible(self):
        self.add_events(0, 2)
        outcome = self.sql(self.NOW + "SELECT k, sum(v) AS s FROM STREAM events GROUP BY k "
                           "ORDER BY s DESC", "--format", "json")
        self.assertEqual(outcome.rows(), [{"k": "a", "s": 0}, {"k": "b", "s": 1},
                                          {"k": "a", "s": 0}], outcome)

    def test_output_mode_from_a_setting(self):
        self.add_events(0, 2)
        text = "SELECT k, sum(v) AS s FROM STREAM events GROUP BY k"
        outcome = self.sql("SET thalweg.sql.streaming.outputMode=complete;" + self.NOW + text,
                           "--format", "json")
        self.assertEqual(len(outcome.rows()), 3, outcome)
        outcome = self.sql("SET thalweg.sql.streaming.outputMode=append;" + self.NOW + text)
        self.assert_fails(outcome, "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", "42KDE")

    def test_query_that_no_mode_allows(self):
        self.add_events(0, 1)
        outcome = self.sql(self.NOW + "SELECT k FROM STREAM events ORDER BY k")
        # As in Spark this condition has no SQLSTATE.
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("[_LEGACY_ERROR_TEMP_3102] Sorting is not supported", outcome.err)

    def test_stop(self):
        self.add_events(0, 2)
        for name in (signal.SIGINT, signal.SIGTERM):
            process = self.start("sql", "--format", "json", "-e",
                                 SOURCE + "SELECT v FROM STREAM events")
            self.assertEqual(process.stdout.readline(), '{"v":0}\n')
            self.assertEqual(process.stdout.readline(), '{"v":1}\n')
            process.send_signal(name)
            outcome = self.finish(process)
            self.assert_done(outcome)
            self.assertRegex(outcome.err, r"(?m)^stopped: \d+ micro-batches, 2 rows, \d+\.\d s\n$")

    def test_stop_leaves_out_what_follows(self):
        self.add_events(0, 1)
        process = self.start("sql", "--format", "json", "-e",
                             SOURCE + "SELECT v FROM STREAM events; SELECT 1 AS one")
        self.assertEqual(process.stdout.readline(), '{"v":0}\n')
        process.send_signal(signal.SIGTERM)
        outcome = self.finish(process)
        self.assertEqual(outcome.code, 128 + signal.SIGTERM)
        self.assertEqual(outcome.out, "")

    def test_rows_come_while_it_runs(self):
        self.add_events(0, 1)
        process = self.start("sql", "--format", "csv", "-e",
                             SOURCE + "SELECT k, v FROM STREAM events")
        seen = [process.stdout.readline() for _ in range(2)]
        self.add_events(1, 1)
        seen.append(process.stdout.readline())
        self.assertEqual(seen, ["k,v\n", "a,0\n", "b,1\n"])
        process.send_signal(signal.SIGINT)
        self.assert_done(self.finish(process))

    def test_rate_source(self):
        process = self.start("sql", "--format", "json", "-e",
                             "CREATE TEMPORARY VIEW ticks USING rate "
                             "OPTIONS (rowsPerSecond '1000', numPartitions '1'); SELECT value FROM STREAM ticks")
        first = [process.stdout.readline() for _ in range(3)]
        self.assertEqual(first, [f'{{"value":{number}}}\n' for number in range(3)])
        process.send_signal(signal.SIGINT)
        outcome = self.finish(process)
        self.assert_done(outcome)
        self.assertEqual(max(collections.Counter(outcome.out.splitlines()).values()), 1)


class MetricsTest(StreamingCase):
    def test_page_of_a_running_query(self):
        self.add_events(0, 2)
        process = self.start("sql", "--metrics-port", "0", "-e", SOURCE +
                             "CREATE STREAMING TABLE counts USING memory OPTIONS "
                             "(outputMode 'complete', trigger '10 ms') "
                             "AS SELECT k, count(*) AS c FROM STREAM events GROUP BY k")
        address = process.stderr.readline()
        self.assertRegex(address, r"^metrics: http://127\.0\.0\.1:\d+/metrics\n$")
        url = address.split(" ", 1)[1].strip()

        def page():
            with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
                return response.read().decode()

        self.wait_until(lambda: re.search(
            r'^spark_streaming_states_rowsTotal{query="counts",id="[-0-9a-f]{36}"} 2$', page(), re.M))
        self.assertIn("thalweg_streaming_active_queries 1\n", page())
        process.send_signal(signal.SIGTERM)
        self.assert_done(self.finish(process))

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            outcome = self.sql("SELECT 1", "--metrics-port", other.getsockname()[1])
        self.assert_fails(outcome, "THALWEG_HTTP_SERVER_CANNOT_LISTEN", "58030")

    def test_address_that_is_not_this_machines(self):
        outcome = self.sql("SELECT 1", "--metrics-port", "0", "--metrics-address", "203.0.113.1")
        self.assert_fails(outcome, "THALWEG_HTTP_SERVER_CANNOT_LISTEN", "58030")
        outcome = self.sql("SELECT 1", "--metrics-address", "127.0.0.1")
        self.assertEqual(outcome.code, 2, outcome)

    def test_wrong_port(self):
        outcome = self.sql("SELECT 1", "--metrics-port", "70000")
        self.assertEqual(outcome.code, 2, outcome)


if __name__ == "__main__":
    unittest.main()
