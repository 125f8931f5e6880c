#pragma once

// The engine's Arrow types and those that a worker expects and gives. Both sides lay values out
// alike; only the zone of timestamps, names inside of lists and, if asked for, the size of offsets
// differ.

#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::python {

struct WireTypes {
  /// Zone that timestamps carry.
  std::string time_zone = "UTC";
  /// Strings and binaries with 64-bit offsets (spark.sql.execution.arrow.useLargeVarTypes).
  bool large = false;
};

/// The type a worker gets for values of an engine's type.
TypePtr ToWireType(const TypePtr& type, const WireTypes& types);
/// As above for every field; names, nullability stay.
SchemaPtr ToWireSchema(const arrow::Schema& schema, const WireTypes& types);
/// The same values as `wire_type`, which is ToWireType() of the array's type. Copies only where
/// offsets change size.
Result<ArrayPtr> ToWire(const ArrayPtr& array, const TypePtr& wire_type);

/// Checks what a worker gave against what is expected, column by column, and makes it engine
/// arrays. Differences in names inside of lists and maps, in nullability and in the zones of
/// timestamps are none. Errors: ARROW_TYPE_MISMATCH (with `operation`), UNSUPPORTED_ARROWTYPE.
Result<std::vector<ArrayPtr>> FromWire(const std::vector<ArrayPtr>& columns,
                                       const std::vector<FieldPtr>& expected,
                                       std::string_view operation);

/// The columns of a struct array; rows of a null struct are null in each.
Result<std::vector<ArrayPtr>> FlattenStruct(const ArrayPtr& array);

}  // namespace thalweg::python
