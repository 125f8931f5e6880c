#pragma once

#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/formats/csv_options.h"
#include "thalweg/formats/csv_tokenizer.h"

namespace thalweg::formats {

/// Compares a header with the schema, unless the schema is enforced. `source`: what has the header.
/// Errors: _LEGACY_ERROR_TEMP_3241.
Status CheckCsvHeader(const std::vector<CsvToken>& header, const arrow::Schema& schema,
                      const CsvOptions& options, std::string_view source);

}  // namespace thalweg::formats
