#include <arrow/api.h>
#include <arrow/util/key_value_metadata.h>

#include "thalweg/session/commands/commands.h"
#include "thalweg/types/data_types.h"

namespace thalweg::session {
namespace {

std::vector<std::vector<std::string>> ColumnRows(const arrow::Schema& schema) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& field : schema.fields()) {
    std::string comment = kNullCell;
    if (field->metadata() != nullptr) comment = field->metadata()->Get("comment").ValueOr(comment);
    rows.push_back({field->name(), SimpleTypeName(*field->type()), comment});
  }
  return rows;
}

std::string TableType(const plan::TableEntry& table) {
  if (table.is_streaming_table) return "STREAMING_TABLE";
  return table.is_managed ? "MANAGED" : "EXTERNAL";
}

const std::vector<std::string> kColumns = {"col_name", "data_type", "comment"};

}  // namespace

Result<StatementOutcome> DescribeTable(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto schema, session->SchemaOf(TableRelation(statement.name)));
  auto rows = ColumnRows(*schema);
  const auto table = session->catalog().FindTable(statement.name);
  if (table != nullptr && !table->partition_by.empty()) {
    rows.push_back({"# Partition Information", "", ""});
    rows.push_back({"# col_name", "data_type", "comment"});
    for (const std::string& name : table->partition_by) {
      const auto field = schema->GetFieldByName(name);
      rows.push_back({name, field ? SimpleTypeName(*field->type()) : "", kNullCell});
    }
  }
  if (table != nullptr && statement.extended) {
    rows.push_back({"", "", ""});
    rows.push_back({"# Detailed Table Information", "", ""});
    rows.push_back({"Name", table->name, ""});
    rows.push_back({"Type", TableType(*table), ""});
    rows.push_back({"Provider", table->format, ""});
    rows.push_back({"Location", table->location, ""});
  }
  return TextRows(kColumns, rows);
}

Result<StatementOutcome> DescribeQuery(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto schema, session->SchemaOf(statement.query));
  return TextRows(kColumns, ColumnRows(*schema));
}

Result<StatementOutcome> DescribeFunction(Session* session, const Statement& statement) {
  const std::string& name = statement.name.back();
  const auto& functions = session->functions();
  std::string usage, example, real_name;
  if (const auto* scalar = functions.FindScalar(name)) {
    usage = scalar->usage;
    example = scalar->example;
    real_name = scalar->name;
  } else if (const auto* aggregate = functions.FindAggregate(name)) {
    usage = aggregate->usage;
    example = aggregate->example;
    real_name = aggregate->name;
  } else if (const auto* generator = functions.FindGenerator(name)) {
    usage = generator->usage;
    example = generator->example;
    real_name = generator->name;
  } else {
    return MakeError(
        "UNRESOLVED_ROUTINE",
        {{"routineName", QuoteName(statement.name)}, {"searchPath", "[`system`.`builtin`]"}},
        statement.position);
  }
  std::vector<std::vector<std::string>> rows = {{"Function: " + real_name}, {"Usage: " + usage}};
  if (statement.extended) rows.push_back({"Extended Usage:\n    Examples:\n      > " + example});
  return TextRows({"function_desc"}, rows);
}

}  // namespace thalweg::session
