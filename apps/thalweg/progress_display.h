#pragma once

// What running queries do, on stderr: one line per micro-batch, or one status line of a terminal
// that is written anew.

#include <map>
#include <mutex>
#include <string>

#include "thalweg/stream/listener.h"

namespace thalweg::cli {

/// Thread-safe.
class ProgressDisplay : public stream::StreamingQueryListener {
 public:
  enum class Mode { kOff, kLines, kStatusLine };
  explicit ProgressDisplay(Mode mode) : mode_(mode) {}

  void OnQueryProgress(const stream::QueryProgressEvent& event) override;

  /// While inactive nothing is shown; a shell at its prompt is.
  void SetActive(bool active);
  Mode mode() const { return mode_; }
  /// Removes the status line and keeps others from showing until the lock is dropped: for writing
  /// to the same terminal.
  std::unique_lock<std::mutex> ClearAndHold();

 private:
  void ClearLocked();

  const Mode mode_;
  std::mutex mutex_;
  bool is_active_ = true;
  bool is_shown_ = false;
  std::map<std::string, int64_t> last_batches_;  // by run id
};

/// "batch 3: 1200 rows in, 5400.0 rows/s, watermark 2024-01-01T00:00:00.000Z, 222 ms".
std::string ProgressText(const stream::StreamingQueryProgress& progress);

}  // namespace thalweg::cli
