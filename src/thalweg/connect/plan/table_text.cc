#include "thalweg/connect/plan/table_text.h"

#include <map>
#include <vector>

#include <fmt/format.h>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/types/data_types.h"

namespace thalweg::connect {
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

}  // namespace

std::string CreateTableText(const plan::TableEntry& table, const arrow::Schema& schema) {
  std::vector<std::string> columns;
  for (const FieldPtr& field : schema.fields()) {
    columns.push_back(fmt::format("  {} {}{}", field->name(), SqlTypeName(*field->type()),
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
  if (!table.comment.empty()) text += "COMMENT " + Quoted(table.comment) + "\n";
  if (!table.is_managed) text += "LOCATION " + Quoted("file:" + table.location) + "\n";
  return text + Clause("TBLPROPERTIES", table.properties);
}

}  // namespace thalweg::connect
