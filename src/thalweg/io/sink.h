#pragma once

// What the engine asks of a sink. One StreamSink serves a whole query run; per epoch each worker
// opens a writer, and the epoch is committed once with what the writers report.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"
#include "thalweg/io/source.h"

namespace thalweg::io {

enum class OutputMode { kAppend, kUpdate, kComplete };

/// What a finished writer tells the commit: opaque to the engine.
class WriterReport {
 public:
  virtual ~WriterReport() = default;
  int64_t num_rows = 0;
};
using WriterReportPtr = std::unique_ptr<WriterReport>;

/// Writes the rows of one worker in one epoch. One thread.
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  /// Called once, before rows come. `cancelled` (may be null; outlives the writer) is set to stop
  /// early: a writer that waits for others gives Status::Cancelled then.
  virtual void CancelledBy(const std::atomic<bool>* cancelled) {}
  /// `batch` may have a selection.
  virtual Status Write(const Batch& batch) = 0;
  /// Makes what was written ready to commit (durable, where the sink is) and reports it.
  virtual Result<WriterReportPtr> Finish() = 0;
  /// Drops what was written, as far as possible. Called instead of Finish() on failure.
  virtual void Abort() = 0;
  /// As above, behind Finish(): another writer of the epoch failed.
  virtual void Discard() {}
};

class StreamSink {
 public:
  virtual ~StreamSink() = default;
  /// As in progress JSON: "FileSink[file:/out]", "MemorySink", "ConsoleTable$...".
  virtual std::string Description() const = 0;
  virtual bool SupportsMode(OutputMode mode) const = 0;
  /// True if the sink knows that `epoch` is already committed: the plan is then not executed at
  /// all (file sink, semantics 2.3).
  virtual Result<bool> IsCommitted(int64_t epoch) { return false; }
  /// Starts an epoch (also an empty one). `truncate`: complete mode, replaces everything.
  virtual Status BeginEpoch(int64_t epoch, OutputMode mode) = 0;
  virtual Result<std::unique_ptr<SinkWriter>> OpenWriter(int64_t epoch, int worker) = 0;
  /// Makes the epoch visible: exactly once where the sink can.
  virtual Status CommitEpoch(int64_t epoch, std::vector<WriterReportPtr> reports) = 0;
  virtual void AbortEpoch(int64_t epoch) {}
  /// Number of rows of the last committed epoch, -1 when unknown (progress numOutputRows).
  virtual int64_t LastOutputRows() const { return -1; }
  virtual Status Stop() { return Status::OK(); }
};

/// How a batch write treats what is there already (SaveMode).
enum class SaveMode { kErrorIfExists, kAppend, kOverwrite, kIgnore };

}  // namespace thalweg::io
