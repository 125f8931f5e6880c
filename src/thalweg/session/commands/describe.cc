#include <arrow/api.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/connectors/file/path_text.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/session/commands/sql_functions.h"
#include "thalweg/session/commands/table_layout.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/column_default.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/datetime_pattern.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::session {
namespace {

/// `declared`: with the types that columns were declared as.
std::vector<std::vector<std::string>> ColumnRows(const arrow::Schema& schema, bool declared) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& field : schema.fields()) {
    std::string comment = kNullCell;
    if (field->metadata() != nullptr) comment = field->metadata()->Get("comment").ValueOr(comment);
    const TypePtr type = declared ? DeclaredTypeOf(*field) : field->type();
    rows.push_back({field->name(), SimpleTypeName(*type), comment});
  }
  return rows;
}

void AddDefaults(const arrow::Schema& schema, std::vector<std::vector<std::string>>* rows) {
  std::vector<std::vector<std::string>> defaults;
  for (const auto& field : schema.fields()) {
    const auto text = ColumnDefaultOf(*field);
    if (text) defaults.push_back({field->name(), SimpleTypeName(*DeclaredTypeOf(*field)), *text});
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

/// "[`a`, `b`]".
std::string ListedColumns(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(QuoteName({name}));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

/// "[a=1, b=2]".
std::string ListedPairs(const std::map<std::string, std::string>& pairs) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : pairs) texts.push_back(key + "=" + value);
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

/// What the table is partitioned by and clustered by.
void AddLayout(const plan::TableEntry& table, const arrow::Schema& schema,
               std::vector<std::vector<std::string>>* rows) {
  if (!table.partition_by.empty()) {
    rows->push_back({"# Partition Information", "", ""});
    rows->push_back({"# col_name", "data_type", "comment"});
    for (const std::string& name : table.partition_by) {
      const auto field = schema.GetFieldByName(name);
      rows->push_back({name, field ? SimpleTypeName(*DeclaredTypeOf(*field)) : "", kNullCell});
    }
  }
  if (!table.properties.contains(kClusteringProperty)) return;
  rows->push_back({"# Clustering Information", "", ""});
  rows->push_back({"# col_name", "data_type", "comment"});
  for (const std::vector<std::string>& column : ClusteringColumns(table)) {
    FieldPtr field = schema.GetFieldByName(column[0]);
    for (size_t i = 1; i < column.size() && field != nullptr; ++i) {
      field = arrow::Schema(field->type()->fields()).GetFieldByName(column[i]);
    }
    rows->push_back({fmt::format("{}", fmt::join(column, ".")),
                     field ? SimpleTypeName(*field->type()) : "", kNullCell});
  }
}

/// "Mon Nov 23 15:44:10 UTC 2026".
Result<std::string> TimeText(int64_t millis, const std::string& zone_name) {
  if (millis == 0) return "UNKNOWN";
  ARROW_ASSIGN_OR_RAISE(const auto pattern, DatetimePattern::Make("EEE MMM dd HH:mm:ss zzz yyyy",
                                                                  DatetimePattern::Use::kFormat));
  ARROW_ASSIGN_OR_RAISE(TimeZone zone, TimeZone::Make(zone_name));
  std::string text;
  pattern->FormatTimestamp(millis * 1000, &zone, &text);
  return text;
}

Status AddTableRows(const plan::TableEntry& table, const std::string& zone,
                    std::vector<std::vector<std::string>>* rows) {
  const auto add = [rows](const std::string& name, const std::string& value) {
    rows->push_back({name, value, ""});
  };
  add("Catalog", plan::kSessionCatalogName);
  add("Database", table.database);
  add("Table", table.name);
  ARROW_ASSIGN_OR_RAISE(const std::string created, TimeText(table.created_millis, zone));
  add("Created Time", created);
  add("Last Access", "UNKNOWN");
  add("Created By", "Thalweg");
  add("Type", TableType(table));
  add("Provider", table.format);
  if (table.buckets) {
    add("Num Buckets", std::to_string(table.buckets->num_buckets));
    add("Bucket Columns", ListedColumns(table.buckets->columns));
    add("Sort Columns", ListedColumns(table.buckets->sort_columns));
  }
  if (!table.comment.empty()) add("Comment", table.comment);
  if (!table.properties.empty()) add("Table Properties", ListedPairs(table.properties));
  add("Location", connectors::QualifiedPath(table.location));
  std::map<std::string, std::string> storage = table.options;
  storage.erase("path");
  for (const auto& [key, value] : table.properties) storage.erase(ToLowerAscii(key));
  if (!storage.empty()) add("Storage Properties", ListedPairs(storage));
  if (!table.partition_by.empty()) add("Partition Provider", "Catalog");
  return Status::OK();
}

const std::vector<std::string> kColumns = {"col_name", "data_type", "comment"};

}  // namespace

Result<StatementOutcome> DescribeTable(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto schema, session->SchemaOf(TableRelation(statement.name)));
  auto rows = ColumnRows(*schema, /*declared=*/true);
  const bool is_view = session->catalog().FindView(statement.name) != nullptr;
  const auto table = is_view ? nullptr : session->catalog().FindTable(statement.name);
  if (table == nullptr) return TextRows(kColumns, rows);
  AddLayout(*table, *schema, &rows);
  if (statement.extended) {
    rows.push_back({"", "", ""});
    rows.push_back({"# Detailed Table Information", "", ""});
    if (table->view != nullptr) {
      AddViewRows(*table, &rows);
    } else {
      const std::string zone = session->SettingsSnapshot().Get("spark.sql.session.timeZone");
      ARROW_RETURN_NOT_OK(AddTableRows(*table, zone, &rows));
    }
  }
  AddDefaults(*schema, &rows);
  return TextRows(kColumns, rows);
}

Result<StatementOutcome> DescribeQuery(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(auto schema, session->SchemaOf(statement.query));
  return TextRows(kColumns, ColumnRows(*schema, /*declared=*/false));
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
