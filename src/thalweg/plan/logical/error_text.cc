#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/user_defined_type.h"

#include <algorithm>

#include <fmt/format.h>

namespace thalweg::plan {

bool EqualsIgnoreCase(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&lower](char a, char b) { return lower(a) == lower(b); });
}

std::string QuoteIdentifiers(const std::vector<std::string>& parts) {
  std::string quoted;
  for (const std::string& part : parts) {
    if (!quoted.empty()) quoted += '.';
    quoted += QuoteIdentifier(part);
  }
  return quoted;
}

std::string QuoteExpression(std::string_view text) { return fmt::format("\"{}\"", text); }

std::string QuoteType(const arrow::DataType& type) { return QuotedTypeName(type); }

std::string OrdinalWord(size_t index) {
  constexpr const char* kWords[] = {"first", "second",  "third",  "fourth", "fifth",
                                    "sixth", "seventh", "eighth", "ninth",  "tenth"};
  if (index < std::size(kWords)) return kWords[index];
  return fmt::format("{}th", index + 1);
}

std::string SearchPath() {
  return "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]";
}

}  // namespace thalweg::plan
