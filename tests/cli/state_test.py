#!/usr/bin/env python3
"""`thalweg state` and the sources statestore and state-metadata. What is expected of rows, schemas
and conditions was seen with Spark 4.3.0 on the same input."""

import unittest

from program import ProgramTest, run

SOURCE = ("SET spark.sql.shuffle.partitions=2;\n"
          "CREATE TEMPORARY VIEW events (ts TIMESTAMP, k STRING, v INT) USING json "
          "OPTIONS (path 'events', maxFilesPerTrigger '1');\n")
COUNTS = ("SELECT window(ts, '10 seconds') AS w, k, count(*) AS c, sum(v) FROM STREAM events "
          "WATERMARK ts DELAY OF INTERVAL 5 SECONDS GROUP BY 1, 2")
FILES = [[("01", "a", 1), ("02", "b", 2), ("03", "a", 3)], [("16", "a", 4)], [("31", "c", 5)]]


def window(start, end):
    return {"start": f"2024-01-01T00:00:{start}.000Z", "end": f"2024-01-01T00:00:{end}.000Z"}


def entry(start, end, k, count, total, partition):
    return {"key": {"window": window(start, end), "k": k},
            "value": {"count": count, "sum": total}, "partition_id": partition}


def by_text(rows):
    return sorted(rows, key=str)


class StateCase(ProgramTest):
    def stream(self, query, mode="append"):
        for number, rows in enumerate(FILES):
            self.write_events(number, [{"ts": f"2024-01-01T00:00:{second}Z", "k": k, "v": v}
                                       for second, k, v in rows])
        text = (SOURCE + "CREATE STREAMING TABLE out USING noop OPTIONS (checkpointLocation "
                f"'checkpoint', trigger 'availableNow', outputMode '{mode}') AS {query};")
        self.assert_done(self.sql(text))

    def state(self, *arguments):
        return run("state", "checkpoint", "--format", "json", *arguments, cwd=self.root)

    def rows(self, *arguments):
        outcome = self.state(*arguments)
        self.assert_done(outcome)
        return outcome.rows()

    def read(self, text="SELECT * FROM s", source="statestore", **options):
        settings = "".join(f", {name} '{value}'" for name, value in options.items())
        return self.sql(f"CREATE TEMPORARY VIEW s USING {source} OPTIONS (path 'checkpoint'"
                        f"{settings}); {text}", "--format", "json")

    def read_rows(self, *arguments, **options):
        outcome = self.read(*arguments, **options)
        self.assert_done(outcome)
        return outcome.rows()


class ListTest(StateCase):
    def test_operators_with_schema_and_size(self):
        self.stream(COUNTS)
        listed = self.rows()
        self.assertGreater(listed[0].pop("bytes"), 0)
        self.assertEqual(listed, [{
            "operatorId": 0, "operatorName": "stateStoreSave",
            "keySchema": "window STRUCT<start: TIMESTAMP, end: TIMESTAMP>,k STRING",
            "valueSchema": "count BIGINT,sum BIGINT", "numKeys": 1, "numPartitions": 2,
            "minBatchId": 0, "maxBatchId": 3}])

    def test_a_chain_has_the_operator_nearest_the_sink_first(self):
        self.stream("SELECT window(window_time(w), '20 seconds') AS w2, sum(c) AS s FROM "
                    f"({COUNTS.replace(', sum(v)', '')}) GROUP BY 1")
        listed = self.rows()
        self.assertEqual([row["valueSchema"] for row in listed], ["sum BIGINT", "count BIGINT"])
        first = self.rows("--dump", "--operator", "1", "--batch", "1")
        self.assertEqual(by_text(first), by_text([
            {"key": {"window": window(start, end), "k": k}, "value": {"count": count},
             "partition_id": 1}
            for start, end, k, count in [("00", "10", "a", 2), ("00", "10", "b", 1),
                                         ("10", "20", "a", 1)]]))

    def test_a_stateless_query_has_none(self):
        self.stream("SELECT k FROM STREAM events")
        self.assertEqual(self.rows(), [])

    def test_no_checkpoint(self):
        outcome = run("state", "nowhere", cwd=self.root)
        self.assertEqual(outcome.code, 1)
        self.assertIn("[STDS_COMMITTED_BATCH_UNAVAILABLE]", outcome.err)

    def test_wrong_usage(self):
        self.assertEqual(run("state").code, 2)
        self.assertEqual(run("state", "x", "--changes", "a..b").code, 2)
        self.assertEqual(run("state", "x", "--dump", "--changes", "0..1").code, 2)
        self.assertEqual(run("state", "x", "--variable", "v", "--timers").code, 2)
        self.assertEqual(run("state", "x", "--whole").code, 2)

    def test_variables_of_an_operator_that_has_none(self):
        self.stream(COUNTS)
        for options in [("--variable", "v"), ("--variable", "v", "--whole"), ("--timers",)]:
            outcome = self.state("--dump", *options)
            self.assertEqual(outcome.code, 1)
            self.assertIn("[STDS_INVALID_OPTION_VALUE.WITH_MESSAGE]", outcome.err)


class DumpTest(StateCase):
    def test_entries_after_each_batch(self):
        self.stream(COUNTS)
        first = [entry("00", "10", "a", 2, 4, 1), entry("00", "10", "b", 1, 2, 1)]
        second = [entry("10", "20", "a", 1, 4, 1)]
        third = [entry("30", "40", "c", 1, 5, 0)]
        for batch, expected in enumerate([first, first + second, second + third, third]):
            self.assertEqual(by_text(self.rows("--dump", "--batch", batch)), by_text(expected))
        self.assertEqual(self.rows("--dump"), third)
        self.assertEqual(by_text(self.read_rows(batchId=1)), by_text(first + second))
        self.assertEqual(self.read_rows(batchId=1, snapshotStartBatchId=1, snapshotPartitionId=0),
                         [])

    def test_other_formats(self):
        self.stream("SELECT k FROM STREAM events LIMIT 2")
        outcome = run("state", "checkpoint", "--dump", "--format", "csv", cwd=self.root)
        self.assert_done(outcome)
        self.assertEqual(outcome.out, "key,value,partition_id\n{null},{2},0\n")

    def test_deduplication(self):
        self.stream("SELECT DISTINCT k FROM STREAM events", mode="update")
        self.assertEqual(by_text(self.rows("--dump")), by_text([
            {"key": {"k": "a"}, "value": {}, "partition_id": 0},
            {"key": {"k": "b"}, "value": {}, "partition_id": 1},
            {"key": {"k": "c"}, "value": {}, "partition_id": 0}]))

    def test_an_aggregate_without_keys(self):
        self.stream("SELECT count(*), sum(v) FROM STREAM events", mode="update")
        self.assertEqual(self.rows("--dump"), [
            {"key": {}, "value": {"count": 5, "sum": 15}, "partition_id": 0}])

    def test_computed_keys(self):
        self.stream("SELECT upper(k), k, count(*) FROM STREAM events GROUP BY upper(k), k",
                    mode="update")
        self.assertEqual(self.rows()[0]["keySchema"], "_groupingexpression STRING,k STRING")

    def test_buffers_of_aggregates(self):
        self.stream("SELECT avg(v), first(k), last(v), max_by(k, v), variance(v), corr(v, v), "
                    "bool_and(v > 1), sum(CAST(v AS DECIMAL(10, 2))), max(k) FROM STREAM events",
                    mode="update")
        schema = self.rows()[0]["valueSchema"]
        self.assertEqual(schema, (
            "sum DOUBLE,count BIGINT,first STRING,valueSet BOOLEAN,last INT,valueSet BOOLEAN,"
            "valueWithExtremumOrdering STRING,extremumOrdering INT,n DOUBLE,avg DOUBLE,m2 DOUBLE,"
            "n DOUBLE,xAvg DOUBLE,yAvg DOUBLE,ck DOUBLE,xMk DOUBLE,yMk DOUBLE,min BOOLEAN,"
            "sum DECIMAL(20,2),isEmpty BOOLEAN,max STRING"))
        values = self.read_rows("SELECT value.first, value.last, value.max, value.isEmpty, "
                                "value.extremumOrdering, value.m2 FROM s")
        self.assertEqual(values, [{"first": "a", "last": 5, "max": "c", "isEmpty": False,
                                   "extremumOrdering": 5, "m2": 10.0}])


class ChangeFeedTest(StateCase):
    def test_puts_and_evictions(self):
        self.stream(COUNTS)
        put = lambda batch, row: {"batch_id": batch, "change_type": "update", **row}
        gone = lambda batch, start, end, k: {
            "batch_id": batch, "change_type": "delete",
            "key": {"window": window(start, end), "k": k}, "value": None, "partition_id": 1}
        changes = [put(0, entry("00", "10", "a", 2, 4, 1)), put(0, entry("00", "10", "b", 1, 2, 1)),
                   put(1, entry("10", "20", "a", 1, 4, 1)), gone(2, "00", "10", "a"),
                   gone(2, "00", "10", "b"), put(2, entry("30", "40", "c", 1, 5, 0)),
                   gone(3, "10", "20", "a")]
        self.assertEqual(by_text(self.rows("--changes", "0..")), by_text(changes))
        self.assertEqual(by_text(self.rows("--changes", "1..2")), by_text(changes[2:6]))
        feed = self.read_rows(readChangeFeed="true", changeStartBatchId=3)
        self.assertEqual(feed, changes[6:])

    def test_deduplication(self):
        self.stream("SELECT k FROM STREAM events LIMIT 2")
        self.assertEqual(self.rows("--changes", "0..2"), [
            {"batch_id": 0, "change_type": "update", "key": {"key": None}, "value": {"value": 2},
             "partition_id": 0}])


class JoinTest(StateCase):
    QUERY = ("SELECT a.k, a.v, b.v AS w FROM (SELECT * FROM STREAM events WATERMARK ts DELAY OF "
             "INTERVAL 5 SECONDS) a LEFT JOIN (SELECT * FROM STREAM others WATERMARK ts DELAY OF "
             "INTERVAL 5 SECONDS) b ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL 9 SECONDS")

    def test_sides_and_stores(self):
        (self.root / "others").mkdir()
        (self.root / "others" / "1.json").write_text(
            '{"ts": "2024-01-01T00:00:32Z", "k": "c", "v": 7}\n', encoding="utf-8")
        self.write_events(0, [{"ts": "2024-01-01T00:00:31Z", "k": k, "v": 5} for k in "cd"])
        self.assert_done(self.sql(
            SOURCE + SOURCE.split("\n")[1].replace("events", "others") + "CREATE STREAMING TABLE "
            "out USING noop OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow') AS "
            f"{self.QUERY};"))
        listed = self.rows()[0]
        self.assertEqual(listed["operatorName"], "symmetricHashJoin")
        self.assertEqual(listed["keySchema"], "field0 STRING")
        self.assertEqual(listed["numKeys"], 3)
        row = lambda k, second, v, partition: {
            "key": {"field0": k}, "partition_id": partition,
            "value": {"ts": f"2024-01-01T00:00:{second}.000Z", "k": k, "v": v}}
        self.assertEqual(self.rows("--dump", "--join-side", "right"), [row("c", 32, 7, 0)])
        self.assertEqual(by_text(self.rows("--dump", "--join-side", "left")),
                         by_text([row("c", 31, 5, 0), row("d", 31, 5, 0)]))
        matched = {one["key"]["field0"]: one["value"]["matched"]
                   for one in self.rows("--dump", "--store", "left-keyWithIndexToValue")}
        self.assertEqual(matched, {"c": True, "d": False})
        self.assertEqual(by_text(self.rows("--changes", "0..", "--store", "left-keyToNumValues")),
                         by_text([{"batch_id": 0, "change_type": "update", "key": {"field0": k},
                                   "value": {"value": 1}, "partition_id": 0} for k in "cd"]))
        outcome = self.state("--dump")
        self.assertIn("[STDS_FAILED_TO_READ_STATE_SCHEMA]", outcome.err)


class SourceTest(StateCase):
    def test_metadata(self):
        self.stream(COUNTS)
        self.assertEqual(self.read_rows(source="`state-metadata`"), [
            {"operatorId": 0, "operatorName": "stateStoreSave", "stateStoreName": "default",
             "numPartitions": 2, "minBatchId": 0, "maxBatchId": 3, "operatorProperties": None}])

    def test_options_that_are_refused(self):
        self.stream(COUNTS)
        invalid = "STDS_INVALID_OPTION_VALUE."
        for options, condition in [
                ({"operatorId": 9}, "STDS_FAILED_TO_READ_STATE_SCHEMA"),
                ({"operatorId": -1}, invalid + "IS_NEGATIVE"),
                ({"batchId": 99}, "STDS_COMMITTED_BATCH_UNAVAILABLE"),
                ({"batchId": -1}, invalid + "IS_NEGATIVE"),
                ({"storeName": "x"}, invalid + "WITH_MESSAGE"),
                ({"storeName": " "}, invalid + "IS_EMPTY"),
                ({"joinSide": "left"}, "STDS_FAILED_TO_READ_STATE_SCHEMA"),
                ({"joinSide": "x"}, invalid + "WITH_MESSAGE"),
                ({"joinSide": "left", "storeName": "y"}, "STDS_CONFLICT_OPTIONS"),
                ({"readChangeFeed": "true"}, "STDS_REQUIRED_OPTION_UNSPECIFIED"),
                ({"readChangeFeed": "true", "changeStartBatchId": 0, "batchId": 1},
                 "STDS_CONFLICT_OPTIONS"),
                ({"readChangeFeed": "true", "changeStartBatchId": 0, "joinSide": "left"},
                 "STDS_CONFLICT_OPTIONS"),
                ({"changeStartBatchId": 0}, invalid + "WITH_MESSAGE"),
                ({"readChangeFeed": "true", "changeStartBatchId": 2, "changeEndBatchId": 1},
                 invalid + "WITH_MESSAGE"),
                ({"readChangeFeed": "true", "changeStartBatchId": -1}, invalid + "IS_NEGATIVE"),
                ({"readChangeFeed": "true", "changeStartBatchId": 0, "changeEndBatchId": 99},
                 "STDS_COMMITTED_BATCH_UNAVAILABLE"),
                ({"snapshotPartitionId": 0}, "STDS_REQUIRED_OPTION_UNSPECIFIED"),
                ({"snapshotStartBatchId": 0}, "STDS_REQUIRED_OPTION_UNSPECIFIED"),
                ({"snapshotStartBatchId": 9, "snapshotPartitionId": 0}, invalid + "WITH_MESSAGE"),
                ({"stateVarName": "x"}, invalid + "WITH_MESSAGE"),
                ({"readRegisteredTimers": "true"}, invalid + "WITH_MESSAGE"),
                ({"flattenCollectionTypes": "x"}, invalid + "WITH_MESSAGE")]:
            with self.subTest(options=options):
                self.assertIn(f"[{condition}]", self.read(**options).err)


if __name__ == "__main__":
    unittest.main()
