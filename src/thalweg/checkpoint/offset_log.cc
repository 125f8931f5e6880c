#include "thalweg/checkpoint/offset_log.h"

#include <nlohmann/json.hpp>

namespace thalweg::checkpoint {
namespace {

using Json = nlohmann::ordered_json;

Status Malformed(const std::string& path, std::string text) {
  return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", text.substr(0, 80)}});
}

}  // namespace

std::string ToText(const OffsetEntry& entry) {
  Json metadata;
  metadata["batchWatermarkMs"] = entry.batch_watermark_millis;
  metadata["batchTimestampMs"] = entry.batch_timestamp_millis;
  metadata["conf"] = Json::object();
  for (const auto& [key, value] : entry.conf) metadata["conf"][key] = value;
  std::string text = "v1\n" + metadata.dump();
  for (const auto& offset : entry.offsets) {
    text += "\n";
    text += offset ? *offset : "-";
  }
  return text;
}

Result<OffsetEntry> ParseOffsetEntry(const std::string& text, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto lines, SplitVersionedLines(text, 1, path));
  if (lines.empty()) return Malformed(path, "no metadata line");
  const Json metadata = Json::parse(lines.front(), nullptr, /*allow_exceptions=*/false);
  if (!metadata.is_object()) return Malformed(path, lines.front());
  OffsetEntry entry;
  for (const auto& [key, value] : metadata.items()) {
    if (key == "batchWatermarkMs" && value.is_number_integer()) {
      entry.batch_watermark_millis = value.get<int64_t>();
    } else if (key == "batchTimestampMs" && value.is_number_integer()) {
      entry.batch_timestamp_millis = value.get<int64_t>();
    } else if (key == "conf" && value.is_object()) {
      for (const auto& [name, setting] : value.items()) {
        if (!setting.is_string()) return Malformed(path, lines.front());
        entry.conf[name] = setting.get<std::string>();
      }
    } else if (key == "batchWatermarkMs" || key == "batchTimestampMs" || key == "conf") {
      return Malformed(path, lines.front());
    }
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) return Malformed(path, "empty offset line");
    entry.offsets.push_back(lines[i] == "-" ? std::nullopt : std::optional(lines[i]));
  }
  return entry;
}

OffsetLog::OffsetLog(FileSystem* file_system, const std::string& checkpoint)
    : directory_(JoinPath(checkpoint, "offsets")), log_(file_system, directory_, "offsets") {}

Status OffsetLog::Add(int64_t batch, const OffsetEntry& entry) {
  return log_.Add(batch, ToText(entry));
}

Result<std::optional<OffsetEntry>> OffsetLog::Get(int64_t batch) {
  ARROW_ASSIGN_OR_RAISE(auto text, log_.Get(batch));
  if (!text) return std::optional<OffsetEntry>();
  ARROW_ASSIGN_OR_RAISE(auto entry,
                        ParseOffsetEntry(*text, JoinPath(directory_, std::to_string(batch))));
  return std::optional<OffsetEntry>(std::move(entry));
}

}  // namespace thalweg::checkpoint
