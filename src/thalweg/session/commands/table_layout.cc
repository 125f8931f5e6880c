#include "thalweg/session/commands/table_layout.h"

#include <algorithm>
#include <set>

#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "thalweg/plan/catalog/catalog.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/session/commands/insert_columns.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

using plan::spec::BucketSpec;

/// The columns as the table writes them. `kind`: "bucket" or "sort".
Result<std::vector<std::string>> NormalizedColumns(const std::vector<std::string>& columns,
                                                   const char* kind,
                                                   const plan::TableEntry& table) {
  std::vector<std::string> normalized;
  for (const std::string& name : columns) {
    const auto& fields = table.schema->fields();
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const FieldPtr& field) {
      return plan::EqualsIgnoreCase(field->name(), name);
    });
    if (found == fields.end()) {
      return MakeError("COLUMN_NOT_DEFINED_IN_TABLE",
                       {{"colType", kind},
                        {"colName", QuoteName({name})},
                        {"tableName", FullName({table.database, table.name})},
                        {"tableCols", ListedNames(table.schema->field_names())}});
    }
    normalized.push_back((*found)->name());
  }
  std::set<std::string> seen;
  for (const std::string& name : normalized) {
    if (seen.insert(name).second) continue;
    return MakeError("COLUMN_ALREADY_EXISTS", {{"columnName", QuoteName({ToLowerAscii(name)})}});
  }
  return normalized;
}

Status CheckNotPartitioning(const std::vector<std::string>& columns, const char* condition,
                            const char* parameter, const plan::TableEntry& table) {
  for (const std::string& name : columns) {
    const bool partitions =
        std::any_of(table.partition_by.begin(), table.partition_by.end(),
                    [&](const std::string& other) { return plan::EqualsIgnoreCase(other, name); });
    if (!partitions) continue;
    return MakeError(condition, {{parameter, name},
                                 {"normalizedPartCols",
                                  fmt::format("{}", fmt::join(table.partition_by, ", "))}});
  }
  return Status::OK();
}

Status SetBuckets(const BucketSpec& buckets, plan::TableEntry* table) {
  BucketSpec normalized{buckets.num_buckets, {}, {}};
  ARROW_ASSIGN_OR_RAISE(normalized.columns, NormalizedColumns(buckets.columns, "bucket", *table));
  ARROW_ASSIGN_OR_RAISE(normalized.sort_columns,
                        NormalizedColumns(buckets.sort_columns, "sort", *table));
  ARROW_RETURN_NOT_OK(
      CheckNotPartitioning(normalized.columns, "_LEGACY_ERROR_TEMP_1166", "bucketCol", *table));
  ARROW_RETURN_NOT_OK(
      CheckNotPartitioning(normalized.sort_columns, "_LEGACY_ERROR_TEMP_1167", "sortCol", *table));
  for (const std::string& name : normalized.sort_columns) {
    const TypePtr& type = table->schema->GetFieldByName(name)->type();
    if (IsOrderable(*type)) continue;
    return MakeError(
        "_LEGACY_ERROR_TEMP_3072",
        {{"msg", fmt::format("Cannot use {} for sorting column", SimpleTypeName(*type))}});
  }
  table->buckets = std::move(normalized);
  return Status::OK();
}

/// The names of the fields that `column` is a path of, as the schema writes them; fewer if one is
/// not there.
std::vector<std::string> FindPath(const std::vector<std::string>& column,
                                  const arrow::FieldVector& columns) {
  std::vector<std::string> path;
  const arrow::FieldVector* fields = &columns;
  for (const std::string& part : column) {
    const auto found = std::find_if(fields->begin(), fields->end(), [&](const FieldPtr& field) {
      return plan::EqualsIgnoreCase(field->name(), part);
    });
    if (found == fields->end()) return path;
    path.push_back((*found)->name());
    fields = &(*found)->type()->fields();
  }
  return path;
}

}  // namespace

Result<std::string> ClusteringText(const std::vector<std::vector<std::string>>& columns,
                                   const arrow::Schema& schema) {
  nlohmann::json text = nlohmann::json::array();
  for (const std::vector<std::string>& column : columns) {
    std::vector<std::string> path = FindPath(column, schema.fields());
    if (path.size() != column.size()) {
      return MakeError("_LEGACY_ERROR_TEMP_3060", {{"i", fmt::format("{}", fmt::join(column, "."))},
                                                   {"schema", SchemaToTree(schema)}});
    }
    text.push_back(std::move(path));
  }
  return text.dump();
}

std::vector<std::vector<std::string>> ClusteringColumns(const plan::TableEntry& table) {
  const auto property = table.properties.find(kClusteringProperty);
  if (property == table.properties.end()) return {};
  const auto text = nlohmann::json::parse(property->second, nullptr, /*allow_exceptions=*/false);
  std::vector<std::vector<std::string>> columns;
  if (!text.is_array()) return columns;
  for (const auto& column : text) {
    if (!column.is_array()) continue;
    std::vector<std::string>& parts = columns.emplace_back();
    for (const auto& part : column) {
      if (part.is_string()) parts.push_back(part.get<std::string>());
    }
  }
  return columns;
}

Status SetLayout(const Statement& statement, plan::TableEntry* table) {
  if (statement.buckets) ARROW_RETURN_NOT_OK(SetBuckets(*statement.buckets, table));
  if (statement.cluster_by.empty()) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(table->properties[kClusteringProperty],
                        ClusteringText(statement.cluster_by, *table->schema));
  return Status::OK();
}

std::string LayoutText(const std::optional<BucketSpec>& buckets) {
  if (!buckets) return "not bucketed";
  std::string text = fmt::format("{} buckets, bucket columns: [{}]", buckets->num_buckets,
                                 fmt::join(buckets->columns, ", "));
  if (buckets->sort_columns.empty()) return text;
  return text + fmt::format(", sort columns: [{}]", fmt::join(buckets->sort_columns, ", "));
}

}  // namespace thalweg::session
