#pragma once

// A checksum inside log files that Spark can read too: a version line, then lines of which the
// first is a JSON object. It stands in that object as a last key, which Spark reads past.

#include <string>
#include <string_view>

namespace thalweg {

/// `text` with the checksum of all its bytes put in. Text without a JSON object in its second line
/// stays as it is.
std::string SealText(std::string text);

/// Takes the checksum out of `text` again. False when it does not fit: the file is damaged. Text
/// without a checksum (of Spark, or edited by hand) fits.
bool UnsealText(std::string* text);

}  // namespace thalweg
