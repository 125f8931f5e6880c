#include "thalweg/state/rocksdb/scratch_directory.h"

#include <filesystem>

namespace thalweg::state {
namespace {

constexpr char kPrefix[] = "thalweg-state-";
constexpr char kLockName[] = "lock";
constexpr int kAttempts = 8;

Status ScratchError(const std::string& path, const Status& cause) {
  return MakeError("STATE_STORE_SCRATCH_DIRECTORY", {{"path", path}, {"reason", cause.message()}});
}

Result<std::string> ChooseRoot(const std::string& roots) {
  std::string root = roots.substr(0, roots.find(','));
  if (!root.empty()) return NormalizePath(root);
  std::error_code error;
  root = std::filesystem::temp_directory_path(error).string();
  if (error) return Status::IOError("no directory for temporary files: ", error.message());
  return root;
}

/// Removes directories of processes that are gone. What cannot be removed stays for the next one.
void RemoveLeftOvers(FileSystem* files, const std::string& root) {
  const auto entries = files->List(root);
  if (!entries.ok()) return;
  for (const FileInfo& entry : *entries) {
    if (!BaseName(entry.path).starts_with(kPrefix)) continue;
    const std::string lock_path = JoinPath(entry.path, kLockName);
    // A directory without a lock file is one that its owner is only about to lock.
    const auto exists = files->Exists(lock_path);
    if (!exists.ok() || !*exists) continue;
    const auto lock = files->TryLock(lock_path);
    if (!lock.ok() || *lock == nullptr) continue;
    (void)files->RemoveRecursively(entry.path);
  }
}

}  // namespace

Result<std::unique_ptr<ScratchDirectory>> ScratchDirectory::Make(const std::string& roots) {
  ARROW_ASSIGN_OR_RAISE(const std::string root, ChooseRoot(roots));
  std::unique_ptr<ScratchDirectory> scratch(new ScratchDirectory());
  scratch->files_ = MakeLocalFileSystem();
  FileSystem* files = scratch->files_.get();
  RemoveLeftOvers(files, root);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::string path = JoinPath(root, kPrefix + RandomUuid());
    const Status created = files->CreateDirectories(path);
    if (!created.ok()) return ScratchError(path, created);
    const std::string lock_path = JoinPath(path, kLockName);
    auto lock = files->TryLock(lock_path);
    if (!lock.ok()) return ScratchError(path, lock.status());
    // Another start may have taken the new directory for a left-over before it was locked.
    const auto exists = files->Exists(lock_path);
    if (!exists.ok()) return ScratchError(path, exists.status());
    if (*lock == nullptr || !*exists) continue;
    scratch->path_ = path;
    scratch->lock_ = std::move(*lock);
    return scratch;
  }
  return ScratchError(root, Status::IOError("other processes keep removing what is made there"));
}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  // What stays is removed by the next start.
  (void)files_->RemoveRecursively(path_);
}

}  // namespace thalweg::state
