#include "statement_runner.h"

#include <arrow/api.h>

#include "interrupt.h"
#include "live_view.h"
#include "thalweg/session/commands/commands.h"

namespace thalweg::cli {

using plan::spec::StatementKind;
using session::StatementOutcome;

Result<RunEnd> StatementRunner::Run(const ScriptStatement& text) {
  ARROW_ASSIGN_OR_RAISE(const auto statement, ParseScriptStatement(session_, text));
  auto end = [&]() -> Result<RunEnd> {
    if (statement.kind == StatementKind::kQuery) return RunQuery(statement);
    ARROW_ASSIGN_OR_RAISE(const StatementOutcome outcome, session_->Execute(statement));
    if (outcome.kind == StatementOutcome::Kind::kStreamStarted) {
      return FollowStream(statement, outcome.stream);
    }
    if (outcome.kind == StatementOutcome::Kind::kRows) {
      ARROW_RETURN_NOT_OK(PrintRows(statement, outcome.rows));
    }
    return RunEnd::kFinished;
  }();
  if (!end.ok() && end.status().IsCancelled() && IsInterrupted()) return RunEnd::kInterrupted;
  return end;
}

Result<RunEnd> StatementRunner::RunQuery(const plan::spec::Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const auto plan, session_->Analyze(statement.query));
  if (plan->is_streaming()) {
    return RunLiveView(plan, {format_, session_, output_, display_});
  }
  ARROW_ASSIGN_OR_RAISE(const auto printer,
                        MakeRowPrinter(format_, session_, plan::OutputSchema(*plan), output_));
  const Status status = session_->RunBatchPlan(plan, [&](const Batch& batch) {
    if (IsInterrupted()) return Status::Cancelled("interrupted");
    return printer->Write(batch);
  });
  if (!status.ok()) {
    // Rows that came before the error are shown, as far as they were not kept for a table.
    ARROW_RETURN_NOT_OK(output_->Flush());
    return status;
  }
  ARROW_RETURN_NOT_OK(printer->EndBlock());
  return RunEnd::kFinished;
}

Result<RunEnd> StatementRunner::FollowStream(const plan::spec::Statement& statement,
                                             stream::StreamingQueryPtr query) {
  ARROW_ASSIGN_OR_RAISE(const auto options,
                        session::TakeStreamingOptions(*session_, statement.options));
  if (options.trigger.kind == stream::Trigger::Kind::kProcessingTime) {
    started_.push_back(std::move(query));
    return RunEnd::kFinished;
  }
  auto end = WaitForQueries(session_, {query});
  session_->queries().FlushListeners();
  return end;
}

Status StatementRunner::PrintRows(const plan::spec::Statement& statement,
                                  const session::RowSet& rows) {
  if (statement.kind == StatementKind::kSet && statement.has_value) return Status::OK();
  const bool is_plan =
      statement.kind == StatementKind::kExplain || statement.kind == StatementKind::kExplainStream;
  if (is_plan && format_ == OutputFormat::kTable) {
    for (const Batch& batch : rows.batches) {
      const auto& column = static_cast<const arrow::StringArray&>(*batch.columns[0]);
      for (int64_t row = 0; row < column.length(); ++row) {
        output_->buffer()->append(column.GetView(row)).append("\n");
      }
    }
    return output_->Flush();
  }
  ARROW_ASSIGN_OR_RAISE(const auto printer,
                        MakeRowPrinter(format_, session_, rows.schema, output_));
  for (const Batch& batch : rows.batches) ARROW_RETURN_NOT_OK(printer->Write(batch));
  return printer->EndBlock();
}

}  // namespace thalweg::cli
