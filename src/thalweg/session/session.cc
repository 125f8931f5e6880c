#include "thalweg/session/session.h"

#include <algorithm>
#include <thread>

#include <arrow/api.h>
#include <arrow/compute/initialize.h>

#include "thalweg/base/execution_progress.h"
#include "thalweg/connectors/builtin_providers.h"
#include "thalweg/data/pretty_text.h"
#include "thalweg/expr/cast/shown_text.h"
#include "thalweg/expr/expression.h"
#include "thalweg/stream/state_reader/state_providers.h"
#include "thalweg/plan/analyzer/constant_name.h"
#include "thalweg/plan/analyzer/legality.h"
#include "thalweg/plan/analyzer/sql_function_call.h"
#include "thalweg/plan/optimizer/cartesian_products.h"
#include "thalweg/plan/optimizer/optimizer.h"
#include "thalweg/plan/optimizer/plan_size.h"
#include "thalweg/session/commands/commands.h"
#include "thalweg/session/persisted_frame.h"
#include "thalweg/session/persisted_rows.h"
#include "thalweg/sql/parser.h"

namespace thalweg::session {

namespace {

/// Whether the rows lie in the plan, and are at most chosen and computed with, one by one.
bool StandsInPlan(const plan::Node& node) {
  switch (node.kind) {
    case plan::NodeKind::kLocal:
      return true;
    case plan::NodeKind::kProject:
    case plan::NodeKind::kFilter:
    case plan::NodeKind::kLimit:
      return StandsInPlan(*node.children[0]);
    default:
      return false;
  }
}

}  // namespace

int64_t RowSet::num_rows() const {
  int64_t total = 0;
  for (const Batch& batch : batches) total += batch.num_selected();
  return total;
}

Session::Session(SessionOptions options)
    : owned_file_system_(options.file_system ? nullptr : MakeLocalFileSystem()),
      owned_clock_(options.clock ? nullptr : MakeSystemClock()),
      file_system_(options.file_system ? options.file_system : owned_file_system_.get()),
      clock_(options.clock ? options.clock : owned_clock_.get()),
      scheduler_(options.scheduler
                     ? options.scheduler
                     : std::make_shared<exec::WorkerScheduler>(
                           static_cast<int>(std::thread::hardware_concurrency()), clock_)),
      cancels_batches_(options.cancels_batches),
      functions_(functions::FunctionRegistry::MakeBuiltin()),
      memory_tables_(std::make_shared<connectors::MemoryTableRegistry>()),
      providers_(std::make_unique<io::ProviderRegistry>()),
      catalog_(std::make_unique<plan::Catalog>()),
      persisted_(std::make_unique<PersistedRows>(this)),
      queries_(std::make_unique<stream::QueryManager>(options.active_queries)) {
  connectors::RegisterBuiltinProviders(providers_.get(), {memory_tables_, options.console});
  providers_->Add(stream::MakeStateStoreProvider(functions_));
  providers_->Add(stream::MakeStateMetadataProvider(functions_));
}

Result<std::shared_ptr<Session>> Session::Make(SessionOptions options) {
  ARROW_RETURN_NOT_OK(arrow::compute::Initialize());
  const auto settings = options.settings;
  std::shared_ptr<Session> session(new Session(std::move(options)));
  for (const auto& [key, value] : settings) {
    ARROW_RETURN_NOT_OK(session->settings_.Set(key, value));
  }
  return session;
}

Session::~Session() = default;

Settings Session::SettingsSnapshot() const {
  const std::lock_guard lock(settings_mutex_);
  return settings_;
}

Status Session::ChangeSettings(const std::function<Status(Settings*)>& change) {
  const std::lock_guard lock(settings_mutex_);
  return change(&settings_);
}

Status Session::CopyFrom(const Session& other) {
  ARROW_RETURN_NOT_OK(ChangeSettings([&](Settings* settings) {
    *settings = other.SettingsSnapshot();
    return Status::OK();
  }));
  for (const auto& view : other.catalog_->Views()) {
    plan::ViewEntry copy = *view;
    // What is kept belongs to the other session.
    if (copy.plan != nullptr) copy.plan = WithoutPersisted(copy.plan);
    ARROW_RETURN_NOT_OK(catalog_->CreateView(std::move(copy), /*replace=*/true));
  }
  catalog_->Share(other.catalog_->shared_pointer());
  ARROW_RETURN_NOT_OK(catalog_->UseDatabase(other.catalog_->current_database()));
  catalog_->CopyFunctions(*other.catalog_);
  return Status::OK();
}

plan::AnalyzerContext Session::MakeAnalyzerContext(const Settings* settings) const {
  return {.catalog = catalog_.get(),
          .functions = functions_,
          .providers = providers_.get(),
          .settings = settings,
          .file_system = file_system_,
          .clock = clock_};
}

int Session::num_workers() const {
  const int64_t configured = SettingsSnapshot().GetInteger("thalweg.execution.workers");
  if (configured > 0) return static_cast<int>(configured);
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

exec::PlanOptions Session::MakePlanOptions() const {
  exec::PlanOptions options;
  options.num_workers = num_workers();
  const Settings settings = SettingsSnapshot();
  options.scheduler = scheduler_;
  options.batch_rows = std::max<int64_t>(1, settings.GetInteger("thalweg.execution.batchRows"));
  options.num_key_groups =
      std::max<int>(1, static_cast<int>(settings.GetInteger("spark.sql.shuffle.partitions")));
  options.file_system = file_system_;
  return options;
}

expr::EvalContext Session::MakeEvalContext() const {
  expr::EvalContext context;
  context.current_timestamp_micros = clock_->NowMillis() * 1000;
  context.session_time_zone = SettingsSnapshot().Get("spark.sql.session.timeZone");
  context.random_seed = static_cast<uint64_t>(clock_->MonotonicMicros());
  return context;
}

exec::EpochContext Session::MakeBatchContext() const {
  exec::EpochContext context;
  context.batch_timestamp_millis = clock_->NowMillis();
  context.output_mode = io::OutputMode::kComplete;
  context.eval = MakeEvalContext();
  context.cancelled = cancels_batches_;
  return context;
}

Result<plan::NodePtr> Session::Analyze(const plan::spec::RelationPtr& relation) {
  return Analyze(relation, nullptr);
}

Result<plan::NodePtr> Session::Analyze(const plan::spec::RelationPtr& relation,
                                       plan::UsedObjects* used) {
  const Settings settings = SettingsSnapshot();
  const std::unique_ptr<plan::RowCache> row_cache = persisted_->Look();
  plan::AnalyzerContext context = MakeAnalyzerContext(&settings);
  context.row_cache = row_cache.get();
  ARROW_ASSIGN_OR_RAISE(auto analyzer, plan::Analyzer::Make(std::move(context)));
  return analyzer.Analyze(relation, used);
}

Result<plan::SqlFunction> Session::CheckFunction(plan::SqlFunction function) {
  const Settings settings = SettingsSnapshot();
  ARROW_ASSIGN_OR_RAISE(auto analyzer, plan::Analyzer::Make(MakeAnalyzerContext(&settings)));
  return analyzer.CheckFunction(std::move(function));
}

plan::SqlFunctionPtr Session::FindSqlFunction(const std::vector<std::string>& name) const {
  return plan::FindSqlFunction(MakeAnalyzerContext(nullptr), name);
}

bool Session::IsBuiltinFunction(const std::string& name) const {
  return plan::IsBuiltinFunction(MakeAnalyzerContext(nullptr), name);
}

Result<plan::NodePtr> Session::Optimize(const plan::NodePtr& plan) const {
  const Settings settings = SettingsSnapshot();
  plan::NodePtr optimized = plan::Optimize(plan, settings.Get("spark.sql.session.timeZone"));
  if (!settings.GetBoolean("spark.sql.crossJoin.enabled")) {
    ARROW_RETURN_NOT_OK(plan::CheckCartesianProducts(*optimized));
  }
  return optimized;
}

Result<SchemaPtr> Session::SchemaOf(const plan::spec::RelationPtr& relation) {
  ARROW_ASSIGN_OR_RAISE(auto plan, Analyze(relation));
  return plan::OutputSchema(*plan);
}

Result<bool> Session::IsStreaming(const plan::spec::RelationPtr& relation) {
  ARROW_ASSIGN_OR_RAISE(auto plan, Analyze(relation));
  return plan->is_streaming();
}

Status Session::RunBatchPlan(const plan::NodePtr& analyzed,
                             const std::function<Status(const Batch&)>& consume,
                             const BatchRun& run) {
  ARROW_RETURN_NOT_OK(plan::CheckBatch(analyzed));
  ARROW_ASSIGN_OR_RAISE(const plan::NodePtr optimized, Optimize(analyzed));
  exec::PlanOptions options = MakePlanOptions();
  options.output_mode = io::OutputMode::kComplete;
  if (plan::IsSmall(*optimized)) options.num_workers = 1;
  exec::EpochContext context = MakeBatchContext();
  if (run.cancelled != nullptr) context.cancelled = run.cancelled;
  // What stands in the plan already is no work that anybody waits for.
  const ProgressScope progress(StandsInPlan(*optimized) ? nullptr : CurrentProgress());
  ARROW_ASSIGN_OR_RAISE(const auto observed,
                        exec::RunBatchQuery(optimized, options, context, consume));
  ReportObserved(observed);
  if (run.observer) std::for_each(observed.begin(), observed.end(), run.observer);
  return Status::OK();
}

void Session::AddObserver(const std::string& name, Observer observer) {
  const std::lock_guard lock(observers_mutex_);
  observers_[name] = std::move(observer);
}

void Session::ReportObserved(const std::vector<exec::ObservedMetrics>& observed) {
  for (const exec::ObservedMetrics& metrics : observed) {
    Observer observer;
    {
      const std::lock_guard lock(observers_mutex_);
      const auto found = observers_.find(metrics.name);
      if (found == observers_.end()) continue;
      observer = std::move(found->second);
      observers_.erase(found);
    }
    observer(metrics);
  }
}

Status Session::RunBatch(const plan::spec::RelationPtr& relation,
                         const std::function<Status(const Batch&)>& consume) {
  ARROW_ASSIGN_OR_RAISE(auto plan, Analyze(relation));
  return RunBatchPlan(plan, consume);
}

Result<RowSet> Session::CollectPlan(const plan::NodePtr& analyzed) {
  RowSet rows;
  rows.schema = plan::OutputSchema(*analyzed);
  ARROW_RETURN_NOT_OK(RunBatchPlan(analyzed, [&](const Batch& batch) {
    rows.batches.push_back(batch);
    return Status::OK();
  }));
  return rows;
}

Result<RowSet> Session::Collect(const plan::spec::RelationPtr& relation) {
  ARROW_ASSIGN_OR_RAISE(auto plan, Analyze(relation));
  return CollectPlan(plan);
}

Result<std::string> Session::Explain(const plan::spec::RelationPtr& relation, bool extended) {
  ARROW_ASSIGN_OR_RAISE(auto analyzed, Analyze(relation));
  ARROW_ASSIGN_OR_RAISE(const plan::NodePtr optimized, Optimize(analyzed));
  exec::PlanOptions options = MakePlanOptions();
  if (!analyzed->is_streaming()) options.output_mode = io::OutputMode::kComplete;
  std::string text;
  if (extended) {
    text += "== Parsed Logical Plan ==\n" + plan::spec::ToString(*relation) + "\n";
    text += "== Analyzed Logical Plan ==\n" + plan::ToString(*analyzed) + "\n";
    text += "== Optimized Logical Plan ==\n" + plan::ToString(*optimized) + "\n";
  }
  ARROW_ASSIGN_OR_RAISE(auto physical, exec::MakeQueryPlan(optimized, options));
  return text + "== Physical Plan ==\n" + physical->ToString();
}

sql::ParserOptions Session::MakeParserOptions() {
  sql::ParserOptions options;
  options.session_time_zone = SettingsSnapshot().Get("spark.sql.session.timeZone");
  options.now_micros = clock_->NowMillis() * 1000;
  options.evaluate_name = [this](const plan::spec::Expression& expression) {
    const Settings settings = SettingsSnapshot();
    return plan::EvaluateConstantName(MakeAnalyzerContext(&settings), expression);
  };
  return options;
}

Result<StatementOutcome> Session::ExecuteSql(std::string_view text) {
  ARROW_ASSIGN_OR_RAISE(auto statement, sql::ParseStatement(text, MakeParserOptions()));
  return Execute(statement);
}

Result<plan::spec::Statement> Session::ExpandImmediate(const plan::spec::Statement& statement) {
  return session::ExpandImmediate(this, statement);
}

Result<StatementOutcome> Session::Execute(const plan::spec::Statement& statement,
                                          const BatchRun& run) {
  Result<StatementOutcome> outcome = RunStatement(this, statement, run);
  // It may have dropped what rows are kept of.
  persisted_->Prune();
  return outcome;
}

std::function<Result<ArrayPtr>(const ArrayPtr&)> Session::CellFormatter() const {
  return [context = MakeEvalContext()](const ArrayPtr& column) -> Result<ArrayPtr> {
    ARROW_ASSIGN_OR_RAISE(
        auto text, expr::CastDatum(arrow::Datum(column), arrow::utf8(), EvalMode::kAnsi, context));
    return text.make_array();
  };
}

Result<std::string> Session::ShowString(const RowSet& rows, int num_rows, int truncate,
                                        ShowLayout layout) const {
  const auto to_text = expr::ShownTextIn(MakeEvalContext());
  std::vector<std::string> names;
  std::vector<ArrayPtr> columns;
  // One row more than asked for tells ShowString that there are more.
  Batch shown;
  if (rows.batches.empty()) {
    ARROW_ASSIGN_OR_RAISE(shown, EmptyBatch(*rows.schema));
  } else {
    ARROW_ASSIGN_OR_RAISE(shown, ConcatenateBatches(rows.batches));
  }
  if (shown.num_rows > int64_t{num_rows} + 1) shown = SliceBatch(shown, 0, int64_t{num_rows} + 1);
  for (int i = 0; i < rows.schema->num_fields(); ++i) {
    names.push_back(rows.schema->field(i)->name());
    ARROW_ASSIGN_OR_RAISE(auto text, to_text(shown.columns[i]));
    columns.push_back(std::move(text));
  }
  return thalweg::ShowString(names, columns, shown.num_rows,
                             {.num_rows = num_rows, .truncate = truncate, .layout = layout});
}

}  // namespace thalweg::session
