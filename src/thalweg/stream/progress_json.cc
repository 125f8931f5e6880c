#include "thalweg/stream/progress_json.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace thalweg::stream {
namespace {

using Json = nlohmann::ordered_json;

/// Appends scalars and containers. A binary value is JSON text that is taken over.
class JsonWriter {
 public:
  explicit JsonWriter(bool pretty) : pretty_(pretty) {}

  void Write(const Json& json, int level) {
    if (json.is_object()) {
      WriteObject(json, level);
    } else if (json.is_array()) {
      WriteArray(json, level);
    } else if (json.is_binary()) {
      const auto& text = json.get_binary();
      WriteText(std::string_view(reinterpret_cast<const char*>(text.data()), text.size()), level);
    } else if (json.is_number_float()) {
      text_ += JavaDoubleText(json.get<double>());
    } else {
      text_ += json.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  void NewLine(int level) {
    text_ += '\n';
    text_.append(static_cast<size_t>(2 * level), ' ');
  }

  void WriteObject(const Json& object, int level) {
    if (object.empty()) {
      text_ += pretty_ ? "{ }" : "{}";
      return;
    }
    text_ += '{';
    bool first = true;
    for (const auto& [key, value] : object.items()) {
      if (!first) text_ += ',';
      first = false;
      if (pretty_) NewLine(level + 1);
      text_ += Json(key).dump(-1, ' ', false, Json::error_handler_t::replace);
      text_ += pretty_ ? " : " : ":";
      Write(value, level + 1);
    }
    if (pretty_) NewLine(level);
    text_ += '}';
  }

  void WriteArray(const Json& array, int level) {
    if (array.empty()) {
      text_ += pretty_ ? "[ ]" : "[]";
      return;
    }
    text_ += pretty_ ? "[ " : "[";
    bool first = true;
    for (const Json& value : array) {
      if (!first) text_ += pretty_ ? ", " : ",";
      first = false;
      Write(value, level);
    }
    text_ += pretty_ ? " ]" : "]";
  }

  /// JSON text without blanks, laid out as the rest; its numbers stay as they are written.
  void WriteText(std::string_view json, int level) {
    std::string open;  // the brackets around the place
    for (size_t i = 0; i < json.size(); ++i) {
      const char c = json[i];
      if (c == '"') {
        const size_t begin = i++;
        while (json[i] != '"') i += json[i] == '\\' ? 2 : 1;
        text_ += json.substr(begin, i + 1 - begin);
      } else if (!pretty_ || std::string_view("{}[],:").find(c) == std::string_view::npos) {
        text_ += c;
      } else if (c == ':') {
        text_ += " : ";
      } else if (c == ',') {
        text_ += open.back() == '{' ? "," : ", ";
        if (open.back() == '{') NewLine(level);
      } else if (c == '{' || c == '[') {
        open += c;
        text_ += c;
        const bool empty = json[i + 1] == '}' || json[i + 1] == ']';
        if (c == '{') ++level;
        if (c == '[' || empty) text_ += ' ';
        if (c == '{' && !empty) NewLine(level);
      } else {
        if (c == '}') --level;
        const bool empty = json[i - 1] == '{' || json[i - 1] == '[';
        if (c == '}' && !empty) NewLine(level);
        if (c == ']' && !empty) text_ += ' ';
        text_ += c;
        open.pop_back();
      }
    }
  }

  bool pretty_;
  std::string text_;
};

/// Shortest digits of a positive finite number and the exponent of the first: d.ddd x 10^exponent.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

Decimal ShortestDigits(double magnitude) {
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), magnitude, std::chars_format::scientific);
  Decimal decimal;
  const char* at = buffer;
  for (; at != end.ptr && *at != 'e'; ++at) {
    if (*at != '.') decimal.digits += *at;
  }
  decimal.exponent = std::atoi(std::string(at + 1, static_cast<const char*>(end.ptr)).c_str());
  return decimal;
}

}  // namespace

std::optional<double> RoundToOneDecimal(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  if (value == 0 || std::fabs(value) >= 1e15) return value;
  const Decimal decimal = ShortestDigits(std::fabs(value));
  // Digits kept: those before the point and one behind it.
  const int kept = decimal.exponent + 2;
  if (kept < 0) return 0.0;
  if (kept >= static_cast<int>(decimal.digits.size())) return value;
  const std::string head = "0" + decimal.digits.substr(0, static_cast<size_t>(kept));
  int64_t tenths = std::strtoll(head.c_str(), nullptr, 10);
  if (decimal.digits[static_cast<size_t>(kept)] >= '5') ++tenths;
  const double rounded = static_cast<double>(tenths) / 10.0;
  return value < 0 ? -rounded : rounded;
}

std::string JavaDoubleText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const std::string sign = std::signbit(value) ? "-" : "";
  const double magnitude = std::fabs(value);
  if (magnitude == 0) return sign + "0.0";
  Decimal decimal = ShortestDigits(magnitude);
  std::string& digits = decimal.digits;
  if (magnitude < 1e-3 || magnitude >= 1e7) {
    const std::string fraction = digits.size() > 1 ? digits.substr(1) : "0";
    return fmt::format("{}{}.{}E{}", sign, digits[0], fraction, decimal.exponent);
  }
  if (decimal.exponent < 0) {
    return sign + "0." + std::string(static_cast<size_t>(-decimal.exponent - 1), '0') + digits;
  }
  const size_t whole = static_cast<size_t>(decimal.exponent) + 1;
  if (digits.size() < whole) digits.append(whole - digits.size(), '0');
  const std::string fraction = digits.size() > whole ? digits.substr(whole) : "0";
  return sign + digits.substr(0, whole) + "." + fraction;
}

std::string CompactJson(const Json& json) {
  JsonWriter writer(/*pretty=*/false);
  writer.Write(json, 0);
  return writer.Take();
}

std::string PrettyJson(const Json& json) {
  JsonWriter writer(/*pretty=*/true);
  writer.Write(json, 0);
  return writer.Take();
}

}  // namespace thalweg::stream
