#pragma once

#include <chrono>
#include <string>
#include <utility>

namespace thalweg {

/// When a query looks for new data (semantics 1.4). Value type.
class Trigger {
 public:
  enum class Kind { kProcessingTime, kOnce, kAvailableNow };

  /// At multiples of "10 seconds", "1 minute"; "0 seconds": one batch right after the other, the
  /// default of every query. Text that is no interval is reported by Start().
  static Trigger ProcessingTime(std::string interval) {
    return Trigger(Kind::kProcessingTime, std::move(interval));
  }
  static Trigger ProcessingTime(std::chrono::milliseconds interval) {
    return Trigger(Kind::kProcessingTime, std::to_string(interval.count()) + " milliseconds");
  }
  /// One batch with everything there is, then the query ends.
  static Trigger Once() { return Trigger(Kind::kOnce, ""); }
  /// Batches, as large as the source's limits allow, up to what is there at the start.
  static Trigger AvailableNow() { return Trigger(Kind::kAvailableNow, ""); }

  Kind kind() const { return kind_; }
  const std::string& interval() const { return interval_; }

 private:
  Trigger(Kind kind, std::string interval) : kind_(kind), interval_(std::move(interval)) {}

  Kind kind_;
  std::string interval_;
};

}  // namespace thalweg
