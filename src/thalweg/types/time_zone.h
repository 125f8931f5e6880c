#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "thalweg/base/status.h"

namespace thalweg {

/// A time zone with a cache of the last offset period, so that converting a batch costs a
/// comparison per row. Cheap to make, NOT thread-safe: make one per kernel call.
///
/// Semantics are Java's: a local time that a clock change skips moves forward by the length of the
/// gap; one that occurs twice is the earlier instant.
class TimeZone {
 public:
  /// A fixed offset ("Z", "UTC", "+02:00", "GMT+2", "-8:30"), an IANA name or one of Java's short
  /// ids ("PST"). Errors: INVALID_TIMEZONE.
  static Result<TimeZone> Make(const std::string& id);
  static TimeZone Utc();

  /// Offset from UTC at an instant (micros since the epoch), in microseconds.
  int64_t OffsetAtInstant(int64_t utc_micros);
  /// Wall-clock micros of an instant and back.
  int64_t ToLocal(int64_t utc_micros);
  int64_t ToUtc(int64_t local_micros);
  /// "PST", "+05:30": the short name in force at an instant.
  std::string AbbreviationAt(int64_t utc_micros);
  /// True while daylight saving time is in force.
  bool IsDaylightTimeAt(int64_t utc_micros);
  bool is_fixed() const { return zone_ == nullptr; }
  /// The id as given.
  const std::string& id() const { return id_; }

 private:
  void LoadPeriodOfInstant(int64_t utc_seconds);
  int64_t OffsetOfLocalSeconds(int64_t local_seconds);

  std::string id_;
  /// date::time_zone of the process-wide database; null: fixed offset.
  const void* zone_ = nullptr;
  int64_t offset_seconds_ = 0;
  /// Instants [begin, end) in seconds for which offset_seconds_ holds (unless fixed).
  int64_t period_begin_ = 0;
  int64_t period_end_ = 0;
};

/// Whether TimeZone::Make(id) succeeds.
bool IsValidTimeZone(const std::string& id);

/// "+05:30", "Z" for zero: Java's text of an offset in seconds.
std::string FormatOffset(int64_t offset_seconds);

}  // namespace thalweg
