#pragma once

// JSON text to variants.

#include <string>
#include <string_view>

#include "thalweg/base/status.h"
#include "thalweg/types/variant_builder.h"

namespace thalweg::formats {

/// Reads one text after the other; memory is used again. NOT thread-safe.
class VariantJsonParser {
 public:
  explicit VariantJsonParser(bool allow_duplicates = false) : builder_(allow_duplicates) {}

  /// Appends what a column keeps of the text's value; false if the text is no JSON. What follows a
  /// value is not looked at, as in Spark. Numbers become integers of 64 bits, else decimals of up
  /// to 38 digits, else doubles. Errors: VARIANT_DUPLICATE_KEY, VARIANT_SIZE_LIMIT.
  Result<bool> Parse(std::string_view text, std::string* packed);

 private:
  VariantBuilder builder_;
};

}  // namespace thalweg::formats
