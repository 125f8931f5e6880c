#pragma once

#include "thalweg/functions/arithmetic_support.h"
#include "thalweg/types/decimal_math.h"
#include "thalweg/types/time_text.h"

namespace thalweg::functions {

/// Wall-clock micros of a time on a day (since the epoch). Errors: ARITHMETIC_OVERFLOW.
inline Result<int64_t> MicrosOfDay(int64_t days, int64_t time_of_day = 0) {
  // The midnight of the earliest day lies before all time, its later hours do not.
  const Int128 micros = Int128{days} * kMicrosPerDay + time_of_day;
  if (micros == static_cast<int64_t>(micros)) return static_cast<int64_t>(micros);
  return ArithmeticOverflow("long overflow", "");
}

}  // namespace thalweg::functions
