#pragma once

// Makers of the single formats, for TextRecords::Make only.

#include <memory>

#include "thalweg/formats/text_records.h"

namespace thalweg::formats {

using TextRecordsPtr = std::shared_ptr<const TextRecords>;

Result<TextRecordsPtr> MakeJsonTexts(const FormatOptions& options, const FormatDefaults& defaults);
Result<TextRecordsPtr> MakeCsvTexts(const FormatOptions& options, const FormatDefaults& defaults);
Result<TextRecordsPtr> MakeXmlTexts(const FormatOptions& options, const FormatDefaults& defaults);

}  // namespace thalweg::formats
