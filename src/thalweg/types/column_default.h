#pragma once

// The default of a column of a table: SQL text in its metadata, under Spark's names.

#include <optional>
#include <string>

#include "thalweg/types/data_types.h"

namespace thalweg {

/// The text behind DEFAULT; nothing where a column has none.
std::optional<std::string> ColumnDefaultOf(const arrow::Field& field);

/// The field with `text` as its default.
FieldPtr WithColumnDefault(const FieldPtr& field, const std::string& text);

}  // namespace thalweg
