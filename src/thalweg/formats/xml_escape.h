#pragma once

// Names and texts as they may stand in XML.

#include <string>
#include <string_view>

namespace thalweg::formats {

/// Whether it can name an element or attribute: letters, digits, '_', '-', '.', no colon.
bool IsXmlName(std::string_view name);

/// Appends the text of an element. False when it has a control character, which XML cannot hold.
///
/// Like Spark, a '>' is written as an entity behind ']' and where a text begins; texts of 12
/// characters (UTF-16) and more also begin anew behind an entity and every 512 characters.
bool AppendXmlText(std::string_view text, std::string* out);
/// The same for the value of an attribute, which stands in double quotes.
bool AppendXmlAttribute(std::string_view text, std::string* out);

}  // namespace thalweg::formats
