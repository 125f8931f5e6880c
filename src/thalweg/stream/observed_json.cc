#include "thalweg/stream/observed_json.h"

#include <cmath>

#include <arrow/api.h>
#include <arrow/util/base64.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/stream/progress_json.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::stream {
namespace {

std::string Quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string DoubleJson(double value) {
  const std::string text = JavaDoubleText(value);
  return std::isfinite(value) ? text : Quoted(text);
}

/// As Java's BigDecimal writes itself: with an exponent when it is small.
std::string DecimalJson(const std::string& digits_text, int32_t scale) {
  const bool negative = digits_text.starts_with('-');
  std::string digits = negative ? digits_text.substr(1) : digits_text;
  const std::string sign = negative ? "-" : "";
  const int exponent = static_cast<int>(digits.size()) - 1 - scale;
  if (scale == 0) return sign + digits;
  if (scale > 0 && exponent >= -6) {
    const auto places = static_cast<size_t>(scale);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    return sign + digits.insert(digits.size() - places, ".");
  }
  if (digits.size() > 1) digits.insert(1, ".");
  return fmt::format("{}{}E{}{}", sign, digits, exponent < 0 ? "" : "+", exponent);
}

/// Writes values. An instance serves one row.
class RowWriter {
 public:
  explicit RowWriter(TimeZone* zone) : zone_(zone) {}

  /// False when the type has no JSON.
  bool Write(const arrow::Array& array, int64_t index, std::string* out) {
    if (array.IsNull(index)) {
      *out += "null";
      return true;
    }
    switch (array.type_id()) {
      case arrow::Type::STRUCT:
        return WriteStruct(static_cast<const arrow::StructArray&>(array), index, out);
      case arrow::Type::LIST:
        return WriteList(static_cast<const arrow::ListArray&>(array), index, out);
      case arrow::Type::MAP:
        return WriteMap(static_cast<const arrow::MapArray&>(array), index, out);
      default:
        return WriteScalar(array, index, out);
    }
  }

  template <typename Field>
  bool WriteObject(const arrow::FieldVector& fields, const Field& column, int64_t index,
                   std::string* out) {
    *out += "{";
    for (size_t i = 0; i < fields.size(); ++i) {
      *out += (i > 0 ? "," : "") + Quoted(fields[i]->name()) + ":";
      if (!Write(*column(static_cast<int>(i)), index, out)) return false;
    }
    *out += "}";
    return true;
  }

 private:
  bool WriteStruct(const arrow::StructArray& array, int64_t index, std::string* out) {
    return WriteObject(
        array.type()->fields(), [&](int i) { return array.field(i); }, index, out);
  }

  bool WriteList(const arrow::ListArray& array, int64_t index, std::string* out) {
    *out += "[";
    for (int64_t i = array.value_offset(index); i < array.value_offset(index + 1); ++i) {
      if (i > array.value_offset(index)) *out += ",";
      if (!Write(*array.values(), i, out)) return false;
    }
    *out += "]";
    return true;
  }

  bool WriteMap(const arrow::MapArray& array, int64_t index, std::string* out) {
    const bool object = array.keys()->type_id() == arrow::Type::STRING;
    *out += object ? "{" : "[";
    for (int64_t i = array.value_offset(index); i < array.value_offset(index + 1); ++i) {
      if (i > array.value_offset(index)) *out += ",";
      if (!object) *out += "{\"key\":";
      if (!Write(*array.keys(), i, out)) return false;
      *out += object ? ":" : ",\"value\":";
      if (!Write(*array.items(), i, out)) return false;
      if (!object) *out += "}";
    }
    *out += object ? "}" : "]";
    return true;
  }

  bool WriteScalar(const arrow::Array& array, int64_t index, std::string* out) {
    switch (array.type_id()) {
      case arrow::Type::BOOL:
        *out += static_cast<const arrow::BooleanArray&>(array).Value(index) ? "true" : "false";
        return true;
      case arrow::Type::INT8:
        *out += std::to_string(static_cast<const arrow::Int8Array&>(array).Value(index));
        return true;
      case arrow::Type::INT16:
        *out += std::to_string(static_cast<const arrow::Int16Array&>(array).Value(index));
        return true;
      case arrow::Type::INT32:
        *out += std::to_string(static_cast<const arrow::Int32Array&>(array).Value(index));
        return true;
      case arrow::Type::INT64:
        *out += std::to_string(static_cast<const arrow::Int64Array&>(array).Value(index));
        return true;
      case arrow::Type::FLOAT:
        *out += DoubleJson(static_cast<const arrow::FloatArray&>(array).Value(index));
        return true;
      case arrow::Type::DOUBLE:
        *out += DoubleJson(static_cast<const arrow::DoubleArray&>(array).Value(index));
        return true;
      default:
        return WriteTextual(array, index, out);
    }
  }

  bool WriteTextual(const arrow::Array& array, int64_t index, std::string* out) {
    switch (array.type_id()) {
      case arrow::Type::DECIMAL128: {
        const auto& decimals = static_cast<const arrow::Decimal128Array&>(array);
        const arrow::Decimal128 value(decimals.GetValue(index));
        const auto& type = static_cast<const arrow::DecimalType&>(*array.type());
        *out += DecimalJson(value.ToIntegerString(), type.scale());
        return true;
      }
      case arrow::Type::STRING:
        *out += Quoted(static_cast<const arrow::StringArray&>(array).GetView(index));
        return true;
      case arrow::Type::BINARY:
        *out += Quoted(arrow::util::base64_encode(
            static_cast<const arrow::BinaryArray&>(array).GetView(index)));
        return true;
      case arrow::Type::DATE32: {
        std::string text;
        AppendDateText(static_cast<const arrow::Date32Array&>(array).Value(index), &text);
        *out += Quoted(text);
        return true;
      }
      case arrow::Type::TIMESTAMP: {
        const int64_t micros = static_cast<const arrow::TimestampArray&>(array).Value(index);
        const auto& type = static_cast<const arrow::TimestampType&>(*array.type());
        const int64_t local = type.timezone().empty() ? micros : zone_->ToLocal(micros);
        std::string text;
        AppendTimestampText(local - FloorModulo(local, kMicrosPerSecond), &text);
        *out += Quoted(text);
        return true;
      }
      default:
        return false;
    }
  }

  TimeZone* zone_;
};

}  // namespace

std::optional<std::string> ObservedRowJson(const arrow::Schema& schema, const Batch& row,
                                           const std::string& time_zone) {
  auto zone = TimeZone::Make(time_zone);
  TimeZone local = zone.ok() ? *zone : TimeZone::Utc();
  RowWriter writer(&local);
  std::string text;
  const auto column = [&](int i) { return row.columns[static_cast<size_t>(i)]; };
  if (!writer.WriteObject(schema.fields(), column, 0, &text)) return std::nullopt;
  return text;
}

}  // namespace thalweg::stream
