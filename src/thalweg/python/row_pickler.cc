#include "thalweg/python/row_pickler.h"

#include <cstring>

#include <arrow/api.h>

#include "thalweg/types/data_types.h"
#include "thalweg/types/user_defined_type.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::python {
namespace {

void AppendLittleEndian(uint64_t value, int size, std::string* out) {
  for (int byte = 0; byte < size; ++byte) out->push_back(static_cast<char>(value >> (8 * byte)));
}

void AppendInt(int64_t value, std::string* out) {
  if (value >= 0 && value < 256) {
    out->push_back('K');
    AppendLittleEndian(static_cast<uint64_t>(value), 1, out);
  } else if (value >= INT32_MIN && value <= INT32_MAX) {
    out->push_back('J');
    AppendLittleEndian(static_cast<uint64_t>(value), 4, out);
  } else {
    out->append("\x8a\x08");
    AppendLittleEndian(static_cast<uint64_t>(value), 8, out);
  }
}

void AppendDouble(double value, std::string* out) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  out->push_back('G');
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(bits >> shift));
}

void AppendText(std::string_view text, std::string* out) {
  out->push_back('X');
  AppendLittleEndian(text.size(), 4, out);
  out->append(text);
}

void AppendBytes(std::string_view bytes, std::string* out) {
  out->push_back('B');
  AppendLittleEndian(bytes.size(), 4, out);
  out->append(bytes);
}

void AppendGet(int place, std::string* out) {
  out->push_back('j');
  AppendLittleEndian(static_cast<uint64_t>(place), 4, out);
}

/// Opcodes that leave the type with this JSON form on the stack.
std::string TypeCode(const std::string& json) {
  std::string code = "cpyspark.sql.types\n_parse_datatype_json_string\n";
  AppendText(json, &code);
  return code + "\x85R";
}

std::string StructJson(const arrow::DataType& type) {
  return SchemaToJson(arrow::Schema(type.fields()));
}

/// Whether PySpark converts values of the type when it makes a Row.
bool NeedsConversion(const arrow::DataType& type) {
  if (FindUserDefined(type) != nullptr || IsVariant(type)) return true;
  switch (type.id()) {
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
    case arrow::Type::STRUCT:
      return true;
    default:
      break;
  }
  for (const FieldPtr& field : type.fields()) {
    if (NeedsConversion(*field->type())) return true;
  }
  return false;
}

Status CheckType(const arrow::DataType& type) {
  if (type.id() == arrow::Type::INTERVAL_MONTH_DAY_NANO) {
    return MakeError("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + SqlTypeName(type) + "\""}});
  }
  for (const FieldPtr& field : type.fields()) ARROW_RETURN_NOT_OK(CheckType(*field->type()));
  return Status::OK();
}

template <typename ArrayType>
auto ValueOf(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).GetView(row);
}

}  // namespace

Result<std::unique_ptr<RowPickler>> RowPickler::Make(const SchemaPtr& schema, Rows rows,
                                                     bool binary_as_bytes) {
  bool as_rows = rows == Rows::kAlwaysRows;
  for (const FieldPtr& field : schema->fields()) {
    ARROW_RETURN_NOT_OK(CheckType(*field->type()));
    as_rows = as_rows || NeedsConversion(*field->type());
  }
  std::unique_ptr<RowPickler> pickler(new RowPickler(schema, as_rows, binary_as_bytes));
  pickler->row_converter_ =
      pickler->Remember("cpyspark.sql.types\n_create_row_inbound_converter\n");
  const auto whole = arrow::struct_(schema->fields());
  if (as_rows) {
    pickler->RememberTypes(*whole);
    pickler->struct_converters_.erase(whole.get());
  } else {
    for (const FieldPtr& field : schema->fields()) pickler->RememberTypes(*field->type());
  }
  return pickler;
}

int RowPickler::Remember(const std::string& code) {
  preamble_ += code;
  preamble_ += "r";
  AppendLittleEndian(static_cast<uint64_t>(remembered_), 4, &preamble_);
  preamble_ += "0";
  return remembered_++;
}

void RowPickler::RememberTypes(const arrow::DataType& type) {
  for (const FieldPtr& field : type.fields()) RememberTypes(*field->type());
  if (type.id() == arrow::Type::DECIMAL128 && decimal_ < 0)
    decimal_ = Remember("cdecimal\nDecimal\n");
  const bool as_bytearray =
      IsVariant(type) || (type.id() == arrow::Type::BINARY && !binary_as_bytes_);
  if (as_bytearray && bytearray_ < 0) {
    bytearray_ = Remember("cbuiltins\nbytearray\n");
  }
  if (type.id() != arrow::Type::STRUCT) return;
  std::string code;
  AppendGet(row_converter_, &code);
  code += TypeCode(StructJson(type)) + "\x85R";
  const int place = Remember(code);
  struct_converters_[&type] = place;
  named_converters_[type.ToString()] = place;
}

std::string RowPickler::Pickle(const Batch& rows, int64_t begin, int64_t count) const {
  std::string out = "\x80\x03" + preamble_ + "](";
  for (int64_t row = begin; row < begin + count; ++row) AppendRow(rows, row, &out);
  return out + "e.";
}

std::string RowPickler::PickleRow(const Batch& rows, int64_t row) const {
  std::string out = "\x80\x03" + preamble_;
  AppendRow(rows, row, &out);
  return out + ".";
}

std::string RowPickler::PickleValue(const arrow::Array& array, int64_t row) const {
  std::string out = "\x80\x03" + preamble_;
  AppendValue(*array.type(), array, row, &out);
  return out + ".";
}

void RowPickler::AppendRow(const Batch& rows, int64_t row, std::string* out) const {
  if (as_rows_) AppendGet(remembered_ - 1, out);
  out->push_back('(');
  for (size_t i = 0; i < rows.columns.size(); ++i) {
    AppendValue(*schema_->field(static_cast<int>(i))->type(), *rows.columns[i], row, out);
  }
  out->push_back('t');
  if (as_rows_) out->push_back('R');
}

void RowPickler::AppendValue(const arrow::DataType& type, const arrow::Array& array, int64_t row,
                             std::string* out) const {
  if (array.IsNull(row)) {
    out->push_back('N');
    return;
  }
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      out->push_back(ValueOf<arrow::BooleanArray>(array, row) ? '\x88' : '\x89');
      return;
    case arrow::Type::INT8:
      return AppendInt(ValueOf<arrow::Int8Array>(array, row), out);
    case arrow::Type::INT16:
      return AppendInt(ValueOf<arrow::Int16Array>(array, row), out);
    case arrow::Type::INT32:
      return AppendInt(ValueOf<arrow::Int32Array>(array, row), out);
    case arrow::Type::DATE32:
      return AppendInt(ValueOf<arrow::Date32Array>(array, row), out);
    case arrow::Type::INTERVAL_MONTHS:
      return AppendInt(ValueOf<arrow::MonthIntervalArray>(array, row), out);
    case arrow::Type::INT64:
      return AppendInt(ValueOf<arrow::Int64Array>(array, row), out);
    case arrow::Type::TIMESTAMP:
      return AppendInt(ValueOf<arrow::TimestampArray>(array, row), out);
    case arrow::Type::DURATION:
      return AppendInt(ValueOf<arrow::DurationArray>(array, row), out);
    case arrow::Type::FLOAT:
      return AppendDouble(ValueOf<arrow::FloatArray>(array, row), out);
    case arrow::Type::DOUBLE:
      return AppendDouble(ValueOf<arrow::DoubleArray>(array, row), out);
    case arrow::Type::STRING:
      return AppendText(ValueOf<arrow::StringArray>(array, row), out);
    default:
      return AppendNested(type, array, row, out);
  }
}

int RowPickler::StructConverter(const arrow::DataType& type) const {
  const auto found = struct_converters_.find(&type);
  // A bare value comes with the type of its array.
  return found != struct_converters_.end() ? found->second : named_converters_.at(type.ToString());
}

void RowPickler::AppendVariant(std::string_view packed, std::string* out) const {
  const VariantBytes parts = UnpackVariant(packed);
  out->append("}(");
  for (const auto& [name, bytes] :
       {std::pair{"value", parts.value}, std::pair{"metadata", parts.metadata}}) {
    AppendText(name, out);
    AppendGet(bytearray_, out);
    AppendBytes(bytes, out);
    out->append("\x85R");
  }
  out->push_back('u');
}

void RowPickler::AppendNested(const arrow::DataType& type, const arrow::Array& array, int64_t row,
                              std::string* out) const {
  switch (array.type_id()) {
    case arrow::Type::BINARY:
      if (!binary_as_bytes_) AppendGet(bytearray_, out);
      AppendBytes(ValueOf<arrow::BinaryArray>(array, row), out);
      if (!binary_as_bytes_) out->append("\x85R");
      return;
    case arrow::Type::LARGE_BINARY:
      return AppendVariant(ValueOf<arrow::LargeBinaryArray>(array, row), out);
    case arrow::Type::DECIMAL128:
      AppendGet(decimal_, out);
      AppendText(static_cast<const arrow::Decimal128Array&>(array).FormatValue(row), out);
      out->append("\x85R");
      return;
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      out->append("](");
      for (int64_t item = list.value_offset(row); item < list.value_offset(row + 1); ++item) {
        AppendValue(*type.field(0)->type(), *list.values(), item, out);
      }
      out->push_back('e');
      return;
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      const auto& map_type = static_cast<const arrow::MapType&>(type);
      out->append("}(");
      for (int64_t item = map.value_offset(row); item < map.value_offset(row + 1); ++item) {
        AppendValue(*map_type.key_type(), *map.keys(), item, out);
        AppendValue(*map_type.item_type(), *map.items(), item, out);
      }
      out->push_back('u');
      return;
    }
    case arrow::Type::STRUCT: {
      const auto& parts = static_cast<const arrow::StructArray&>(array);
      AppendGet(StructConverter(type), out);
      out->push_back('(');
      for (int field = 0; field < parts.num_fields(); ++field) {
        AppendValue(*type.field(field)->type(), *parts.field(field), row, out);
      }
      out->append("tR");
      return;
    }
    default:
      out->push_back('N');
  }
}

}  // namespace thalweg::python
