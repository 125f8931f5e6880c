#include "thalweg/exec/callback/row_image.h"

#include <limits>

#include <arrow/api.h>

#include "thalweg/types/data_types.h"

namespace thalweg::exec {
namespace {

/// The number in a value that may be one of another type: an integer, or microseconds.
std::optional<int64_t> PlainNumber(const arrow::Scalar& value) {
  const arrow::DataType& type = *value.type;
  const bool micros =
      type.id() == arrow::Type::TIMESTAMP &&
      static_cast<const arrow::TimestampType&>(type).unit() == arrow::TimeUnit::MICRO;
  if (!micros && !arrow::is_signed_integer(type.id())) return std::nullopt;
  return Row::IntegerOf(value);
}

template <typename T>
bool Fits(int64_t number) {
  return number >= std::numeric_limits<T>::min() && number <= std::numeric_limits<T>::max();
}

Status Mismatch(const arrow::Scalar& value, const arrow::DataType& type) {
  return Status::Invalid("a value of the Arrow type ", value.type->ToString(), " (",
                         value.ToString(), ") where ", SimpleTypeName(type), " is declared");
}

Result<std::shared_ptr<arrow::Scalar>> FitInteger(const arrow::Scalar& value, int64_t number,
                                                  const TypePtr& type) {
  switch (type->id()) {
    case arrow::Type::INT8:
      if (Fits<int8_t>(number)) return arrow::MakeScalar(type, number);
      break;
    case arrow::Type::INT16:
      if (Fits<int16_t>(number)) return arrow::MakeScalar(type, number);
      break;
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      if (Fits<int32_t>(number)) return arrow::MakeScalar(type, static_cast<int32_t>(number));
      break;
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
      return arrow::MakeScalar(type, number);
    case arrow::Type::FLOAT:
      return arrow::MakeScalar(static_cast<float>(number));
    case arrow::Type::DOUBLE:
      return arrow::MakeScalar(static_cast<double>(number));
    default:
      break;
  }
  return Mismatch(value, *type);
}

}  // namespace

Result<std::shared_ptr<arrow::Scalar>> FitScalar(const std::shared_ptr<arrow::Scalar>& value,
                                                 const TypePtr& type) {
  if (!value->is_valid) return arrow::MakeNullScalar(type);
  if (value->type->Equals(*type)) return value;
  if (const auto number = PlainNumber(*value)) return FitInteger(*value, *number, type);
  const bool text = arrow::is_base_binary_like(value->type->id());
  if (text && (type->id() == arrow::Type::STRING || type->id() == arrow::Type::BINARY)) {
    return arrow::MakeScalar(type, static_cast<const arrow::BaseBinaryScalar&>(*value).value);
  }
  if (value->type->id() == arrow::Type::FLOAT && type->id() == arrow::Type::DOUBLE) {
    return arrow::MakeScalar(
        static_cast<double>(static_cast<const arrow::FloatScalar&>(*value).value));
  }
  if (value->type->id() == arrow::Type::DOUBLE && type->id() == arrow::Type::FLOAT) {
    return arrow::MakeScalar(
        static_cast<float>(static_cast<const arrow::DoubleScalar&>(*value).value));
  }
  if (!SameType(*value->type, *type)) return Mismatch(*value, *type);
  // Only names and nullability inside differ.
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr array, arrow::MakeArrayFromScalar(*value, 1));
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr view, array->View(type));
  return view->GetScalar(0);
}

Result<std::vector<ArrayPtr>> OneRowColumns(const Row& row, const arrow::Schema& schema) {
  if (row.size() != schema.num_fields()) {
    return Status::Invalid("a row of ", row.size(), " values where ", schema.num_fields(),
                           " are declared");
  }
  std::vector<ArrayPtr> columns;
  for (int i = 0; i < row.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const auto value, FitScalar(row.value(i), schema.field(i)->type()));
    ARROW_ASSIGN_OR_RAISE(auto column, arrow::MakeArrayFromScalar(*value, 1));
    columns.push_back(std::move(column));
  }
  return columns;
}

Result<Row> RowAt(const std::vector<ArrayPtr>& columns, int64_t row) {
  Row::Values values;
  for (const ArrayPtr& column : columns) {
    ARROW_ASSIGN_OR_RAISE(auto value, column->GetScalar(row));
    values.push_back(std::move(value));
  }
  return Row(std::move(values));
}

Result<std::shared_ptr<const RowImage>> RowImage::Make(SchemaPtr schema) {
  std::vector<TypePtr> types;
  for (const FieldPtr& field : schema->fields()) types.push_back(field->type());
  ARROW_ASSIGN_OR_RAISE(auto codec, state::RowCodec::Make(std::move(types)));
  return std::shared_ptr<const RowImage>(new RowImage(std::move(schema), std::move(codec)));
}

Result<std::string> RowImage::Encode(const Row& row) const {
  ARROW_ASSIGN_OR_RAISE(const auto columns, OneRowColumns(row, *schema_));
  return Encode(columns, 0);
}

Result<std::string> RowImage::Encode(const std::vector<ArrayPtr>& columns, int64_t row) const {
  const std::vector<int32_t> rows = {static_cast<int32_t>(row)};
  std::vector<uint32_t> sizes;
  ARROW_RETURN_NOT_OK(codec_->Measure(columns, rows, &sizes));
  std::string bytes(sizes[0], '\0');
  auto* target = reinterpret_cast<uint8_t*>(bytes.data());
  codec_->Encode(columns, rows, &target);
  return bytes;
}

Status RowImage::CheckImages(const std::vector<std::string_view>& rows) const {
  for (const std::string_view row : rows) {
    if (!codec_->IsValid(row)) return Status::Invalid("bytes of the state are no row");
  }
  return Status::OK();
}

Result<Row> RowImage::Decode(std::string_view bytes) const {
  ARROW_RETURN_NOT_OK(CheckImages({bytes}));
  const auto* row = reinterpret_cast<const uint8_t*>(bytes.data());
  std::vector<ArrayPtr> columns;
  for (int i = 0; i < schema_->num_fields(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column, codec_->Decode(i, &row, 1));
    columns.push_back(std::move(column));
  }
  return RowAt(columns, 0);
}

Result<std::shared_ptr<arrow::RecordBatch>> RowImage::Decode(
    const std::vector<std::string_view>& rows) const {
  ARROW_RETURN_NOT_OK(CheckImages(rows));
  std::vector<const uint8_t*> pointers;
  for (const std::string_view row : rows) {
    pointers.push_back(reinterpret_cast<const uint8_t*>(row.data()));
  }
  const auto count = static_cast<int64_t>(rows.size());
  std::vector<ArrayPtr> columns;
  for (int i = 0; i < schema_->num_fields(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column, codec_->Decode(i, pointers.data(), count));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(schema_, count, std::move(columns));
}

}  // namespace thalweg::exec
