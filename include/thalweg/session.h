#pragma once

// The way in. A program makes a session, reads, describes queries, and runs them:
//
//   ARROW_ASSIGN_OR_RAISE(auto session, thalweg::Session::Builder().GetOrCreate());
//   auto words = session->Read().Text("in.txt").SelectExpr({"explode(split(value, ' ')) AS word"});
//   return words.GroupBy("word").Count().Show();

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/column.h"
#include "thalweg/dataframe.h"
#include "thalweg/functions.h"
#include "thalweg/memory_stream.h"
#include "thalweg/reader.h"
#include "thalweg/status.h"
#include "thalweg/streaming_query.h"
#include "thalweg/streaming_query_manager.h"
#include "thalweg/writer.h"

namespace thalweg {

/// The settings of a running session. Set them from one thread; a query keeps those it started
/// with.
class RuntimeConfig {
 public:
  explicit RuntimeConfig(std::shared_ptr<api::SessionCore> core) : core_(std::move(core)) {}

  /// Errors: a value that does not fit, a setting that is fixed.
  Status Set(const std::string& key, const OptionValue& value);
  Status Unset(const std::string& key);
  /// Set or default value. Errors: SQL_CONF_NOT_FOUND.
  Result<std::string> Get(const std::string& key) const;
  std::string Get(const std::string& key, const std::string& fallback) const;
  /// What was set.
  std::map<std::string, std::string> GetAll() const;

 private:
  std::shared_ptr<api::SessionCore> core_;
};

class SessionBuilder;

/// One user's views, tables, settings and streaming queries. Thread-safe except for Conf(). Frames
/// hold their session; when the last handle goes, its queries are stopped as by Stop().
class Session {
 public:
  static SessionBuilder Builder();
  explicit Session(std::shared_ptr<api::SessionCore> core) : core_(std::move(core)) {}

  /// One statement. A query gives a frame, checked but not run; a command runs at once and gives
  /// its rows, if any. Streaming queries that it starts are among Streams().
  Result<DataFrame> Sql(const std::string& text);
  DataFrameReader Read() { return DataFrameReader(core_); }
  DataStreamReader ReadStream() { return DataStreamReader(core_); }
  /// A view or table by name, looked up when an action runs.
  DataFrame Table(const std::string& name);
  /// Rows of the program. Types that the engine does not have are converted (large strings,
  /// dictionaries, other time units) or refused.
  Result<DataFrame> CreateDataFrame(const std::shared_ptr<arrow::Table>& table);
  Result<DataFrame> CreateDataFrame(const std::shared_ptr<arrow::RecordBatch>& rows);
  /// One column `id`: start, start + step, ... below `end`.
  DataFrame Range(int64_t end) { return Range(0, end); }
  DataFrame Range(int64_t start, int64_t end, int64_t step = 1);

  StreamingQueryManager Streams() { return StreamingQueryManager(core_); }
  RuntimeConfig Conf() { return RuntimeConfig(core_); }
  /// The Spark release whose behaviour this is: "4.3.0".
  static std::string Version();
  /// Stops all queries and waits for their end.
  void Stop();

  const std::shared_ptr<api::SessionCore>& core() const { return core_; }

 private:
  std::shared_ptr<api::SessionCore> core_;
};

/// Value type. There is no session of the process: each builder makes its own.
class SessionBuilder {
 public:
  SessionBuilder& AppName(const std::string& name) { return Config("spark.app.name", name); }
  SessionBuilder& Config(const std::string& key, const OptionValue& value);
  /// Where Show() and the console sink print; must outlive the session. Default: standard output.
  SessionBuilder& Console(std::ostream* console);
  /// The session this builder made before, if it still lives, else a new one. Errors: a setting
  /// that does not fit.
  Result<std::shared_ptr<Session>> GetOrCreate();
  /// Always a new one.
  Result<std::shared_ptr<Session>> Create();

 private:
  std::map<std::string, std::string> settings_;
  std::ostream* console_ = nullptr;
  std::weak_ptr<Session> made_;
};

}  // namespace thalweg
