#pragma once

// Change files and snapshots: one format (docs/formats/state.md). A file is a magic number and
// blocks, each with its length and CRC-32C; the last block is the end marker, so that a torn file
// never passes for a whole one.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "thalweg/base/file_system.h"
#include "thalweg/base/status.h"

namespace thalweg::state {

/// Expiry of entries that never expire.
inline constexpr int64_t kNoExpiry = std::numeric_limits<int64_t>::max();
/// Header value: the epoch expired nothing.
inline constexpr int64_t kNothingExpired = std::numeric_limits<int64_t>::min();

enum class StateFileKind : uint8_t { kChanges = 1, kSnapshot = 2 };

struct StateFileHeader {
  StateFileKind kind = StateFileKind::kChanges;
  int64_t epoch = 0;
  int32_t num_key_groups = 0;
  /// Entries with this expiry (microseconds) or a lower one are gone after the epoch.
  int64_t expired_through = kNothingExpired;
  std::string key_signature;
  std::string value_signature;
};

/// One entry: its new value, or that it is gone.
struct StateRecord {
  bool deleted = false;
  /// The number of key groups itself: a record for the tables of all workers.
  int32_t key_group = 0;
  int64_t expiry = kNoExpiry;
  std::string_view key;
  std::string_view value;
};

/// Writes one file. One thread. Destroyed before Finish(): the file is garbage that nothing names.
class StateFileWriter {
 public:
  /// `path` must not exist.
  static Result<std::unique_ptr<StateFileWriter>> Make(FileSystem* file_system,
                                                       const std::string& path,
                                                       const StateFileHeader& header);
  /// Into a file that is open and empty.
  static Result<std::unique_ptr<StateFileWriter>> Make(std::unique_ptr<WritableFile> file,
                                                       const StateFileHeader& header);
  Status Write(const StateRecord& record) { return Write(record, {record.value}); }
  /// The same with a value that is put together from parts; that of the record is not looked at.
  Status Write(const StateRecord& record, std::initializer_list<std::string_view> value);
  /// Writes the end marker and makes the content durable (the directory entry is not yet).
  Status Finish();
  int64_t bytes_written() const { return bytes_written_; }

 private:
  explicit StateFileWriter(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}
  Status FlushBlock();
  char* Grow(size_t bytes);

  std::unique_ptr<WritableFile> file_;
  // The block under way; what is behind block_size_ has never been written to.
  std::unique_ptr<char[]> block_;
  size_t block_size_ = 0;
  size_t block_capacity_ = 0;
  int64_t expiry_ = kNoExpiry;
  uint64_t num_records_ = 0;
  int64_t bytes_written_ = 0;
};

/// Who reads a file, and what for.
struct StateFileVisitor {
  /// First.
  std::function<Status(const StateFileHeader&)> on_header;
  /// Each record whose key group modulo `num_workers` is `worker`, and those for all, in order.
  std::function<Status(const StateRecord&)> on_record;
  /// After the last record; the views of all records are valid until it returns. May be null.
  std::function<Status()> on_end = nullptr;
  int worker = 0;
  int num_workers = 1;
};

/// Reads a whole file and verifies it. Gives the file's size.
/// Errors: CANNOT_LOAD_STATE_STORE.* naming the file and `epoch` (for which it is read).
Result<int64_t> ReadStateFile(FileSystem* file_system, const std::string& path, int64_t epoch,
                              const StateFileVisitor& visitor);

/// How many records the file says it has, without reading it: a hint. 0 if it says nothing that can
/// be.
int64_t EstimateStateRecords(FileSystem* file_system, const std::string& path);

}  // namespace thalweg::state
