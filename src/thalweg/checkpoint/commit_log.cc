#include "thalweg/checkpoint/commit_log.h"

#include <nlohmann/json.hpp>

namespace thalweg::checkpoint {
namespace {

using Json = nlohmann::ordered_json;

/// Reads the part under "thalweg"; nlohmann's typed access throws on a wrong shape, which the
/// caller turns into an error.
void ReadExtension(const Json& extension, CommitEntry* entry) {
  for (const auto& [operator_id, files] : extension.at("state").items()) {
    StateFiles& target = entry->state[std::stoi(operator_id)];
    target.snapshots = files.at("snapshots").get<std::vector<std::string>>();
    target.changes = files.at("changes").get<std::vector<std::string>>();
  }
  entry->input_rows = extension.at("input").at("rows").get<int64_t>();
  entry->input_hash = extension.at("input").at("hash").get<uint64_t>();
}

}  // namespace

std::string ToText(const CommitEntry& entry) {
  Json json;
  json["nextBatchWatermarkMs"] = entry.next_batch_watermark_millis;
  Json state = Json::object();
  for (const auto& [operator_id, files] : entry.state) {
    state[std::to_string(operator_id)] = {{"snapshots", files.snapshots},
                                          {"changes", files.changes}};
  }
  json["thalweg"] = {{"state", std::move(state)},
                     {"input", {{"rows", entry.input_rows}, {"hash", entry.input_hash}}}};
  return "v1\n" + json.dump();
}

Result<CommitEntry> ParseCommitEntry(const std::string& text, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto lines, SplitVersionedLines(text, 1, path));
  const std::string line = lines.empty() ? "" : lines.front();
  CommitEntry entry;
  try {
    const Json json = Json::parse(line);
    entry.next_batch_watermark_millis = json.at("nextBatchWatermarkMs").get<int64_t>();
    if (json.contains("thalweg")) ReadExtension(json.at("thalweg"), &entry);
  } catch (const std::exception&) {
    return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", line.substr(0, 80)}});
  }
  return entry;
}

CommitLog::CommitLog(FileSystem* file_system, const std::string& checkpoint)
    : directory_(JoinPath(checkpoint, "commits")), log_(file_system, directory_, "commit") {}

Status CommitLog::Add(int64_t batch, const CommitEntry& entry) {
  return log_.Add(batch, ToText(entry));
}

Result<std::optional<CommitEntry>> CommitLog::Get(int64_t batch) {
  ARROW_ASSIGN_OR_RAISE(auto text, log_.Get(batch));
  if (!text) return std::optional<CommitEntry>();
  ARROW_ASSIGN_OR_RAISE(auto entry,
                        ParseCommitEntry(*text, JoinPath(directory_, std::to_string(batch))));
  return std::optional<CommitEntry>(std::move(entry));
}

}  // namespace thalweg::checkpoint
