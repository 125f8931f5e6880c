#pragma once

// Which fields an interval type spans: INTERVAL DAY, INTERVAL HOUR TO SECOND and so on. The range
// rides on the Arrow type object and does not take part in its equality: values of all ranges of a
// family have one representation (microseconds, months). A type that lost its range (after a file
// or a wire) spans the whole family.

#include <string>

#include "thalweg/types/data_types.h"

namespace thalweg {

enum class IntervalField { kYear, kMonth, kDay, kHour, kMinute, kSecond };

struct IntervalRange {
  IntervalField from;
  IntervalField to;
  bool operator==(const IntervalRange&) const = default;
};

inline constexpr IntervalRange kDayToSecond{IntervalField::kDay, IntervalField::kSecond};
inline constexpr IntervalRange kYearToMonth{IntervalField::kYear, IntervalField::kMonth};

/// The interval type of the family that the range belongs to.
TypePtr IntervalTypeOf(IntervalRange range);
/// The range of a day-time or year-month interval type.
IntervalRange IntervalRangeOf(const arrow::DataType& type);
/// The least range over both; both are of one family.
IntervalRange UnionOfRanges(IntervalRange left, IntervalRange right);
/// "day to second", "hour".
std::string IntervalRangeText(IntervalRange range);
/// Microseconds of a day-time field; months of a year-month field.
int64_t IntervalFieldSize(IntervalField field);

}  // namespace thalweg
