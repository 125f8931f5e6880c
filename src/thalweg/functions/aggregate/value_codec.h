#pragma once

// Values of any type as bytes: what aggregates that keep whole values (first, max of strings,
// collect_list, max_by) hold in their slots and write to state.
//
// A value is a validity byte, then, if valid: fixed-width types their little-endian bytes (boolean
// one byte); string and binary a 4-byte length and the bytes; array and map a 4-byte count and the
// elements (of a map: key, value, key, value...); struct its fields in order.

#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::functions {

/// Appends row `row` of `array`.
Status AppendValue(const arrow::Array& array, int64_t row, std::string* out);

/// Reads one value from the front of `*in` into `builder`, advancing `*in`.
Status ReadValue(const arrow::DataType& type, std::string_view* in, arrow::ArrayBuilder* builder);

/// Orders two values of one type as SQL does: NULL first, NaN greatest, -0.0 equal to 0.0. Both
/// views are advanced past the value. Negative, zero or positive.
int CompareValues(const arrow::DataType& type, std::string_view* left, std::string_view* right);

/// The values of several encodings as one array.
Result<ArrayPtr> DecodeValues(const TypePtr& type, const std::vector<std::string_view>& values);

}  // namespace thalweg::functions
