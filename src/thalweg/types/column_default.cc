#include "thalweg/types/column_default.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <nlohmann/json.hpp>

namespace thalweg {
namespace {

// JSON values of the metadata (column_metadata.h): what new rows get, and what files get that were
// written before there was the column.
constexpr char kCurrent[] = "json:CURRENT_DEFAULT";
constexpr char kExisting[] = "json:EXISTS_DEFAULT";

}  // namespace

std::optional<std::string> ColumnDefaultOf(const arrow::Field& field) {
  if (field.metadata() == nullptr) return std::nullopt;
  const auto found = field.metadata()->Get(kCurrent);
  if (!found.ok()) return std::nullopt;
  const auto text = nlohmann::json::parse(*found, nullptr, /*allow_exceptions=*/false);
  if (!text.is_string()) return std::nullopt;
  return text.get<std::string>();
}

FieldPtr WithColumnDefault(const FieldPtr& field, const std::string& text) {
  auto metadata = std::make_shared<arrow::KeyValueMetadata>();
  if (field->metadata() != nullptr) {
    for (int64_t i = 0; i < field->metadata()->size(); ++i) {
      metadata->Append(field->metadata()->key(i), field->metadata()->value(i));
    }
  }
  const std::string json =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  metadata->Append(kCurrent, json);
  metadata->Append(kExisting, json);
  return field->WithMetadata(std::move(metadata));
}

}  // namespace thalweg
