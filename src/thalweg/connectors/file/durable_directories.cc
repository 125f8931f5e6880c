#include "thalweg/connectors/file/durable_directories.h"

namespace thalweg::connectors {

Status DurableDirectories::Sync(const std::string& directory) {
  ARROW_RETURN_NOT_OK(file_system_->SyncDirectory(directory));
  std::string at = directory;
  while (true) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (known_.contains(at)) return Status::OK();
    }
    ARROW_RETURN_NOT_OK(file_system_->SyncDirectory(ParentPath(at)));
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      known_.insert(at);
    }
    if (at == root_ || at == ParentPath(at)) return Status::OK();
    at = ParentPath(at);
  }
}

}  // namespace thalweg::connectors
