#pragma once

// A stream that a program feeds: for tests and the C++ API (semantics 6.3, memory streams).

#include <memory>
#include <mutex>
#include <vector>

#include "thalweg/io/source.h"

namespace thalweg::connectors {

/// What is added, each batch under an offset of its own: 0, 1, ... Thread-safe. Rows stay until
/// they are committed, so one stream serves one query run after another.
class MemoryStream {
 public:
  explicit MemoryStream(SchemaPtr schema) : schema_(std::move(schema)) {}

  const SchemaPtr& schema() const { return schema_; }
  /// Gives the offset of the rows.
  int64_t AddData(Batch batch);
  /// -1 before the first AddData.
  int64_t latest_offset() const;
  /// The rows with offsets in (start, end]. Errors: some of them were committed.
  Result<std::vector<Batch>> Rows(int64_t start, int64_t end) const;
  /// Lets go of the rows up to `end`.
  void Commit(int64_t end);

 private:
  const SchemaPtr schema_;
  mutable std::mutex mutex_;
  std::vector<Batch> batches_;  // guarded by mutex_
  int64_t first_offset_ = 0;    // of batches_.front(); guarded by mutex_
};

/// The stream as a source of one query run. `name` shows in the description.
std::unique_ptr<io::StreamSource> MakeMemoryStreamSource(std::shared_ptr<MemoryStream> stream,
                                                         std::string name = "");

}  // namespace thalweg::connectors
