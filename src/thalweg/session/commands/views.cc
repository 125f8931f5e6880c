#include "thalweg/session/commands/commands.h"

namespace thalweg::session {
namespace {

/// A temporary view has one name part.
Result<std::string> ViewName(const Statement& statement) {
  if (statement.name.size() == 1) return statement.name[0];
  return MakeError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS",
                   {{"actualName", QuoteName(statement.name)}}, statement.position);
}

Result<StatementOutcome> Register(Session* session, const Statement& statement,
                                  plan::spec::RelationPtr relation,
                                  plan::spec::RelationPtr stream_relation = nullptr) {
  ARROW_ASSIGN_OR_RAISE(auto name, ViewName(statement));
  if (statement.if_not_exists && session->catalog().FindView(name) != nullptr) {
    return StatementOutcome{};
  }
  ARROW_RETURN_NOT_OK(session->catalog().CreateView({.name = name,
                                                     .relation = std::move(relation),
                                                     .plan = nullptr,
                                                     .stream_relation = std::move(stream_relation)},
                                                    statement.replace));
  return StatementOutcome{};
}

}  // namespace

Result<StatementOutcome> CreateView(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto plan, session->Analyze(statement.query));
  plan::spec::RelationPtr relation = statement.query;
  if (!statement.column_names.empty()) {
    if (statement.column_names.size() != plan->output.size()) {
      const bool few = statement.column_names.size() < plan->output.size();
      std::string view_columns, data_columns;
      for (const auto& name : statement.column_names)
        view_columns += (view_columns.empty() ? "`" : ", `") + name + "`";
      for (const auto& attribute : plan->output)
        data_columns += (data_columns.empty() ? "`" : ", `") + attribute.name + "`";
      return MakeError(few ? "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
                           : "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
                       {{"viewName", QuoteName(statement.name)},
                        {"viewColumns", view_columns},
                        {"dataColumns", data_columns}},
                       statement.position);
    }
    auto renamed = std::make_shared<plan::spec::Relation>();
    renamed->kind = plan::spec::RelationKind::kAlias;
    renamed->input = relation;
    renamed->alias = statement.name.back();
    renamed->column_names = statement.column_names;
    relation = std::move(renamed);
  }
  return Register(session, statement, std::move(relation));
}

Result<StatementOutcome> CreateViewUsing(Session* session, const Statement& statement) {
  auto relation = std::make_shared<plan::spec::Relation>();
  relation->kind = plan::spec::RelationKind::kRead;
  relation->format = statement.format;
  relation->schema = statement.schema;
  relation->options = statement.options;
  relation->position = statement.position;
  ARROW_RETURN_NOT_OK(session->providers().Find(statement.format).status());
  auto stream = std::make_shared<plan::spec::Relation>(*relation);
  stream->is_stream = true;
  return Register(session, statement, std::move(relation), std::move(stream));
}

Result<StatementOutcome> DropView(Session* session, const Statement& statement) {
  if (!session->catalog().DropView(statement.name.back()) && !statement.if_exists) {
    return MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", QuoteName(statement.name)}},
                     statement.position);
  }
  return StatementOutcome{};
}

}  // namespace thalweg::session
