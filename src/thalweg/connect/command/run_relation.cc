#include <algorithm>

#include <arrow/api.h>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/literal.h"
#include "thalweg/connect/result/arrow_sender.h"

namespace thalweg::connect {
namespace {

/// The values that observe() saw, as the client wants them.
Status SendObserved(Execution* execution, const std::vector<exec::ObservedMetrics>& observed) {
  if (observed.empty()) return Status::OK();
  proto::ExecutePlanResponse response;
  for (const exec::ObservedMetrics& metrics : observed) {
    auto* message = response.add_observed_metrics();
    message->set_name(metrics.name);
    for (int i = 0; i < metrics.schema->num_fields(); ++i) {
      message->add_keys(metrics.schema->field(i)->name());
      ARROW_ASSIGN_OR_RAISE(const auto value, metrics.row.columns[i]->GetScalar(0));
      ARROW_RETURN_NOT_OK(ScalarToProto(*value, message->add_values()));
    }
  }
  return execution->Send(&response);
}

session::BatchRun MakeRun(Execution* execution, std::vector<exec::ObservedMetrics>* observed) {
  session::BatchRun run;
  run.cancelled = execution->operation()->cancel_flag();
  run.observer = [observed](const exec::ObservedMetrics& metrics) { observed->push_back(metrics); };
  return run;
}

Status SendRows(Execution* execution, const session::RowSet& rows) {
  ArrowSender sender(execution, rows.schema);
  for (const Batch& batch : rows.batches) ARROW_RETURN_NOT_OK(sender.SendRows(batch));
  return sender.Finish();
}

Status RunPlain(Execution* execution, const RelationPtr& relation) {
  session::Session& engine = execution->engine();
  ARROW_ASSIGN_OR_RAISE(const auto plan, engine.Analyze(relation));
  ArrowSender sender(execution, plan::OutputSchema(*plan));
  std::vector<exec::ObservedMetrics> observed;
  ARROW_RETURN_NOT_OK(engine.RunBatchPlan(
      plan, [&](const Batch& batch) { return sender.SendRows(batch); },
      MakeRun(execution, &observed)));
  ARROW_RETURN_NOT_OK(sender.Finish());
  return SendObserved(execution, observed);
}

/// The rows of `input`, at most `limit` of them when that is not negative.
Result<session::RowSet> CollectRows(Execution* execution, const proto::Relation& input,
                                    int64_t limit) {
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(RelationPtr relation, translator.Translate(input));
  if (limit >= 0) {
    RelationDraft limited = Derive(RelationKind::kLimit, std::move(relation));
    limited->condition = plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(
        static_cast<int32_t>(std::min<int64_t>(limit, INT32_MAX))));
    relation = std::move(limited);
  }
  session::Session& engine = execution->engine();
  ARROW_ASSIGN_OR_RAISE(const auto plan, engine.Analyze(relation));
  session::RowSet rows;
  rows.schema = plan::OutputSchema(*plan);
  std::vector<exec::ObservedMetrics> observed;
  ARROW_RETURN_NOT_OK(engine.RunBatchPlan(
      plan,
      [&](const Batch& batch) {
        rows.batches.push_back(batch);
        return Status::OK();
      },
      MakeRun(execution, &observed)));
  return rows;
}

Status SendText(Execution* execution, const std::string& name, const std::string& text) {
  session::RowSet rows;
  rows.schema = arrow::schema({arrow::field(name, arrow::utf8(), false)});
  Batch batch;
  batch.num_rows = 1;
  ARROW_ASSIGN_OR_RAISE(auto column, arrow::MakeArrayFromScalar(arrow::StringScalar(text), 1));
  batch.columns = {std::move(column)};
  rows.batches = {std::move(batch)};
  return SendRows(execution, rows);
}

Status RunShow(Execution* execution, const proto::ShowString& show) {
  const int64_t num_rows = std::max<int64_t>(0, show.num_rows());
  ARROW_ASSIGN_OR_RAISE(const auto rows, CollectRows(execution, show.input(), num_rows + 1));
  ARROW_ASSIGN_OR_RAISE(const std::string text,
                        execution->engine().ShowString(rows, static_cast<int>(num_rows),
                                                       show.truncate(), show.vertical()));
  return SendText(execution, "show_string", text);
}

Status RunTail(Execution* execution, const proto::Tail& tail) {
  ARROW_ASSIGN_OR_RAISE(auto rows, CollectRows(execution, tail.input(), -1));
  if (!rows.batches.empty()) {
    ARROW_ASSIGN_OR_RAISE(Batch all, ConcatenateBatches(rows.batches));
    const int64_t count = std::min<int64_t>(std::max(0, tail.limit()), all.num_rows);
    rows.batches = {SliceBatch(all, all.num_rows - count, count)};
  }
  return SendRows(execution, rows);
}

}  // namespace

Status RunRelation(Execution* execution, const proto::Relation& relation) {
  if (relation.has_show_string()) return RunShow(execution, relation.show_string());
  if (relation.has_tail()) return RunTail(execution, relation.tail());
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(const auto translated, translator.Translate(relation));
  return RunPlain(execution, translated);
}

}  // namespace thalweg::connect
