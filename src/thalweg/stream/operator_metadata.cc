#include "thalweg/stream/operator_metadata.h"

#include <charconv>
#include <map>

#include <nlohmann/json.hpp>

#include "thalweg/base/log_file.h"
#include "thalweg/base/text_seal.h"
#include "thalweg/checkpoint/metadata_log.h"
#include "thalweg/stream/operator_properties.h"
#include "thalweg/stream/state_reader/state_schema_file.h"

namespace thalweg::stream {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::map<int, std::string>;

std::string MetadataPath(const std::string& state_directory, int operator_id) {
  return JoinPath(OperatorMetadataDirectory(state_directory, operator_id), "metadata");
}

std::string ToText(const exec::StatefulOperatorInfo& info, int num_partitions) {
  Json json;
  json["operatorInfo"] = {{"operatorId", info.id}, {"operatorName", info.name}};
  json["stateStoreInfo"] = Json::array();
  for (const std::string& name : info.store_names) {
    Json store;
    store["storeName"] = name;
    store["numColsPrefixKey"] = info.num_prefix_columns;
    store["numPartitions"] = num_partitions;
    json["stateStoreInfo"].push_back(std::move(store));
  }
  return "v1\n" + json.dump();
}

void AppendStores(const Json& stores, RecordedOperator* recorded) {
  for (const Json& store : stores) {
    RecordedOperator::Store parsed;
    if (!store.is_object()) continue;
    if (store.contains("storeName") && store["storeName"].is_string()) {
      parsed.name = store["storeName"].get<std::string>();
    }
    if (store.contains("numPartitions") && store["numPartitions"].is_number_integer()) {
      parsed.num_partitions = store["numPartitions"].get<int>();
    }
    if (store.contains("numColsPrefixKey") && store["numColsPrefixKey"].is_number_integer()) {
      parsed.num_prefix_columns = store["numColsPrefixKey"].get<int>();
    }
    recorded->stores.push_back(std::move(parsed));
  }
}

Result<RecordedOperator> ParseOperator(const std::string& text, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const auto lines, checkpoint::SplitVersionedLines(text, 1, path));
  const std::string line = lines.empty() ? "" : lines.front();
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("operatorInfo")) {
    const Json& info = json["operatorInfo"];
    if (info.is_object() && info.contains("operatorName") && info["operatorName"].is_string()) {
      RecordedOperator recorded;
      recorded.name = info["operatorName"].get<std::string>();
      if (json.contains("stateStoreInfo")) AppendStores(json["stateStoreInfo"], &recorded);
      return recorded;
    }
  }
  return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", line.substr(0, 80)}});
}

Result<Names> ReadNames(FileSystem* file_system, const std::string& state_directory) {
  ARROW_ASSIGN_OR_RAISE(const auto operators, ReadOperatorMetadata(file_system, state_directory));
  Names names;
  for (const auto& [id, recorded] : operators) names[id] = recorded.name;
  return names;
}

/// The id that a directory below the checkpoint's state directory is named by; negative: none.
int OperatorId(const std::string& path) {
  const std::string name = BaseName(path);
  int id = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  return error == std::errc() && end == name.data() + name.size() ? id : -1;
}

/// An operator that has run has written its metadata first: a directory without has lost it.
Status CheckNoneIsMissing(FileSystem* file_system, const std::string& state_directory,
                          const Names& recorded) {
  const auto entries = file_system->List(state_directory);
  if (!entries.ok()) return IsNotFound(entries.status()) ? Status::OK() : entries.status();
  for (const FileInfo& entry : *entries) {
    const int id = OperatorId(entry.path);
    if (id < 0 || recorded.contains(id)) continue;
    return MakeError("BATCH_METADATA_NOT_FOUND",
                     {{"batchMetadataFile", MetadataPath(state_directory, id)}});
  }
  return Status::OK();
}

std::string Describe(const Names& names) {
  std::string text;
  for (const auto& [id, name] : names) {
    if (!text.empty()) text += ", ";
    text += "(OperatorId: " + std::to_string(id) + " -> OperatorName: " + name + ")";
  }
  return text;
}

bool IsSubset(const Names& part, const Names& whole) {
  for (const auto& [id, name] : part) {
    const auto found = whole.find(id);
    if (found == whole.end() || found->second != name) return false;
  }
  return true;
}

}  // namespace

std::string OperatorMetadataDirectory(const std::string& state_directory, int operator_id) {
  return JoinPath(state_directory, std::to_string(operator_id) + "/_metadata");
}

Result<std::map<int, RecordedOperator>> ReadOperatorMetadata(FileSystem* file_system,
                                                             const std::string& state_directory) {
  std::map<int, RecordedOperator> operators;
  const auto entries = file_system->List(state_directory);
  if (!entries.ok()) {
    if (IsNotFound(entries.status())) return operators;
    return entries.status();
  }
  for (const FileInfo& entry : *entries) {
    const int id = OperatorId(entry.path);
    if (id < 0) continue;
    const std::string path = MetadataPath(state_directory, id);
    const auto text = ReadSealedLogFile(file_system, path);
    if (!text.ok() && IsNotFound(text.status())) continue;
    ARROW_RETURN_NOT_OK(text.status());
    ARROW_ASSIGN_OR_RAISE(operators[id], ParseOperator(*text, path));
  }
  return operators;
}

Status VerifyOperatorMetadata(FileSystem* file_system, const std::string& state_directory,
                              const std::vector<exec::StatefulOperatorInfo>& operators,
                              int num_partitions, int64_t batch, bool has_commits) {
  ARROW_ASSIGN_OR_RAISE(const Names recorded, ReadNames(file_system, state_directory));
  Names wanted;
  for (const auto& info : operators) wanted[info.id] = info.name;
  if (has_commits) ARROW_RETURN_NOT_OK(CheckNoneIsMissing(file_system, state_directory, recorded));
  if (has_commits && recorded.empty() && !wanted.empty()) {
    return MakeError("STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY",
                     {{"OpsInCurBatchSeq", Describe(wanted)}});
  }
  const bool fits = has_commits ? recorded == wanted : IsSubset(recorded, wanted);
  if (!fits) {
    return MakeError(
        "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA",
        {{"OpsInMetadataSeq", Describe(recorded)}, {"OpsInCurBatchSeq", Describe(wanted)}});
  }
  for (const auto& info : operators) {
    if (!recorded.contains(info.id)) {
      const std::string path = MetadataPath(state_directory, info.id);
      ARROW_RETURN_NOT_OK(file_system->CreateDirectories(ParentPath(path)));
      ARROW_RETURN_NOT_OK(AtomicCreate(file_system, path, SealText(ToText(info, num_partitions))));
    }
    ARROW_RETURN_NOT_OK(WriteStateSchema(file_system, state_directory, info.id, info.schema));
    ARROW_RETURN_NOT_OK(
        VerifyOperatorProperties(file_system, OperatorMetadataDirectory(state_directory, info.id),
                                 info.properties_json, batch));
  }
  return Status::OK();
}

}  // namespace thalweg::stream
