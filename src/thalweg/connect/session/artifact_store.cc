#include "thalweg/connect/session/artifact_store.h"

#include <array>
#include <string_view>
#include <utility>

namespace thalweg::connect {
namespace {

constexpr std::array<std::string_view, 7> kFolders = {
    "cache/", "pyfiles/", "files/", "archives/", "jars/", "classes/", "forward_to_fs/"};

/// Below one of the folders, and no step upwards.
bool IsProperName(std::string_view name) {
  bool known = false;
  for (const std::string_view folder : kFolders) {
    known |= name.size() > folder.size() && name.substr(0, folder.size()) == folder;
  }
  if (!known || name.find('\0') != std::string_view::npos) return false;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view step = name.substr(begin, end - begin);
    if (step.empty() || step == "." || step == "..") return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

Status ArtifactStore::Put(const std::string& name, std::string content) {
  if (!IsProperName(name)) return MakeError("INVALID_ARTIFACT_PATH", {{"name", name}});
  const std::lock_guard lock(mutex_);
  const auto known = files_.find(name);
  if (known != files_.end()) {
    if (*known->second == content) return Status::OK();
    return MakeError("ARTIFACT_ALREADY_EXISTS", {{"normalizedRemoteRelativePath", name}});
  }
  const auto size = static_cast<int64_t>(content.size());
  if (bytes_ + size > kMaxBytes) {
    return MakeError("THALWEG_ARTIFACTS_TOO_LARGE", {{"limit", std::to_string(kMaxBytes)}});
  }
  bytes_ += size;
  files_[name] = std::make_shared<const std::string>(std::move(content));
  return Status::OK();
}

bool ArtifactStore::Contains(const std::string& name) const { return Find(name) != nullptr; }

std::shared_ptr<const std::string> ArtifactStore::Find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

std::vector<std::string> ArtifactStore::Names(const std::string& folder) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, content] : files_) {
    if (name.compare(0, folder.size(), folder) == 0) names.push_back(name);
  }
  return names;
}

}  // namespace thalweg::connect
