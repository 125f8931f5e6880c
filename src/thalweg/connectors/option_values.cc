#include "thalweg/connectors/option_values.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "thalweg/base/settings.h"

namespace thalweg::connectors {

std::string LowerCase(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::optional<std::string> FindOption(const io::Options& options, std::string_view name) {
  const auto found = options.find(LowerCase(name));
  if (found == options.end()) return std::nullopt;
  return found->second;
}

Status InvalidOption(std::string_view name, std::string message) {
  return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                   {{"optionName", std::string(name)}, {"message", std::move(message)}});
}

std::optional<int64_t> ParseInteger(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<int64_t> IntegerOption(const io::Options& options, std::string_view name,
                              int64_t otherwise) {
  const auto text = FindOption(options, name);
  if (!text) return otherwise;
  const auto value = ParseInteger(*text);
  if (!value) return InvalidOption(name, fmt::format("For input string: \"{}\"", *text));
  return *value;
}

Result<int64_t> PositiveOption(const io::Options& options, std::string_view name,
                               int64_t otherwise) {
  ARROW_ASSIGN_OR_RAISE(const int64_t value, IntegerOption(options, name, otherwise));
  if (value <= 0) {
    return InvalidOption(
        name, fmt::format("Invalid value '{}'. The option '{}' must be positive", value, name));
  }
  return value;
}

Result<bool> BooleanOption(const io::Options& options, std::string_view name, bool otherwise,
                           const std::string& message) {
  const auto text = FindOption(options, name);
  if (!text) return otherwise;
  const std::string value = LowerCase(*text);
  if (value == "true") return true;
  if (value == "false") return false;
  return InvalidOption(
      name, !message.empty() ? message
                             : fmt::format("Invalid value '{}' for option '{}', must be 'true' or "
                                           "'false'",
                                           *text, name));
}

Result<int64_t> MillisOption(const io::Options& options, std::string_view name, int64_t otherwise,
                             int64_t plain_unit_millis) {
  const auto text = FindOption(options, name);
  if (!text) return otherwise;
  if (const auto plain = ParseInteger(*text)) return *plain * plain_unit_millis;
  const bool negative = text->starts_with('-');
  const auto micros = ParseIntervalMicros(negative ? text->substr(1) : *text, 0);
  if (!micros.ok()) {
    return InvalidOption(name, fmt::format("'{}' is not a time: give seconds (s), milliseconds "
                                           "(ms), microseconds (us), minutes (m or min), hours (h) "
                                           "or days (d), for example 50s, 100ms or 250us",
                                           *text));
  }
  return (negative ? -1 : 1) * (*micros / 1000);
}

}  // namespace thalweg::connectors
