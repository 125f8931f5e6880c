#pragma once

#include <string>
#include <string_view>

namespace thalweg::connect {

/// A random (version 4) UUID in its usual text form. Thread-safe.
std::string MakeIdentifier();

/// Whether `text` is a UUID as clients write it: 8-4-4-4-12 hexadecimal digits.
bool IsIdentifier(std::string_view text);

}  // namespace thalweg::connect
