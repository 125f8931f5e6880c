#include "thalweg/types/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "thalweg/types/float_digits.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/time_text.h"

namespace thalweg {
namespace {

template <typename T>
void AppendFloating(T value, std::string* out) {
  if (std::isnan(value)) {
    *out += "NaN";
    return;
  }
  if (std::signbit(value)) out->push_back('-');
  value = std::fabs(value);
  if (std::isinf(value)) {
    *out += "Infinity";
    return;
  }
  if (value == 0) {
    *out += "0.0";
    return;
  }
  const FloatDigits digits = JavaDigits(value);
  const bool plain = value >= static_cast<T>(1e-3) && value < static_cast<T>(1e7);
  const int point = plain ? digits.exponent : 1;  // digits before the point
  if (point <= 0) {
    out->append("0.");
    out->append(static_cast<size_t>(-point), '0');
    out->append(digits.text, digits.count);
  } else {
    for (int i = 0; i < point; ++i) out->push_back(i < digits.count ? digits.text[i] : '0');
    out->push_back('.');
    if (digits.count > point) {
      out->append(digits.text + point, digits.count - point);
    } else {
      out->push_back('0');
    }
  }
  if (!plain) {
    out->push_back('E');
    *out += std::to_string(digits.exponent - 1);
  }
}

template <typename T>
T FromText(const std::string& text) {
  if constexpr (sizeof(T) == 4) {
    return std::strtof(text.c_str(), nullptr);
  } else {
    return std::strtod(text.c_str(), nullptr);
  }
}

template <typename T>
std::optional<T> ParseSpecial(std::string_view text) {
  const std::string word = ToLowerAscii(text);
  const bool negative = !word.empty() && word[0] == '-';
  const std::string_view bare =
      std::string_view(word).substr(negative || word.starts_with('+') ? 1 : 0);
  if (bare == "inf" || bare == "infinity") {
    return negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  }
  if (word == "nan" || text == "+NaN" || text == "-NaN") {
    return std::numeric_limits<T>::quiet_NaN();
  }
  return std::nullopt;
}

template <typename T>
std::optional<T> ParseFloating(std::string_view text) {
  text = TrimForCast(text);
  if (text.empty()) return std::nullopt;
  std::string_view number = text;
  const bool negative = number.front() == '-';
  if (negative || number.front() == '+') number.remove_prefix(1);
  const bool hexadecimal = number.size() > 2 && number[0] == '0' && (number[1] | 0x20) == 'x';
  if (number.size() > 1 && !hexadecimal) {
    const char last = static_cast<char>(number.back() | 0x20);
    if (last == 'f' || last == 'd') number.remove_suffix(1);
  }
  if (hexadecimal) {
    if (number.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    std::string whole(number);
    if ((whole.back() | 0x20) == 'f' || (whole.back() | 0x20) == 'd') whole.pop_back();
    char* end = nullptr;
    const double value = std::strtod(whole.c_str(), &end);
    if (end != whole.c_str() + whole.size()) return std::nullopt;
    return static_cast<T>(negative ? -value : value);
  }
  const bool digit = !number.empty() && std::isdigit(static_cast<unsigned char>(number[0]));
  if (!digit && !number.starts_with('.')) {
    return ParseSpecial<T>(text);
  }
  T value{};
  const char* end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) value = FromText<T>(std::string(number));
  return negative ? -value : value;
}

}  // namespace

void AppendDoubleText(double value, std::string* out) { AppendFloating(value, out); }

void AppendFloatText(float value, std::string* out) { AppendFloating(value, out); }

std::optional<double> ParseDoubleText(std::string_view text) { return ParseFloating<double>(text); }

std::optional<float> ParseFloatText(std::string_view text) { return ParseFloating<float>(text); }

namespace {

/// A number without a sign, and the sign it has.
std::optional<int64_t> ParseDigits(std::string_view text, bool negative) {
  int64_t value = 0;  // kept negative, whose range is the larger one
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    if (__builtin_mul_overflow(value, int64_t{10}, &value) ||
        __builtin_sub_overflow(value, static_cast<int64_t>(digit - '0'), &value)) {
      return std::nullopt;
    }
  }
  if (negative) return value;
  if (value == INT64_MIN) return std::nullopt;
  return -value;
}

/// Takes the sign off `text`: whether it is negative; nothing where nothing is left.
std::optional<bool> TakeSign(std::string_view* text) {
  if (text->empty()) return std::nullopt;
  const bool negative = text->front() == '-';
  if (negative || text->front() == '+') text->remove_prefix(1);
  if (text->empty()) return std::nullopt;
  return negative;
}

}  // namespace

std::optional<int64_t> ParseIntegerText(std::string_view text) {
  text = TrimForCast(text);
  const std::optional<bool> negative = TakeSign(&text);
  if (!negative.has_value()) return std::nullopt;
  return ParseDigits(text, *negative);
}

std::optional<int64_t> ParseWholePartText(std::string_view text) {
  text = TrimForCast(text);
  const std::optional<bool> negative = TakeSign(&text);
  if (!negative.has_value()) return std::nullopt;
  const size_t point = text.find('.');
  if (point != std::string_view::npos) {
    for (const char digit : text.substr(point + 1)) {
      if (digit < '0' || digit > '9') return std::nullopt;
    }
    text = text.substr(0, point);
  }
  return ParseDigits(text, *negative);
}

std::optional<bool> ParseBooleanText(std::string_view text) {
  const std::string word = ToLowerAscii(TrimForCast(text));
  if (word == "t" || word == "true" || word == "y" || word == "yes" || word == "1") return true;
  if (word == "f" || word == "false" || word == "n" || word == "no" || word == "0") return false;
  return std::nullopt;
}

}  // namespace thalweg
