#include "thalweg/connectors/file/partition_discovery.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/connectors/file/partition_values.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/types/data_types.h"

namespace thalweg::connectors {
namespace {

struct PartitionDirectory {
  std::string path;
  std::vector<PartitionPart> parts;
};

std::string JoinLines(const std::set<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += "\n\t" + line;
  return out + "\n";
}

std::vector<std::string> ColumnNames(const PartitionDirectory& directory) {
  std::vector<std::string> names;
  for (const auto& part : directory.parts) names.push_back(part.name);
  return names;
}

Status CheckSameColumns(const std::vector<PartitionDirectory>& directories) {
  std::set<std::string> lists;
  std::set<std::string> paths;
  for (const auto& directory : directories) {
    std::string list;
    for (const auto& name : ColumnNames(directory)) list += (list.empty() ? "" : ", ") + name;
    lists.insert(LowerCase(list));
    paths.insert(QualifiedPath(directory.path));
  }
  if (lists.size() <= 1) return Status::OK();
  return MakeError(
      "CONFLICTING_PARTITION_COLUMN_NAMES",
      {{"distinctPartColLists", JoinLines(lists)}, {"suspiciousPaths", JoinLines(paths)}});
}

// The directories that hold files, with their parts.
Result<std::vector<PartitionDirectory>> ListPartitionDirectories(const FileListing& listing) {
  std::vector<PartitionDirectory> directories;
  std::set<std::string> seen;
  std::set<std::string> roots;
  for (const auto& file : listing.files) {
    std::string directory = ParentPath(file.path);
    if (!seen.insert(directory).second) continue;
    std::string root;
    ARROW_ASSIGN_OR_RAISE(auto parts, ParsePartitionPath(file.path, listing.base_paths, &root));
    roots.insert(QualifiedPath(root));
    if (!parts.empty()) directories.push_back({std::move(directory), std::move(parts)});
  }
  if (!directories.empty() && roots.size() > 1) {
    return MakeError("CONFLICTING_DIRECTORY_STRUCTURES",
                     {{"discoveredBasePaths", JoinLines(roots)}});
  }
  return directories;
}

FieldPtr UserField(const PartitionOptions& options, const std::string& name) {
  if (!options.user_schema) return nullptr;
  for (const auto& field : options.user_schema->fields()) {
    if (LowerCase(field->name()) == LowerCase(name)) return field;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<PartitionPart>> ParsePartitionPath(const std::string& path,
                                                      const std::vector<std::string>& base_paths,
                                                      std::string* root) {
  std::vector<PartitionPart> parts;
  std::string at = ParentPath(path);
  while (at != "/" && at != "." &&
         std::find(base_paths.begin(), base_paths.end(), at) == base_paths.end()) {
    const std::string name = BaseName(at);
    const size_t equals = name.find('=');
    if (equals == std::string::npos) {
      if (!parts.empty()) break;
    } else {
      if (equals == 0) return MakeError("EMPTY_PARTITION_COLUMN_NAME", {{"columnSpec", name}});
      if (equals + 1 == name.size()) {
        return MakeError("EMPTY_PARTITION_COLUMN_VALUE", {{"columnSpec", name}});
      }
      parts.push_back({UnescapePartitionText(name.substr(0, equals)), name.substr(equals + 1)});
    }
    at = ParentPath(at);
  }
  std::reverse(parts.begin(), parts.end());
  if (root) *root = at;
  return parts;
}

Result<SchemaPtr> DiscoverPartitionSchema(const FileListing& listing,
                                          const PartitionOptions& options) {
  ARROW_ASSIGN_OR_RAISE(const auto directories, ListPartitionDirectories(listing));
  if (directories.empty()) return arrow::schema({});
  ARROW_RETURN_NOT_OK(CheckSameColumns(directories));
  arrow::FieldVector fields;
  for (size_t c = 0; c < directories[0].parts.size(); ++c) {
    const std::string& name = directories[0].parts[c].name;
    if (const FieldPtr given = UserField(options, name)) {
      fields.push_back(given->WithNullable(true));
      continue;
    }
    TypePtr type = options.infer_types ? arrow::null() : arrow::utf8();
    std::set<std::string> values;
    for (const auto& directory : directories) {
      if (!options.infer_types || !values.insert(directory.parts[c].raw_value).second) continue;
      const std::string text = UnescapePartitionText(directory.parts[c].raw_value);
      type = WiderPartitionType(type, InferPartitionType(text, options.time_zone));
    }
    if (type->id() == arrow::Type::NA) type = arrow::utf8();
    fields.push_back(arrow::field(name, type));
  }
  return arrow::schema(std::move(fields));
}

Result<PartitionValues> CastPartitionValues(const std::vector<PartitionPart>& parts,
                                            const arrow::Schema& schema,
                                            const std::string& time_zone) {
  PartitionValues values;
  for (const auto& field : schema.fields()) {
    std::shared_ptr<arrow::Scalar> value = arrow::MakeNullScalar(field->type());
    for (const auto& part : parts) {
      if (LowerCase(part.name) != LowerCase(field->name())) continue;
      const std::string text = UnescapePartitionText(part.raw_value);
      value = CastPartitionText(text, field->type(), time_zone);
      if (value) continue;
      return MakeError("INVALID_PARTITION_VALUE",
                       {{"value", "'" + text + "'"},
                        {"dataType", "\"" + SqlTypeName(*field->type()) + "\""},
                        {"columnName", "`" + field->name() + "`"}});
    }
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace thalweg::connectors
