#include "thalweg/connect/runtime/url_text.h"

namespace thalweg::connect {

std::string EscapeForUrl(std::string_view text) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char character : text) {
    if (kPlain.find(character) != std::string_view::npos) {
      escaped += character;
      continue;
    }
    const auto byte = static_cast<unsigned char>(character);
    escaped += {'%', kDigits[byte >> 4], kDigits[byte & 0xF]};
  }
  return escaped;
}

}  // namespace thalweg::connect
