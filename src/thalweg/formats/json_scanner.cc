#include "thalweg/formats/json_scanner.h"

namespace thalweg::formats {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool ScanHexUnit(const char* p, uint32_t* unit) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexValue(p[i]);
    if (digit < 0) return false;
    value = value << 4 | static_cast<uint32_t>(digit);
  }
  *unit = value;
  return true;
}

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | code >> 18));
    out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

}  // namespace

JsonKind JsonScanner::Peek() const {
  switch (*at_) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case '\'':
      return options_->allow_single_quotes ? JsonKind::kString : JsonKind::kInvalid;
    case 't':
      return JsonKind::kTrue;
    case 'f':
      return JsonKind::kFalse;
    case 'n':
      return JsonKind::kNull;
    case 'N':
    case 'I':
    case '+':
      return options_->allow_non_numeric_numbers ? JsonKind::kNumber : JsonKind::kInvalid;
    case '-':
      return JsonKind::kNumber;
    default:
      return IsDigit(*at_) ? JsonKind::kNumber : JsonKind::kInvalid;
  }
}

bool JsonScanner::ScanOtherString(std::string_view* text, std::string* scratch) {
  if (*at_ != '\'' || !options_->allow_single_quotes) return false;
  const char* begin = at_ + 1;
  const char* p = begin;
  while (*p != '\'' && *p != '\\' && static_cast<unsigned char>(*p) > 0x1F) ++p;
  return ScanEscapedString(begin, p, '\'', text, scratch);
}

bool JsonScanner::ScanEscapedString(const char* begin, const char* stop, char quote,
                                    std::string_view* text, std::string* scratch) {
  scratch->assign(begin, stop);
  const char* p = stop;
  while (true) {
    const char c = *p;
    if (c == quote) break;
    if (c == '\\') {
      ++p;
      if (!DecodeEscape(&p, scratch)) return false;
    } else if (static_cast<unsigned char>(c) <= 0x1F &&
               (p >= end_ || !options_->allow_unquoted_control_characters)) {
      return false;
    } else {
      scratch->push_back(c);
      ++p;
    }
  }
  at_ = p + 1;
  *text = *scratch;
  return true;
}

bool JsonScanner::DecodeEscape(const char** p, std::string* out) {
  const char c = *(*p)++;
  switch (c) {
    case '"':
    case '\\':
    case '/':
      out->push_back(c);
      return true;
    case 'b':
      out->push_back('\b');
      return true;
    case 'f':
      out->push_back('\f');
      return true;
    case 'n':
      out->push_back('\n');
      return true;
    case 'r':
      out->push_back('\r');
      return true;
    case 't':
      out->push_back('\t');
      return true;
    case 'u':
      break;
    default:
      if (*p > end_) return false;
      if (!options_->allow_backslash_escaping_any_character &&
          !(c == '\'' && options_->allow_single_quotes)) {
        return false;
      }
      out->push_back(c);
      return true;
  }
  uint32_t unit;
  if (!ScanHexUnit(*p, &unit)) return false;
  *p += 4;
  uint32_t low;
  if (unit >= 0xD800 && unit < 0xDC00 && (*p)[0] == '\\' && (*p)[1] == 'u' &&
      ScanHexUnit(*p + 2, &low) && low >= 0xDC00 && low < 0xE000) {
    *p += 6;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  } else if (unit >= 0xD800 && unit < 0xE000) {
    unit = '?';  // half a surrogate pair, as Java encodes it
  }
  AppendUtf8(unit, out);
  return true;
}

bool JsonScanner::ScanUnquotedName(std::string_view* text) {
  if (!options_->allow_unquoted_field_names || !IsNameByte(*at_)) return false;
  const char* begin = at_;
  while (IsNameByte(*at_)) ++at_;
  *text = {begin, static_cast<size_t>(at_ - begin)};
  return true;
}

bool JsonScanner::ScanNotFinite(JsonNumber* number) {
  if (!options_->allow_non_numeric_numbers) return false;
  const char* begin = at_;
  const bool has_sign = *at_ == '-' || *at_ == '+';
  number->negative = *at_ == '-';
  number->not_finite = true;
  number->is_integer = false;
  if (has_sign) ++at_;
  if (!ScanWord("Infinity")) {
    at_ = begin + (has_sign ? 1 : 0);
    if (!ScanWord(has_sign ? "INF" : "NaN")) return false;
  }
  number->text = {begin, static_cast<size_t>(at_ - begin)};
  return true;
}

bool JsonScanner::ScanNumber(JsonNumber* number) {
  *number = JsonNumber();
  const char* begin = at_;
  const char* p = at_;
  if (*p == '-') {
    number->negative = true;
    ++p;
  }
  if (!IsDigit(*p)) return ScanNotFinite(number);
  if (*p == '0' && IsDigit(p[1]) && !options_->allow_numeric_leading_zeros) return false;
  const char* digits = p;
  uint64_t mantissa = 0;
  while (IsDigit(*p)) mantissa = mantissa * 10 + static_cast<uint64_t>(*p++ - '0');
  int64_t num_digits = p - digits;
  int64_t exponent = 0;
  if (*p == '.') {
    const char* fraction = ++p;
    while (IsDigit(*p)) mantissa = mantissa * 10 + static_cast<uint64_t>(*p++ - '0');
    if (p == fraction) return false;
    exponent = fraction - p;
    num_digits += p - fraction;
    number->is_integer = false;
  }
  if (*p == 'e' || *p == 'E') {
    ++p;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+') ++p;
    if (!IsDigit(*p)) return false;
    int64_t written = 0;
    while (IsDigit(*p)) {
      if (written < 100000) written = written * 10 + (*p - '0');
      ++p;
    }
    exponent += negative ? -written : written;
    number->is_integer = false;
  }
  number->mantissa = mantissa;
  number->exponent = static_cast<int32_t>(exponent);
  number->exact_mantissa = num_digits <= 19;
  number->text = {begin, static_cast<size_t>(p - begin)};
  at_ = p;
  return !IsNameByte(*p);
}

bool JsonScanner::SkipComment() {
  if (!options_->allow_comments) return false;
  const std::string_view rest(at_, static_cast<size_t>(end_ - at_));
  if (rest.starts_with("/*")) {
    const size_t close = rest.find("*/", 2);
    if (close == std::string_view::npos) return false;
    at_ += close + 2;
    return true;
  }
  if (rest.starts_with("//")) {
    const size_t line_end = rest.find('\n');
    at_ = line_end == std::string_view::npos ? end_ : at_ + line_end;
    return true;
  }
  return false;
}

bool JsonScanner::SkipOtherValue() {
  JsonNumber number;
  std::string_view text;
  switch (Peek()) {
    case JsonKind::kObject:
    case JsonKind::kArray:
      return SkipContainer();
    case JsonKind::kString:
      return ScanString(&text, &skip_scratch_);
    case JsonKind::kNumber:
      return ScanNumber(&number);
    case JsonKind::kTrue:
      return ScanWord("true");
    case JsonKind::kFalse:
      return ScanWord("false");
    case JsonKind::kNull:
      return ScanWord("null");
    case JsonKind::kInvalid:
      return false;
  }
  return false;
}

bool JsonScanner::SkipContainer() {
  const bool is_object = *at_++ == '{';
  const char close = is_object ? '}' : ']';
  if (!Enter()) return false;
  SkipBlanks();
  bool more = !Accept(close);
  while (more) {
    std::string_view name;
    if (is_object && (!ScanName(&name, &skip_scratch_) || !ScanColon())) return false;
    if (!SkipValue() || !ScanSeparator(close, &more)) return false;
  }
  Leave();
  return true;
}

}  // namespace thalweg::formats
