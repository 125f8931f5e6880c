#pragma once

// Type objects that carry more than Arrow's type: Arrow sees the type, dynamic_cast the mark.

#include <memory>
#include <utility>

#include <arrow/type.h>
#include <arrow/util/checked_cast.h>

#include "thalweg/types/data_types.h"

namespace thalweg {

/// `Base` with a mark.
template <typename Base, typename Mark>
class MarkedType final : public Base, public Mark {
 public:
  template <typename... Arguments>
  explicit MarkedType(Mark mark, Arguments&&... arguments)
      : Base(std::forward<Arguments>(arguments)...), Mark(std::move(mark)) {}
};

template <typename Base, typename Mark, typename... Arguments>
TypePtr MakeMarked(const Mark& mark, Arguments&&... arguments) {
  return std::make_shared<MarkedType<Base, Mark>>(mark, std::forward<Arguments>(arguments)...);
}

/// A type with parts, as MarkType().
template <typename Mark>
TypePtr MarkTypeWithParts(const arrow::DataType& type, const Mark& mark) {
  using arrow::internal::checked_cast;
  switch (type.id()) {
    case arrow::Type::TIMESTAMP: {
      const auto& timestamp = checked_cast<const arrow::TimestampType&>(type);
      return MakeMarked<arrow::TimestampType>(mark, timestamp.unit(), timestamp.timezone());
    }
    case arrow::Type::DURATION:
      return MakeMarked<arrow::DurationType>(mark,
                                             checked_cast<const arrow::DurationType&>(type).unit());
    case arrow::Type::DECIMAL128: {
      const auto& decimal = checked_cast<const arrow::Decimal128Type&>(type);
      return MakeMarked<arrow::Decimal128Type>(mark, decimal.precision(), decimal.scale());
    }
    case arrow::Type::LIST:
      return MakeMarked<arrow::ListType>(mark, type.field(0));
    case arrow::Type::MAP: {
      const auto& map = checked_cast<const arrow::MapType&>(type);
      return MakeMarked<arrow::MapType>(mark, map.key_field(), map.item_field());
    }
    default:
      return MakeMarked<arrow::StructType>(mark, type.fields());
  }
}

/// An engine's type with `mark`; marks that it had are not kept.
template <typename Mark>
TypePtr MarkType(const arrow::DataType& type, const Mark& mark) {
  switch (type.id()) {
    case arrow::Type::NA:
      return MakeMarked<arrow::NullType>(mark);
    case arrow::Type::BOOL:
      return MakeMarked<arrow::BooleanType>(mark);
    case arrow::Type::INT8:
      return MakeMarked<arrow::Int8Type>(mark);
    case arrow::Type::INT16:
      return MakeMarked<arrow::Int16Type>(mark);
    case arrow::Type::INT32:
      return MakeMarked<arrow::Int32Type>(mark);
    case arrow::Type::INT64:
      return MakeMarked<arrow::Int64Type>(mark);
    case arrow::Type::FLOAT:
      return MakeMarked<arrow::FloatType>(mark);
    case arrow::Type::DOUBLE:
      return MakeMarked<arrow::DoubleType>(mark);
    case arrow::Type::STRING:
      return MakeMarked<arrow::StringType>(mark);
    case arrow::Type::BINARY:
      return MakeMarked<arrow::BinaryType>(mark);
    case arrow::Type::DATE32:
      return MakeMarked<arrow::Date32Type>(mark);
    case arrow::Type::INTERVAL_MONTHS:
      return MakeMarked<arrow::MonthIntervalType>(mark);
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return MakeMarked<arrow::MonthDayNanoIntervalType>(mark);
    default:
      return MarkTypeWithParts(type, mark);
  }
}

}  // namespace thalweg
