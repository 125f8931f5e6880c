#include "thalweg/checkpoint/metadata_log.h"

#include <algorithm>
#include <charconv>

#include "thalweg/base/fault_point.h"
#include "thalweg/base/log_file.h"
#include "thalweg/base/text_seal.h"

namespace thalweg::checkpoint {
namespace {

std::optional<int64_t> ParseId(const std::string& name) {
  int64_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc() || end != name.data() + name.size() || id < 0) return std::nullopt;
  return id;
}

}  // namespace

MetadataLog::MetadataLog(FileSystem* file_system, std::string directory, std::string fault_prefix)
    : file_system_(file_system),
      directory_(std::move(directory)),
      fault_prefix_(std::move(fault_prefix)) {}

std::string MetadataLog::PathOf(int64_t id) const {
  return JoinPath(directory_, std::to_string(id));
}

Status MetadataLog::Add(int64_t id, const std::string& content) {
  if (!directory_made_) {
    ARROW_RETURN_NOT_OK(file_system_->CreateDirectories(directory_));
    directory_made_ = true;
  }
  FAULT_POINT(fault_prefix_ + ".before");
  const Status status = AtomicCreate(file_system_, PathOf(id), SealText(content), fault_prefix_);
  if (IsAlreadyExists(status)) {
    return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(id)}});
  }
  ARROW_RETURN_NOT_OK(status);
  recent_[id] = content;
  while (recent_.size() > 2) recent_.erase(recent_.begin());
  FAULT_POINT(fault_prefix_ + ".after");
  return Status::OK();
}

Result<std::optional<std::string>> MetadataLog::Get(int64_t id) {
  const auto found = recent_.find(id);
  if (found != recent_.end()) return found->second;
  auto content = ReadSealedLogFile(file_system_, PathOf(id));
  if (content.ok()) return std::move(content).ValueOrDie();
  if (IsNotFound(content.status())) return std::optional<std::string>();
  return content.status();
}

Result<std::vector<int64_t>> MetadataLog::Ids() {
  auto entries = file_system_->List(directory_);
  if (!entries.ok()) {
    if (IsNotFound(entries.status())) return std::vector<int64_t>();
    return entries.status();
  }
  std::vector<int64_t> ids;
  for (const FileInfo& entry : *entries) {
    if (const auto id = ParseId(BaseName(entry.path))) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<std::optional<int64_t>> MetadataLog::LatestId() {
  ARROW_ASSIGN_OR_RAISE(auto ids, Ids());
  if (ids.empty()) return std::optional<int64_t>();
  return std::optional<int64_t>(ids.back());
}

Status MetadataLog::Purge(int64_t threshold) {
  if (threshold <= 0) return Status::OK();
  if (!lowest_) {
    ARROW_ASSIGN_OR_RAISE(auto ids, Ids());
    for (int64_t id : ids) {
      if (id < threshold) ARROW_RETURN_NOT_OK(file_system_->Remove(PathOf(id)));
    }
  } else {
    for (int64_t id = *lowest_; id < threshold; ++id) {
      ARROW_RETURN_NOT_OK(file_system_->Remove(PathOf(id)));
    }
  }
  lowest_ = std::max(threshold, lowest_.value_or(threshold));
  return Status::OK();
}

Result<std::vector<std::string>> SplitVersionedLines(const std::string& content, int max_version,
                                                     const std::string& path) {
  std::vector<std::string> lines;
  size_t at = 0;
  while (at <= content.size()) {
    const size_t end = std::min(content.find('\n', at), content.size());
    lines.push_back(content.substr(at, end - at));
    at = end + 1;
  }
  const std::string& first = lines.front();
  int version = 0;
  const char* begin = first.data() + 1;
  const char* stop = first.data() + first.size();
  const bool well_formed = first.size() > 1 && first[0] == 'v' &&
                           std::from_chars(begin, stop, version).ptr == stop && version > 0;
  if (!well_formed) {
    return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", first.substr(0, 80)}});
  }
  if (version > max_version) {
    return MakeError(
        "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION",
        {{"version", first}, {"matchVersion", "v" + std::to_string(max_version)}, {"path", path}});
  }
  lines.erase(lines.begin());
  return lines;
}

}  // namespace thalweg::checkpoint
