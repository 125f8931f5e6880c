#pragma once

// The last progress entries of a query, and when idle triggers get one (semantics 7.3).

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "thalweg/stream/progress.h"

namespace thalweg::stream {

using ProgressPtr = std::shared_ptr<const StreamingQueryProgress>;

/// Keeps `limit` - 1 entries: room is made while as many as the limit are held. Thread-safe.
class ProgressHistory {
 public:
  explicit ProgressHistory(int64_t limit) : limit_(limit) {}

  void Add(ProgressPtr progress);
  /// Null before the first entry.
  ProgressPtr Last() const;
  /// Oldest first.
  std::vector<ProgressPtr> Recent() const;

 private:
  mutable std::mutex mutex_;
  std::deque<ProgressPtr> entries_;
  int64_t limit_;
};

/// Decides which idle triggers are reported: one when the last report lies an interval back. The
/// first idle trigger of a run, if nothing ran before it, gets an entry but no event. One thread.
class IdleReporting {
 public:
  explicit IdleReporting(int64_t interval_millis) : interval_millis_(interval_millis) {}

  struct Decision {
    bool adds_entry = false;
    bool posts_event = false;
  };
  void BatchReported(int64_t now_millis) { last_report_millis_ = now_millis; }
  Decision IdleTrigger(int64_t now_millis);

 private:
  int64_t interval_millis_;
  std::optional<int64_t> last_report_millis_;
};

}  // namespace thalweg::stream
