#include <thalweg/status.h>

#include "thalweg/base/status.h"

namespace thalweg {

std::optional<ErrorInfo> GetErrorInfo(const Status& status) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr) return std::nullopt;
  ErrorInfo info;
  info.condition = detail->condition();
  info.sql_state = detail->sql_state();
  info.parameters = detail->parameters();
  if (detail->position()) {
    info.line = detail->position()->line;
    info.column = detail->position()->column;
  }
  return info;
}

std::string ErrorText(const Status& status) { return RenderError(status); }

}  // namespace thalweg
