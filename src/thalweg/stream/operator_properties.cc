#include "thalweg/stream/operator_properties.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include <arrow/type.h>
#include <nlohmann/json.hpp>

#include "thalweg/checkpoint/metadata_log.h"

namespace thalweg::stream {
namespace {

using Json = nlohmann::ordered_json;
using checkpoint::MetadataLog;

constexpr state::VariableKind kKinds[] = {state::VariableKind::kValue, state::VariableKind::kList,
                                          state::VariableKind::kMap, state::VariableKind::kTimer};

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

/// The batches from it on have the properties.
int64_t FirstBatch(const Json& properties) { return properties.value("since", int64_t{0}); }

struct Entry {
  int64_t id = 0;
  Json properties;
};

Status Malformed(const std::string& path, const std::string& text) {
  return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", text.substr(0, 80)}});
}

/// The newest entry that holds for `batch`.
Result<std::optional<Entry>> ReadNewest(MetadataLog* log, const std::string& metadata_directory,
                                        std::optional<int64_t> batch) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<int64_t> ids, log->Ids());
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    ARROW_ASSIGN_OR_RAISE(const auto content, log->Get(*id));
    if (!content) continue;
    ARROW_ASSIGN_OR_RAISE(const auto lines,
                          checkpoint::SplitVersionedLines(*content, 1, metadata_directory));
    const std::string line = lines.empty() ? "" : lines.front();
    Json properties = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!properties.is_object()) return Malformed(metadata_directory, line);
    if (batch && FirstBatch(properties) > *batch) continue;
    return Entry{*id, std::move(properties)};
  }
  return std::optional<Entry>();
}

Result<SchemaPtr> ReadFields(const Json& variable, const char* key) {
  if (!variable.contains(key)) return SchemaPtr();
  return SchemaFromJson(variable[key].dump());
}

Result<RecordedVariable> ParseVariable(const Json& json) {
  RecordedVariable variable;
  variable.name = TextOf(json, "stateName");
  const std::string kind = TextOf(json, "stateVariableType");
  const auto known = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& one) {
    return kind == state::VariableKindName(one);
  });
  if (known == std::end(kKinds)) return Status::Invalid("a variable of the kind ", kind);
  variable.kind = *known;
  variable.has_ttl = json.value("ttlEnabled", false);
  ARROW_ASSIGN_OR_RAISE(variable.key_schema, ReadFields(json, "keyFields"));
  ARROW_ASSIGN_OR_RAISE(variable.value_schema, ReadFields(json, "valueFields"));
  return variable;
}

/// Spark lists variables in the order of a Scala hash map: by the place in a table that is at most
/// three quarters full, then by the hash. Names are hashed by their bytes, which is the same for
/// ASCII.
std::vector<const RecordedVariable*> InSparkOrder(const std::vector<RecordedVariable>& variables) {
  uint32_t places = 16;
  while (variables.size() >= places * 3 / 4) places *= 2;
  const auto order = [places](const RecordedVariable* variable) {
    uint32_t hash = 0;
    for (const unsigned char byte : variable->name) hash = hash * 31 + byte;
    hash ^= hash >> 16;
    return std::pair(hash & (places - 1), static_cast<int32_t>(hash));
  };
  std::vector<const RecordedVariable*> sorted;
  for (const RecordedVariable& variable : variables) sorted.push_back(&variable);
  std::sort(sorted.begin(), sorted.end(),
            [&](const auto* left, const auto* right) { return order(left) < order(right); });
  return sorted;
}

}  // namespace

std::string OperatorProperties::ToJson() const {
  Json json;
  // The mode None has another name in Spark's metadata.
  json["timeMode"] = time_mode == "None" ? "NoTime" : time_mode;
  json["outputMode"] = output_mode;
  json["stateVariables"] = Json::array();
  for (const RecordedVariable* variable : InSparkOrder(variables)) {
    Json entry;
    entry["stateName"] = variable->name;
    entry["stateVariableType"] = state::VariableKindName(variable->kind);
    entry["ttlEnabled"] = variable->has_ttl;
    json["stateVariables"].push_back(std::move(entry));
  }
  return json.dump();
}

const RecordedVariable* OperatorProperties::Find(const std::string& name) const {
  for (const RecordedVariable& variable : variables) {
    if (variable.name == name) return &variable;
  }
  return nullptr;
}

Result<std::optional<OperatorProperties>> ReadOperatorProperties(
    FileSystem* file_system, const std::string& metadata_directory, std::optional<int64_t> batch) {
  MetadataLog log = OpenLog(file_system, metadata_directory);
  ARROW_ASSIGN_OR_RAISE(const auto newest, ReadNewest(&log, metadata_directory, batch));
  if (!newest) return std::optional<OperatorProperties>();
  const Json& json = newest->properties;
  OperatorProperties properties;
  properties.time_mode = TextOf(json, "timeMode");
  properties.output_mode = TextOf(json, "outputMode");
  if (json.contains("stateVariables")) {
    for (const Json& entry : json["stateVariables"]) {
      auto variable = ParseVariable(entry);
      if (!variable.ok()) return Malformed(metadata_directory, json.dump());
      properties.variables.push_back(variable.MoveValueUnsafe());
    }
  }
  return std::optional(std::move(properties));
}

Status VerifyOperatorProperties(FileSystem* file_system, const std::string& metadata_directory,
                                const std::string& properties, int64_t batch) {
  if (properties.empty()) return Status::OK();
  MetadataLog log = OpenLog(file_system, metadata_directory);
  ARROW_ASSIGN_OR_RAISE(const auto newest, ReadNewest(&log, metadata_directory, std::nullopt));
  Json next = Json::parse(properties);
  if (newest) {
    ARROW_RETURN_NOT_OK(Compare(newest->properties, next));
    KeepRetired(newest->properties, &next);
  }
  next.erase("deleted");
  if (newest) {
    Json last = newest->properties;
    last.erase("since");
    if (last.dump() == next.dump()) return Status::OK();
  }
  next["since"] = batch;
  return log.Add(newest ? newest->id + 1 : 0, "v1\n" + next.dump());
}

}  // namespace thalweg::stream
