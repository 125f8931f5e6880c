#pragma once

// ORC's TIMESTAMP: seconds since the beginning of 2015 in the zone of whoever wrote them, and
// nanoseconds. It means a wall-clock time: whoever reads it in another zone gets another instant.

#include <cstdint>
#include <optional>
#include <string>

#include "thalweg/base/status.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::formats::orc {

/// Reads. Not thread-safe.
class TimestampDecoding {
 public:
  /// An empty zone is UTC. `is_proleptic`: see julian_calendar.h. Errors: INVALID_TIMEZONE.
  static Result<TimestampDecoding> Make(const std::string& writer_zone,
                                        const std::string& local_zone, bool is_proleptic = true);
  /// The instant that is the stored wall-clock time in the local zone. Errors: Invalid for numbers
  /// that no timestamp has.
  Result<int64_t> ToMicros(int64_t stored_seconds, int64_t stored_nanos);

 private:
  TimestampDecoding(TimeZone writer, int64_t base_seconds, bool is_proleptic)
      : writer_(std::move(writer)), base_seconds_(base_seconds), is_proleptic_(is_proleptic) {}

  TimeZone writer_;
  int64_t base_seconds_;
  bool is_proleptic_;
  std::optional<TimeZone> local_;  // nothing: as the writer's
};

/// Writes. Not thread-safe.
class TimestampEncoding {
 public:
  /// Errors: INVALID_TIMEZONE.
  static Result<TimestampEncoding> Make(const std::string& zone);
  /// The format has no room for the last second before 1970: Java's library, too, writes what reads
  /// as a second later, unless less than a millisecond of it has passed.
  int64_t Seconds(int64_t micros) const;
  static int64_t Nanos(int64_t micros);

 private:
  explicit TimestampEncoding(int64_t base_seconds) : base_seconds_(base_seconds) {}
  int64_t base_seconds_;
};

}  // namespace thalweg::formats::orc
