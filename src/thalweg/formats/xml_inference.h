#pragma once

// The types of XML records, for the schema of files and schema_of_xml.

#include <memory>

#include "thalweg/formats/xml_events.h"
#include "thalweg/formats/xml_options.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats {

/// Finds one type for all records. One thread.
///
/// Semantics (Spark's): an element with children or attributes is a struct whose fields are sorted
/// by name; its text is a field of the value tag's name. A name that repeats in an element is an
/// array. Texts are bigint, decimal (if preferred), double, boolean, date, timestamp or else
/// string, types of different records widen to one that has both; what is always empty is a string.
class XmlTypeInference {
 public:
  virtual ~XmlTypeInference() = default;
  static std::unique_ptr<XmlTypeInference> Make(XmlOptions options);

  /// Adds a record. Malformed ones give a string column of corrupt records in PERMISSIVE mode.
  /// Errors: MALFORMED_RECORD_IN_PARSING in FAILFAST mode.
  virtual Status Add(const XmlEvents& record) = 0;
  /// No fields if there were no records.
  virtual SchemaPtr Finish() = 0;
};

}  // namespace thalweg::formats
