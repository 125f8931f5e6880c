#include <optional>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/session/commands/cache.h"
#include "thalweg/session/commands/commands.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

using plan::spec::StatementKind;

Result<StatementOutcome> RunQuery(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto plan, session->Analyze(statement.query));
  StatementOutcome outcome;
  if (plan->is_streaming()) {
    outcome.kind = StatementOutcome::Kind::kStreamingSelect;
    outcome.query = statement.query;
    return outcome;
  }
  outcome.kind = StatementOutcome::Kind::kRows;
  ARROW_ASSIGN_OR_RAISE(outcome.rows, session->CollectPlan(plan));
  return outcome;
}

Result<StatementOutcome> RunExplain(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto text, session->Explain(statement.query, statement.extended));
  return TextRows({"plan"}, {{text}});
}

/// What changes the catalog or its tables; nothing if the statement does neither.
std::optional<Result<StatementOutcome>> RunCatalogStatement(Session* session,
                                                            const Statement& statement,
                                                            const BatchRun& run) {
  switch (statement.kind) {
    case StatementKind::kCreateView:
      return CreateView(session, statement);
    case StatementKind::kCreateViewUsing:
      return CreateViewUsing(session, statement);
    case StatementKind::kCreateTable:
      return CreateTable(session, statement, run);
    case StatementKind::kCreateTableLike:
      return CreateTableLike(session, statement);
    case StatementKind::kCreateStreamingTable:
      return CreateStreamingTable(session, statement);
    case StatementKind::kInsert:
      return Insert(session, statement, run);
    case StatementKind::kInsertAll:
      return InsertAll(session, statement, run);
    case StatementKind::kInsertDirectory:
      return InsertDirectory(session, statement, run);
    case StatementKind::kAlterViewQuery:
      return AlterViewQuery(session, statement);
    case StatementKind::kRename:
      return Rename(session, statement);
    case StatementKind::kSetClustering:
      return SetClustering(session, statement);
    case StatementKind::kAddColumns:
      return AddColumns(session, statement);
    case StatementKind::kSetProperties:
      return SetProperties(session, statement);
    case StatementKind::kUnsetProperties:
      return UnsetProperties(session, statement);
    case StatementKind::kDropView:
      return DropView(session, statement);
    case StatementKind::kDropTable:
      return DropTable(session, statement);
    case StatementKind::kTruncateTable:
      return TruncateTable(session, statement);
    case StatementKind::kCreateDatabase:
      return CreateDatabase(session, statement);
    case StatementKind::kDropDatabase:
      return DropDatabase(session, statement);
    case StatementKind::kUseDatabase:
      return UseDatabase(session, statement);
    case StatementKind::kCreateFunction:
      return CreateFunction(session, statement);
    case StatementKind::kDropFunction:
      return DropFunction(session, statement);
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<StatementOutcome> RunStatement(Session* session, const Statement& statement,
                                      const BatchRun& run) {
  if (auto outcome = RunCatalogStatement(session, statement, run)) return *std::move(outcome);
  switch (statement.kind) {
    case StatementKind::kQuery:
      return RunQuery(session, statement);
    case StatementKind::kShowCreateTable:
      return ShowCreateTable(session, statement);
    case StatementKind::kShowProperties:
      return ShowProperties(session, statement);
    case StatementKind::kShowDatabases:
      return ShowDatabases(session, statement);
    case StatementKind::kShowTables:
      return ShowTables(session, statement);
    case StatementKind::kShowViews:
      return ShowViews(session, statement);
    case StatementKind::kShowFunctions:
      return ShowFunctions(session, statement);
    case StatementKind::kShowColumns:
      return ShowColumns(session, statement);
    case StatementKind::kShowStreams:
      return ShowStreams(session);
    case StatementKind::kDescribeTable:
      return DescribeTable(session, statement);
    case StatementKind::kDescribeQuery:
      return DescribeQuery(session, statement);
    case StatementKind::kDescribeFunction:
      return DescribeFunction(session, statement);
    case StatementKind::kDescribeStream:
      return DescribeStream(session, statement);
    case StatementKind::kExplain:
      return RunExplain(session, statement);
    case StatementKind::kExplainStream:
      return ExplainStream(session, statement);
    case StatementKind::kSet:
      return SetSetting(session, statement);
    case StatementKind::kReset:
      return ResetSetting(session, statement);
    case StatementKind::kDeclareVariable:
      return DeclareVariable(session, statement);
    case StatementKind::kSetVariable:
      return SetVariable(session, statement);
    case StatementKind::kDropVariable:
      return DropVariable(session, statement);
    case StatementKind::kExecuteImmediate: {
      ARROW_ASSIGN_OR_RAISE(const Statement expanded, ExpandImmediate(session, statement));
      return RunStatement(session, expanded, run);
    }
    case StatementKind::kStopStream:
      return StopStream(session, statement);
    case StatementKind::kCacheTable:
    case StatementKind::kUncacheTable:
    case StatementKind::kClearCache:
    case StatementKind::kRefreshTable:
    case StatementKind::kRefreshPath:
      return RunCacheStatement(session, statement, run);
    default:
      return MakeError("INTERNAL_ERROR", {{"message", "statement of unknown kind"}});
  }
}

Result<StatementOutcome> TextRows(const std::vector<std::string>& names,
                                  const std::vector<std::vector<std::string>>& rows) {
  StatementOutcome outcome;
  outcome.kind = StatementOutcome::Kind::kRows;
  std::vector<FieldPtr> fields;
  Batch batch;
  batch.num_rows = static_cast<int64_t>(rows.size());
  for (size_t column = 0; column < names.size(); ++column) {
    fields.push_back(arrow::field(names[column], arrow::utf8()));
    arrow::StringBuilder builder;
    for (const auto& row : rows) {
      ARROW_RETURN_NOT_OK(row[column] == kNullCell ? builder.AppendNull()
                                                   : builder.Append(row[column]));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
    batch.columns.push_back(std::move(array));
  }
  outcome.rows.schema = arrow::schema(fields);
  if (!rows.empty()) outcome.rows.batches.push_back(std::move(batch));
  return outcome;
}

bool MatchesPattern(const std::string& name, const std::string& pattern) {
  if (pattern.empty()) return true;
  const std::string text = ToLowerAscii(name);
  const std::string lower = ToLowerAscii(pattern);
  // Greedy match with one point to come back to: linear in practice.
  const auto matches = [&](std::string_view glob) {
    size_t at = 0, g = 0, star = std::string::npos, mark = 0;
    while (at < text.size()) {
      if (g < glob.size() && glob[g] == '*') {
        star = g++;
        mark = at;
      } else if (g < glob.size() && glob[g] == text[at]) {
        ++g;
        ++at;
      } else if (star != std::string::npos) {
        g = star + 1;
        at = ++mark;
      } else {
        return false;
      }
    }
    while (g < glob.size() && glob[g] == '*') ++g;
    return g == glob.size();
  };
  size_t begin = 0;
  while (begin <= lower.size()) {
    const size_t end = std::min(lower.find('|', begin), lower.size());
    if (matches(std::string_view(lower).substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

std::string QuoteName(const std::vector<std::string>& name) {
  std::vector<std::string> parts;
  for (const std::string& part : name) parts.push_back(QuoteIdentifier(part));
  return fmt::format("{}", fmt::join(parts, "."));
}

plan::spec::RelationPtr TableRelation(const std::vector<std::string>& name) {
  auto relation = std::make_shared<plan::spec::Relation>();
  relation->kind = plan::spec::RelationKind::kTable;
  relation->table_name = name;
  return relation;
}

}  // namespace thalweg::session
