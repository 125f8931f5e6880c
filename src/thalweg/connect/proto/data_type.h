#pragma once

// SQL types as the protocol has them.

#include "thalweg/connect/proto/messages.h"
#include "thalweg/types/data_types.h"

namespace thalweg::connect {

/// Errors: types that the protocol does not have.
Status DataTypeToProto(const arrow::DataType& type, proto::DataType* message);
Status SchemaToProto(const arrow::Schema& schema, proto::DataType* message);

/// Errors: UNSUPPORTED_DATATYPE, and those of DDL text in it.
Result<TypePtr> DataTypeFromProto(const proto::DataType& message);
/// The schema of a struct type. Errors: INVALID_SCHEMA_TYPE_NON_STRUCT for another type, and those
/// of DataTypeFromProto.
Result<SchemaPtr> SchemaFromProto(const proto::DataType& message);

/// The same with CHAR and VARCHAR kept (char_type.h), which the others take as STRING.
Result<TypePtr> DeclaredTypeFromProto(const proto::DataType& message);
Result<SchemaPtr> DeclaredSchemaFromProto(const proto::DataType& message);

}  // namespace thalweg::connect
