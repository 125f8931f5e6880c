#include "thalweg/checkpoint/query_metadata.h"

#include <nlohmann/json.hpp>

#include "thalweg/base/log_file.h"
#include "thalweg/checkpoint/metadata_log.h"

namespace thalweg::checkpoint {
namespace {

Result<bool> HasLogEntries(FileSystem* file_system, const std::string& checkpoint) {
  for (const char* name : {"offsets", "commits"}) {
    MetadataLog log(file_system, JoinPath(checkpoint, name), "unused");
    ARROW_ASSIGN_OR_RAISE(auto ids, log.Ids());
    if (!ids.empty()) return true;
  }
  return false;
}

Result<std::string> ParseQueryId(const std::string& text, const std::string& path) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("id") || !json["id"].is_string()) {
    return MakeError("MALFORMED_CHECKPOINT_METADATA", {{"path", path}});
  }
  return json["id"].get<std::string>();
}

}  // namespace

Result<std::string> LoadOrCreateQueryId(FileSystem* file_system, const std::string& checkpoint) {
  const std::string path = JoinPath(checkpoint, "metadata");
  auto text = ReadLogFile(file_system, path);
  if (text.ok()) return ParseQueryId(*text, path);
  if (!IsNotFound(text.status())) return text.status();
  ARROW_ASSIGN_OR_RAISE(bool has_entries, HasLogEntries(file_system, checkpoint));
  if (has_entries) {
    return MakeError("STREAMING_CHECKPOINT_MISSING_METADATA_FILE",
                     {{"checkpointLocation", checkpoint}});
  }
  const std::string id = RandomUuid();
  ARROW_RETURN_NOT_OK(file_system->CreateDirectories(checkpoint));
  const Status status = AtomicCreate(file_system, path, "{\"id\":\"" + id + "\"}");
  if (IsAlreadyExists(status)) {
    // Another run won the race: its id is the query's.
    ARROW_ASSIGN_OR_RAISE(auto winner, file_system->ReadFile(path));
    return ParseQueryId(winner, path);
  }
  ARROW_RETURN_NOT_OK(status);
  return id;
}

}  // namespace thalweg::checkpoint
