#include "shapes.h"

namespace thalweg::tests {
namespace {

#define EVENTS "(SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL 10 SECONDS)"
#define OTHERS "(SELECT * FROM STREAM others WATERMARK ts DELAY OF INTERVAL 15 SECONDS)"
#define JOINED_ON                                                                  \
  "ON l.k = r.k AND r.ts >= l.ts - INTERVAL 2 SECONDS AND r.ts <= l.ts + INTERVAL" \
  " 9 SECONDS AND l.v <= r.v"
#define JOIN(columns, kind) \
  "SELECT " columns " FROM " EVENTS " l " kind " JOIN " OTHERS " r " JOINED_ON
// Rows that say what functions over groups do; `v` is their order.
#define COMMANDS_WITH(names, x)                                                  \
  "SELECT k, ts, element_at(array(" names "), CAST(v % 10 AS INT) + 1) AS c, " x \
  " AS x, unix_millis(ts) * 100 + v AS v FROM " EVENTS
#define COMMANDS(names)                                                            \
  COMMANDS_WITH(names,                                                             \
                "CASE WHEN v % 10 IN (3, 4, 5) THEN unix_seconds(ts) DIV 10 * 10 " \
                "+ 40 ELSE CAST(v % 3 AS BIGINT) END")
// About a half, one and a half or two and a half steps of the clock; no two timers of different
// batches meet.
#define SOME_STEPS "CAST(v % 3 * 60001 + 30000 AS BIGINT)"
constexpr int64_t kMinute = 60'000;

#define BOTH_SIDES "l.k, l.ts, l.v, r.k AS rk, r.ts AS rts, r.v AS rv"

const Shape kShapes[] = {
    {"projection", "SELECT ts, k, v * 2 AS d FROM STREAM events WHERE v % 5 <> 0"},
    {"union",
     "SELECT ts, k, v FROM STREAM events UNION ALL SELECT ts, upper(k), v FROM STREAM others"},
    {"static_join",
     "SELECT e.ts, e.v, n.label FROM STREAM events e LEFT JOIN "
     "(SELECT * FROM VALUES ('a', 1), ('b', 2), ('b', 3) AS t(k, label)) n ON e.k = n.k"},
    {"tumbling",
     "SELECT window.start AS s, k, count(*) AS c, sum(v) AS t, min(k) AS m, avg(v) AS a "
     "FROM STREAM events WATERMARK ts DELAY OF INTERVAL 10 SECONDS "
     "GROUP BY window(ts, '8 seconds'), k"},
    {"tumbling_update",
     "SELECT window.end AS e, k, count(v) AS c, max(v) AS t FROM STREAM events "
     "WATERMARK ts DELAY OF INTERVAL 10 SECONDS GROUP BY window(ts, '8 seconds'), k",
     "update",
     {},
     false,
     false},
    {"sliding",
     "SELECT window.start AS s, count(*) AS c, max(v) AS x, sum(v) FILTER (WHERE v > 50) AS f "
     "FROM STREAM events WATERMARK ts DELAY OF INTERVAL 10 SECONDS "
     "GROUP BY window(ts, '12 seconds', '5 seconds')"},
    {"sliding_by_key",
     "SELECT window.start AS s, k, count(*) AS c, sum(v) AS t FROM STREAM events "
     "WATERMARK ts DELAY OF INTERVAL 10 SECONDS GROUP BY window(ts, '12 seconds', '4 seconds'), k"},
    {"variable_size_state",
     "SELECT window.start AS s, max_by(k, v) AS b, sort_array(collect_list(v)) AS l, "
     "sort_array(collect_set(k)) AS t FROM STREAM events "
     "WATERMARK ts DELAY OF INTERVAL 10 SECONDS GROUP BY window(ts, '8 seconds')"},
    {"by_key_update",
     "SELECT k, count(*) AS c, sum(v) AS s, stddev_pop(v) AS d, max(ts) AS m FROM STREAM events "
     "GROUP BY k",
     "update",
     {},
     false,
     false},
    {"global_complete",
     "SELECT count(*) AS c, sum(v) AS s, max(k) AS m FROM STREAM events",
     "complete",
     {},
     false,
     false},
    {"global_update",
     "SELECT count(*) AS c, sum(v) AS s, max(k) AS m FROM STREAM events",
     "update",
     {},
     false,
     false},
    {"by_key_complete",
     "SELECT k, v % 7 AS g, count(*) AS c FROM STREAM events GROUP BY k, v % 7 "
     "ORDER BY c DESC, k, g LIMIT 9",
     "complete",
     {},
     false,
     false},
    {"rollup_complete",
     "SELECT k, v % 3 AS g, count(*) AS c, grouping_id() AS i FROM STREAM events "
     "GROUP BY ROLLUP(k, v % 3)",
     "complete",
     {},
     false,
     false},
    {"rollup_update",
     "SELECT k, v % 3 AS g, sum(v) AS c FROM STREAM events GROUP BY ROLLUP(k, v % 3)",
     "update",
     {},
     false,
     false},
    {"count_distinct_windows",
     "SELECT window.start AS s, approx_count_distinct(k) AS c FROM STREAM events "
     "WATERMARK ts DELAY OF INTERVAL 10 SECONDS GROUP BY window(ts, '8 seconds')"},
    {"distinct",
     "SELECT DISTINCT k, ts FROM STREAM events WATERMARK ts DELAY OF INTERVAL 10 SECONDS"},
    {"deduplicate", "SELECT k, v, ts FROM STREAM events", "append", {"k", "v"}, false, false},
    {"deduplicate_watermark", "SELECT * FROM " EVENTS, "append", {"k", "ts"}, false, false},
    {"deduplicate_within_watermark", "SELECT * FROM " EVENTS, "append", {"k"}, true, false},
    {"limit", "SELECT k, v FROM STREAM events LIMIT 17", "append", {}, false, false},
    {"session",
     "SELECT w.start AS s, w.end AS e, k, c, t FROM (SELECT session_window(ts, '3 seconds') AS w, "
     "k, count(*) AS c, sum(v) AS t FROM STREAM events WATERMARK ts DELAY OF INTERVAL 10 SECONDS "
     "GROUP BY 1, 2)"},
    {"session_gaps",
     "SELECT w.start AS s, w.end AS e, k, c, avg FROM (SELECT session_window(ts, "
     "CASE WHEN v % 3 = 0 THEN '6 seconds' WHEN v % 7 <> 0 THEN '2 seconds' END) AS w, k, "
     "count(*) AS c, avg(v) AS avg FROM STREAM events WATERMARK ts DELAY OF INTERVAL 10 SECONDS "
     "GROUP BY k, 1)"},
    {"inner_join", JOIN(BOTH_SIDES, "")},
    {"inner_join_no_time",
     "SELECT l.k, l.v, r.v AS rv FROM STREAM events l JOIN STREAM others r "
     "ON l.k = r.k AND l.v = r.v"},
    {"left_join", JOIN(BOTH_SIDES, "LEFT")},
    {"right_join", JOIN(BOTH_SIDES, "RIGHT")},
    {"full_join", JOIN(BOTH_SIDES, "FULL")},
    {"semi_join", JOIN("l.k, l.ts, l.v", "LEFT SEMI")},
    {"window_join",
     "SELECT l.w.start AS s, l.k, l.v, r.v AS rv FROM (SELECT window(ts, '8 seconds') AS w, k, v "
     "FROM " EVENTS ") l LEFT JOIN (SELECT window(ts, '8 seconds') AS w, k, v FROM " OTHERS
     ") r ON l.w = r.w AND l.k = r.k AND l.v + 10 < r.v"},
    {"window_of_window",
     "SELECT window(w, '24 seconds').start AS s, sum(c) AS c, count(*) AS n FROM (SELECT "
     "window(ts, '8 seconds') AS w, k, count(*) AS c FROM STREAM events "
     "WATERMARK ts DELAY OF INTERVAL 10 SECONDS GROUP BY window(ts, '8 seconds'), k) "
     "GROUP BY window(w, '24 seconds')"},
    {"aggregate_of_join",
     "SELECT window(l.ts, '8 seconds').start AS s, count(*) AS c, sum(r.v) AS t FROM " EVENTS
     " l JOIN " OTHERS " r " JOINED_ON " GROUP BY window(l.ts, '8 seconds')"},
    {"aggregate_of_distinct",
     "SELECT window.start AS s, count(*) AS c FROM (SELECT DISTINCT k, ts FROM STREAM events "
     "WATERMARK ts DELAY OF INTERVAL 10 SECONDS) GROUP BY window(ts, '8 seconds')"},
    {"aggregate_of_first_rows",
     "SELECT * FROM " EVENTS,
     "append",
     {"k"},
     true,
     false,
     nullptr,
     "SELECT window.start AS s, count(*) AS c, sum(v) AS t FROM STREAM below "
     "GROUP BY window(ts, '8 seconds')"},
    {"join_of_aggregates",
     "SELECT l.w.start AS s, l.c, r.c AS d FROM (SELECT window(ts, '8 seconds') AS w, count(*) AS "
     "c FROM " EVENTS " GROUP BY 1) l JOIN (SELECT window(ts, '8 seconds') AS w, count(*) AS c "
     "FROM " OTHERS " GROUP BY 1) r ON l.w = r.w"},
    {"join_of_joins",
     JOIN("l.k, l.ts, l.v, r.v AS rv, m.v AS mv",
          "") " JOIN " EVENTS
              " m ON l.k = m.k AND m.ts >= l.ts AND m.ts <= l.ts + INTERVAL 3 SECONDS "
              "AND m.v < l.v"},
    {"groups_with_timeout",
     COMMANDS("'count', 'count', 'get', 'at', 'at', 'at', 'remove', 'set', 'watermark', 'count'"),
     "update",
     {},
     false,
     false,
     R"({"function": "obey_group", "keys": ["k"], "timeout": "EventTimeTimeout"})"},
    {"groups_append",
     COMMANDS("'count', 'count', 'get', 'count', 'get', 'count', 'remove', 'set', 'get', 'count'"),
     "append",
     {},
     false,
     false,
     R"({"function": "obey_group", "keys": ["k"], "output_mode": "append"})"},
    {"variables_and_timers",
     COMMANDS("'count', 'append', 'map_set', 'timer', 'timer', 'untimer', 'list', 'map', "
              "'list_times', 'clear'"),
     "update",
     {},
     false,
     false,
     R"({"function": "obey", "keys": ["k"], "time_mode": "EventTime"})"},
    {"variables",
     COMMANDS("'append_two', 'map_set', 'map_remove', 'count', 'get', 'batch', 'list', 'map', "
              "'put', 'clear_map'"),
     "append",
     {},
     false,
     false,
     R"({"function": "obey", "keys": ["k"], "output_mode": "append"})"},
    {"groups_with_duration",
     COMMANDS_WITH("'count', 'count', 'get', 'duration', 'duration', 'duration', 'remove', 'set', "
                   "'get', 'count'",
                   SOME_STEPS),
     "update",
     {},
     false,
     false,
     R"({"function": "obey_group", "keys": ["k"], "timeout": "ProcessingTimeTimeout"})",
     nullptr,
     kMinute},
    {"variables_that_expire",
     COMMANDS_WITH("'count', 'append', 'map_set', 'get', 'list', 'map', 'set', 'append_two', "
                   "'map_set', 'map_has'",
                   "CAST(v % 3 AS BIGINT)"),
     "update",
     {},
     false,
     false,
     R"({"function": "obey", "keys": ["k"], "time_mode": "ProcessingTime",
         "options": {"ttl_ms": 210000}})",
     nullptr,
     kMinute},
    {"timers_of_the_clock",
     COMMANDS_WITH("'count', 'timer_in', 'get', 'timer_in', 'append', 'list', 'timer_in', 'count', "
                   "'get', 'clear'",
                   SOME_STEPS),
     "update",
     {},
     false,
     false,
     R"({"function": "obey", "keys": ["k"], "time_mode": "ProcessingTime",
         "options": {"hide_times": true, "again_ms": 61001}})",
     nullptr,
     kMinute},
    {"initial_state",
     COMMANDS("'count', 'get', 'map_set', 'timer', 'timer', 'get', 'list', 'append', 'get', "
              "'clear'"),
     "update",
     {},
     false,
     false,
     R"json({"function": "obey", "keys": ["k"], "time_mode": "EventTime", "initial": {"keys": ["k"],
         "query": "SELECT * FROM VALUES ('a', 5L), ('b', 7L), ('never', 9L) AS t(k, n)"}})json"},
    {"count_at_timer",
     "SELECT k, ts AS t FROM " EVENTS,
     "append",
     {},
     false,
     true,
     R"({"function": "count_at_timer", "keys": ["k"], "time_mode": "EventTime",
         "output_mode": "append"})"},
};

}  // namespace

std::span<const Shape> AllShapes() { return kShapes; }

}  // namespace thalweg::tests
