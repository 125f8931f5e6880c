#pragma once

// Rows to XML text: the xml format and to_xml.

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/data/batch.h"
#include "thalweg/formats/xml_options.h"

namespace thalweg::formats {

/// Writes rows as elements of the options' row tag. One thread.
///
/// Semantics (Spark's): a column is an element of its name, an array one for each of its values, a
/// column whose name begins with the attribute prefix an attribute, the column of the value tag is
/// text. NULL is left out, or is the option nullValue. Times are written as the json format does,
/// binary in hexadecimal; attributes take the numbers behind dates and timestamps.
class XmlRowWriter {
 public:
  virtual ~XmlRowWriter() = default;

  /// Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE or _LEGACY_ERROR_TEMP_3238 for types without a
  /// form in XML, STDS_INVALID_OPTION_VALUE.WITH_MESSAGE for an empty attributePrefix.
  static Result<std::unique_ptr<XmlRowWriter>> Make(SchemaPtr columns, XmlOptions options);

  /// Binds the rows to write next; the arrays must live until the next Bind.
  virtual void Bind(const std::vector<ArrayPtr>& columns) = 0;

  /// What stands before the first row of a file and behind its last; rows between them are
  /// indented. Errors: UNSUPPORTED_FEATURE for names that are none in XML.
  virtual Status AppendHeader(std::string* out) = 0;
  virtual void AppendFooter(std::string* out) = 0;
  /// Errors: UNSUPPORTED_FEATURE for names that are none in XML and characters that it cannot hold.
  virtual Status AppendRow(int64_t row, std::string* out) = 0;
};

}  // namespace thalweg::formats
