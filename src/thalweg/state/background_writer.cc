#include "thalweg/state/background_writer.h"

namespace thalweg::state {
namespace {

constexpr int64_t kSyncBytes = 1 << 20;

}  // namespace

/// Belongs to the thread.
struct BackgroundWriter::File {
  std::string path;
  std::unique_ptr<WritableFile> file;
  int64_t unsynced = 0;
};

class BackgroundWriter::QueuedFile : public WritableFile {
 public:
  QueuedFile(BackgroundWriter* writer, std::shared_ptr<File> file)
      : writer_(writer), file_(std::move(file)) {}

  Status Append(std::string_view bytes) override {
    return writer_->Queue({file_, Step::kAppend, std::string(bytes)});
  }
  Status Sync() override { return writer_->Queue({file_, Step::kSync, {}}); }
  Status Close() override { return writer_->Queue({file_, Step::kClose, {}}); }

 private:
  BackgroundWriter* writer_;
  std::shared_ptr<File> file_;
};

BackgroundWriter::BackgroundWriter(FileSystem* file_system)
    : file_system_(file_system), thread_([this] { ThreadMain(); }) {}

BackgroundWriter::~BackgroundWriter() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::unique_ptr<WritableFile> BackgroundWriter::Create(const std::string& path) {
  auto file = std::make_shared<File>();
  file->path = path;
  // An error is met by whatever comes next.
  ARROW_UNUSED(Queue({file, Step::kCreate, {}}));
  return std::make_unique<QueuedFile>(this, std::move(file));
}

Status BackgroundWriter::Queue(Job job) {
  const auto bytes = static_cast<int64_t>(job.bytes.size());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ARROW_RETURN_NOT_OK(status_);
    queued_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
  return Status::OK();
}

Result<bool> BackgroundWriter::Finished() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  ARROW_RETURN_NOT_OK(status_);
  return jobs_.empty() && !busy_;
}

Status BackgroundWriter::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

void BackgroundWriter::Wait() const {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !status_.ok() || (jobs_.empty() && !busy_); });
}

void BackgroundWriter::ThreadMain() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    busy_ = true;
    lock.unlock();
    const Status status = Run(job);
    lock.lock();
    busy_ = false;
    queued_bytes_.fetch_sub(static_cast<int64_t>(job.bytes.size()), std::memory_order_relaxed);
    if (!status.ok()) {
      status_ = status;
      jobs_.clear();
    }
    if (jobs_.empty()) changed_.notify_all();
  }
}

Status BackgroundWriter::Run(const Job& job) {
  File* file = job.file.get();
  switch (job.step) {
    case Step::kCreate: {
      ARROW_ASSIGN_OR_RAISE(file->file, file_system_->CreateNew(file->path));
      return Status::OK();
    }
    case Step::kAppend:
      ARROW_RETURN_NOT_OK(file->file->Append(job.bytes));
      file->unsynced += static_cast<int64_t>(job.bytes.size());
      if (file->unsynced < kSyncBytes) return Status::OK();
      file->unsynced = 0;
      return file->file->Sync();
    case Step::kSync:
      file->unsynced = 0;
      return file->file->Sync();
    case Step::kClose:
      ARROW_RETURN_NOT_OK(file->file->Close());
      return file_system_->SyncDirectory(ParentPath(file->path));
  }
  return Status::OK();
}

}  // namespace thalweg::state
