#include "thalweg/formats/csv_header.h"

#include <algorithm>
#include <cctype>

#include <arrow/api.h>
#include <fmt/format.h>

namespace thalweg::formats {

Status CheckCsvHeader(const std::vector<CsvToken>& header, const arrow::Schema& schema,
                      const CsvOptions& options, std::string_view source) {
  if (options.enforce_schema) return Status::OK();
  std::vector<std::string> names;
  for (const auto& field : schema.fields()) {
    if (field->name() != options.corrupt_record_column) names.push_back(field->name());
  }
  const auto equal = [&](std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [&](char a, char b) {
      return options.case_sensitive ? a == b : std::tolower(a) == std::tolower(b);
    });
  };
  if (header.size() != names.size()) {
    return MakeError("_LEGACY_ERROR_TEMP_3241",
                     {{"msg", fmt::format("The CSV header of {} has {} columns, the schema {}",
                                          source, header.size(), names.size())}});
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (!equal(header[i].text, names[i])) {
      return MakeError(
          "_LEGACY_ERROR_TEMP_3241",
          {{"msg", fmt::format("The CSV header of {} names a column {} where the schema has {}",
                               source, header[i].text, names[i])}});
    }
  }
  return Status::OK();
}

}  // namespace thalweg::formats
