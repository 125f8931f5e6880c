#pragma once

// JSON text to columns. The parser walks the text once, straight into typed columns: no tree, no
// per-value virtual call; fields that nobody wants are checked and skipped. Serves the json format,
// from_json and Kafka payloads.
//
// Semantics (Spark's)
// - Field names match exactly, case included. The last of two equal names wins.
// - A record that is not JSON, or whose root is neither an object nor an array of objects, is
//   malformed. Text behind the root value is ignored.
// - A value that does not fit its column's type (a string for a number, an overflow) makes the
//   record malformed too, but its other fields are kept (partial results).
// - What becomes of a malformed record says ReadMode.
// - Any value fits a string column: strings as they are, other values as their JSON text.
// - Invalid UTF-8 becomes U+FFFD.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"
#include "thalweg/formats/json_options.h"

namespace thalweg::formats {

/// Bytes that must be readable behind any text handed to the parser (their content does not
/// matter).
inline constexpr int64_t kJsonPadding = 64;

/// Parses records into columns. One thread; keeps its buffers between batches.
class JsonRowParser {
 public:
  virtual ~JsonRowParser() = default;

  /// `columns`: wanted columns by name and type. A string column named as the options' column of
  /// corrupt records receives the text of malformed records and is not looked up in the JSON.
  /// Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE, INVALID_CORRUPT_RECORD_TYPE.
  static Result<std::unique_ptr<JsonRowParser>> Make(SchemaPtr columns, JsonOptions options);

  /// Appends the rows of one record, whose text has kJsonPadding readable bytes behind it: one row
  /// mostly; none for blank text or a dropped record; one for each object in an array root.
  /// Errors: MALFORMED_RECORD_IN_PARSING in FAILFAST mode.
  virtual Status ParseRecord(std::string_view record) = 0;

  /// Appends the row of a record that is NULL: a malformed one without text.
  /// Errors: MALFORMED_RECORD_IN_PARSING in FAILFAST mode.
  virtual Status ParseNull() = 0;

  /// Appends records separated by '\n' ("\r\n" and '\r' too) until all are parsed or `max_rows`
  /// rows are there; gives the number of bytes used up. `lines` has kJsonPadding readable bytes
  /// behind it, and its end ends the last record.
  virtual Result<int64_t> ParseLines(std::string_view lines, int64_t max_rows) = 0;

  /// Rows appended since the last Finish.
  virtual int64_t num_rows() const = 0;

  /// Hands out the rows as columns and starts afresh.
  virtual Result<Batch> Finish() = 0;
};

/// Parses one JSON text a row into values of one type, as from_json does. One thread.
class JsonValueParser {
 public:
  virtual ~JsonValueParser() = default;

  /// `type`: a struct, array or map (of anything).
  static Result<std::unique_ptr<JsonValueParser>> Make(TypePtr type, JsonOptions options);

  /// One value a row of `texts` (utf8). A null or blank text gives null. A malformed text gives, in
  /// PERMISSIVE mode, null for arrays and maps, and for structs a struct of what could be read (the
  /// rest null, the corrupt record field filled); in FAILFAST mode MALFORMED_RECORD_IN_PARSING.
  virtual Result<ArrayPtr> Parse(const arrow::Array& texts) = 0;
};

/// The type of the values in JSON texts, as schema_of_json and schema inference find it.
/// Objects become structs with fields sorted by name; null where nothing is known becomes string.
/// Feeds: Add any number of records, then Finish.
class JsonTypeInference {
 public:
  virtual ~JsonTypeInference() = default;
  static std::unique_ptr<JsonTypeInference> Make(JsonOptions options);
  /// Errors: MALFORMED_RECORD_IN_PARSING in FAILFAST mode. `record` needs no padding.
  virtual Status Add(std::string_view record) = 0;
  /// Adds a record that is NULL: a malformed one. Errors: as Add.
  virtual Status AddNull() = 0;
  /// The schema of the records' objects; with a string column for corrupt records if some
  /// record was malformed in PERMISSIVE mode. Without records: no fields.
  virtual Result<SchemaPtr> FinishSchema() = 0;
  /// The type of the single added value, whatever its root.
  virtual Result<TypePtr> FinishType() = 0;
};

}  // namespace thalweg::formats
