#!/usr/bin/env python3
"""Every cell of the table of output modes (semantics 1.2) and every refused operation (1.3), with the
recorded scenario that shows what Spark does there; scenario_test shows that the engine does the same.

A cell names a scenario and its outcome: OK, or the condition with which Spark refuses.
"""

import json
import pathlib
import unittest

DIRECTORY = pathlib.Path(__file__).parent / "scenarios"
KNOWN_DIFFERENCES = pathlib.Path(__file__).parent / "known_differences.txt"

OK = "ok"
MODE = "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION"
CHECK = "_LEGACY_ERROR_TEMP_3102"
NO_WATERMARK = "UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK"
SUBQUERY = "INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY"
OVER = "NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING"
MODES = ("append", "update", "complete")

# 1.2. kind: scenario without its mode, then the outcome in append, update and complete mode; a
# scenario of another name stands beside its outcome.
KINDS = [
    ("mode_stateless", OK, OK, MODE),
    ("mode_explode", OK, OK, MODE),
    ("mode_union_streams", OK, OK, MODE),
    ("mode_join_stream_inner_static", OK, OK, MODE),
    ("mode_window_watermark", OK, OK, OK),
    ("mode_time_key_watermark", OK, OK, OK),
    ("mode_having_watermark", OK, OK, OK),
    ("mode_window_no_watermark", MODE, OK, OK),
    ("mode_window_of_expression", MODE, OK, OK),
    ("mode_group_no_watermark", MODE, OK, OK),
    ("mode_watermark_not_in_keys", MODE, OK, OK),
    ("mode_global_aggregate", MODE, OK, OK),
    ("mode_global_aggregate_watermark", MODE, OK, OK),
    ("mode_session_window", OK, MODE, OK),
    ("mode_session_window_no_watermark", MODE, MODE, OK),
    ("mode_distinct_watermark", OK, OK, OK),
    ("mode_distinct_no_watermark", MODE, OK, OK),
    ("mode_distinct_watermark_dropped", MODE, OK, OK),
    ("mode_drop_duplicates", OK, OK, MODE),
    ("mode_drop_duplicates_watermark", OK, OK, MODE),
    ("mode_drop_duplicates_within_watermark", OK, OK, MODE),
    ("mode_stream_join_inner", OK, OK, MODE),
    ("mode_stream_join_left", OK, CHECK, MODE),
    ("mode_stream_join_right", OK, CHECK, MODE),
    ("mode_stream_join_full", OK, CHECK, MODE),
    ("mode_stream_join_left_semi", OK, OK, MODE),
    ("mode_limit", OK, CHECK, MODE),
    ("mode_order_by", CHECK, CHECK, MODE),
    ("mode_order_by_aggregate", MODE, CHECK, OK),
    ("mode_order_by_window", CHECK, CHECK, OK),
    ("mode_window_over_window", OK, CHECK, CHECK),
]

# Cells of 1.2 that depend on what lies above or below.
CONTEXTS = [
    ("dropDuplicates below an aggregate, complete", "chain_dedup_below_complete", OK),
    ("dropDuplicates below an aggregate, update", "chain_dedup_below_update", OK),
    ("dropDuplicatesWithinWatermark below an aggregate, complete",
     "mode_drop_duplicates_within_watermark_below_aggregate_complete", OK),
    ("limit below an aggregate, complete", "limit_below_complete", OK),
    ("limit below an aggregate, update", "limit_below_update_refused", CHECK),
    ("limit above an aggregate, complete", "mode_limit_aggregate_complete", OK),
    ("limit above an aggregate, update", "mode_limit_aggregate_update", CHECK),
    ("limit above a window, append", "mode_limit_over_window_append", OK),
]

# 1.3, in its order.
REFUSED = [
    ("dropDuplicatesWithinWatermark without a watermark, append",
     "mode_drop_duplicates_within_no_watermark_append", CHECK),
    ("the same, update", "mode_drop_duplicates_within_no_watermark_update", CHECK),
    ("a batch frame written as a stream", "mode_not_streaming_append", "WRITE_STREAM_NOT_ALLOWED"),
    ("count(DISTINCT), append", "mode_count_distinct_append", CHECK),
    ("count(DISTINCT), update", "mode_count_distinct_update", CHECK),
    ("count(DISTINCT), complete", "mode_count_distinct_complete", CHECK),
    ("grouping sets, append", "mode_grouping_sets_append", MODE),
    ("grouping sets, update", "mode_grouping_sets_update", OK),
    ("grouping sets, complete", "mode_grouping_sets_complete", OK),
    ("rollup, append", "mode_rollup_append", MODE),
    ("rollup with the time among its keys, append", "mode_rollup_watermark_append", OK),
    ("rollup, update", "mode_rollup_update", OK),
    ("rollup, complete", "mode_rollup_complete", OK),
    ("cube, append", "mode_cube_append", MODE),
    ("cube, update", "mode_cube_update", OK),
    ("cube, complete", "mode_cube_complete", OK),
    ("offset", "mode_offset_append", CHECK),
    ("offset above an aggregate, complete", "mode_offset_complete", CHECK),
    ("limit with offset", "refused_offset_limit", CHECK),
    ("sample", "mode_sample_append", CHECK),
    ("sample, complete", "mode_sample_complete", CHECK),
    ("intersect with static rows", "mode_intersect_static_append", CHECK),
    ("intersect with static rows, update", "mode_intersect_static_update", CHECK),
    ("intersect of streams", "mode_intersect_streams_update", CHECK),
    ("intersect, streaming right side", "mode_static_intersect_stream_update", CHECK),
    ("intersect all", "mode_intersect_all_static_append", CHECK),
    ("except of streams", "mode_except_stream_append", CHECK),
    ("except, streaming right side", "mode_static_except_stream_update", CHECK),
    ("except with static rows, append", "mode_except_static_append", NO_WATERMARK),
    ("except with static rows, update", "mode_except_static_update", OK),
    ("except all with static rows", "mode_except_all_static_append", NO_WATERMARK),
    ("union with static rows", "mode_union_static_append", CHECK),
    ("union of static rows with a stream", "mode_static_union_stream_append", CHECK),
    ("monotonically_increasing_id()", "mode_monotonic_id_append", CHECK),
    ("monotonically_increasing_id(), complete", "mode_monotonic_id_complete", CHECK),
    ("OVER, append", "mode_over_append", OVER),
    ("OVER, update", "mode_over_update", OVER),
    ("OVER above an aggregate, complete", "mode_over_aggregate_complete", OVER),
    ("stream FULL JOIN static", "mode_join_stream_full_static_append", CHECK),
    ("static FULL JOIN stream", "mode_join_static_full_stream_append", CHECK),
    ("static LEFT JOIN stream", "mode_join_static_left_stream_append", CHECK),
    ("static LEFT SEMI JOIN stream", "mode_join_static_left_semi_stream_append", CHECK),
    ("static LEFT ANTI JOIN stream", "mode_join_static_left_anti_stream_append", CHECK),
    ("stream RIGHT JOIN static", "mode_join_stream_right_static_append", CHECK),
    ("stream INNER JOIN static", "mode_join_stream_inner_static_append", OK),
    ("stream LEFT JOIN static", "mode_join_stream_left_static_append", OK),
    ("stream LEFT SEMI JOIN static", "mode_join_stream_left_semi_static_append", OK),
    ("stream LEFT ANTI JOIN static", "mode_join_stream_left_anti_static_append", OK),
    ("static INNER JOIN stream", "mode_join_static_inner_stream_append", OK),
    ("static RIGHT JOIN stream", "mode_join_static_right_stream_append", OK),
    ("stream LEFT ANTI JOIN stream", "mode_stream_join_left_anti_append", CHECK),
    ("the same, update", "mode_stream_join_left_anti_update", CHECK),
    ("the same, complete", "mode_stream_join_left_anti_complete", MODE),
    ("NOT EXISTS of a stream", "mode_not_exists_streams_append", SUBQUERY),
    ("NOT IN a stream", "mode_not_in_streams_append", SUBQUERY),
    ("streams joined without equality", "mode_stream_join_no_equality_append",
     "_LEGACY_ERROR_TEMP_1181"),
    ("the same, update", "mode_stream_join_no_equality_update", "_LEGACY_ERROR_TEMP_1181"),
    ("CROSS JOIN of streams", "mode_stream_join_cross_append", "_LEGACY_ERROR_TEMP_1181"),
    ("INNER join of streams without watermarks", "mode_stream_join_no_watermark_append", OK),
    ("LEFT join of streams without watermarks", "mode_stream_left_join_no_watermark_append", CHECK),
    ("RIGHT join of streams without watermarks", "mode_stream_right_join_no_watermark_append",
     CHECK),
    ("FULL join of streams without watermarks", "mode_stream_full_join_no_watermark_append", CHECK),
    ("LEFT SEMI join of streams without watermarks", "mode_stream_left_semi_no_watermark_append",
     CHECK),
    ("aggregate above an aggregate, append", "mode_aggregate_over_aggregate_append", MODE),
    ("aggregate above an aggregate, update", "mode_aggregate_over_aggregate_update", CHECK),
    ("aggregate above an aggregate, complete", "mode_aggregate_over_aggregate_complete", CHECK),
    ("aggregate above DISTINCT, update", "chain_aggregate_above_distinct_update_refused", CHECK),
    ("DISTINCT above an aggregate, update", "chain_distinct_above_update_refused", CHECK),
    ("DISTINCT above an aggregate, complete", "chain_distinct_above_complete_refused", CHECK),
    ("dropDuplicates by time above an aggregate, update", "chain_dedup_above_update_refused",
     CHECK),
    ("dropDuplicates without time above an aggregate, update",
     "mode_drop_duplicates_over_aggregate_update", OK),
    ("join above an aggregate, update", "mode_join_above_aggregate_update", CHECK),
    ("an aggregate above an aggregate, unchecked", "chain_update_check_off", OK),
    ("state as Avro: aggregate", "refused_avro_aggregate", CHECK),
    ("state as Avro: dropDuplicates", "refused_avro_dedup", CHECK),
    ("state as Avro: DISTINCT", "refused_avro_distinct", CHECK),
    ("state as Avro: join", "refused_avro_join", CHECK),
    ("state as Avro: sessions", "refused_avro_session", CHECK),
    ("state as Avro: dropDuplicatesWithinWatermark", "refused_avro_within_watermark", CHECK),
    ("a session window as the only key", "mode_session_window_no_key_append",
     "_LEGACY_ERROR_TEMP_3068"),
    ("the same, complete", "mode_session_window_no_key_complete", "_LEGACY_ERROR_TEMP_3068"),
    ("two windows", "mode_two_windows_append", "_LEGACY_ERROR_TEMP_1039"),
    ("a window and a session window", "refused_session_two_windows", "_LEGACY_ERROR_TEMP_1039"),
    ("a key with a collation", "mode_collated_key_update",
     "STATE_STORE_UNSUPPORTED_OPERATION_BINARY_INEQUALITY"),
    ("two watermarks below an aggregate", "mode_two_watermarks_append", OK),
    ("two watermarks below DISTINCT", "mode_two_watermarks_distinct_append",
     "MULTIPLE_EVENT_TIME_COLUMNS"),
    ("a watermark declared twice", "mode_watermark_redeclared_append", "_LEGACY_ERROR_TEMP_3076"),
    ("a window of months", "refused_month_window", "_LEGACY_ERROR_TEMP_3231"),
    ("unchecked: LIMIT, update", "check_off_limit_update", OK),
    ("unchecked: OFFSET", "check_off_offset", OK),
    ("unchecked: stateless, complete", "check_off_stateless_complete", OK),
]

# Functions over groups with state, by the operator of Spark's Scala API. kind: scenario without the
# query's mode, then the outcome in append, update and complete mode. "above" and "below" say where
# the function stands to an aggregation.
FUNCTIONS = [
    ("map_groups_below_aggregate", MODE, OK, CHECK),
    ("map_groups_above_aggregate", CHECK, CHECK, CHECK),
    ("flat_map_groups_append_below_aggregate", MODE, OK, OK),
    ("flat_map_groups_append_above_aggregate", OK, CHECK, CHECK),
    ("flat_map_groups_update_below_aggregate", MODE, CHECK, CHECK),
    ("flat_map_groups_update_above_aggregate", CHECK, CHECK, CHECK),
    ("transform_below_aggregate", MODE, OK, OK),
    ("transform_above_aggregate", OK, CHECK, CHECK),
]

# The same alone in a query, next to each other, in all time modes; Python's applyInPandasWithState,
# which has rules of its own; functions without state.
ARBITRARY_STATE = [
    ("mapGroupsWithState, append", "map_groups_append_refused", CHECK),
    ("mapGroupsWithState, update", "map_groups_update", OK),
    ("mapGroupsWithState, complete", "map_groups_complete_refused", MODE),
    ("mapGroupsWithState: two", "map_groups_two_refused", CHECK),
    ("mapGroupsWithState and flatMapGroupsWithState", "map_groups_and_flat_map_groups_refused",
     CHECK),
    ("mapGroupsWithState: event time without a watermark", "map_groups_no_watermark_refused", CHECK),
    ("mapGroupsWithState: state as Avro", "map_groups_avro_refused", CHECK),
    ("flatMapGroupsWithState(Append), append", "flat_map_groups_append_in_append", OK),
    ("flatMapGroupsWithState(Append), update", "flat_map_groups_append_in_update_refused", CHECK),
    ("flatMapGroupsWithState(Append), complete", "flat_map_groups_append_in_complete_refused", MODE),
    ("flatMapGroupsWithState(Update), append", "flat_map_groups_update_in_append_refused", CHECK),
    ("flatMapGroupsWithState(Update), update", "flat_map_groups_update_in_update", OK),
    ("flatMapGroupsWithState(Update), complete", "flat_map_groups_update_in_complete_refused", MODE),
    ("flatMapGroupsWithState: two, append", "flat_map_groups_two_append", OK),
    ("flatMapGroupsWithState: two, update", "flat_map_groups_two_update_refused", CHECK),
    ("flatMapGroupsWithState: event time without a watermark",
     "flat_map_groups_no_watermark_refused", CHECK),
    ("flatMapGroupsWithState above a timeout by event time",
     "flat_map_groups_event_timeout_then_state_refused", CHECK),
    ("flatMapGroupsWithState: a streaming initial state",
     "flat_map_groups_initial_state_streaming_refused", CHECK),
    ("flatMapGroupsWithState: state as Avro", "flat_map_groups_avro_refused", CHECK),
    ("applyInPandasWithState: append", "groups_state_append_mode", OK),
    ("applyInPandasWithState: update", "groups_state_count", OK),
    ("applyInPandasWithState: complete", "groups_state_complete_refused", MODE),
    ("applyInPandasWithState(Update), append", "groups_state_update_in_append_refused", CHECK),
    ("applyInPandasWithState(Append), update", "groups_state_append_in_update_refused", CHECK),
    ("applyInPandasWithState: two", "groups_state_two_refused", CHECK),
    ("applyInPandasWithState(Update) below an aggregate",
     "groups_state_update_then_aggregate_refused", CHECK),
    ("applyInPandasWithState above an aggregate", "groups_state_after_aggregate_refused", CHECK),
    ("applyInPandasWithState below an aggregate without a watermark",
     "groups_state_then_state_refused", MODE),
    ("applyInPandasWithState: event time without a watermark", "groups_state_no_watermark_refused",
     CHECK),
    ("applyInPandasWithState: state as Avro", "groups_state_avro_refused", CHECK),
    ("transformWithState, no time, append", "transform_no_time_append", OK),
    ("transformWithState, no time, update", "transform_no_time_update", OK),
    ("transformWithState, processing time, append", "transform_processing_time_append", OK),
    ("transformWithState, processing time, update", "transform_processing_time_update", OK),
    ("transformWithState, event time, append", "transform_event_time_append", OK),
    ("transformWithState, event time, update", "transform_event_time_update", OK),
    ("transformWithState: complete", "transform_complete", MODE),
    ("transformWithState: function and query in different modes", "transform_modes_differ", OK),
    ("transformWithState, event time of the output, below a window, append", "transform_chain", OK),
    ("transformWithState: two, append", "transform_two_append", OK),
    ("transformWithState: two, update", "transform_two_update", OK),
    ("transformWithState, event time, above processing time",
     "transform_event_time_above_processing_time", OK),
    ("transformWithState: event time without a watermark", "transform_no_watermark_event_time", OK),
    ("transformWithState: event time of the output without a watermark",
     "transform_event_column_without_watermark",
     "CANNOT_ASSIGN_EVENT_TIME_COLUMN_WITHOUT_WATERMARK"),
    ("transformWithState: a streaming initial state", "transform_initial_state_streaming", OK),
    ("groups without state, each batch", "apply_in_pandas_stream", OK),
    ("partitions without state", "map_in_pandas_stream", OK),
]


def table():
    """(what, scenario, output mode or None, outcome) of every cell."""
    for kind, *outcomes in KINDS + FUNCTIONS:
        for mode, outcome in zip(MODES, outcomes):
            yield kind, f"{kind}_{mode}", mode, outcome
    for what, scenario, outcome in CONTEXTS + REFUSED + ARBITRARY_STATE:
        yield what, scenario, None, outcome


def outcome_of(scenario):
    for step in scenario["steps"]:
        error = step.get("expect_error") or step.get("expected", {}).get("error")
        if error:
            return error["condition"]
    return OK


def read(name):
    path = DIRECTORY / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


class LegalityTest(unittest.TestCase):
    def test_every_cell_has_a_scenario(self):
        for what, name, mode, outcome in table():
            with self.subTest(cell=what, scenario=name):
                scenario = read(name)
                self.assertIsNotNone(scenario, "no such scenario")
                self.assertTrue(scenario.get("recorded_from", "").startswith("Spark "))
                if mode is not None:
                    self.assertEqual(scenario["output_mode"], mode)
                self.assertEqual(outcome_of(scenario), outcome)

    def test_what_is_accepted_runs(self):
        for what, name, _, outcome in table():
            scenario = read(name)
            if outcome != OK or scenario is None:
                continue
            with self.subTest(cell=what, scenario=name):
                batches = [batch for step in scenario["steps"]
                           for batch in step.get("expected", {}).get("batches", [])]
                self.assertTrue(any(batch["numInputRows"] > 0 for batch in batches))

    def test_every_scenario_of_a_mode_is_in_the_table(self):
        listed = {name for _, name, _, _ in table()}
        for path in sorted(DIRECTORY.glob("mode_*.json")):
            with self.subTest(scenario=path.stem):
                self.assertTrue(path.stem in listed or path.stem in BESIDE)


# About other things than the two tables: names, plain errors, subqueries.
BESIDE = {
    "mode_drop_duplicates_over_aggregate_complete",
    "mode_except_stream_update", "mode_in_subquery_static_append",
    "mode_join_static_cross_append", "mode_join_static_cross_complete",
    "mode_join_stream_left_static_update", "mode_missing_column_append",
    "mode_missing_view_append", "mode_not_in_subquery_static_append", "mode_not_streaming_complete",
    "mode_over_aggregate_update",
    "mode_stream_join_no_watermark_update", "mode_stream_of_static_append",
    "mode_limit_over_window_update", "mode_stream_join_no_equality_complete",
    "mode_union_distinct_streams_append", "mode_union_distinct_streams_update",
    "mode_view_without_stream_keyword_update", "mode_watermark_missing_column_append",
    "mode_watermark_negative_delay_append", "mode_watermark_no_alias_append",
    "mode_watermark_on_ntz_append", "mode_watermark_on_string_append",
    "mode_watermark_redeclared_update",
}

if __name__ == "__main__":
    unittest.main()
