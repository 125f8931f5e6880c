#include "thalweg/formats/orc/timestamp_encoding.h"

#include <limits>
#include <utility>

#include "thalweg/formats/orc/julian_calendar.h"

namespace thalweg::formats::orc {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kNanosPerMicro = 1000;
constexpr int64_t kMicrosPerMilli = 1000;
constexpr int64_t kMillisPerSecond = 1000;
constexpr int64_t kNanosPerMilli = 1'000'000;
// 2015-01-01 00:00:00, as if it were in UTC.
constexpr int64_t kBaseSeconds = 1'420'070'400;

int64_t BaseSeconds(TimeZone* zone) {
  return zone->ToUtc(kBaseSeconds * kMicrosPerSecond) / kMicrosPerSecond;
}

bool IsUtc(TimeZone* zone) { return zone->is_fixed() && zone->OffsetAtInstant(0) == 0; }

int64_t FloorDivide(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

}  // namespace

Result<TimestampDecoding> TimestampDecoding::Make(const std::string& writer_zone,
                                                  const std::string& local_zone,
                                                  bool is_proleptic) {
  ARROW_ASSIGN_OR_RAISE(TimeZone writer, TimeZone::Make(writer_zone.empty() ? "UTC" : writer_zone));
  ARROW_ASSIGN_OR_RAISE(TimeZone local, TimeZone::Make(local_zone.empty() ? "UTC" : local_zone));
  const bool same = writer.id() == local.id() || (IsUtc(&writer) && IsUtc(&local));
  const int64_t base = BaseSeconds(&writer);
  TimestampDecoding decoding(std::move(writer), base, is_proleptic);
  if (!same) decoding.local_ = std::move(local);
  return decoding;
}

Result<int64_t> TimestampDecoding::ToMicros(int64_t stored_seconds, int64_t stored_nanos) {
  int64_t nanos = static_cast<int64_t>(static_cast<uint64_t>(stored_nanos) >> 3);
  const int64_t zeros = stored_nanos & 7;
  if (nanos < kNanosPerSecond && zeros > 0) {
    for (int64_t i = 0; i <= zeros; ++i) nanos *= 10;
  }
  constexpr int64_t kMostSeconds = std::numeric_limits<int64_t>::max() / kMicrosPerSecond / 4;
  int64_t seconds = 0;
  if (nanos >= kNanosPerSecond || __builtin_add_overflow(stored_seconds, base_seconds_, &seconds) ||
      seconds > kMostSeconds || seconds < -kMostSeconds) {
    return Status::Invalid("damaged ORC file: a timestamp");
  }
  // Seconds were cut off towards 1970, whole milliseconds before it being negative.
  if (seconds < 0 && nanos >= kNanosPerMilli) --seconds;
  int64_t micros = seconds * kMicrosPerSecond + nanos / kNanosPerMicro;
  if (!is_proleptic_) micros = FromJulianMicros(micros, &writer_);
  return local_ ? local_->ToUtc(writer_.ToLocal(micros)) : micros;
}

Result<TimestampEncoding> TimestampEncoding::Make(const std::string& zone) {
  ARROW_ASSIGN_OR_RAISE(TimeZone made, TimeZone::Make(zone));
  return TimestampEncoding(BaseSeconds(&made));
}

int64_t TimestampEncoding::Seconds(int64_t micros) const {
  return FloorDivide(micros, kMicrosPerMilli) / kMillisPerSecond - base_seconds_;
}

int64_t TimestampEncoding::Nanos(int64_t micros) {
  const int64_t second = FloorDivide(micros, kMicrosPerSecond) * kMicrosPerSecond;
  int64_t nanos = (micros - second) * kNanosPerMicro;
  if (nanos == 0) return 0;
  // Always a multiple of 1,000.
  nanos /= 100;
  int64_t zeros = 1;
  while (nanos % 10 == 0 && zeros < 7) {
    nanos /= 10;
    ++zeros;
  }
  return nanos << 3 | zeros;
}

}  // namespace thalweg::formats::orc
