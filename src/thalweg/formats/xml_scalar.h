#pragma once

// One text to one value of a type, for XML.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "thalweg/formats/column_builder.h"
#include "thalweg/formats/xml_options.h"

namespace thalweg::formats {

/// A converted value, before it is known whether its row stays. Text lies elsewhere and must
/// outlive it.
struct XmlScalar {
  int64_t integer = 0;  // also booleans, dates, timestamps, the low half of decimals
  int64_t high = 0;     // of decimals
  double floating = 0;
  std::string_view text;
};

/// Converts texts to one type. One thread.
///
/// Semantics (Spark's): a sign may stand before what is itself a number with a sign; booleans are
/// true, false, 1 and 0; numbers may group digits by commas, and what follows a float's beginning
/// is ignored; binary is hexadecimal in brackets.
class XmlScalarReader {
 public:
  XmlScalarReader(const arrow::DataType& type, const XmlOptions* options);
  /// False when the text is no such value. `text`: trimmed where that is wanted, not NULL. Bytes
  /// that are not in the text are added to `kept`.
  bool Read(std::string_view text, std::deque<std::string>* kept, XmlScalar* value);
  /// Appends what Read gave.
  void Append(const XmlScalar& value, ColumnBuilder* builder) const;

 private:
  bool ReadInteger(std::string_view text, XmlScalar* value) const;
  bool ReadFloating(std::string_view text, XmlScalar* value) const;
  bool ReadDecimal(std::string_view text, XmlScalar* value);
  bool ReadTime(std::string_view text, XmlScalar* value);
  static bool ReadBinary(std::string_view text, std::deque<std::string>* kept, XmlScalar* value);

  const XmlOptions* options_;
  TimeZone zone_;
  arrow::Type::type type_;
  bool with_zone_ = false;
  int bits_ = 0;
  int precision_ = 0;
  int scale_ = 0;
  std::string scratch_;
};

}  // namespace thalweg::formats
