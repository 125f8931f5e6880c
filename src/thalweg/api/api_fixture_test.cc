#include "thalweg/api/api_fixture_test.h"

#include <algorithm>
#include <vector>

#include <arrow/api.h>

namespace thalweg {

std::string ApiTest::Rows(const DataFrame& frame) {
  const auto table = frame.ToJson().Collect();
  if (!table.ok()) return ErrorText(table.status());
  std::vector<std::string> rows;
  for (const auto& chunk : (*table)->column(0)->chunks()) {
    const auto& texts = static_cast<const arrow::StringArray&>(*chunk);
    for (int64_t i = 0; i < texts.length(); ++i) rows.push_back(texts.GetString(i));
  }
  std::sort(rows.begin(), rows.end());
  std::string text;
  for (const std::string& row : rows) text += row;
  return text;
}

}  // namespace thalweg
