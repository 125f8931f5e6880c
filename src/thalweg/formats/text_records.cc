#include "thalweg/formats/text_records.h"

#include "thalweg/formats/built_text_records.h"

namespace thalweg::formats {

Result<std::shared_ptr<const TextRecords>> TextRecords::Make(std::string_view format,
                                                             const FormatOptions& options,
                                                             const FormatDefaults& defaults) {
  if (format == "json") return MakeJsonTexts(options, defaults);
  if (format == "csv") return MakeCsvTexts(options, defaults);
  if (format == "xml") return MakeXmlTexts(options, defaults);
  return MakeError("UNSUPPORTED_FEATURE",
                   {{"feature", "Texts of the format " + std::string(format)}});
}

}  // namespace thalweg::formats
