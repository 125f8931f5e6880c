#include "thalweg/plan/analyzer/suggestion.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

size_t EditDistance(std::string_view left, std::string_view right) {
  std::vector<size_t> row(right.size() + 1);
  for (size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= left.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= right.size(); ++j) {
      const size_t above = row[j];
      row[j] =
          std::min({above + 1, row[j - 1] + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[right.size()];
}

}  // namespace

std::vector<std::string> ClosestNames(const std::string& written,
                                      const std::vector<std::vector<std::string>>& names,
                                      size_t count) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const auto& name : names) {
    std::string quoted = QuoteIdentifiers(name);
    const size_t distance = EditDistance(quoted, written);
    ranked.emplace_back(distance, std::move(quoted));
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (ranked.size() > count) ranked.resize(count);
  std::vector<std::string> closest;
  for (auto& [distance, name] : ranked) closest.push_back(std::move(name));
  return closest;
}

}  // namespace thalweg::plan
