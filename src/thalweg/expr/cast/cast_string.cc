// Casts to string.

#include <arrow/api.h>
#include <arrow/util/checked_cast.h>
#include <fmt/format.h>

#include "thalweg/expr/cast/cast_call.h"
#include "thalweg/expr/cast/shown_text.h"
#include "thalweg/types/binary_text.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/number_text.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/variant_value.h"

namespace thalweg::expr::cast {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;

/// Appends the text of one row that is not NULL.
using RowText = std::function<void(int64_t row, std::string* out)>;

/// How values are written.
struct TextStyle {
  TimeZone* zone;
  /// As Dataset.show prints: NULL within values, bytes as hexadecimal numbers.
  bool shown;
  /// Small decimals with an exponent: what LEGACY mode does.
  bool scientific;
};

RowText MakeRowText(const ArrayPtr& array, const TextStyle& style);

template <typename ArrayType>
RowText IntegerText(const ArrayPtr& array) {
  const auto* typed = checked_cast<const ArrayType*>(array.get());
  return [typed](int64_t row, std::string* out) {
    const fmt::format_int text(static_cast<int64_t>(typed->Value(row)));
    out->append(text.data(), text.size());
  };
}

/// Appends the value of a row, or "null".
void AppendOrNull(const arrow::Array& array, const RowText& text, int64_t row,
                  const TextStyle& style, std::string* out) {
  if (array.IsNull(row)) {
    out->append(style.shown ? "NULL" : "null");
  } else {
    text(row, out);
  }
}

RowText ListText(const ArrayPtr& array, const TextStyle& style) {
  const auto* list = checked_cast<const arrow::ListArray*>(array.get());
  const ArrayPtr values = list->values();
  RowText element = MakeRowText(values, style);
  return [list, values, element, style](int64_t row, std::string* out) {
    out->push_back('[');
    for (int64_t i = 0; i < list->value_length(row); ++i) {
      if (i > 0) out->append(", ");
      AppendOrNull(*values, element, list->value_offset(row) + i, style, out);
    }
    out->push_back(']');
  };
}

RowText MapText(const ArrayPtr& array, const TextStyle& style) {
  const auto* map = checked_cast<const arrow::MapArray*>(array.get());
  const ArrayPtr keys = map->keys();
  const ArrayPtr items = map->items();
  RowText key = MakeRowText(keys, style);
  RowText item = MakeRowText(items, style);
  return [map, keys, items, key, item, style](int64_t row, std::string* out) {
    out->push_back('{');
    for (int64_t i = 0; i < map->value_length(row); ++i) {
      const int64_t at = map->value_offset(row) + i;
      if (i > 0) out->append(", ");
      AppendOrNull(*keys, key, at, style, out);
      out->append(" -> ");
      AppendOrNull(*items, item, at, style, out);
    }
    out->push_back('}');
  };
}

RowText StructText(const ArrayPtr& array, const TextStyle& style) {
  const auto* record = checked_cast<const arrow::StructArray*>(array.get());
  std::vector<std::pair<ArrayPtr, RowText>> fields;
  for (int i = 0; i < record->num_fields(); ++i) {
    fields.emplace_back(record->field(i), MakeRowText(record->field(i), style));
  }
  return [fields, style](int64_t row, std::string* out) {
    out->push_back('{');
    for (size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out->append(", ");
      AppendOrNull(*fields[i].first, fields[i].second, row, style, out);
    }
    out->push_back('}');
  };
}

RowText TimestampText(const ArrayPtr& array, TimeZone* zone) {
  const auto* typed = checked_cast<const arrow::TimestampArray*>(array.get());
  const bool with_zone = IsTimestamp(*array->type());
  return [typed, with_zone, zone](int64_t row, std::string* out) {
    const int64_t micros = typed->Value(row);
    AppendTimestampText(with_zone ? zone->ToLocal(micros) : micros, out);
  };
}

/// As Java's BigDecimal.toString(): with an exponent where the first digit is beyond the sixth
/// place behind the point, 0E-18 among them.
void AppendScientificDecimal(Int128 unscaled, int scale, std::string* out) {
  std::string digits;
  AppendDecimalText(unscaled, 0, &digits);
  const size_t sign = unscaled < 0 ? 1 : 0;
  const int exponent = static_cast<int>(digits.size() - sign) - 1 - scale;
  if (exponent >= -6) return AppendDecimalText(unscaled, scale, out);
  out->append(digits, 0, sign + 1);
  if (digits.size() > sign + 1) out->append(".").append(digits, sign + 1);
  out->append(fmt::format("E{}", exponent));
}

RowText DecimalRowText(const ArrayPtr& array, const TextStyle& style) {
  const auto* typed = checked_cast<const arrow::Decimal128Array*>(array.get());
  const int scale = checked_cast<const arrow::Decimal128Type&>(*array->type()).scale();
  const auto append = style.scientific ? AppendScientificDecimal : AppendDecimalText;
  return [typed, scale, append](int64_t row, std::string* out) {
    Int128 value;
    std::memcpy(&value, typed->GetValue(row), sizeof(value));
    append(value, scale, out);
  };
}

RowText IntervalText(const ArrayPtr& array) {
  if (array->type_id() == Type::DURATION) {
    const auto* typed = checked_cast<const arrow::DurationArray*>(array.get());
    return [typed, range = IntervalRangeOf(*array->type())](int64_t row, std::string* out) {
      *out += DayTimeIntervalText(typed->Value(row), range);
    };
  }
  if (array->type_id() == Type::INTERVAL_MONTHS) {
    const auto* typed = checked_cast<const arrow::MonthIntervalArray*>(array.get());
    return [typed, range = IntervalRangeOf(*array->type())](int64_t row, std::string* out) {
      *out += YearMonthIntervalText(typed->Value(row), range);
    };
  }
  const auto* typed = checked_cast<const arrow::MonthDayNanoIntervalArray*>(array.get());
  return [typed](int64_t row, std::string* out) {
    const MonthDayNanos value = typed->GetValue(row);
    *out += CalendarIntervalText(value.months, value.days, value.nanoseconds / 1000);
  };
}

RowText BytesText(const ArrayPtr& array, const TextStyle& style) {
  const auto* typed = checked_cast<const arrow::BinaryArray*>(array.get());
  if (style.shown && array->type_id() == Type::BINARY) {
    return [typed](int64_t row, std::string* out) { AppendBinaryText(typed->GetView(row), out); };
  }
  return [typed](int64_t row, std::string* out) { out->append(typed->GetView(row)); };
}

/// The JSON text, with times in UTC as Spark shows them.
RowText VariantText(const ArrayPtr& array) {
  const auto* typed = checked_cast<const arrow::LargeBinaryArray*>(array.get());
  return [typed](int64_t row, std::string* out) {
    TimeZone utc = TimeZone::Utc();
    const size_t start = out->size();
    const auto value = VariantValue::Make(UnpackVariant(typed->GetView(row)));
    if (value.ok() && AppendVariantJson(*value, &utc, out).ok()) return;
    out->resize(start);
    out->append("<malformed variant>");
  };
}

RowText MakeRowText(const ArrayPtr& array, const TextStyle& style) {
  const arrow::Array* plain = array.get();
  switch (array->type_id()) {
    case Type::BOOL:
      return
          [typed = checked_cast<const arrow::BooleanArray*>(plain)](int64_t row, std::string* out) {
            out->append(typed->Value(row) ? "true" : "false");
          };
    case Type::INT8:
      return IntegerText<arrow::Int8Array>(array);
    case Type::INT16:
      return IntegerText<arrow::Int16Array>(array);
    case Type::INT32:
      return IntegerText<arrow::Int32Array>(array);
    case Type::INT64:
      return IntegerText<arrow::Int64Array>(array);
    case Type::FLOAT:
      return [typed = checked_cast<const arrow::FloatArray*>(plain)](
                 int64_t row, std::string* out) { AppendFloatText(typed->Value(row), out); };
    case Type::DOUBLE:
      return [typed = checked_cast<const arrow::DoubleArray*>(plain)](
                 int64_t row, std::string* out) { AppendDoubleText(typed->Value(row), out); };
    case Type::DECIMAL128:
      return DecimalRowText(array, style);
    case Type::STRING:
    case Type::BINARY:
      return BytesText(array, style);
    case Type::DATE32:
      return [typed = checked_cast<const arrow::Date32Array*>(plain)](
                 int64_t row, std::string* out) { AppendDateText(typed->Value(row), out); };
    case Type::TIMESTAMP:
      return TimestampText(array, style.zone);
    case Type::DURATION:
    case Type::INTERVAL_MONTHS:
    case Type::INTERVAL_MONTH_DAY_NANO:
      return IntervalText(array);
    case Type::LARGE_BINARY:
      return VariantText(array);
    case Type::LIST:
      return ListText(array, style);
    case Type::MAP:
      return MapText(array, style);
    case Type::STRUCT:
      return StructText(array, style);
    default:
      return [](int64_t, std::string*) {};
  }
}

/// The bytes of a binary as text; malformed sequences become U+FFFD.
void AppendValidUtf8(std::string_view bytes, std::string* out) {
  size_t at = 0;
  while (at < bytes.size()) {
    const unsigned char lead = static_cast<unsigned char>(bytes[at]);
    size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (lead > 0xf4 || at + length > bytes.size()) length = 0;
    for (size_t i = 1; i < length; ++i) {
      if ((static_cast<unsigned char>(bytes[at + i]) & 0xc0) != 0x80) length = 0;
    }
    if (length == 0) {
      out->append("\xEF\xBF\xBD");
      ++at;
    } else {
      out->append(bytes.substr(at, length));
      at += length;
    }
  }
}

Result<ArrayPtr> WriteRows(const arrow::Array& array, const RowText& text) {
  arrow::StringBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(array.length()));
  std::string buffer;
  for (int64_t row = 0; row < array.length(); ++row) {
    if (array.IsNull(row)) {
      builder.UnsafeAppendNull();
      continue;
    }
    buffer.clear();
    text(row, &buffer);
    ARROW_RETURN_NOT_OK(builder.Append(buffer));
  }
  return builder.Finish();
}

}  // namespace

Result<arrow::Datum> CastToString(const CastCall& call) {
  ARROW_ASSIGN_OR_RAISE(auto array, ToArray(call.value, call.num_rows()));
  ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(call.context.session_time_zone));
  const bool scientific = call.mode == EvalMode::kLegacy;
  RowText text = MakeRowText(array, {.zone = &zone, .shown = false, .scientific = scientific});
  if (array->type_id() == Type::BINARY) {
    text = [typed = checked_cast<const arrow::BinaryArray*>(array.get())](
               int64_t row, std::string* out) { AppendValidUtf8(typed->GetView(row), out); };
  }
  ARROW_ASSIGN_OR_RAISE(auto result, WriteRows(*array, text));
  return FinishDatum(result, call.value.is_scalar());
}

}  // namespace thalweg::expr::cast

namespace thalweg::expr {

Result<ArrayPtr> ShownText(const ArrayPtr& values, const EvalContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(context.session_time_zone));
  return cast::WriteRows(
      *values, cast::MakeRowText(values, {.zone = &zone, .shown = true, .scientific = false}));
}

std::function<Result<ArrayPtr>(const ArrayPtr&)> ShownTextIn(EvalContext context) {
  return
      [context = std::move(context)](const ArrayPtr& values) { return ShownText(values, context); };
}

}  // namespace thalweg::expr
