#pragma once

// Files written by a thread of their own, so that nobody waits for the device.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "thalweg/base/file_system.h"
#include "thalweg/base/status.h"

namespace thalweg::state {

/// One thread that creates, writes and syncs files in the order it is told to. What it has written
/// is synced now and then, so that the syncs of others never wait for much of it. The first error
/// ends it: everything that is still to do, and all that comes later, does nothing.
class BackgroundWriter {
 public:
  /// `file_system` outlives the writer.
  explicit BackgroundWriter(FileSystem* file_system);
  /// Waits for the operation under way; what has not begun is left out.
  ~BackgroundWriter();
  BackgroundWriter(const BackgroundWriter&) = delete;
  BackgroundWriter& operator=(const BackgroundWriter&) = delete;

  /// A new file. Its methods only queue (the bytes are copied) and give the writer's error, if it
  /// is known by then. Closing it also makes its directory entry durable. It may be destroyed
  /// before it is written, but not after the writer. Thread-safe.
  std::unique_ptr<WritableFile> Create(const std::string& path);

  /// Bytes that are still to be written.
  int64_t queued_bytes() const { return queued_bytes_.load(std::memory_order_relaxed); }
  /// True once all that was queued is done and durable. Errors: the first one met.
  Result<bool> Finished() const;
  /// The first error met so far.
  Status status() const;
  /// Waits until Finished() has an answer other than no.
  void Wait() const;

 private:
  struct File;
  class QueuedFile;
  enum class Step { kCreate, kAppend, kSync, kClose };
  struct Job {
    std::shared_ptr<File> file;
    Step step;
    std::string bytes;
  };

  Status Queue(Job job);
  void ThreadMain();
  Status Run(const Job& job);

  FileSystem* file_system_;
  std::atomic<int64_t> queued_bytes_{0};
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool busy_ = false;
  bool stopping_ = false;
  Status status_;
  std::thread thread_;
};

}  // namespace thalweg::state
