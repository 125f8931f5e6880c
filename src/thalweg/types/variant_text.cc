// Variants as JSON text.

#include <cmath>

#include <fmt/format.h>

#include "thalweg/types/number_text.h"
#include "thalweg/types/time_text.h"
#include "thalweg/types/variant_layout.h"
#include "thalweg/types/variant_value.h"

namespace thalweg {
namespace {

void AppendQuoted(std::string_view text, std::string* out) {
  out->push_back('"');
  for (const char letter : text) {
    switch (letter) {
      case '"':
      case '\\':
        out->push_back('\\');
        out->push_back(letter);
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      case '\b':
        out->append("\\b");
        break;
      case '\f':
        out->append("\\f");
        break;
      default:
        if (static_cast<uint8_t>(letter) < 0x20) {
          fmt::format_to(std::back_inserter(*out), "\\u{:04X}", static_cast<int>(letter));
        } else {
          out->push_back(letter);
        }
    }
  }
  out->push_back('"');
}

void AppendBase64(std::string_view bytes, std::string* out) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<uint8_t>(bytes[at + i]) : 0);
    }
    for (size_t i = 0; i < 4; ++i) {
      out->push_back(i <= count ? kLetters[group >> (18 - 6 * i) & 63] : '=');
    }
  }
}

void AppendInstant(int64_t micros, TimeZone* zone, std::string* out) {
  const int64_t local = zone->ToLocal(micros);
  AppendTimestampText(local, out);
  const int64_t minutes = (local - micros) / 60'000'000;
  fmt::format_to(std::back_inserter(*out), "{}{:02}:{:02}", minutes < 0 ? '-' : '+',
                 std::abs(minutes) / 60, std::abs(minutes) % 60);
}

template <typename Append>
void Quote(const Append& append, std::string* out) {
  out->push_back('"');
  append();
  out->push_back('"');
}

Status AppendScalar(const VariantValue& value, TimeZone* zone, std::string* out) {
  switch (value.kind()) {
    case VariantKind::kBoolean:
      out->append(value.boolean() ? "true" : "false");
      break;
    case VariantKind::kLong:
      fmt::format_to(std::back_inserter(*out), "{}", value.number());
      break;
    case VariantKind::kString:
      AppendQuoted(value.text(), out);
      break;
    case VariantKind::kDouble:
    case VariantKind::kFloat: {
      const bool is_quoted = !std::isfinite(value.floating());
      if (is_quoted) out->push_back('"');
      if (value.kind() == VariantKind::kFloat) {
        AppendFloatText(static_cast<float>(value.floating()), out);
      } else {
        AppendDoubleText(value.floating(), out);
      }
      if (is_quoted) out->push_back('"');
      break;
    }
    case VariantKind::kDecimal: {
      ARROW_ASSIGN_OR_RAISE(const auto decimal, value.shortest_decimal());
      AppendDecimalText(decimal.unscaled, decimal.scale, out);
      break;
    }
    case VariantKind::kDate:
      Quote([&] { AppendDateText(value.number(), out); }, out);
      break;
    case VariantKind::kTimestamp:
      Quote([&] { AppendInstant(value.number(), zone, out); }, out);
      break;
    case VariantKind::kTimestampNtz:
      Quote([&] { AppendTimestampText(value.number(), out); }, out);
      break;
    case VariantKind::kBinary:
      Quote([&] { AppendBase64(value.text(), out); }, out);
      break;
    case VariantKind::kUuid:
      Quote([&] { out->append(UuidText(value.text())); }, out);
      break;
    default:
      out->append("null");
  }
  return Status::OK();
}

Status AppendAny(const VariantValue& value, TimeZone* zone, int depth, std::string* out) {
  // Parts that lie within each other again and again would make texts without end.
  if (depth > variant::kMaxDepth || out->size() > variant::kMaxText) {
    return MakeError("MALFORMED_VARIANT");
  }
  const bool is_object = value.kind() == VariantKind::kObject;
  if (!is_object && value.kind() != VariantKind::kArray) return AppendScalar(value, zone, out);
  out->push_back(is_object ? '{' : '[');
  for (uint32_t i = 0; i < value.size(); ++i) {
    if (i > 0) out->push_back(',');
    if (is_object) {
      ARROW_ASSIGN_OR_RAISE(const auto field, value.Field(i));
      AppendQuoted(field.name, out);
      out->push_back(':');
      ARROW_RETURN_NOT_OK(AppendAny(field.value, zone, depth + 1, out));
    } else {
      ARROW_ASSIGN_OR_RAISE(const auto element, value.Element(i));
      ARROW_RETURN_NOT_OK(AppendAny(element, zone, depth + 1, out));
    }
  }
  out->push_back(is_object ? '}' : ']');
  return Status::OK();
}

}  // namespace

Status AppendVariantJson(const VariantValue& value, TimeZone* zone, std::string* out) {
  return AppendAny(value, zone, 0, out);
}

std::string UuidText(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<uint8_t>(bytes[i]));
  }
  return text;
}

}  // namespace thalweg
