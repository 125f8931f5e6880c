// jaro_winkler_similarity: how much two texts have in common, more so at their beginning.

#include <algorithm>
#include <vector>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

/// Similarity of two texts by their UTF-16 units. Keeps its memory from row to row. One thread.
class JaroWinkler {
 public:
  double Similarity(std::string_view left, std::string_view right) {
    ReadUnits(left, &left_);
    ReadUnits(right, &right_);
    if (left_.empty() && right_.empty()) return 1;
    MatchUnits();
    size_t matches = 0;
    size_t moved = 0;
    for (size_t i = 0, j = 0; i < left_.size(); ++i) {
      if (!left_matched_[i]) continue;
      while (!right_matched_[j]) ++j;
      moved += left_[i] != right_[j++];
      ++matches;
    }
    if (matches == 0) return 0;
    const auto count = static_cast<double>(matches);
    const double jaro =
        (count / static_cast<double>(left_.size()) + count / static_cast<double>(right_.size()) +
         (count - static_cast<double>(moved) / 2) / count) /
        3;
    return jaro + kPrefixWeight * static_cast<double>(SharedPrefix()) * (1 - jaro);
  }

 private:
  static constexpr double kPrefixWeight = 0.1;
  static constexpr size_t kLongestPrefix = 4;

  static void ReadUnits(std::string_view text, std::vector<uint16_t>* units) {
    units->clear();
    for (size_t at = 0; at < text.size();) {
      const uint32_t code = FirstCodePoint(text.substr(at));
      at += CharacterBytes(static_cast<unsigned char>(text[at]));
      if (code >= 0x10000) units->push_back(static_cast<uint16_t>(0xD7C0 + (code >> 10)));
      units->push_back(static_cast<uint16_t>(code >= 0x10000 ? 0xDC00 | (code & 0x3FF) : code));
    }
  }

  /// Marks units that are the same and not too far apart, each with one partner.
  void MatchUnits() {
    left_matched_.assign(left_.size(), false);
    right_matched_.assign(right_.size(), false);
    const size_t longer = std::max(left_.size(), right_.size());
    const size_t reach = longer < 4 ? 0 : longer / 2 - 1;
    for (size_t i = 0; i < left_.size(); ++i) {
      const size_t end = std::min(right_.size(), i + reach + 1);
      for (size_t j = i > reach ? i - reach : 0; j < end; ++j) {
        if (right_matched_[j] || left_[i] != right_[j]) continue;
        left_matched_[i] = right_matched_[j] = true;
        break;
      }
    }
  }

  size_t SharedPrefix() const {
    const size_t limit = std::min({kLongestPrefix, left_.size(), right_.size()});
    size_t count = 0;
    while (count < limit && left_[count] == right_[count]) ++count;
    return count;
  }

  std::vector<uint16_t> left_;
  std::vector<uint16_t> right_;
  std::vector<bool> left_matched_;
  std::vector<bool> right_matched_;
};

Result<arrow::Datum> Evaluate(const expr::EvalContext& context,
                              const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
  JaroWinkler similarity;
  const auto kernel = expr::RowKernel<double, std::string_view, std::string_view>(
      arrow::float64(), [&similarity](std::string_view left, std::string_view right) {
        return similarity.Similarity(left, right);
      });
  return kernel(context, arguments, num_rows);
}

}  // namespace

void RegisterJaroWinkler(FunctionRegistry* registry) {
  Declare(registry, {.names = {"jaro_winkler_similarity"},
                     .group = "string_funcs",
                     .usage = "jaro_winkler_similarity(str1, str2) - Returns how alike two texts "
                              "are, from 0 (nothing in common) to 1 (the same).",
                     .example = "SELECT jaro_winkler_similarity('MARTHA', 'MARHTA');",
                     .argument_types = {arrow::utf8(), arrow::utf8()},
                     .return_type = arrow::float64(),
                     .kernel = Evaluate});
}

}  // namespace thalweg::functions
