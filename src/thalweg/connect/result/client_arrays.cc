#include "thalweg/connect/result/client_arrays.h"

#include <map>
#include <set>

#include <arrow/api.h>

#include "thalweg/data/variant_arrow.h"
#include "thalweg/types/data_types.h"

namespace thalweg::connect {
namespace {

TypePtr ClientStruct(const arrow::DataType& type, const std::string& time_zone) {
  std::set<std::string> seen;
  std::set<std::string> twice;
  for (const FieldPtr& field : type.fields()) {
    if (!seen.insert(field->name()).second) twice.insert(field->name());
  }
  std::map<std::string, int> counts;
  arrow::FieldVector fields;
  for (const FieldPtr& field : type.fields()) {
    std::string name = field->name();
    if (twice.count(name) > 0) name += "_" + std::to_string(counts[name]++);
    fields.push_back(
        arrow::field(std::move(name), ClientType(field->type(), time_zone), field->nullable()));
  }
  return arrow::struct_(std::move(fields));
}

}  // namespace

TypePtr ClientType(const TypePtr& type, const std::string& time_zone) {
  switch (type->id()) {
    case arrow::Type::TIMESTAMP:
      if (IsTimestampNtz(*type)) return type;
      return arrow::timestamp(arrow::TimeUnit::MICRO, time_zone);
    case arrow::Type::LIST: {
      const FieldPtr& element = static_cast<const arrow::ListType&>(*type).value_field();
      return arrow::list(
          arrow::field("element", ClientType(element->type(), time_zone), element->nullable()));
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*type);
      return std::make_shared<arrow::MapType>(
          arrow::field("key", ClientType(map.key_type(), time_zone), false),
          arrow::field("value", ClientType(map.item_type(), time_zone),
                       map.item_field()->nullable()));
    }
    case arrow::Type::STRUCT:
      return ClientStruct(*type, time_zone);
    case arrow::Type::LARGE_BINARY:
      return VariantStructType();
    default:
      return type;
  }
}

SchemaPtr ClientSchema(const arrow::Schema& schema, const std::string& time_zone) {
  arrow::FieldVector fields;
  for (const FieldPtr& field : schema.fields()) {
    fields.push_back(
        arrow::field(field->name(), ClientType(field->type(), time_zone), field->nullable()));
  }
  return arrow::schema(std::move(fields));
}

Result<std::shared_ptr<arrow::RecordBatch>> ToClientBatch(const Batch& batch,
                                                          const SchemaPtr& client_schema) {
  Batch client_batch = batch;
  for (ArrayPtr& column : client_batch.columns) {
    ARROW_ASSIGN_OR_RAISE(column, WithVariantStructs(column));
  }
  return ToRecordBatch(client_batch, client_schema);
}

}  // namespace thalweg::connect
