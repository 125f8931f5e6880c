// A stream gives the rows of the same query run as a batch, however the data is cut into files and
// micro-batches, however often the query is stopped and started again, and with any number of
// workers. Seeds are printed; THALWEG_SEED=n runs one.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>

#include <arrow/api.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scenario_callbacks.h"
#include "thalweg/session/session.h"
#include "thalweg/sql/parser.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::tests {
namespace {

constexpr int kSeeds = 12;
constexpr int64_t kDelaySeconds = 30;

struct Query {
  const char* name;
  const char* stream;
  const char* batch;  // {wm}: the final watermark
};

constexpr Query kQueries[] = {
    {"projection", "SELECT ts, k, v * 2 AS d FROM STREAM events WHERE v % 5 <> 0",
     "SELECT ts, k, v * 2 AS d FROM events WHERE v % 5 <> 0"},
    {"tumbling",
     "SELECT window.start AS s, k, count(*) AS c, sum(v) AS t, min(name) AS m, avg(v) AS a "
     "FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS "
     "GROUP BY window(ts, '20 seconds'), k",
     "SELECT window.start AS s, k, count(*) AS c, sum(v) AS t, min(name) AS m, avg(v) AS a "
     "FROM events GROUP BY window(ts, '20 seconds'), k HAVING window.end <= TIMESTAMP'{wm}'"},
    {"sliding",
     "SELECT window.start AS s, count(*) AS c, max(v) AS x, sum(v) FILTER (WHERE v > 500) AS f "
     "FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS "
     "GROUP BY window(ts, '45 seconds', '20 seconds')",
     "SELECT window.start AS s, count(*) AS c, max(v) AS x, sum(v) FILTER (WHERE v > 500) AS f "
     "FROM events GROUP BY window(ts, '45 seconds', '20 seconds') "
     "HAVING window.end <= TIMESTAMP'{wm}'"},
    {"many_windows",
     "SELECT w.start AS s, size(l) AS n, t FROM (SELECT window(ts, '60 seconds', '1 second') AS w, "
     "collect_list(v) AS l, sum(v) AS t "
     "FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS GROUP BY 1)",
     "SELECT w.start AS s, size(collect_list(v)) AS n, sum(v) AS t "
     "FROM (SELECT window(ts, '60 seconds', '1 second') AS w, v FROM events) "
     "GROUP BY w HAVING w.end <= TIMESTAMP'{wm}'"},
    {"session",
     "SELECT w.start AS s, w.end AS e, k, c, t, m, l FROM (SELECT session_window(ts, '7 seconds') "
     "AS w, k, count(*) AS c, sum(v) AS t, min(name) AS m, size(collect_list(v)) AS l "
     "FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS GROUP BY 1, 2)",
     "SELECT session_window.start AS s, session_window.end AS e, k, count(*) AS c, sum(v) AS t, "
     "min(name) AS m, size(collect_list(v)) AS l FROM events "
     "GROUP BY session_window(ts, '7 seconds'), k "
     "HAVING max(ts) + INTERVAL 7 SECONDS <= TIMESTAMP'{wm}'"},
    {"session_gaps",
     "SELECT w.start AS s, w.end AS e, k, c, avg FROM (SELECT session_window(ts, "
     "CASE WHEN v % 3 = 0 THEN '25 seconds' WHEN v % 7 <> 0 THEN '4 seconds' END) AS w, k, "
     "count(*) AS c, avg(v) AS avg FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS "
     "GROUP BY k, 1)",
     "SELECT w.start AS s, w.end AS e, k, count(*) AS c, avg(v) AS avg FROM (SELECT "
     "session_window(ts, CASE WHEN v % 3 = 0 THEN '25 seconds' WHEN v % 7 <> 0 THEN '4 seconds' "
     "END) AS w, k, v FROM events) GROUP BY k, w HAVING max(w.end) <= TIMESTAMP'{wm}'"},
    {"distinct",
     "SELECT DISTINCT k, ts FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS",
     "SELECT DISTINCT k, ts FROM events WHERE ts <= TIMESTAMP'{wm}'"},
    {"interval_join",
     "SELECT l.k, l.ts, l.v, r.ts AS rts, r.v AS rv "
     "FROM (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS) l "
     "JOIN (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS) r "
     "ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 10 SECONDS AND l.v < r.v",
     "SELECT l.k, l.ts, l.v, r.ts AS rts, r.v AS rv FROM events l JOIN events r "
     "ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 10 SECONDS AND l.v < r.v"},
    {"interval_left_join",
     "SELECT l.k, l.ts, l.v, l.name, r.v AS rv, r.name AS rname "
     "FROM (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS) l "
     "LEFT JOIN (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS) r "
     "ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 10 SECONDS AND l.v < r.v",
     "SELECT l.k, l.ts, l.v, l.name, r.v AS rv, r.name AS rname FROM events l LEFT JOIN events r "
     "ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 10 SECONDS AND l.v < r.v "
     "WHERE r.v IS NOT NULL OR l.ts < TIMESTAMP'{wm}' - INTERVAL 10 SECONDS"},
    {"interval_full_join",
     "SELECT l.k, l.ts, l.v, r.k AS rk, r.ts AS rts, r.v AS rv "
     "FROM (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS) l "
     "FULL JOIN (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS) r "
     "ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 10 SECONDS AND l.v < r.v",
     "SELECT l.k, l.ts, l.v, r.k AS rk, r.ts AS rts, r.v AS rv FROM events l FULL JOIN events r "
     "ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 10 SECONDS AND l.v < r.v "
     "WHERE (l.v IS NOT NULL AND r.v IS NOT NULL) "
     "OR (r.v IS NULL AND l.ts < TIMESTAMP'{wm}' - INTERVAL 10 SECONDS) "
     "OR (l.v IS NULL AND r.ts <= TIMESTAMP'{wm}')"},
    {"interval_semi_join",
     "SELECT l.k, l.ts, l.v "
     "FROM (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS) l "
     "LEFT SEMI JOIN (SELECT * FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS) r "
     "ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 10 SECONDS AND l.v < r.v",
     "SELECT l.k, l.ts, l.v FROM events l LEFT SEMI JOIN events r "
     "ON l.k = r.k AND r.ts > l.ts AND r.ts <= l.ts + INTERVAL 10 SECONDS AND l.v < r.v"},
    {"window_join",
     "SELECT l.w.start AS s, l.k, l.v, r.v AS rv FROM (SELECT window(ts, '20 seconds') AS w, k, v "
     "FROM STREAM events WATERMARK ts DELAY OF INTERVAL 30 SECONDS) l LEFT JOIN "
     "(SELECT window(ts, '20 seconds') AS w, k, v FROM STREAM events WATERMARK ts DELAY OF "
     "INTERVAL 30 SECONDS) r ON l.w = r.w AND l.k = r.k AND l.v + 100 < r.v",
     "SELECT l.w.start AS s, l.k, l.v, r.v AS rv FROM (SELECT window(ts, '20 seconds') AS w, k, v "
     "FROM events) l LEFT JOIN (SELECT window(ts, '20 seconds') AS w, k, v FROM events) r "
     "ON l.w = r.w AND l.k = r.k AND l.v + 100 < r.v "
     "WHERE r.v IS NOT NULL OR l.w.end <= TIMESTAMP'{wm}'"},
    {"timers", "SELECT t AS e, k, n FROM counted",
     "SELECT window.end AS e, k, count(*) AS n FROM events GROUP BY window(ts, '10 seconds'), k "
     "HAVING window.end <= TIMESTAMP'{wm}'"},
    {"join", "SELECT e.ts, e.v, d.label FROM STREAM events e LEFT JOIN labels d ON e.k = d.k",
     "SELECT e.ts, e.v, d.label FROM events e LEFT JOIN labels d ON e.k = d.k"},
};

class Run {
 public:
  explicit Run(uint64_t seed) : random_(seed), files_(MakeFiles()), uses_disk_(Draw(2) == 0) {}

  int Draw(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }

  /// All rows in event-time order but for jitter below the watermark's delay, cut into files.
  std::vector<std::string> MakeFiles() {
    std::vector<std::string> files(1);
    int64_t second = 1'700'000'000;
    const int num_rows = 200 + Draw(600);
    for (int i = 0; i < num_rows; ++i) {
      second += Draw(4);
      latest_ = std::max(latest_, second);
      const int64_t ts = second - Draw(static_cast<int>(kDelaySeconds));
      const std::string key = Draw(12) == 0 ? "null" : fmt::format("\"key {}\"", Draw(15));
      files.back() +=
          fmt::format(R"({{"ts":"{}","k":{},"v":{},"name":"{}"}})", Text(ts), key, Draw(1000),
                      std::string(1 + Draw(9), static_cast<char>('a' + Draw(20))));
      files.back() += "\n";
      // The row with the greatest time itself must be there: it decides the last watermark.
      if (Draw(40) == 0) files.emplace_back();
    }
    files.back() += fmt::format(R"({{"ts":"{}","k":"key 1","v":1,"name":"z"}})", Text(latest_));
    files.back() += "\n";
    std::erase(files, "");
    return files;
  }

  static std::string Text(int64_t seconds) {
    const std::time_t time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&time, &parts);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  }

  std::string final_watermark() const { return Text(latest_ - kDelaySeconds); }
  const std::vector<std::string>& files() const { return files_; }
  /// Whether state goes to disk when it exceeds a budget of memory, which each start chooses.
  bool uses_disk() const { return uses_disk_; }

 private:
  std::mt19937_64 random_;
  int64_t latest_ = 0;
  std::vector<std::string> files_;
  bool uses_disk_;
};

class StreamEqualsBatch {
 public:
  StreamEqualsBatch(const Query& query, uint64_t seed) : query_(query), run_(seed) {
    std::ofstream labels(directory_.Child("labels.json"));
    for (int i = 0; i < 10; ++i)
      labels << fmt::format(R"({{"k":"key {}","label":{}}})", i, i) << "\n";
  }

  void Play() {
    MakeDirectory(directory_.Child("in"));
    size_t written = 0;
    while (written < run_.files().size()) {
      const size_t upto =
          std::min(run_.files().size(), written + 1 + static_cast<size_t>(run_.Draw(6)));
      for (; written < upto; ++written) AddFile(written);
      ASSERT_NO_FATAL_FAILURE(RunToEnd());
    }
    std::string batch = query_.batch;
    for (size_t at = batch.find("{wm}"); at != std::string::npos; at = batch.find("{wm}")) {
      batch.replace(at, 4, run_.final_watermark());
    }
    EXPECT_EQ(Rows(fmt::format("SELECT * FROM parquet.`{}`", directory_.Child("out"))),
              Rows(batch));
  }

 private:
  void MakeDirectory(const std::string& path) {
    ASSERT_TRUE(MakeLocalFileSystem()->CreateDirectories(path).ok());
  }

  void AddFile(size_t number) {
    const std::string path = directory_.Child(fmt::format("in/{:05}.json", number));
    std::ofstream(path) << run_.files()[number];
    ASSERT_TRUE(
        MakeLocalFileSystem()
            ->SetModificationTime(path, 1'700'000'000'000 + static_cast<int64_t>(number) * 1000)
            .ok());
  }

  std::shared_ptr<session::Session> MakeSession() {
    session::SessionOptions options;
    options.settings["thalweg.execution.workers"] = std::to_string(1 + run_.Draw(4));
    options.settings["thalweg.execution.batchRows"] = std::to_string(1 + run_.Draw(100));
    if (run_.uses_disk()) {
      options.settings["spark.sql.streaming.stateStore.providerClass"] =
          "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider";
      const char* budgets[] = {"1", "8k", "64k", "16m"};
      options.settings["thalweg.streaming.stateStore.maxMemory"] = budgets[run_.Draw(4)];
    }
    auto session = session::Session::Make(std::move(options)).ValueOrDie();
    for (const std::string& view :
         {fmt::format("CREATE TEMPORARY VIEW events (ts TIMESTAMP, k STRING, v INT, name STRING) "
                      "USING json OPTIONS (path '{}', maxFilesPerTrigger '{}')",
                      directory_.Child("in"), 1 + run_.Draw(3)),
          fmt::format("CREATE TEMPORARY VIEW labels (k STRING, label INT) USING json "
                      "OPTIONS (path '{}')",
                      directory_.Child("labels.json"))}) {
      const auto made = session->ExecuteSql(view);
      EXPECT_TRUE(made.ok()) << RenderError(made.status());
    }
    const Status made = MakeCounted(session.get());
    EXPECT_TRUE(made.ok()) << RenderError(made);
    return session;
  }

  /// Counts for ten seconds and a key that a program's processor tells by its timers.
  static Status MakeCounted(session::Session* session) {
    const sql::ParserOptions options{session->settings().Get("spark.sql.session.timeZone"), {}};
    ARROW_ASSIGN_OR_RAISE(
        auto statement,
        sql::ParseStatement("SELECT k, ts AS t FROM STREAM events WATERMARK ts DELAY OF INTERVAL "
                            "30 SECONDS",
                            options));
    const nlohmann::json callback = {{"function", "count_at_timer"},
                                     {"keys", {"k"}},
                                     {"output_mode", "append"},
                                     {"time_mode", "eventTime"}};
    ARROW_ASSIGN_OR_RAISE(auto relation, ApplyCallback(statement.query, callback, options));
    return session->catalog().CreateView({.name = "counted", .relation = relation, .plan = nullptr},
                                         /*replace=*/true);
  }

  void RunToEnd() {
    auto session = MakeSession();
    auto outcome = session->ExecuteSql(fmt::format(
        "CREATE STREAMING TABLE out USING parquet LOCATION '{}' OPTIONS (trigger 'availableNow', "
        "checkpointLocation '{}') AS {}",
        directory_.Child("out"), directory_.Child("checkpoint"), query_.stream));
    ASSERT_TRUE(outcome.ok()) << RenderError(outcome.status());
    const Status ended = outcome->stream->AwaitTermination();
    ASSERT_TRUE(ended.ok()) << RenderError(ended);
  }

  std::vector<std::string> Rows(const std::string& sql) {
    auto session = MakeSession();
    auto outcome = session->ExecuteSql(sql);
    EXPECT_TRUE(outcome.ok()) << RenderError(outcome.status());
    std::vector<std::string> lines;
    if (!outcome.ok()) return lines;
    const auto to_text = session->CellFormatter();
    for (const Batch& batch : outcome->rows.batches) {
      std::vector<std::string> rows(static_cast<size_t>(batch.num_rows));
      for (const ArrayPtr& column : batch.columns) {
        const ArrayPtr cells = to_text(column).ValueOrDie();
        for (int64_t row = 0; row < batch.num_rows; ++row) {
          rows[row] += cells->IsNull(row)
                           ? "NULL\t"
                           : static_cast<const arrow::StringArray&>(*cells).GetString(row) + "\t";
        }
      }
      lines.insert(lines.end(), rows.begin(), rows.end());
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  const Query& query_;
  Run run_;
  testing::TemporaryDirectory directory_;
};

TEST(StreamEqualsBatchTest, RandomCutsRestartsAndWorkers) {
  const char* only = std::getenv("THALWEG_SEED");
  for (const Query& query : kQueries) {
    for (int i = 0; i < kSeeds; ++i) {
      const uint64_t seed = only != nullptr ? std::strtoull(only, nullptr, 10) : 7000 + i;
      SCOPED_TRACE(fmt::format("query {}, THALWEG_SEED={}", query.name, seed));
      StreamEqualsBatch(query, seed).Play();
      if (::testing::Test::HasFailure() || only != nullptr) return;
    }
  }
}

}  // namespace
}  // namespace thalweg::tests

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
