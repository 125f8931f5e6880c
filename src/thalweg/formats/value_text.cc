#include "thalweg/formats/value_text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <simdjson.h>

#include "thalweg/types/datetime_pattern.h"
#include "thalweg/types/time_text.h"

namespace thalweg::formats {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view TrimJava(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// A decimal number's digits without leading zeros, and the power of ten that follows them.
struct DecimalDigits {
  std::string digits;
  int64_t exponent = 0;
  bool negative = false;
};

std::optional<DecimalDigits> ScanDecimal(std::string_view text) {
  DecimalDigits out;
  size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) out.negative = text[at++] == '-';
  bool any = false;
  bool after_point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !after_point) {
      after_point = true;
    } else if (IsDigit(c)) {
      any = true;
      if (after_point) --out.exponent;
      if (c != '0' || !out.digits.empty()) out.digits.push_back(c);
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::string_view written = text.substr(at + 1);
    const auto exponent = ParseInteger(written, -1'000'000'000, 1'000'000'000);
    if (!exponent) return std::nullopt;
    out.exponent += *exponent;
    at = text.size();
  }
  if (at != text.size()) return std::nullopt;
  return out;
}

arrow::Decimal128 DecimalFromDigits(std::string_view digits) {
  unsigned __int128 value = 0;
  for (const char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
  return arrow::Decimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value));
}

template <typename Value>
std::optional<Value> ParseJavaFloating(std::string_view text) {
  text = TrimJava(text);
  if (text.empty()) return std::nullopt;
  std::string_view body = text;
  const bool negative = body.front() == '-';
  if (body.front() == '-' || body.front() == '+') body.remove_prefix(1);
  if (body == "NaN") return std::numeric_limits<Value>::quiet_NaN();
  if (body == "Infinity") {
    const Value infinity = std::numeric_limits<Value>::infinity();
    return negative ? -infinity : infinity;
  }
  if (body.size() > 1 &&
      (body.back() == 'd' || body.back() == 'D' || body.back() == 'f' || body.back() == 'F') &&
      !body.starts_with("0x")) {
    body.remove_suffix(1);
  }
  auto format = std::chars_format::general;
  if (body.starts_with("0x") || body.starts_with("0X")) {
    if (body.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    body.remove_prefix(2);
    if (body.back() == 'd' || body.back() == 'f') body.remove_suffix(1);
    format = std::chars_format::hex;
  } else if (body.empty() || !(IsDigit(body.front()) || body.front() == '.')) {
    return std::nullopt;
  }
  Value value = 0;
  const auto parsed = std::from_chars(body.data(), body.data() + body.size(), value, format);
  if (parsed.ptr != body.data() + body.size()) return std::nullopt;
  if (parsed.ec == std::errc::result_out_of_range) {
    // from_chars leaves the value alone; the text tells zero from infinity.
    const double wide = std::strtod(std::string(body).c_str(), nullptr);
    value = wide > 1 ? std::numeric_limits<Value>::infinity() : Value(0);
  } else if (parsed.ec != std::errc()) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

int TwoDigits(const char* p) {
  if (!IsDigit(p[0]) || !IsDigit(p[1])) return -1;
  return (p[0] - '0') * 10 + (p[1] - '0');
}

/// Days of "yyyy-MM-dd" at `p`, or nothing.
std::optional<int64_t> IsoDate(const char* p) {
  const int century = TwoDigits(p);
  const int year = TwoDigits(p + 2);
  const int month = TwoDigits(p + 5);
  const int day = TwoDigits(p + 8);
  if ((century | year | month | day) < 0 || p[4] != '-' || p[7] != '-') return std::nullopt;
  if (!IsValidCivilDate(century * 100 + year, month, day)) return std::nullopt;
  return DaysFromCivil(century * 100 + year, month, day);
}

struct IsoTimestamp {
  int64_t local_micros;
  bool is_utc;
};

/// "yyyy-MM-ddTHH:mm:ss[.f][Z]" with 'T' or blank; anything else gives nothing.
std::optional<IsoTimestamp> ParseIsoTimestamp(std::string_view text) {
  if (text.size() < 19) return std::nullopt;
  const char* p = text.data();
  if ((p[10] != 'T' && p[10] != ' ') || p[13] != ':' || p[16] != ':') return std::nullopt;
  const auto days = IsoDate(p);
  const int hour = TwoDigits(p + 11);
  const int minute = TwoDigits(p + 14);
  const int second = TwoDigits(p + 17);
  if (!days || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  int64_t micros = 0;
  size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    const size_t begin = ++at;
    int64_t unit = 100'000;
    for (; at < text.size() && IsDigit(text[at]); ++at, unit /= 10) {
      micros += (text[at] - '0') * unit;
    }
    if (at == begin || at - begin > 9) return std::nullopt;
  }
  const bool is_utc = at + 1 == text.size() && text[at] == 'Z';
  if (at != text.size() && !is_utc) return std::nullopt;
  const int64_t seconds = hour * 3600 + minute * 60 + second;
  return IsoTimestamp{*days * kMicrosPerDay + seconds * kMicrosPerSecond + micros, is_utc};
}

int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string WithoutGmt(std::string_view text) {
  std::string out(text);
  const size_t at = out.find("GMT");
  if (at != std::string::npos) out.erase(at, 3);
  return out;
}

constexpr char kBase64Letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::array<int8_t, 256> MakeBase64Values() {
  std::array<int8_t, 256> values;
  values.fill(-1);
  for (int8_t i = 0; i < 64; ++i) values[static_cast<uint8_t>(kBase64Letters[i])] = i;
  return values;
}

/// Length of the well-formed UTF-8 sequence at `p`, or 0.
size_t Utf8SequenceLength(const unsigned char* p, size_t available) {
  const unsigned char lead = p[0];
  const auto continues = [&](size_t i) { return i < available && (p[i] & 0xC0) == 0x80; };
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if ((lead == 0xE0 && p[1] < 0xA0) || (lead == 0xED && p[1] >= 0xA0)) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if ((lead == 0xF0 && p[1] < 0x90) || (lead == 0xF4 && p[1] >= 0x90)) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

std::optional<int64_t> ParseInteger(std::string_view text, int64_t minimum, int64_t maximum) {
  if (text.empty()) return std::nullopt;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (!IsDigit(c) || value > (std::numeric_limits<uint64_t>::max() - 9) / 10) return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  const uint64_t limit =
      negative ? uint64_t{0} - static_cast<uint64_t>(minimum) : static_cast<uint64_t>(maximum);
  if (value > limit) return std::nullopt;
  return negative ? static_cast<int64_t>(uint64_t{0} - value) : static_cast<int64_t>(value);
}

std::optional<double> ParseDouble(std::string_view text) { return ParseJavaFloating<double>(text); }
std::optional<float> ParseFloat(std::string_view text) { return ParseJavaFloating<float>(text); }

std::optional<double> SmallDecimalToDouble(uint64_t mantissa, int exponent, bool negative) {
  static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (mantissa > (uint64_t{1} << 53) || exponent < -22 || exponent > 22) return std::nullopt;
  double value = static_cast<double>(mantissa);
  value = exponent < 0 ? value / kPowers[-exponent] : value * kPowers[exponent];
  return negative ? -value : value;
}

std::optional<arrow::Decimal128> ParseDecimal(std::string_view text, int precision, int scale) {
  const auto scanned = ScanDecimal(text);
  if (!scanned) return std::nullopt;
  std::string digits = scanned->digits;
  const int64_t shift = scanned->exponent + scale;
  bool round_up = false;
  if (shift >= 0) {
    if (!digits.empty() && static_cast<int64_t>(digits.size()) + shift > precision) {
      return std::nullopt;
    }
    if (!digits.empty()) digits.append(static_cast<size_t>(shift), '0');
  } else {
    const int64_t kept = static_cast<int64_t>(digits.size()) + shift;
    round_up = kept >= 0 && kept < static_cast<int64_t>(digits.size()) &&
               digits[static_cast<size_t>(kept)] >= '5';
    digits.resize(kept > 0 ? static_cast<size_t>(kept) : 0);
  }
  if (static_cast<int>(digits.size()) > precision) return std::nullopt;
  arrow::Decimal128 value = DecimalFromDigits(digits);
  if (round_up) value += 1;
  if (!value.FitsInPrecision(precision)) return std::nullopt;
  return scanned->negative ? -value : value;
}

std::optional<DecimalShape> DecimalShapeOf(std::string_view text) {
  const auto scanned = ScanDecimal(text);
  if (!scanned || scanned->exponent < -100000 || scanned->exponent > 100000) return std::nullopt;
  const int precision = scanned->digits.empty() ? 1 : static_cast<int>(scanned->digits.size());
  return DecimalShape{precision, static_cast<int>(-scanned->exponent)};
}

std::optional<int32_t> ParseDateValue(std::string_view text, const DatetimePattern* pattern) {
  if (pattern != nullptr) return pattern->ParseDate(text);
  if (text.size() == 10) {
    if (const auto days = IsoDate(text.data())) return static_cast<int32_t>(*days);
  }
  return ParseDateText(text);
}

std::optional<int64_t> ParseTimestampValue(std::string_view text, const DatetimePattern* pattern,
                                           TimeZone* zone) {
  if (pattern != nullptr) return pattern->ParseTimestamp(text, zone);
  if (const auto parsed = ParseIsoTimestamp(text)) {
    return parsed->is_utc ? parsed->local_micros : zone->ToUtc(parsed->local_micros);
  }
  const int64_t now = NowMicros();
  auto value = ParseTimestampText(text, zone, now);
  if (!value && text.find("GMT") != std::string_view::npos) {
    value = ParseTimestampText(WithoutGmt(text), zone, now);
  }
  return value;
}

std::optional<int64_t> ParseTimestampNtzValue(std::string_view text,
                                              const DatetimePattern* pattern) {
  if (pattern != nullptr) return pattern->ParseTimestampNtz(text, /*allow_zone=*/false);
  if (const auto parsed = ParseIsoTimestamp(text)) {
    if (parsed->is_utc) return std::nullopt;
    return parsed->local_micros;
  }
  return ParseTimestampNtzText(text, /*allow_zone=*/false);
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  static const std::array<int8_t, 256> kValues = MakeBase64Values();
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (size_t at = 0; at < text.size(); at += 4) {
    const bool last = at + 4 == text.size();
    int padding = 0;
    if (last && text[at + 3] == '=') padding = text[at + 2] == '=' ? 2 : 1;
    uint32_t group = 0;
    for (int i = 0; i < 4 - padding; ++i) {
      const int8_t value = kValues[static_cast<uint8_t>(text[at + static_cast<size_t>(i)])];
      if (value < 0) return std::nullopt;
      group |= static_cast<uint32_t>(value) << (18 - 6 * i);
    }
    out.push_back(static_cast<char>(group >> 16));
    if (padding < 2) out.push_back(static_cast<char>(group >> 8));
    if (padding < 1) out.push_back(static_cast<char>(group));
  }
  return out;
}

void AppendBase64(std::string_view bytes, std::string* out) {
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t left = bytes.size() - at;
    uint32_t group = static_cast<uint32_t>(static_cast<uint8_t>(bytes[at])) << 16;
    if (left > 1) group |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[at + 1])) << 8;
    if (left > 2) group |= static_cast<uint8_t>(bytes[at + 2]);
    out->push_back(kBase64Letters[group >> 18]);
    out->push_back(kBase64Letters[group >> 12 & 63]);
    out->push_back(left > 1 ? kBase64Letters[group >> 6 & 63] : '=');
    out->push_back(left > 2 ? kBase64Letters[group & 63] : '=');
  }
}

void AppendInteger(int64_t value, std::string* out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  out->append(buffer, static_cast<size_t>(end - buffer));
}

bool IsValidUtf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string_view ReplaceInvalidUtf8(std::string_view text, std::string* scratch) {
  if (IsValidUtf8(text)) return text;
  scratch->clear();
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8SequenceLength(p + at, text.size() - at);
    if (length == 0) {
      scratch->append("\xEF\xBF\xBD");
      ++at;
    } else {
      scratch->append(text.substr(at, length));
      at += length;
    }
  }
  return *scratch;
}

}  // namespace thalweg::formats
