#pragma once

// Errors are values: every call across a room returns Status or Result (Arrow's). An error that a
// user may see carries Spark's condition name, SQLSTATE, message parameters and, for SQL text, the
// position, in an ErrorDetail attached to the Status.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/result.h>
#include <arrow/status.h>

namespace thalweg {

using arrow::Result;
using arrow::Status;

/// Parameter name -> value, as in Spark's error conditions ("relationName" -> "`t`").
using ErrorParameters = std::map<std::string, std::string>;

/// What was written where an error lies: SQL text, or a call of a program. Immutable.
struct QueryOrigin {
  /// The whole text; empty for a call.
  std::string sql_text;
  /// Of a call: what was called ("__truediv__") and from where ("app.py:12").
  std::string fragment;
  std::string call_site;
};

/// A place in SQL text. `line` counts from 1, `column` from 0 (as Spark reports them); `start` and
/// `stop` are byte offsets of the fragment, both inclusive, -1 when unknown. With line 0 and an
/// origin it is a call in a program.
struct SqlPosition {
  int line = 0;
  int column = 0;
  int start = -1;
  int stop = -1;
  std::shared_ptr<const QueryOrigin> origin = nullptr;

  bool is_known() const { return line > 0 || origin != nullptr; }
};

/// What a user-facing error is, besides its text. Immutable.
class ErrorDetail : public arrow::StatusDetail {
 public:
  ErrorDetail(std::string condition, std::string sql_state, ErrorParameters parameters,
              std::optional<SqlPosition> position)
      : condition_(std::move(condition)),
        sql_state_(std::move(sql_state)),
        parameters_(std::move(parameters)),
        position_(position) {}

  const char* type_id() const override { return "thalweg::ErrorDetail"; }
  std::string ToString() const override { return condition_; }

  /// "DIVIDE_BY_ZERO" or "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES".
  const std::string& condition() const { return condition_; }
  /// Five characters, empty when the condition has none.
  const std::string& sql_state() const { return sql_state_; }
  const ErrorParameters& parameters() const { return parameters_; }
  const std::optional<SqlPosition>& position() const { return position_; }

 private:
  std::string condition_;
  std::string sql_state_;
  ErrorParameters parameters_;
  std::optional<SqlPosition> position_;
};

/// Makes the error `condition`, whose text comes from the registry (base/error_conditions.h) with
/// `<name>` replaced by parameters. An unknown condition yields INTERNAL_ERROR that names it.
Status MakeError(std::string_view condition, ErrorParameters parameters = {},
                 std::optional<SqlPosition> position = std::nullopt);

/// The same error with `position` filled in, if it has a detail without one; else unchanged.
Status WithPosition(const Status& status, const SqlPosition& position);

/// The detail of `status`, or null if it carries none. Valid as long as `status` lives.
const ErrorDetail* GetErrorDetail(const Status& status);

/// True if `status` carries `condition` (exactly, sub-condition included).
bool IsCondition(const Status& status, std::string_view condition);

/// `[CONDITION] text SQLSTATE: xxxxx` and, where known, `(line l, pos p)`; statuses without a
/// detail render as `[INTERNAL_ERROR] text SQLSTATE: XX000`.
std::string RenderError(const Status& status);

}  // namespace thalweg
