#include "thalweg/session/commands/table_text.h"

#include <map>
#include <regex>
#include <vector>

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "thalweg/connectors/file/path_text.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/session/commands/table_layout.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/data_types.h"

namespace thalweg::session {
namespace {

/// A text in quotes.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string Clause(const std::string& word, const std::map<std::string, std::string>& pairs) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : pairs)
    lines.push_back("  " + Quoted(key) + " = " + Quoted(value));
  return lines.empty() ? "" : fmt::format("{} (\n{})\n", word, fmt::join(lines, ",\n"));
}

std::string LayoutClauses(const plan::TableEntry& table) {
  std::string text;
  if (table.buckets) {
    text += fmt::format("CLUSTERED BY ({})\n", fmt::join(table.buckets->columns, ", "));
    if (!table.buckets->sort_columns.empty()) {
      text += fmt::format("SORTED BY ({})\n", fmt::join(table.buckets->sort_columns, ", "));
    }
    text += fmt::format("INTO {} BUCKETS\n", table.buckets->num_buckets);
  }
  std::vector<std::string> clustering;
  for (const auto& column : ClusteringColumns(table)) {
    clustering.push_back(fmt::format("{}", fmt::join(column, ".")));
  }
  if (clustering.empty()) return text;
  return text + fmt::format("CLUSTER BY ({})\n", fmt::join(clustering, ", "));
}

/// A type as Spark writes it here: each text with its collation.
std::string DeclaredTypeText(const arrow::DataType& type) {
  static const std::regex kTexts("\\b(STRING|(VAR)?CHAR\\([0-9]+\\))");
  return std::regex_replace(SqlTypeName(type), kTexts, "$& COLLATE UTF8_BINARY");
}

}  // namespace

std::string CreateTableText(const plan::TableEntry& table, const arrow::Schema& schema) {
  std::vector<std::string> columns;
  for (const FieldPtr& field : schema.fields()) {
    columns.push_back(fmt::format("  {} {}{}", field->name(),
                                  DeclaredTypeText(*DeclaredTypeOf(*field)),
                                  field->nullable() ? "" : " NOT NULL"));
  }
  std::map<std::string, std::string> options = table.options;
  for (const auto& [key, value] : table.properties) options.erase(key);
  options.erase("path");
  std::string text =
      fmt::format("CREATE TABLE {}.{}.{} (\n{})\nUSING {}\n", plan::kSessionCatalogName,
                  table.database, table.name, fmt::join(columns, ",\n"), table.format);
  text += Clause("OPTIONS", options);
  if (!table.partition_by.empty()) {
    text += fmt::format("PARTITIONED BY ({})\n", fmt::join(table.partition_by, ", "));
  }
  text += LayoutClauses(table);
  if (!table.comment.empty()) text += "COMMENT " + Quoted(table.comment) + "\n";
  if (!table.is_managed)
    text += "LOCATION " + Quoted(connectors::QualifiedPath(table.location)) + "\n";
  std::map<std::string, std::string> properties = table.properties;
  properties.erase(kClusteringProperty);  // CLUSTER BY says it
  return text + Clause("TBLPROPERTIES", properties);
}

std::string CreateViewText(const plan::TableEntry& view) {
  std::vector<std::string> columns;
  for (const FieldPtr& field : view.schema->fields()) {
    std::string column = "  " + field->name();
    if (field->metadata() != nullptr) {
      const auto comment = field->metadata()->Get("comment");
      if (comment.ok()) column += " COMMENT " + Quoted(*comment);
    }
    columns.push_back(std::move(column));
  }
  std::string text = fmt::format("CREATE VIEW {}.{} (\n{})\n", view.database, view.name,
                                 fmt::join(columns, ",\n"));
  if (!view.comment.empty()) text += "COMMENT " + Quoted(view.comment) + "\n";
  text += Clause("TBLPROPERTIES", view.properties);
  return text + fmt::format("WITH SCHEMA {}\nAS {}\n", view.view->schema_mode, view.view->text);
}

}  // namespace thalweg::session
