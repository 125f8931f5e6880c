#include <arrow/api.h>
#include <arrow/util/key_value_metadata.h>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/session/commands/sql_functions.h"
#include "thalweg/types/column_default.h"
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

void AddDefaults(const arrow::Schema& schema, std::vector<std::vector<std::string>>* rows) {
  std::vector<std::vector<std::string>> defaults;
  for (const auto& field : schema.fields()) {
    const auto text = ColumnDefaultOf(*field);
    if (text) defaults.push_back({field->name(), SimpleTypeName(*field->type()), *text});
  }
  if (defaults.empty()) return;
  rows->push_back({"", "", ""});
  rows->push_back({"# Column Default Values", "", ""});
  rows->insert(rows->end(), defaults.begin(), defaults.end());
}

std::string TableType(const plan::TableEntry& table) {
  if (table.is_streaming_table) return "STREAMING_TABLE";
  return table.is_managed ? "MANAGED" : "EXTERNAL";
}

void AddViewRows(const plan::TableEntry& entry, std::vector<std::vector<std::string>>* rows) {
  const plan::ViewDefinition& view = *entry.view;
  rows->push_back({"Catalog", plan::kSessionCatalogName, ""});
  rows->push_back({"Database", entry.database, ""});
  rows->push_back({"Table", entry.name, ""});
  rows->push_back({"Type", "VIEW", ""});
  if (!entry.comment.empty()) rows->push_back({"Comment", entry.comment, ""});
  rows->push_back({"View Text", view.text, ""});
  rows->push_back({"View Original Text", view.text, ""});
  rows->push_back({"View Schema Mode", view.schema_mode, ""});
  rows->push_back({"View Catalog and Namespace",
                   std::string(plan::kSessionCatalogName) + "." + view.database, ""});
  std::string columns;
  for (const std::string& name : view.query_columns) {
    columns += (columns.empty() ? "" : ", ") + QuoteName({name});
  }
  rows->push_back({"View Query Output Columns", "[" + columns + "]", ""});
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
  if (table != nullptr) AddDefaults(*schema, &rows);
  if (table != nullptr && statement.extended) {
    rows.push_back({"", "", ""});
    rows.push_back({"# Detailed Table Information", "", ""});
    if (table->view != nullptr) {
      AddViewRows(*table, &rows);
      return TextRows(kColumns, rows);
    }
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
  if (const auto function = session->FindSqlFunction(statement.name)) {
    return DescribeSqlFunction(*function, statement.extended);
  }
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
        {{"routineName", QuoteName(statement.name)}, {"searchPath", plan::SearchPath()}},
        statement.position);
  }
  std::vector<std::vector<std::string>> rows = {{"Function: " + real_name}, {"Usage: " + usage}};
  if (statement.extended) rows.push_back({"Extended Usage:\n    Examples:\n      > " + example});
  return TextRows({"function_desc"}, rows);
}

}  // namespace thalweg::session
