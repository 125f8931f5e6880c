#include "thalweg/types/data_types.h"

#include <arrow/type.h>
#include <arrow/util/checked_cast.h>
#include <fmt/format.h>

#include "thalweg/types/char_type.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;

bool EqualIgnoringCase(const std::string& left, const std::string& right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) ==
                  std::tolower(static_cast<unsigned char>(b));
         });
}

/// Names of types without parts; empty for others.
std::string PlainTypeName(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::NA:
      return "void";
    case Type::BOOL:
      return "boolean";
    case Type::INT8:
      return "tinyint";
    case Type::INT16:
      return "smallint";
    case Type::INT32:
      return "int";
    case Type::INT64:
      return "bigint";
    case Type::FLOAT:
      return "float";
    case Type::DOUBLE:
      return "double";
    case Type::STRING: {
      const CharLimit* limit = FindCharLimit(type);
      if (limit == nullptr) return "string";
      return fmt::format("{}({})", limit->is_char ? "char" : "varchar", limit->length);
    }
    case Type::BINARY:
      return "binary";
    case Type::LARGE_BINARY:
      return "variant";
    case Type::DATE32:
      return "date";
    case Type::TIMESTAMP:
      return IsTimestamp(type) ? "timestamp" : "timestamp_ntz";
    case Type::DURATION:
    case Type::INTERVAL_MONTHS:
      return "interval " + IntervalRangeText(IntervalRangeOf(type));
    case Type::INTERVAL_MONTH_DAY_NANO:
      return "interval";
    case Type::DECIMAL128: {
      const auto& decimal = checked_cast<const arrow::Decimal128Type&>(type);
      return fmt::format("decimal({},{})", decimal.precision(), decimal.scale());
    }
    default:
      return "";
  }
}

template <typename T>
arrow::TimeUnit::type UnitOf(const arrow::DataType& type) {
  return checked_cast<const T&>(type).unit();
}

}  // namespace

TypePtr TimestampType() {
  static const TypePtr kType = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  return kType;
}

TypePtr TimestampNtzType() {
  static const TypePtr kType = arrow::timestamp(arrow::TimeUnit::MICRO);
  return kType;
}

TypePtr DayTimeIntervalType() {
  static const TypePtr kType = arrow::duration(arrow::TimeUnit::MICRO);
  return kType;
}

TypePtr YearMonthIntervalType() { return arrow::month_interval(); }

TypePtr CalendarIntervalType() { return arrow::month_day_nano_interval(); }

TypePtr ArrayOf(const TypePtr& element, bool contains_null) {
  return arrow::list(arrow::field("element", element, contains_null));
}

TypePtr MapOf(const TypePtr& key, const TypePtr& value, bool value_contains_null) {
  return std::make_shared<arrow::MapType>(arrow::field("key", key, false),
                                          arrow::field("value", value, value_contains_null));
}

TypePtr DecimalOf(int precision, int scale) { return arrow::decimal128(precision, scale); }

bool IsTimestamp(const arrow::DataType& type) {
  return type.id() == Type::TIMESTAMP &&
         !checked_cast<const arrow::TimestampType&>(type).timezone().empty();
}

bool IsTimestampNtz(const arrow::DataType& type) {
  return type.id() == Type::TIMESTAMP &&
         checked_cast<const arrow::TimestampType&>(type).timezone().empty();
}

bool IsInteger(const arrow::DataType& type) {
  return type.id() == Type::INT8 || type.id() == Type::INT16 || type.id() == Type::INT32 ||
         type.id() == Type::INT64;
}

bool IsFloating(const arrow::DataType& type) {
  return type.id() == Type::FLOAT || type.id() == Type::DOUBLE;
}

bool IsDecimal(const arrow::DataType& type) { return type.id() == Type::DECIMAL128; }

bool IsNumeric(const arrow::DataType& type) {
  return IsInteger(type) || IsFloating(type) || IsDecimal(type);
}

bool IsString(const arrow::DataType& type) { return type.id() == Type::STRING; }

bool IsNested(const arrow::DataType& type) {
  return type.id() == Type::LIST || type.id() == Type::MAP || type.id() == Type::STRUCT;
}

bool IsInterval(const arrow::DataType& type) {
  return type.id() == Type::DURATION || type.id() == Type::INTERVAL_MONTHS ||
         type.id() == Type::INTERVAL_MONTH_DAY_NANO;
}

bool IsOrderable(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::MAP:
    case Type::INTERVAL_MONTH_DAY_NANO:
    case Type::LARGE_BINARY:
      return false;
    case Type::LIST:
      return IsOrderable(*type.field(0)->type());
    case Type::STRUCT:
      for (const auto& field : type.fields()) {
        if (!IsOrderable(*field->type())) return false;
      }
      return true;
    default:
      return true;
  }
}

std::string SimpleTypeName(const arrow::DataType& type) {
  if (const UserDefinedTrait* trait = FindUserDefined(type)) return trait->made_by().TypeName();
  switch (type.id()) {
    case Type::LIST:
      return "array<" + SimpleTypeName(*type.field(0)->type()) + ">";
    case Type::MAP: {
      const auto& map = checked_cast<const arrow::MapType&>(type);
      return fmt::format("map<{},{}>", SimpleTypeName(*map.key_type()),
                         SimpleTypeName(*map.item_type()));
    }
    case Type::STRUCT: {
      std::string text = "struct<";
      for (const auto& field : type.fields()) {
        if (text.back() != '<') text += ",";
        text += field->name() + ":" + SimpleTypeName(*field->type());
      }
      return text + ">";
    }
    default:
      break;
  }
  std::string name = PlainTypeName(type);
  return name.empty() ? type.ToString() : name;
}

std::string SqlTypeName(const arrow::DataType& type) {
  if (const UserDefinedTrait* trait = FindUserDefined(type)) return SqlTypeName(*trait->sql_type());
  switch (type.id()) {
    case Type::LIST:
      return "ARRAY<" + SqlTypeName(*type.field(0)->type()) + ">";
    case Type::MAP: {
      const auto& map = checked_cast<const arrow::MapType&>(type);
      return fmt::format("MAP<{}, {}>", SqlTypeName(*map.key_type()),
                         SqlTypeName(*map.item_type()));
    }
    case Type::STRUCT: {
      std::string text = "STRUCT<";
      for (const auto& field : type.fields()) {
        if (text.back() != '<') text += ", ";
        text += fmt::format("{}: {}{}", QuoteIdentifierIfNeeded(field->name()),
                            SqlTypeName(*field->type()), field->nullable() ? "" : " NOT NULL");
      }
      return text + ">";
    }
    default:
      break;
  }
  std::string name = SimpleTypeName(type);
  for (char& letter : name) {
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return name;
}

bool SameType(const arrow::DataType& left, const arrow::DataType& right) {
  const UserDefinedTrait* left_trait = FindUserDefined(left);
  const UserDefinedTrait* right_trait = FindUserDefined(right);
  if (left_trait != nullptr || right_trait != nullptr) {
    return left_trait != nullptr && right_trait != nullptr &&
           left_trait->made_by().IsSameAs(right_trait->made_by());
  }
  if (left.id() != right.id()) return false;
  switch (left.id()) {
    case Type::LIST:
      return SameType(*left.field(0)->type(), *right.field(0)->type());
    case Type::MAP: {
      const auto& a = checked_cast<const arrow::MapType&>(left);
      const auto& b = checked_cast<const arrow::MapType&>(right);
      return SameType(*a.key_type(), *b.key_type()) && SameType(*a.item_type(), *b.item_type());
    }
    case Type::STRUCT:
      if (left.num_fields() != right.num_fields()) return false;
      for (int i = 0; i < left.num_fields(); ++i) {
        if (!EqualIgnoringCase(left.field(i)->name(), right.field(i)->name()) ||
            !SameType(*left.field(i)->type(), *right.field(i)->type())) {
          return false;
        }
      }
      return true;
    case Type::TIMESTAMP:
      return IsTimestamp(left) == IsTimestamp(right) &&
             UnitOf<arrow::TimestampType>(left) == UnitOf<arrow::TimestampType>(right);
    case Type::DURATION:
      return IntervalRangeOf(left) == IntervalRangeOf(right) &&
             UnitOf<arrow::DurationType>(left) == UnitOf<arrow::DurationType>(right);
    case Type::INTERVAL_MONTHS:
      return IntervalRangeOf(left) == IntervalRangeOf(right);
    default:
      return left.Equals(right);
  }
}

}  // namespace thalweg
