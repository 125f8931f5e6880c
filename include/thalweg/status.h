#pragma once

// Errors are values: every call that can fail gives an arrow::Status or arrow::Result. What Spark
// says about an error (condition, SQLSTATE, parameters) travels with the status.

#include <map>
#include <optional>
#include <string>

#include <arrow/result.h>
#include <arrow/status.h>

namespace thalweg {

using arrow::Result;
using arrow::Status;

/// What a user-facing error is, besides its text.
struct ErrorInfo {
  /// "DIVIDE_BY_ZERO", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES".
  std::string condition;
  /// Five characters; empty when the condition has none.
  std::string sql_state;
  std::map<std::string, std::string> parameters;
  /// Place in SQL text: line from 1, column from 0. Line 0: unknown.
  int line = 0;
  int column = 0;
};

/// Nothing when `status` is no error with a condition (out of memory, a failing disk).
std::optional<ErrorInfo> GetErrorInfo(const Status& status);

/// `[CONDITION] text SQLSTATE: xxxxx`, as Spark prints errors.
std::string ErrorText(const Status& status);

}  // namespace thalweg
