#include "thalweg/stream/state_reader/state_schema_file.h"

#include <arrow/type.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/checkpoint/metadata_log.h"
#include "thalweg/base/crc32c.h"
#include "thalweg/base/log_file.h"

namespace thalweg::stream {
namespace {

using Json = nlohmann::ordered_json;

std::string SchemaPath(const std::string& state_directory, int operator_id) {
  return JoinPath(state_directory, std::to_string(operator_id) + "/_metadata/schema");
}

Json FieldsToJson(const std::vector<FieldPtr>& fields) {
  return Json::parse(SchemaToJson(arrow::Schema(fields)));
}

std::string Checksum(const std::string& line) { return fmt::format("{:08x}", Crc32c(line)); }

std::string ToText(const state::StateSchema& schema) {
  Json json;
  json["keySchema"] = FieldsToJson(schema.key_fields);
  json["valueSchema"] = FieldsToJson(schema.value_fields);
  json["functions"] = Json::array();
  for (const state::StateFunction& function : schema.functions) {
    std::vector<FieldPtr> arguments;
    for (const TypePtr& type : function.argument_types) {
      arguments.push_back(arrow::field(std::to_string(arguments.size()), type));
    }
    Json entry;
    entry["name"] = function.name;
    entry["arguments"] = FieldsToJson(arguments);
    json["functions"].push_back(std::move(entry));
  }
  if (schema.notes_matches[0] || schema.notes_matches[1]) {
    json["notesMatches"] = schema.notes_matches;
  }
  if (schema.session_column >= 0) json["sessionColumn"] = schema.session_column;
  const std::string line = json.dump();
  return "v1\n" + line + "\n" + Checksum(line);
}

Result<std::vector<FieldPtr>> FieldsFromJson(const Json& json, const char* key) {
  if (!json.contains(key)) return Status::Invalid("no ", key);
  ARROW_ASSIGN_OR_RAISE(const SchemaPtr schema, SchemaFromJson(json[key].dump()));
  return schema->fields();
}

Result<state::StateSchema> ParseSchemaLine(const std::string& line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("functions")) return Status::Invalid("no JSON object");
  state::StateSchema schema;
  ARROW_ASSIGN_OR_RAISE(schema.key_fields, FieldsFromJson(json, "keySchema"));
  ARROW_ASSIGN_OR_RAISE(schema.value_fields, FieldsFromJson(json, "valueSchema"));
  if (json.contains("sessionColumn") && json["sessionColumn"].is_number_integer()) {
    schema.session_column = json["sessionColumn"].get<int>();
  }
  if (json.contains("notesMatches")) {
    const Json& notes = json["notesMatches"];
    for (size_t side = 0; side < 2 && notes.is_array() && notes.size() == 2; ++side) {
      schema.notes_matches[side] = notes[side].is_boolean() && notes[side].get<bool>();
    }
  }
  for (const Json& entry : json["functions"]) {
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string()) {
      return Status::Invalid("a function has no name");
    }
    state::StateFunction function;
    function.name = entry["name"].get<std::string>();
    ARROW_ASSIGN_OR_RAISE(const auto arguments, FieldsFromJson(entry, "arguments"));
    for (const FieldPtr& argument : arguments) function.argument_types.push_back(argument->type());
    schema.functions.push_back(std::move(function));
  }
  return schema;
}

}  // namespace

Status WriteStateSchema(FileSystem* file_system, const std::string& state_directory,
                        int operator_id, const state::StateSchema& schema) {
  if (!schema.is_known()) return Status::OK();
  const std::string path = SchemaPath(state_directory, operator_id);
  ARROW_ASSIGN_OR_RAISE(const bool exists, file_system->Exists(path));
  if (exists) return ReadStateSchema(file_system, state_directory, operator_id).status();
  ARROW_RETURN_NOT_OK(file_system->CreateDirectories(ParentPath(path)));
  return AtomicCreate(file_system, path, ToText(schema));
}

Result<std::optional<state::StateSchema>> ReadStateSchema(FileSystem* file_system,
                                                          const std::string& state_directory,
                                                          int operator_id) {
  const std::string path = SchemaPath(state_directory, operator_id);
  const auto text = ReadLogFile(file_system, path);
  if (!text.ok() && IsNotFound(text.status())) return std::optional<state::StateSchema>();
  ARROW_RETURN_NOT_OK(text.status());
  ARROW_ASSIGN_OR_RAISE(const auto lines, checkpoint::SplitVersionedLines(*text, 1, path));
  const std::string line = lines.empty() ? "" : lines.front();
  const bool whole = lines.size() == 2 && lines[1] == Checksum(line);
  auto schema = ParseSchemaLine(line);
  if (!whole || !schema.ok()) {
    return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", line.substr(0, 80)}});
  }
  return std::optional(std::move(*schema));
}

}  // namespace thalweg::stream
