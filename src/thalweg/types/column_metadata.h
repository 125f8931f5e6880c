#pragma once

// The metadata of columns: what a schema says of a column besides its type, a JSON object. In an
// Arrow field a comment is the text under "comment", anything else JSON text under "json:" and its
// name. In a plan the metadata of a column rides on the type of its attribute, and on no other
// type: not on the types of expressions over it.

#include <memory>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "thalweg/types/data_types.h"

namespace thalweg {

/// Null where there is none.
using ColumnMetadata = std::shared_ptr<const arrow::KeyValueMetadata>;

/// Errors: text that is no JSON object.
Result<ColumnMetadata> ColumnMetadataFromJson(std::string_view json);
/// "{}" for none.
std::string ColumnMetadataToJson(const ColumnMetadata& metadata);

/// The type with `metadata` in place of what it carries; null: with none.
TypePtr WithColumnMetadata(const TypePtr& type, const ColumnMetadata& metadata);
ColumnMetadata ColumnMetadataOf(const arrow::DataType& type);
/// The type without metadata.
TypePtr PlainColumnType(const TypePtr& type);
const arrow::DataType& PlainColumnType(const arrow::DataType& type);

/// The type of a field with the field's metadata, and the field of such a type.
TypePtr ColumnTypeOf(const arrow::Field& field);
FieldPtr FieldOfColumn(std::string name, const TypePtr& type, bool nullable);

/// Whether both types carry the same.
bool SameColumnMetadata(const arrow::DataType& left, const arrow::DataType& right);

}  // namespace thalweg
