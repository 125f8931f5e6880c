#include <algorithm>
#include <deque>
#include <functional>

#include <arrow/api.h>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/command/observed_run.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/result/arrow_sender.h"

namespace thalweg::connect {
namespace {

Status SendRows(Execution* execution, const session::RowSet& rows) {
  ArrowSender sender(execution, rows.schema);
  for (const Batch& batch : rows.batches) ARROW_RETURN_NOT_OK(sender.SendRows(batch));
  return sender.Finish();
}

Status RunPlain(Execution* execution, const RelationPtr& relation) {
  session::Session& engine = execution->engine();
  ARROW_ASSIGN_OR_RAISE(const auto plan, engine.Analyze(relation));
  ArrowSender sender(execution, plan::OutputSchema(*plan));
  ObservedRun observed(execution);
  ARROW_RETURN_NOT_OK(engine.RunBatchPlan(
      plan, [&](const Batch& batch) { return sender.SendRows(batch); }, observed.run()));
  ARROW_RETURN_NOT_OK(sender.Finish());
  return observed.Send();
}

/// The rows of `relation`, handed to `add` one batch after the other; gives their schema.
Result<SchemaPtr> VisitRows(Execution* execution, const RelationPtr& relation,
                            const std::function<Status(const Batch&)>& add) {
  session::Session& engine = execution->engine();
  ARROW_ASSIGN_OR_RAISE(const auto plan, engine.Analyze(relation));
  ObservedRun observed(execution);
  ARROW_RETURN_NOT_OK(engine.RunBatchPlan(plan, add, observed.run()));
  ARROW_RETURN_NOT_OK(observed.Send());
  return plan::OutputSchema(*plan);
}

/// The first `limit` rows of `input`.
Result<session::RowSet> CollectFirst(Execution* execution, const proto::Relation& input,
                                     int64_t limit) {
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(RelationPtr relation, translator.Translate(input));
  RelationDraft limited = Derive(RelationKind::kLimit, std::move(relation));
  limited->condition = plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(
      static_cast<int32_t>(std::min<int64_t>(limit, INT32_MAX))));
  session::RowSet rows;
  ARROW_ASSIGN_OR_RAISE(rows.schema, VisitRows(execution, limited, [&](const Batch& batch) {
                          rows.batches.push_back(batch);
                          return Status::OK();
                        }));
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
  ARROW_ASSIGN_OR_RAISE(const auto rows, CollectFirst(execution, show.input(), num_rows + 1));
  const ShowLayout layout = show.vertical() ? ShowLayout::kVertical : ShowLayout::kTable;
  ARROW_ASSIGN_OR_RAISE(
      const std::string text,
      execution->engine().ShowString(rows, static_cast<int>(num_rows), show.truncate(), layout));
  return SendText(execution, "show_string", text);
}

Status RunShowHtml(Execution* execution, const proto::HtmlString& show) {
  const int64_t num_rows = std::max<int64_t>(0, show.num_rows());
  ARROW_ASSIGN_OR_RAISE(const auto rows, CollectFirst(execution, show.input(), num_rows + 1));
  ARROW_ASSIGN_OR_RAISE(const std::string text,
                        execution->engine().ShowString(rows, static_cast<int>(num_rows),
                                                       show.truncate(), ShowLayout::kHtml));
  return SendText(execution, "html_string", text);
}

/// Only as many batches are kept as the last rows need.
Status RunTail(Execution* execution, const proto::Tail& tail) {
  const int64_t limit = std::max(0, tail.limit());
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(const auto relation, translator.Translate(tail.input()));
  std::deque<Batch> last;
  int64_t num_rows = 0;
  session::RowSet rows;
  ARROW_ASSIGN_OR_RAISE(rows.schema, VisitRows(execution, relation, [&](const Batch& batch) {
                          last.push_back(batch);
                          num_rows += batch.num_selected();
                          while (num_rows - last.front().num_selected() >= limit) {
                            num_rows -= last.front().num_selected();
                            last.pop_front();
                            if (last.empty()) break;
                          }
                          return Status::OK();
                        }));
  if (!last.empty()) {
    ARROW_ASSIGN_OR_RAISE(Batch all, ConcatenateBatches({last.begin(), last.end()}));
    const int64_t count = std::min(limit, all.num_rows);
    rows.batches = {SliceBatch(all, all.num_rows - count, count)};
  }
  return SendRows(execution, rows);
}

}  // namespace

Status RunRelation(Execution* execution, const proto::Relation& relation) {
  if (relation.has_show_string()) return RunShow(execution, relation.show_string());
  if (relation.has_html_string()) return RunShowHtml(execution, relation.html_string());
  if (relation.has_tail()) return RunTail(execution, relation.tail());
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(const auto translated, translator.Translate(relation));
  return RunPlain(execution, translated);
}

}  // namespace thalweg::connect
