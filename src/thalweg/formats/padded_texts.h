#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <arrow/array/array_binary.h>

#include "thalweg/formats/json_parser.h"

namespace thalweg::formats {

/// Texts of an array with a zero byte behind each and room for parsers that read on behind the
/// last. One thread; keeps its memory.
class PaddedTexts {
 public:
  /// `texts` must live as long as its texts are looked at.
  void Reset(const arrow::StringArray& texts) {
    texts_ = &texts;
    bytes_.clear();
    bytes_.reserve(static_cast<size_t>(texts.total_values_length() + texts.length()) +
                   kJsonPadding);
    begins_.clear();
    for (int64_t row = 0; row < texts.length(); ++row) {
      begins_.push_back(bytes_.size());
      if (texts.IsValid(row)) bytes_.append(texts.GetView(row));
      bytes_.push_back('\0');
    }
    bytes_.append(static_cast<size_t>(kJsonPadding), '\0');
  }
  /// Of a row that is not NULL.
  std::string_view operator[](int64_t row) const {
    return {bytes_.data() + begins_[static_cast<size_t>(row)], texts_->GetView(row).size()};
  }

 private:
  const arrow::StringArray* texts_ = nullptr;
  std::string bytes_;
  std::vector<size_t> begins_;
};

}  // namespace thalweg::formats
