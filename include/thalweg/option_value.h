#pragma once

#include <concepts>
#include <string>
#include <utility>

namespace thalweg {

/// The value of a reader's or writer's option, as text: Option("header", true).
class OptionValue {
 public:
  OptionValue(const char* text) : text_(text) {}                // NOLINT: implicit
  OptionValue(std::string text) : text_(std::move(text)) {}     // NOLINT
  OptionValue(bool value) : text_(value ? "true" : "false") {}  // NOLINT
  template <typename T>
  requires(std::integral<T> && !std::same_as<T, bool>) OptionValue(T value)
      : text_(std::to_string(value)) {}                        // NOLINT
  OptionValue(double value) : text_(std::to_string(value)) {}  // NOLINT

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace thalweg
