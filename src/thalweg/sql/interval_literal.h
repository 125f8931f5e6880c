#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"

namespace thalweg::sql {

/// "1 day 2 hours -3.5 seconds" (units as written, already checked to be words) as a day-time or a
/// year-month interval. `literal` is the SQL text for the error that both are mixed. Errors:
/// INVALID_INTERVAL_FORMAT.*, _LEGACY_ERROR_TEMP_0029.
Result<std::shared_ptr<arrow::Scalar>> MultiUnitInterval(const std::string& text,
                                                         const std::string& literal);

/// The value of INTERVAL '<text>' <from> TO <to>; units in upper case. Errors:
/// INVALID_INTERVAL_FORMAT.*.
Result<std::shared_ptr<arrow::Scalar>> UnitToUnitInterval(const std::string& text,
                                                          const std::string& from,
                                                          const std::string& to);

/// Microseconds of an interval literal as a delay: a month counts 31 days.
Result<int64_t> DelayMicros(const arrow::Scalar& interval);

}  // namespace thalweg::sql
