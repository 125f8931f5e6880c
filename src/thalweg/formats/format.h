#pragma once

// Codecs between bytes and batches. A Format is what `format("json").options(...)` denotes: it
// opens readers over files or byte ranges and writers onto files. Connectors find files, cut them
// into splits and add partition columns; a format knows nothing about directories.

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/base/file_system.h"
#include "thalweg/data/batch.h"
#include "thalweg/formats/charset.h"
#include "thalweg/formats/format_options.h"

namespace thalweg::formats {

/// A file to read. `path` serves messages, and for text formats its ending says how the file is
/// compressed (text_compression.h).
struct InputFile {
  std::string path;
  std::shared_ptr<const ReadableFile> file;
  int64_t modification_millis = 0;   // binaryFile gives it to the user
  Charset charset = Charset::kUtf8;  // of text formats, which set it themselves
};

/// A comparison of one column with a constant that every useful row satisfies. Readers may use it
/// to leave out whole row groups; rows that do not satisfy it may still come.
struct ColumnFilter {
  enum class Comparison : uint8_t { kEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kNotNull };
  std::string column;
  Comparison comparison = Comparison::kEqual;
  /// Of the column's type; unused for kNotNull.
  std::shared_ptr<arrow::Scalar> value;
};

/// What to read from one file.
struct ReadRequest {
  /// Wanted columns, by name and type, in order: the columns of every batch. A subset of the
  /// format's schema (column pruning); may be empty, then batches only count rows.
  SchemaPtr columns;
  int64_t batch_rows = kDefaultBatchRows;
  /// Byte range. Lines belong to the range that holds their first byte, row groups to the one that
  /// holds their middle: ranges that tile a file read every row once. Only splittable formats take
  /// anything but the whole file.
  int64_t range_begin = 0;
  int64_t range_end = std::numeric_limits<int64_t>::max();
  std::vector<ColumnFilter> filters;
};

/// Rows of one file or range. One thread.
class FormatReader {
 public:
  virtual ~FormatReader() = default;
  /// The next batch (no selection, never empty), or nothing at the end. After an error no more
  /// calls.
  virtual Result<std::optional<Batch>> Next() = 0;
};

/// Writes one file. One thread. Write* then Finish; destroyed before Finish: the file is garbage.
class FormatWriter {
 public:
  virtual ~FormatWriter() = default;
  /// The selected rows; columns as the writer's schema says.
  virtual Status Write(const Batch& batch) = 0;
  /// Appends what is left (footer, compression trailer). Neither syncs nor closes the file.
  virtual Status Finish() = 0;
  /// Bytes appended to the file so far.
  virtual int64_t bytes_written() const = 0;
};

/// A codec with its options bound. Immutable and thread-safe; readers and writers keep what they
/// need, so it may die before them.
class Format {
 public:
  virtual ~Format() = default;

  /// "csv", "json", "text", "parquet", "orc", "xml", "binaryFile".
  virtual std::string_view name() const = 0;
  /// Ending of written files with compression: ".json", ".csv.gz", ".snappy.parquet".
  virtual std::string extension() const = 0;
  /// Whether a file of this path may be read in byte ranges.
  virtual bool IsSplittable(std::string_view path) const = 0;
  /// Whether readers tell the stage of their thread how many bytes they read
  /// (execution_progress.h), since they need not read all of a range.
  virtual bool counts_bytes() const { return false; }
  /// Whether OpenWriter makes any.
  virtual bool is_writable() const { return true; }

  /// Columns of the data as given to MakeFormat, null if it is to be inferred.
  virtual SchemaPtr schema() const = 0;
  /// The schema of the data in `paths`, all fields nullable. Null when there is nothing to infer
  /// from (no files or no records where some are needed): UNABLE_TO_INFER_SCHEMA for the caller.
  virtual Result<SchemaPtr> InferSchema(FileSystem* file_system,
                                        const std::vector<std::string>& paths) const = 0;

  /// Whether the format can hold every column.
  /// Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE, and for csv reading what its schema must obey.
  virtual Status CheckSchema(const arrow::Schema& schema) const = 0;

  /// Reads; needs schema().
  virtual Result<std::unique_ptr<FormatReader>> OpenReader(InputFile file,
                                                           ReadRequest request) const = 0;
  /// Writes columns of `schema` onto `file`, which must outlive the writer.
  virtual Result<std::unique_ptr<FormatWriter>> OpenWriter(WritableFile* file,
                                                           SchemaPtr schema) const = 0;
};

/// The format of that name (any case) with its options checked. `schema`: columns of the data in
/// files, in their order there where that matters (csv), without partition columns; null when it is
/// to be inferred (then make another with the inferred schema to read), or for writing.
/// avro is known and refused with UNSUPPORTED_FEATURE; other names are
/// DATA_SOURCE_NOT_FOUND. A malformed option: STDS_INVALID_OPTION_VALUE.WITH_MESSAGE and others.
Result<std::shared_ptr<const Format>> MakeFormat(std::string_view name,
                                                 const FormatOptions& options, SchemaPtr schema,
                                                 const FormatDefaults& defaults = {});

/// Whether MakeFormat makes it (any case).
bool IsSupportedFormat(std::string_view name);

}  // namespace thalweg::formats
