#pragma once

// What the engine asks of a source. A scan is planned in splits (units one worker reads alone) and
// opened split by split; streams add offsets. Implementations live in connectors/.

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::io {

/// Options of a reader or writer. Keys are lower-cased on entry: option names are case-insensitive.
using Options = std::map<std::string, std::string>;

/// A unit of reading, opaque to the engine. Made by the source that opens it.
class Split {
 public:
  virtual ~Split() = default;
};
using SplitPtr = std::shared_ptr<const Split>;

/// Reads the batches of one split. One thread at a time. Destroyed when done or on error.
class BatchReader {
 public:
  virtual ~BatchReader() = default;
  /// The next batch, or nothing at the end. Its columns are those of ReadRequest::columns.
  virtual Result<std::optional<Batch>> Next() = 0;
};

/// One simple comparison a source may use to skip data (`column op literal`); never required.
struct PushedFilter {
  int column = 0;  // ordinal in the source's schema
  std::string op;  // "=", "<", "<=", ">", ">=", "isnotnull"
  std::shared_ptr<arrow::Scalar> value;
};

struct ReadRequest {
  /// Ordinals in the source's schema that must be produced, in this order. May be empty: only the
  /// number of rows matters then. The provider's hidden columns have the ordinals behind it.
  std::vector<int> columns;
  std::vector<PushedFilter> filters;
  int64_t batch_rows = kDefaultBatchRows;
  std::string session_time_zone = "UTC";
  /// Set to stop early (may be null); outlives the reader. A reader that waits for others gives
  /// Status::Cancelled then.
  const std::atomic<bool>* cancelled = nullptr;
};

/// A bounded set of rows. Thread-safe for Open() from several workers.
class Scan {
 public:
  virtual ~Scan() = default;
  virtual const SchemaPtr& schema() const = 0;
  /// "FileScan parquet [/data/x]": for EXPLAIN.
  virtual std::string Description() const = 0;
  virtual Result<std::vector<SplitPtr>> PlanSplits() = 0;
  virtual Result<std::unique_ptr<BatchReader>> Open(const SplitPtr& split,
                                                    const ReadRequest& request) const = 0;
};

/// A source's position: JSON text exactly as it is written to the offset log (semantics 3.4).
using Offset = std::string;

/// How much one micro-batch may take (semantics 2.5).
struct ReadLimit {
  enum class Kind { kAllAvailable, kMaxFiles, kMaxBytes, kMaxRows };
  Kind kind = Kind::kAllAvailable;
  int64_t value = 0;
};

struct SourceCapabilities {
  /// PlanSplits(start, end) gives the same rows again after a restart.
  bool replayable = true;
  /// PrepareForAvailableNow() is meaningful (else AvailableNow runs a single batch).
  bool available_now = true;
};

/// A stream. Called by one thread (the epoch loop), except Open(), which workers call.
class StreamSource {
 public:
  virtual ~StreamSource() = default;
  virtual const SchemaPtr& schema() const = 0;
  /// As in progress JSON: "FileStreamSource[file:/in]", "RateStreamV2[rowsPerSecond=1, ...".
  virtual std::string Description() const = 0;
  virtual SourceCapabilities capabilities() const { return {}; }
  /// The limit its options ask for.
  virtual ReadLimit DefaultReadLimit() const { return {}; }
  /// Newest offset to read up to, given where the last batch ended (nothing: at the beginning) and
  /// a limit. Nothing: no data has ever been seen. Equal to `start`: no new data. May write the
  /// source's private log.
  virtual Result<std::optional<Offset>> LatestOffset(const std::optional<Offset>& start,
                                                     const ReadLimit& limit) = 0;
  /// Newest offset without any limit, for progress; nothing if unknown.
  virtual Result<std::optional<Offset>> ReportLatestOffset() { return std::optional<Offset>(); }
  /// Fixes the end: later LatestOffset() calls never go beyond what exists now.
  virtual Status PrepareForAvailableNow() { return Status::OK(); }
  /// Splits of the range (start, end]; `start` nothing means from the beginning.
  virtual Result<std::vector<SplitPtr>> PlanSplits(const std::optional<Offset>& start,
                                                   const Offset& end) = 0;
  virtual Result<std::unique_ptr<BatchReader>> Open(const SplitPtr& split,
                                                    const ReadRequest& request) const = 0;
  /// Batches up to `end` are final and will not be asked for again.
  virtual Status Commit(const Offset& end) { return Status::OK(); }
  /// Source metrics of the last batch for progress JSON (name -> value text).
  virtual std::map<std::string, std::string> Metrics() const { return {}; }
  virtual Status Stop() { return Status::OK(); }
};

}  // namespace thalweg::io
