#pragma once

#include <string_view>

#include "thalweg/types/data_types.h"

namespace thalweg {

/// A type from Spark's JSON form: "\"integer\"",
/// "{\"type\":\"array\",\"elementType\":\"long\",...}". Errors: INVALID_JSON_DATA_TYPE, and those
/// of ParseDataType for a name.
Result<TypePtr> DataTypeFromJson(std::string_view json);

}  // namespace thalweg
