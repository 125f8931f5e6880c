#include "thalweg/base/status.h"

#include <fmt/format.h>

#include "thalweg/base/error_conditions.h"
#include "thalweg/base/query_context.h"

namespace thalweg {
namespace {

std::string FillMessage(std::string_view text, const ErrorParameters& parameters) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const size_t open = text.find('<', at);
    const size_t close = open == std::string_view::npos ? open : text.find('>', open);
    if (close == std::string_view::npos) break;
    out.append(text.substr(at, open - at));
    const auto found = parameters.find(std::string(text.substr(open + 1, close - open - 1)));
    out.append(found != parameters.end() ? std::string_view(found->second)
                                         : text.substr(open, close - open + 1));
    at = close + 1;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace

Status MakeError(std::string_view condition, ErrorParameters parameters,
                 std::optional<SqlPosition> position) {
  const ErrorCondition* entry = FindErrorCondition(condition);
  if (entry == nullptr) {
    parameters = {{"message", fmt::format("unregistered error condition {}", condition)}};
    entry = FindErrorCondition("INTERNAL_ERROR");
  }
  auto message = FillMessage(entry->message, parameters);
  return Status(
      arrow::StatusCode::Invalid, std::move(message),
      std::make_shared<ErrorDetail>(std::string(entry->name), std::string(entry->sql_state),
                                    std::move(parameters), position));
}

Status WithPosition(const Status& status, const SqlPosition& position) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr || detail->position()) return status;
  return status.WithDetail(std::make_shared<ErrorDetail>(detail->condition(), detail->sql_state(),
                                                         detail->parameters(), position));
}

const ErrorDetail* GetErrorDetail(const Status& status) {
  if (status.ok() || status.detail() == nullptr) return nullptr;
  return dynamic_cast<const ErrorDetail*>(status.detail().get());
}

bool IsCondition(const Status& status, std::string_view condition) {
  const ErrorDetail* detail = GetErrorDetail(status);
  return detail != nullptr && detail->condition() == condition;
}

std::string RenderError(const Status& status) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr) {
    return fmt::format("[INTERNAL_ERROR] {} SQLSTATE: XX000", status.message());
  }
  std::string text = fmt::format("[{}] {}", detail->condition(), status.message());
  if (!detail->sql_state().empty()) text += " SQLSTATE: " + detail->sql_state();
  if (detail->position() && detail->position()->line > 0) {
    text += fmt::format(" (line {}, pos {})", detail->position()->line, detail->position()->column);
  } else if (detail->position()) {
    text += "\n" + QueryContextSummary(*detail->position());
  }
  return text;
}

}  // namespace thalweg
