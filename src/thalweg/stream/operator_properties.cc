#include "thalweg/stream/operator_properties.h"

#include <optional>

#include <nlohmann/json.hpp>

#include "thalweg/checkpoint/metadata_log.h"

namespace thalweg::stream {
namespace {

using Json = nlohmann::ordered_json;
using checkpoint::MetadataLog;

MetadataLog OpenLog(FileSystem* file_system, const std::string& metadata_directory) {
  return {file_system, JoinPath(metadata_directory, "properties"), "properties"};
}

std::string TextOf(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string()
             ? object[key].get<std::string>()
             : "";
}

const Json* FindVariable(const Json& properties, const char* list, const std::string& name) {
  if (!properties.contains(list)) return nullptr;
  for (const Json& variable : properties[list]) {
    if (TextOf(variable, "stateName") == name) return &variable;
  }
  return nullptr;
}

/// The variables of `properties`, as an error names them.
std::string KindOf(const Json& variable) {
  const bool ttl = variable.value("ttlEnabled", false);
  return TextOf(variable, "stateVariableType") + (ttl ? " with TTL" : "");
}

Status CheckVariable(const Json& old_one, const Json& new_one) {
  if (KindOf(old_one) != KindOf(new_one)) {
    return MakeError("STATE_STORE_INVALID_VARIABLE_TYPE_CHANGE",
                     {{"stateVarName", TextOf(new_one, "stateName")},
                      {"oldType", KindOf(old_one)},
                      {"newType", KindOf(new_one)}});
  }
  if (TextOf(old_one, "keySchema") != TextOf(new_one, "keySchema")) {
    return MakeError("STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE",
                     {{"storedKeySchema", TextOf(old_one, "keySchema")},
                      {"newKeySchema", TextOf(new_one, "keySchema")}});
  }
  if (TextOf(old_one, "valueSchema") == TextOf(new_one, "valueSchema")) return Status::OK();
  return MakeError("STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE",
                   {{"storedValueSchema", TextOf(old_one, "valueSchema")},
                    {"newValueSchema", TextOf(new_one, "valueSchema")}});
}

bool IsDeleted(const Json& properties, const std::string& name) {
  if (!properties.contains("deleted")) return false;
  for (const Json& deleted : properties["deleted"]) {
    if (deleted == name) return true;
  }
  return false;
}

/// Checks `next` against `last` and carries on what it does not use any more.
Status Compare(const Json& last, Json* next) {
  for (const char* name : {"timeMode", "outputMode"}) {
    if (TextOf(last, name) == TextOf(*next, name)) continue;
    return MakeError("STATE_STORE_INVALID_CONFIG_AFTER_RESTART",
                     {{"configName", name},
                      {"oldConfig", TextOf(last, name)},
                      {"newConfig", TextOf(*next, name)}});
  }
  Json retired = Json::array();
  for (const char* list : {"stateVariables", "retired"}) {
    if (!last.contains(list)) continue;
    for (const Json& variable : last[list]) {
      const std::string name = TextOf(variable, "stateName");
      const Json* used = FindVariable(*next, "stateVariables", name);
      if (IsDeleted(*next, name)) continue;
      if (used == nullptr) {
        retired.push_back(variable);
      } else {
        ARROW_RETURN_NOT_OK(CheckVariable(variable, *used));
      }
    }
  }
  if (!retired.empty()) (*next)["retired"] = std::move(retired);
  return Status::OK();
}

Result<std::optional<std::pair<int64_t, std::string>>> ReadNewest(
    MetadataLog* log, const std::string& metadata_directory) {
  std::optional<std::pair<int64_t, std::string>> newest;
  ARROW_ASSIGN_OR_RAISE(const auto latest, log->LatestId());
  if (!latest) return newest;
  ARROW_ASSIGN_OR_RAISE(const auto content, log->Get(*latest));
  if (!content) return newest;
  ARROW_ASSIGN_OR_RAISE(const auto lines,
                        checkpoint::SplitVersionedLines(*content, 1, metadata_directory));
  newest.emplace(*latest, lines.empty() ? "" : lines.front());
  return newest;
}

}  // namespace

Result<std::string> ReadOperatorProperties(FileSystem* file_system,
                                           const std::string& metadata_directory) {
  MetadataLog log = OpenLog(file_system, metadata_directory);
  ARROW_ASSIGN_OR_RAISE(const auto newest, ReadNewest(&log, metadata_directory));
  return newest ? newest->second : "";
}

Status VerifyOperatorProperties(FileSystem* file_system, const std::string& metadata_directory,
                                const std::string& properties) {
  if (properties.empty()) return Status::OK();
  MetadataLog log = OpenLog(file_system, metadata_directory);
  ARROW_ASSIGN_OR_RAISE(const auto newest, ReadNewest(&log, metadata_directory));
  Json next = Json::parse(properties);
  if (newest) {
    const Json last = Json::parse(newest->second, nullptr, /*allow_exceptions=*/false);
    if (!last.is_object()) {
      return MakeError("MALFORMED_LOG_FILE",
                       {{"path", metadata_directory}, {"text", newest->second.substr(0, 80)}});
    }
    ARROW_RETURN_NOT_OK(Compare(last, &next));
  }
  next.erase("deleted");
  if (newest && newest->second == next.dump()) return Status::OK();
  return log.Add(newest ? newest->first + 1 : 0, "v1\n" + next.dump());
}

}  // namespace thalweg::stream
