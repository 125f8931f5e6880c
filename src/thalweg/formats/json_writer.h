#pragma once

// Rows to JSON text: the json format, to_json, toJSON and Kafka values.

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"
#include "thalweg/formats/json_options.h"

namespace thalweg::formats {

/// Writes values of given columns as JSON. One thread.
///
/// Semantics (Spark's): null fields of structs are left out unless ignoreNullFields is false (nulls
/// inside arrays and maps are always written); timestamps by timestampFormat or
/// yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX] in the session time zone, timestamp_ntz without zone; decimals
/// plain; doubles as Java prints them, NaN and infinities quoted; binary in base64; map keys as
/// text; intervals as their SQL text.
class JsonRowWriter {
 public:
  virtual ~JsonRowWriter() = default;

  /// Writes rows of `columns` as objects.
  /// Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE.
  static Result<std::unique_ptr<JsonRowWriter>> Make(SchemaPtr columns, JsonOptions options);
  /// Writes single values of `type` (struct, array, map or anything else).
  static Result<std::unique_ptr<JsonRowWriter>> MakeForValue(TypePtr type, JsonOptions options);

  /// Binds the rows to write next: columns as Make was told (one array for MakeForValue). The
  /// arrays must live until the next Bind.
  virtual Status Bind(const std::vector<ArrayPtr>& columns) = 0;
  /// Appends the text of row `row` of the bound columns, without line end. A null value gives
  /// "null".
  virtual void AppendRow(int64_t row, std::string* out) = 0;
};

}  // namespace thalweg::formats
