#include "thalweg/types/interval_range.h"

#include <algorithm>

#include <arrow/type.h>

#include "thalweg/types/column_metadata.h"
#include "thalweg/types/time_text.h"

namespace thalweg {
namespace {

class RangedDayTimeType : public arrow::DurationType {
 public:
  explicit RangedDayTimeType(IntervalRange range)
      : arrow::DurationType(arrow::TimeUnit::MICRO), range_(range) {}
  IntervalRange range() const { return range_; }

 private:
  IntervalRange range_;
};

class RangedYearMonthType : public arrow::MonthIntervalType {
 public:
  explicit RangedYearMonthType(IntervalRange range) : range_(range) {}
  IntervalRange range() const { return range_; }

 private:
  IntervalRange range_;
};

const char* FieldText(IntervalField field) {
  static constexpr const char* kTexts[] = {"year", "month", "day", "hour", "minute", "second"};
  return kTexts[static_cast<size_t>(field)];
}

}  // namespace

TypePtr IntervalTypeOf(IntervalRange range) {
  if (range == kDayToSecond) return DayTimeIntervalType();
  if (range == kYearToMonth) return YearMonthIntervalType();
  if (range.from < IntervalField::kDay) return std::make_shared<RangedYearMonthType>(range);
  return std::make_shared<RangedDayTimeType>(range);
}

IntervalRange IntervalRangeOf(const arrow::DataType& column_type) {
  const arrow::DataType& type = PlainColumnType(column_type);
  if (const auto* ranged = dynamic_cast<const RangedDayTimeType*>(&type)) return ranged->range();
  if (const auto* ranged = dynamic_cast<const RangedYearMonthType*>(&type)) return ranged->range();
  return type.id() == arrow::Type::INTERVAL_MONTHS ? kYearToMonth : kDayToSecond;
}

IntervalRange UnionOfRanges(IntervalRange left, IntervalRange right) {
  return {std::min(left.from, right.from), std::max(left.to, right.to)};
}

std::string IntervalRangeText(IntervalRange range) {
  std::string text = FieldText(range.from);
  if (range.to != range.from) text += std::string(" to ") + FieldText(range.to);
  return text;
}

int64_t IntervalFieldSize(IntervalField field) {
  static constexpr int64_t kSizes[] = {
      12, 1, kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute, kMicrosPerSecond};
  return kSizes[static_cast<size_t>(field)];
}

}  // namespace thalweg
