#include "thalweg/io/compactible_log.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "thalweg/base/log_file.h"
#include "thalweg/base/settings.h"
#include "thalweg/base/text_seal.h"

namespace thalweg::io {
namespace {

constexpr std::string_view kCompactSuffix = ".compact";
constexpr std::string_view kVersionLine = "v1";

struct LogFile {
  int64_t id = 0;
  bool compact = false;
};

std::optional<int64_t> ParseWholeNumber(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<LogFile> ParseLogName(std::string_view name) {
  LogFile file;
  if (name.ends_with(kCompactSuffix)) {
    file.compact = true;
    name.remove_suffix(kCompactSuffix.size());
  }
  const auto id = ParseWholeNumber(name);
  if (!id) return std::nullopt;
  file.id = *id;
  return file;
}

std::string LogText(const std::vector<std::string>& entries) {
  std::string text(kVersionLine);
  for (const auto& entry : entries) {
    text.push_back('\n');
    text += entry;
  }
  return SealText(std::move(text));
}

Status MissingEntry(const std::string& path) {
  return MakeError("BATCH_METADATA_NOT_FOUND", {{"batchMetadataFile", path}});
}

}  // namespace

int64_t DeriveCompactInterval(int64_t wanted, int64_t compact_id) {
  const int64_t count = compact_id + 1;
  if (count <= wanted) return count;
  for (int64_t divisor = wanted; divisor <= count / 2; ++divisor) {
    if (count % divisor == 0) return divisor;
  }
  return count;
}

Result<std::vector<std::string>> ParseLogText(const std::string& path, std::string text) {
  const size_t first_end = std::min(text.find('\n'), text.size());
  const std::string_view version = std::string_view(text).substr(0, first_end);
  if (version != kVersionLine) {
    const auto number =
        version.starts_with('v') ? ParseWholeNumber(version.substr(1)) : std::optional<int64_t>();
    if (number && *number > 1) {
      return MakeError("INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION",
                       {{"path", path},
                        {"version", std::to_string(*number)},
                        {"matchVersion", "1"},
                        {"maxSupportedVersion", "1"}});
    }
    return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", std::string(version)}});
  }
  const size_t size = text.size();
  const bool cut_off = first_end + 1 == size;  // at the end of the version line
  const bool intact = UnsealText(&text) && !cut_off;
  const bool sealed = text.size() < size;
  if (!intact)
    return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", text.substr(0, 80)}});
  std::vector<std::string> entries;
  size_t at = first_end + 1;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string entry = text.substr(at, end - at);
    at = end + 1;
    if (entry.empty()) continue;
    // Without a checksum at least a cut is seen, before a compaction copies what is left.
    if (!sealed && !nlohmann::json::accept(entry)) {
      return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", entry.substr(0, 80)}});
    }
    entries.push_back(entry);
  }
  return entries;
}

Result<CompactibleLogSettings> LogSettingsFrom(const std::map<std::string, std::string>& values,
                                               const std::string& file_source_or_sink) {
  CompactibleLogSettings settings;
  const std::string prefix = "spark.sql.streaming." + file_source_or_sink + ".log.";
  auto find = [&](const std::string& key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  };
  const std::string interval = find(prefix + "compactInterval");
  if (const auto value = ParseWholeNumber(interval); value && *value > 0) {
    settings.compact_interval = *value;
  } else if (value || interval.starts_with('-')) {
    return MakeError("INVALID_CONF_VALUE.REQUIREMENT",
                     {{"confName", prefix + "compactInterval"},
                      {"confValue", interval},
                      {"confRequirement", "it must be positive"}});
  }
  if (find(prefix + "deletion") == "false") settings.deletion = false;
  if (const std::string delay = find(prefix + "cleanupDelay"); !delay.empty()) {
    if (const auto millis = ParseWholeNumber(delay)) {
      settings.cleanup_delay_millis = *millis;
    } else if (auto micros = ParseIntervalMicros(delay, 0); micros.ok()) {
      settings.cleanup_delay_millis = *micros / 1000;
    }
  }
  const auto retained = ParseWholeNumber(find("spark.sql.streaming.minBatchesToRetain"));
  if (retained && *retained > 0) settings.min_batches_to_retain = *retained;
  return settings;
}

Result<std::unique_ptr<CompactibleLog>> CompactibleLog::Make(FileSystem* file_system, Clock* clock,
                                                             std::string directory,
                                                             CompactibleLogSettings settings) {
  std::unique_ptr<CompactibleLog> log(
      new CompactibleLog(file_system, clock, std::move(directory), std::move(settings)));
  log->interval_ = std::max<int64_t>(1, log->settings_.compact_interval);
  auto listed = file_system->List(log->directory_);
  if (!listed.ok()) {
    if (IsNotFound(listed.status())) return log;
    return listed.status();
  }
  std::vector<int64_t> compacted;
  std::vector<int64_t> ids;
  for (const auto& info : *listed) {
    const auto file = ParseLogName(BaseName(info.path));
    if (!file) continue;
    if (file->compact) compacted.push_back(file->id);
    ids.push_back(file->id);
    log->latest_id_ = std::max(log->latest_id_.value_or(-1), file->id);
  }
  std::sort(compacted.rbegin(), compacted.rend());
  if (compacted.size() >= 2) {
    log->interval_ = std::max<int64_t>(1, compacted[0] - compacted[1]);
  } else if (compacted.size() == 1) {
    log->interval_ = DeriveCompactInterval(log->interval_, compacted[0]);
  }
  ARROW_RETURN_NOT_OK(log->CheckComplete(ids, compacted.empty() ? -1 : compacted[0]));
  return log;
}

Status CompactibleLog::CheckComplete(const std::vector<int64_t>& ids, int64_t last_compact) const {
  if (ids.empty()) return Status::OK();
  // A log without compact file may begin anywhere: with the batch that first wrote it.
  const int64_t first = std::max(last_compact, *std::min_element(ids.begin(), ids.end()));
  const std::set<int64_t> present(ids.begin(), ids.end());
  for (int64_t id = first; id <= *latest_id_; ++id) {
    if (!present.contains(id)) return MissingEntry(PathOf(id));
  }
  return Status::OK();
}

Status CompactibleLog::MakeDurable() {
  ARROW_ASSIGN_OR_RAISE(const bool exists, file_system_->Exists(directory_));
  if (!exists) return Status::OK();
  ARROW_RETURN_NOT_OK(file_system_->SyncDirectory(directory_));
  return file_system_->SyncDirectory(ParentPath(directory_));
}

std::string CompactibleLog::PathOf(int64_t id) const {
  std::string name = std::to_string(id);
  if (IsCompaction(id)) name += kCompactSuffix;
  return JoinPath(directory_, name);
}

Status CompactibleLog::Add(int64_t id, const std::vector<std::string>& entries) {
  std::vector<std::string> lines;
  if (IsCompaction(id)) {
    ARROW_ASSIGN_OR_RAISE(lines, EntriesUpTo(id - 1));
    lines.insert(lines.end(), entries.begin(), entries.end());
    if (settings_.retain) std::erase_if(lines, [&](const auto& e) { return !settings_.retain(e); });
  } else {
    lines = entries;
  }
  ARROW_RETURN_NOT_OK(file_system_->CreateDirectories(directory_));
  const Status created = AtomicCreate(file_system_, PathOf(id), LogText(lines));
  if (IsAlreadyExists(created)) {
    return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(id)}});
  }
  ARROW_RETURN_NOT_OK(created);
  if (!latest_id_) ARROW_RETURN_NOT_OK(file_system_->SyncDirectory(ParentPath(directory_)));
  latest_id_ = std::max(latest_id_.value_or(-1), id);
  // Only a compaction makes older files needless.
  if (settings_.deletion && IsCompaction(id)) return DeleteExpired(id);
  return Status::OK();
}

Result<std::optional<std::vector<std::string>>> CompactibleLog::Read(int64_t id) const {
  auto text = ReadLogFile(file_system_, PathOf(id));
  if (!text.ok() && IsNotFound(text.status())) {
    // The interval may have been another one when the file was written.
    const std::string plain = JoinPath(directory_, std::to_string(id));
    text =
        ReadLogFile(file_system_, IsCompaction(id) ? plain : plain + std::string(kCompactSuffix));
  }
  if (!text.ok()) {
    if (IsNotFound(text.status())) return std::optional<std::vector<std::string>>();
    return text.status();
  }
  ARROW_ASSIGN_OR_RAISE(auto entries, ParseLogText(PathOf(id), std::move(*text)));
  return std::optional(std::move(entries));
}

Result<std::vector<std::string>> CompactibleLog::EntriesUpTo(int64_t id) const {
  std::vector<std::string> all;
  if (id < 0) return all;
  const int64_t last_compact = (id + 1) / interval_ * interval_ - 1;
  for (int64_t at = std::max<int64_t>(0, last_compact); at <= id; ++at) {
    ARROW_ASSIGN_OR_RAISE(auto entries, Read(at));
    if (!entries) {
      return MissingEntry(PathOf(at));
    }
    all.insert(all.end(), std::make_move_iterator(entries->begin()),
               std::make_move_iterator(entries->end()));
  }
  return all;
}

Result<std::vector<std::string>> CompactibleLog::AllEntries() const {
  if (!latest_id_) return std::vector<std::string>();
  ARROW_ASSIGN_OR_RAISE(auto all, EntriesUpTo(*latest_id_));
  if (settings_.retain) std::erase_if(all, [&](const auto& e) { return !settings_.retain(e); });
  return all;
}

Status CompactibleLog::DeleteExpired(int64_t id) {
  const int64_t first_kept = id + 1 - settings_.min_batches_to_retain;
  if (interval_ > first_kept) return Status::OK();
  const int64_t needed_compact = first_kept - first_kept % interval_ - 1;
  const int64_t expired = clock_->NowMillis() - settings_.cleanup_delay_millis;
  ARROW_ASSIGN_OR_RAISE(auto infos, file_system_->List(directory_));
  for (const auto& info : infos) {
    const auto file = ParseLogName(BaseName(info.path));
    if (file && file->id < needed_compact && info.modification_millis <= expired) {
      ARROW_RETURN_NOT_OK(file_system_->Remove(info.path));
    }
  }
  return Status::OK();
}

}  // namespace thalweg::io
