#include "thalweg/stream/operator_properties.h"

#include <functional>
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

bool IsDeleted(const Json& properties, const std::string& name) {
  if (!properties.contains("deleted")) return false;
  for (const Json& deleted : properties["deleted"]) {
    if (deleted == name) return true;
  }
  return false;
}

/// The time at which it ends lies beside a value with a time to live.
std::string StoredValue(const Json& variable) {
  const bool ttl = variable.value("ttlEnabled", false);
  return TextOf(variable, "valueSchema") + (ttl ? ", ttlExpirationMs bigint" : "");
}

Status CheckSchemas(const Json& old_one, const Json& new_one) {
  if (TextOf(old_one, "keySchema") != TextOf(new_one, "keySchema")) {
    return MakeError("STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE",
                     {{"storedKeySchema", TextOf(old_one, "keySchema")},
                      {"newKeySchema", TextOf(new_one, "keySchema")}});
  }
  if (StoredValue(old_one) == StoredValue(new_one)) return Status::OK();
  return MakeError(
      "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE",
      {{"storedValueSchema", StoredValue(old_one)}, {"newValueSchema", StoredValue(new_one)}});
}

Status CheckKind(const Json& old_one, const Json& new_one) {
  const std::string old_kind = TextOf(old_one, "stateVariableType");
  const std::string new_kind = TextOf(new_one, "stateVariableType");
  if (old_kind == new_kind) return Status::OK();
  return MakeError("STATE_STORE_INVALID_VARIABLE_TYPE_CHANGE",
                   {{"stateVarName", TextOf(new_one, "stateName")},
                    {"oldType", old_kind},
                    {"newType", new_kind}});
}

/// `check(old, new)` of each variable of `last` that `next` uses, too.
Status CheckUsed(const Json& last, const Json& next,
                 const std::function<Status(const Json&, const Json&)>& check) {
  for (const char* list : {"stateVariables", "retired"}) {
    if (!last.contains(list)) continue;
    for (const Json& variable : last[list]) {
      const std::string name = TextOf(variable, "stateName");
      const Json* used = FindVariable(next, "stateVariables", name);
      if (used == nullptr || IsDeleted(next, name)) continue;
      ARROW_RETURN_NOT_OK(check(variable, *used));
    }
  }
  return Status::OK();
}

/// Carries on what `next` does not use any more.
void KeepRetired(const Json& last, Json* next) {
  Json retired = Json::array();
  for (const char* list : {"stateVariables", "retired"}) {
    if (!last.contains(list)) continue;
    for (const Json& variable : last[list]) {
      const std::string name = TextOf(variable, "stateName");
      const bool used = FindVariable(*next, "stateVariables", name) != nullptr;
      if (!used && !IsDeleted(*next, name)) retired.push_back(variable);
    }
  }
  if (!retired.empty()) (*next)["retired"] = std::move(retired);
}

/// In Spark's order: schemas, the operator's modes, kinds.
Status Compare(const Json& last, const Json& next) {
  ARROW_RETURN_NOT_OK(CheckUsed(last, next, CheckSchemas));
  for (const char* name : {"timeMode", "outputMode"}) {
    if (TextOf(last, name) == TextOf(next, name)) continue;
    return MakeError("STATE_STORE_INVALID_CONFIG_AFTER_RESTART",
                     {{"configName", name},
                      {"oldConfig", TextOf(last, name)},
                      {"newConfig", TextOf(next, name)}});
  }
  return CheckUsed(last, next, CheckKind);
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
    ARROW_RETURN_NOT_OK(Compare(last, next));
    KeepRetired(last, &next);
  }
  next.erase("deleted");
  if (newest && newest->second == next.dump()) return Status::OK();
  return log.Add(newest ? newest->first + 1 : 0, "v1\n" + next.dump());
}

}  // namespace thalweg::stream
