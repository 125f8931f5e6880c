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
  ARROW_RETURN_NOT_OK(ReserveLocked(static_cast<int64_t>(content.size())));
  files_[name] = std::make_shared<const std::string>(std::move(content));
  return Status::OK();
}

Status ArtifactStore::Reserve(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  return ReserveLocked(bytes);
}

Status ArtifactStore::ReserveLocked(int64_t bytes) {
  if (bytes > max_bytes_ - bytes_) {
    return MakeError("THALWEG_ARTIFACTS_TOO_LARGE", {{"limit", std::to_string(max_bytes_)}});
  }
  bytes_ += bytes;
  return Status::OK();
}

void ArtifactStore::Free(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ -= bytes;
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
