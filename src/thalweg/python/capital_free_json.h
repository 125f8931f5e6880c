#pragma once

#include <string>

namespace thalweg::python {

/// The same JSON without capital letters, which are all inside of strings: workers of PySpark 4.2
/// make small letters of what they are told, names of fields and of JSON members too.
inline std::string WithoutCapitals(const std::string& json) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string escaped;
  for (const char c : json) {
    if (c < 'A' || c > 'Z') {
      escaped += c;
      continue;
    }
    escaped += "\\u00";
    escaped += kHex[c >> 4];
    escaped += kHex[c & 15];
  }
  return escaped;
}

}  // namespace thalweg::python
