#pragma once

// The composition root: configuration, catalog, functions, providers and queries of one user, and
// the way from text or spec to analysed plan, optimised plan and run.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/clock.h"
#include "thalweg/base/file_system.h"
#include "thalweg/base/settings.h"
#include "thalweg/connectors/memory/memory_table.h"
#include "thalweg/data/pretty_text.h"
#include "thalweg/exec/planner/query_plan.h"
#include "thalweg/exec/worker_scheduler.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/io/provider.h"
#include "thalweg/plan/analyzer/analyzer.h"
#include "thalweg/plan/catalog/catalog.h"
#include "thalweg/plan/spec/statement.h"
#include "thalweg/sql/parser.h"
#include "thalweg/stream/query_manager.h"

namespace thalweg::session {

class PersistedRows;  // persisted_rows.h

struct SessionOptions {
  /// Null: the machine's. Otherwise they must outlive the session.
  FileSystem* file_system = nullptr;
  Clock* clock = nullptr;
  /// Settings to start with; static ones may be given here only.
  std::map<std::string, std::string> settings;
  /// Where the console sink prints. Null: standard output.
  std::ostream* console = nullptr;
  /// Batch queries end early with Status::Cancelled once it is true. Null: they run to their end.
  const std::atomic<bool>* cancels_batches = nullptr;
  /// What the sessions of a process share: processors, and which checkpoints are in use. Null: the
  /// session has its own. The scheduler's clock outlives all of its sessions.
  std::shared_ptr<exec::WorkerScheduler> scheduler;
  std::shared_ptr<stream::ActiveQueries> active_queries;
};

/// How one batch query runs.
struct BatchRun {
  /// Ends the query early once it is true, besides what the session was made with.
  const std::atomic<bool>* cancelled = nullptr;
  /// Gets what every observe() of the query saw, once it has run.
  std::function<void(const exec::ObservedMetrics&)> observer;
};

/// Rows of a batch query or of a command.
struct RowSet {
  SchemaPtr schema;
  std::vector<Batch> batches;
  int64_t num_rows() const;
};

/// A batch write (DataFrameWriter).
struct BatchWrite {
  plan::spec::RelationPtr input;
  std::string format;
  io::Options options;
  std::string path;
  std::vector<std::string> partition_by;
  io::SaveMode save_mode = io::SaveMode::kErrorIfExists;
  /// As in io::WriteArguments.
  std::vector<std::pair<std::string, std::optional<std::string>>> static_partition = {};
  /// Each bucket becomes a file, or one in each directory that it has rows for.
  std::optional<plan::spec::BucketSpec> buckets = std::nullopt;
  BatchRun run = {};
};

/// A streaming write (DataStreamWriter).
struct StreamWrite {
  plan::spec::RelationPtr input;
  /// Sink format; ignored when `sink` is set.
  std::string format;
  /// checkpointLocation, path and what the sink takes; keys in any case.
  io::Options options;
  std::vector<std::string> partition_by;
  std::string query_name;
  std::string output_mode = "append";
  stream::Trigger trigger;
  /// A sink made by the caller (foreach, foreachBatch); else one is made by format.
  std::unique_ptr<io::StreamSink> sink;
  /// For error texts and temporary checkpoints: what kind of sink `sink` is.
  std::string sink_name;
};

/// What a statement did.
struct StatementOutcome {
  enum class Kind {
    kNothing,          // a command without rows
    kRows,             // rows
    kStreamingSelect,  // a SELECT over a stream: nothing ran; `query` is for the caller to start
    kStreamStarted,    // a streaming query runs; `stream`
  };
  Kind kind = Kind::kNothing;
  RowSet rows;
  plan::spec::RelationPtr query;
  std::shared_ptr<stream::StreamingQuery> stream;
};

/// One user's session. Thread-safe except for settings(), which is for sessions that one thread
/// uses: others take copies and change them by ChangeSettings().
class Session : public std::enable_shared_from_this<Session> {
 public:
  static Result<std::shared_ptr<Session>> Make(SessionOptions options = {});
  ~Session();

  Settings& settings() { return settings_; }
  /// The settings at this moment.
  Settings SettingsSnapshot() const;
  Status ChangeSettings(const std::function<Status(Settings*)>& change);
  /// Takes over the settings, views and functions of `other`, and shares its tables.
  Status CopyFrom(const Session& other);
  plan::Catalog& catalog() { return *catalog_; }
  io::ProviderRegistry& providers() { return *providers_; }
  const functions::FunctionRegistry& functions() const { return *functions_; }
  stream::QueryManager& queries() { return *queries_; }
  FileSystem* file_system() const { return file_system_; }
  Clock* clock() const { return clock_; }
  /// What is kept in memory: persist(), CACHE TABLE.
  PersistedRows& persisted() { return *persisted_; }

  /// Analysed plan, not optimised. Errors: whatever analysis finds.
  Result<plan::NodePtr> Analyze(const plan::spec::RelationPtr& relation);
  /// The same; adds to `used` what the relation uses besides tables.
  Result<plan::NodePtr> Analyze(const plan::spec::RelationPtr& relation, plan::UsedObjects* used);
  /// A function of CREATE FUNCTION as it is kept (plan/analyzer/sql_function_check.h).
  Result<plan::SqlFunction> CheckFunction(plan::SqlFunction function);
  /// The function in SQL that a call of `name` means; null if it means another one, or none.
  plan::SqlFunctionPtr FindSqlFunction(const std::vector<std::string>& name) const;
  /// Whether the engine itself has a function of this name.
  bool IsBuiltinFunction(const std::string& name) const;
  /// Analysed schema.
  Result<SchemaPtr> SchemaOf(const plan::spec::RelationPtr& relation);
  Result<bool> IsStreaming(const plan::spec::RelationPtr& relation);

  /// Runs a batch query; `consume` gets dense batches, one thread at a time, in order when sorted.
  Status RunBatch(const plan::spec::RelationPtr& relation,
                  const std::function<Status(const Batch&)>& consume);
  Result<RowSet> Collect(const plan::spec::RelationPtr& relation);
  Status Write(const BatchWrite& write);
  Result<std::shared_ptr<stream::StreamingQuery>> Start(StreamWrite write);

  /// `observer` gets what the observe() of that name sees in the next batch query that holds it,
  /// once, on the thread that runs the query.
  using Observer = std::function<void(const exec::ObservedMetrics&)>;
  void AddObserver(const std::string& name, Observer observer);

  /// The plans of a query as EXPLAIN prints them.
  Result<std::string> Explain(const plan::spec::RelationPtr& relation, bool extended);

  /// As the methods above, on an analysed plan.
  Status RunBatchPlan(const plan::NodePtr& analyzed,
                      const std::function<Status(const Batch&)>& consume, const BatchRun& run = {});
  Result<RowSet> CollectPlan(const plan::NodePtr& analyzed);
  /// Writes the rows of an analysed plan; `write.input` is not looked at.
  Status WritePlan(const plan::NodePtr& analyzed, const BatchWrite& write);
  Result<std::shared_ptr<stream::StreamingQuery>> StartPlan(const plan::NodePtr& analyzed,
                                                            StreamWrite write);

  /// How SQL text is parsed: with the time zone and the variables of this session, and with the
  /// present time. The session outlives what is parsed with it.
  sql::ParserOptions MakeParserOptions();

  /// The statement that an EXECUTE IMMEDIATE runs; it may be a query. Errors: those of its text, of
  /// its arguments and of INTO.
  Result<plan::spec::Statement> ExpandImmediate(const plan::spec::Statement& statement);

  /// Runs one parsed statement / one statement of text. `run` is for the rows that it writes.
  Result<StatementOutcome> Execute(const plan::spec::Statement& statement,
                                   const BatchRun& run = {});
  Result<StatementOutcome> ExecuteSql(std::string_view text);

  /// A cell formatter with this session's time zone (casts to string as Spark shows values).
  std::function<Result<ArrayPtr>(const ArrayPtr&)> CellFormatter() const;
  /// Rows of `batches` as Dataset.show prints them; `truncate` 0: whole cells.
  Result<std::string> ShowString(const RowSet& rows, int num_rows, int truncate,
                                 ShowLayout layout = ShowLayout::kTable) const;

 private:
  explicit Session(SessionOptions options);
  plan::AnalyzerContext MakeAnalyzerContext(const Settings* settings) const;
  Result<plan::NodePtr> Optimize(const plan::NodePtr& plan) const;
  void ReportObserved(const std::vector<exec::ObservedMetrics>& observed);
  int num_workers() const;
  exec::PlanOptions MakePlanOptions() const;
  exec::EpochContext MakeBatchContext() const;
  expr::EvalContext MakeEvalContext() const;
  io::WriteArguments MakeWriteArguments(const io::Options& options, const SchemaPtr& schema) const;

  std::unique_ptr<FileSystem> owned_file_system_;
  std::unique_ptr<Clock> owned_clock_;
  FileSystem* file_system_;
  Clock* clock_;
  std::shared_ptr<exec::WorkerScheduler> scheduler_;
  const std::atomic<bool>* cancels_batches_;
  mutable std::mutex settings_mutex_;
  Settings settings_;  // guarded by settings_mutex_, but for settings()
  std::shared_ptr<const functions::FunctionRegistry> functions_;
  std::shared_ptr<connectors::MemoryTableRegistry> memory_tables_;
  std::unique_ptr<io::ProviderRegistry> providers_;
  std::unique_ptr<plan::Catalog> catalog_;
  std::mutex observers_mutex_;
  std::map<std::string, Observer> observers_;  // guarded by observers_mutex_
  std::unique_ptr<PersistedRows> persisted_;
  // Last: queries end before what they use.
  std::unique_ptr<stream::QueryManager> queries_;
};

/// "append", "update", "complete" in any case.
/// Errors: STREAMING_OUTPUT_MODE.INVALID.
Result<io::OutputMode> ParseOutputMode(const std::string& text);

}  // namespace thalweg::session
