#pragma once

// Records that are values of a string column instead of lines or elements of files: what
// spark.read.json(texts), csv(texts) and xml(texts) make rows of.
//
// Semantics (Spark's)
// - JSON: a text is a record, as a line of a file is, whatever line ends are in it; values other
//   than strings lose their exact text in string columns.
// - CSV: a text is a record, which ends at a line end outside of quotes. Texts of spaces only, NULL
//   and comments are left out, and with the option header every text that equals the first record.
// - XML: a text is a record, whatever its element is called.
// - NULL is a malformed JSON or XML record, whose text is NULL.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"
#include "thalweg/formats/format_options.h"

namespace thalweg::formats {

/// Texts to rows. One thread; keeps its buffers between batches.
class TextRecordParser {
 public:
  virtual ~TextRecordParser() = default;
  /// Appends the rows of texts. Errors: MALFORMED_RECORD_IN_PARSING in FAILFAST mode,
  /// MALFORMED_CSV_RECORD.
  virtual Status Parse(const arrow::StringArray& texts) = 0;
  /// Hands out the rows since the last call, maybe none.
  virtual Result<Batch> Finish() = 0;
};

/// Finds the schema of texts. One thread.
class TextRecordInference {
 public:
  virtual ~TextRecordInference() = default;
  /// Errors: MALFORMED_RECORD_IN_PARSING in FAILFAST mode.
  virtual Status Add(const arrow::StringArray& texts) = 0;
  /// No fields if there is nothing to infer from.
  virtual Result<SchemaPtr> Finish() = 0;
};

/// A format of texts with its options bound. Immutable and thread-safe; parsers may outlive it.
class TextRecords {
 public:
  virtual ~TextRecords() = default;

  /// `format`: "json", "csv" or "xml". Errors: those of the format's options.
  static Result<std::shared_ptr<const TextRecords>> Make(std::string_view format,
                                                         const FormatOptions& options,
                                                         const FormatDefaults& defaults);

  /// Whether the first of all records says how others are read; `infers`: the schema is not known.
  virtual bool NeedsFirstRecord(bool infers) const { return false; }
  /// Whether a text is a record at all.
  virtual bool IsRecord(std::string_view text) const { return true; }

  /// `first_record`: nothing where there is none or it is not needed.
  virtual Result<std::unique_ptr<TextRecordInference>> MakeInference(
      const std::optional<std::string>& first_record) const = 0;
  /// `schema`: the columns of the rows, all nullable. Errors: INVALID_CORRUPT_RECORD_TYPE,
  /// INVALID_JSON_SCHEMA_MAP_TYPE, INVALID_XML_SCHEMA_MAP_TYPE,
  /// UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE; those of a header that does not fit.
  virtual Result<std::unique_ptr<TextRecordParser>> MakeParser(
      const SchemaPtr& schema, const std::optional<std::string>& first_record) const = 0;
};

}  // namespace thalweg::formats
