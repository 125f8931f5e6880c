#pragma once

#include <memory>
#include <string>
#include <utility>

#include <arrow/type_fwd.h>

#include "thalweg/dataframe.h"

namespace thalweg {

class Session;

namespace connectors {
class MemoryStream;
}

/// A stream that the program itself feeds: for tests and for programs that hold their rows already.
/// Rows stay in memory until a query has committed them, so one stream feeds one query at a time.
/// Copies are handles of the same stream; thread-safe.
class MemoryStream {
 public:
  /// A stream of rows with these columns: DDL text ("k STRING, v INT") or an Arrow schema.
  static Result<MemoryStream> Make(const std::shared_ptr<Session>& session, const std::string& ddl);
  static Result<MemoryStream> Make(const std::shared_ptr<Session>& session,
                                   const std::shared_ptr<arrow::Schema>& schema);

  /// The stream as a frame; always the same relation.
  DataFrame ToDF() const { return frame_; }
  /// Adds rows with the stream's columns, by position, under the offset it gives: 0, 1, ...
  /// Errors: columns of other types.
  Result<int64_t> AddData(const arrow::RecordBatch& rows);
  /// Rows as JSON text, an object a line: {"k": "a", "v": 1}. Errors: text that does not fit.
  Result<int64_t> AddJson(const std::string& lines);

 private:
  MemoryStream(DataFrame frame, std::shared_ptr<connectors::MemoryStream> stream)
      : frame_(std::move(frame)), stream_(std::move(stream)) {}

  DataFrame frame_;
  std::shared_ptr<connectors::MemoryStream> stream_;
};

}  // namespace thalweg
