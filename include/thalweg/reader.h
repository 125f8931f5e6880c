#pragma once

// What spark.read and spark.readStream are: say the format, schema and options, then load. A reader
// collects and never fails; the frame's action reports what was wrong.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/dataframe.h"
#include "thalweg/option_value.h"

namespace thalweg {

namespace api {

struct SessionCore;

/// What both readers collect.
struct ReadDescription {
  std::shared_ptr<SessionCore> core;
  bool is_stream = false;
  std::string format;
  std::string ddl;
  std::shared_ptr<arrow::Schema> schema;
  std::map<std::string, std::string> options;
};

DataFrame MakeReadFrame(const ReadDescription& read, std::vector<std::string> paths);
DataFrame MakeTableFrame(const ReadDescription& read, const std::string& name);
DataFrame MakeParseFrame(const ReadDescription& read, const DataFrame& texts);

/// The words that both readers share. `Reader` is the class derived from it.
template <typename Reader>
class BasicReader {
 public:
  /// "csv", "json", "text", "parquet", "rate" ... Unset: spark.sql.sources.default.
  Reader& Format(const std::string& format) {
    read_.format = format;
    return self();
  }
  /// DDL text: "a INT, b STRING".
  Reader& Schema(const std::string& ddl) {
    read_.ddl = ddl;
    return self();
  }
  Reader& Schema(const char* ddl) { return Schema(std::string(ddl)); }
  Reader& Schema(std::shared_ptr<arrow::Schema> schema) {
    read_.schema = std::move(schema);
    return self();
  }
  /// Keys in any case.
  Reader& Option(const std::string& key, const OptionValue& value) {
    read_.options[key] = value.text();
    return self();
  }
  Reader& Options(const std::map<std::string, std::string>& options) {
    for (const auto& [key, value] : options) read_.options[key] = value;
    return self();
  }

  DataFrame Load() { return MakeReadFrame(read_, {}); }
  DataFrame Load(const std::string& path) { return MakeReadFrame(read_, {path}); }
  DataFrame Csv(const std::string& path) { return Format("csv").Load(path); }
  DataFrame Json(const std::string& path) { return Format("json").Load(path); }
  /// One string column `value`, a row a line.
  DataFrame Text(const std::string& path) { return Format("text").Load(path); }
  DataFrame Parquet(const std::string& path) { return Format("parquet").Load(path); }
  DataFrame Orc(const std::string& path) { return Format("orc").Load(path); }
  /// Needs the option "rowTag".
  DataFrame Xml(const std::string& path) { return Format("xml").Load(path); }
  /// A table or view by name; the options are the reader's.
  DataFrame Table(const std::string& name) { return MakeTableFrame(read_, name); }

 protected:
  BasicReader(std::shared_ptr<SessionCore> core, bool is_stream) {
    read_.core = std::move(core);
    read_.is_stream = is_stream;
  }
  Reader& self() { return static_cast<Reader&>(*this); }

  ReadDescription read_;
};

}  // namespace api

/// Reads what is there when an action runs. Made by Session::Read().
class DataFrameReader : public api::BasicReader<DataFrameReader> {
 public:
  explicit DataFrameReader(std::shared_ptr<api::SessionCore> core)
      : BasicReader(std::move(core), false) {}
  /// Several paths in one frame.
  DataFrame LoadPaths(std::vector<std::string> paths) {
    return api::MakeReadFrame(read_, std::move(paths));
  }

  using BasicReader::Csv;
  using BasicReader::Json;
  using BasicReader::Xml;
  /// Rows from texts: each value of the one column of `texts`, a batch frame, is a record. Without
  /// Schema() the frame is run at once to find it. Errors: DATAFRAME_INPUT_NOT_SINGLE_COLUMN,
  /// DATAFRAME_INPUT_NOT_STRING_TYPE.
  DataFrame Csv(const DataFrame& texts) { return api::MakeParseFrame(Format("csv").read_, texts); }
  DataFrame Json(const DataFrame& texts) {
    return api::MakeParseFrame(Format("json").read_, texts);
  }
  DataFrame Xml(const DataFrame& texts) { return api::MakeParseFrame(Format("xml").read_, texts); }
};

/// Reads what is there and what will come. Made by Session::ReadStream(). File streams need a
/// schema. Several uses of one loaded frame in a query share a source (semantics 2.1).
class DataStreamReader : public api::BasicReader<DataStreamReader> {
 public:
  explicit DataStreamReader(std::shared_ptr<api::SessionCore> core)
      : BasicReader(std::move(core), true) {}
};

}  // namespace thalweg
