#pragma once

#include <string>
#include <string_view>

namespace thalweg::connect {

/// `text` as the value of a parameter of a connection string: all but letters, digits and "-_.~" is
/// written as %XX.
std::string EscapeForUrl(std::string_view text);

}  // namespace thalweg::connect
