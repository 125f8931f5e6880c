#include <fmt/format.h>

#include "thalweg/session/commands/commands.h"
#include "thalweg/stream/progress_json.h"

namespace thalweg::session {
namespace {

/// The active query called `name`, or with that id.
Result<stream::StreamingQueryPtr> FindStream(Session* session, const Statement& statement) {
  const std::string& name = statement.name.back();
  for (const auto& query : session->queries().active()) {
    if (query->name() == name || query->id() == name) return query;
  }
  return MakeError("STREAM_NOT_FOUND", {{"name", "`" + name + "`"}}, statement.position);
}

}  // namespace

Result<StatementOutcome> ShowStreams(Session* session) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& query : session->queries().active()) {
    const auto progress = query->last_progress();
    rows.push_back({query->name().value_or(kNullCell), query->id(), query->run_id(),
                    query->status().message,
                    progress ? std::to_string(progress->batch_id) : kNullCell});
  }
  return TextRows({"name", "id", "runId", "status", "lastBatchId"}, rows);
}

Result<StatementOutcome> DescribeStream(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto query, FindStream(session, statement));
  const auto status = query->status();
  std::vector<std::vector<std::string>> rows = {
      {"name", query->name().value_or(kNullCell)},
      {"id", query->id()},
      {"runId", query->run_id()},
      {"message", status.message},
      {"isDataAvailable", status.is_data_available ? "true" : "false"},
      {"isTriggerActive", status.is_trigger_active ? "true" : "false"}};
  const auto progress = query->last_progress();
  rows.push_back({"lastProgress", progress ? stream::ToPrettyJson(*progress) : kNullCell});
  return TextRows({"property", "value"}, rows);
}

Result<StatementOutcome> ExplainStream(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto query, FindStream(session, statement));
  return TextRows({"plan"}, {{query->Explain(statement.extended)}});
}

Result<StatementOutcome> StopStream(Session* session, const Statement& statement) {
  auto query = FindStream(session, statement);
  if (!query.ok()) {
    if (statement.if_exists) return StatementOutcome{};
    return query.status();
  }
  ARROW_RETURN_NOT_OK(statement.graceful ? (*query)->StopGracefully() : (*query)->Stop());
  return StatementOutcome{};
}

}  // namespace thalweg::session
