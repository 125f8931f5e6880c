// A recursive descent parser of SQL types and of DDL column lists.

#include <charconv>
#include <map>
#include <optional>

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "thalweg/types/char_type.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/variant_type.h"

namespace thalweg {
namespace {

struct Token {
  enum Kind { kWord, kQuotedWord, kNumber, kString, kSymbol, kEnd } kind = kEnd;
  std::string text;
};

class TypeParser {
 public:
  explicit TypeParser(std::string_view text) : text_(text) { Advance(); }

  Result<TypePtr> ParseOnlyType() {
    ARROW_ASSIGN_OR_RAISE(auto type, ParseType());
    if (token_.kind != Token::kEnd) return SyntaxError();
    return type;
  }

  Result<arrow::FieldVector> ParseOnlyColumns() {
    arrow::FieldVector fields;
    if (token_.kind == Token::kEnd) return fields;
    do {
      ARROW_ASSIGN_OR_RAISE(auto field, ParseColumn());
      fields.push_back(std::move(field));
    } while (TakeSymbol(","));
    if (token_.kind != Token::kEnd) return SyntaxError();
    return fields;
  }

 private:
  void Advance() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (at_ >= text_.size()) {
      token_ = {Token::kEnd, ""};
      return;
    }
    const char first = text_[at_];
    const size_t start = at_;
    if (first == '`' || first == '\'' || first == '"') {
      token_ = {first == '`' ? Token::kQuotedWord : Token::kString, ReadQuoted(first)};
    } else if (IsWordPart(first)) {
      while (at_ < text_.size() && IsWordPart(text_[at_])) ++at_;
      const std::string word(text_.substr(start, at_ - start));
      const bool number = word.find_first_not_of("0123456789") == std::string::npos;
      token_ = {number ? Token::kNumber : Token::kWord, word};
    } else {
      ++at_;
      token_ = {Token::kSymbol, std::string(1, first)};
    }
  }

  static bool IsWordPart(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) || letter == '_' ||
           (static_cast<unsigned char>(letter) & 0x80) != 0;
  }

  std::string ReadQuoted(char quote) {
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != quote) break;
        ++at_;
      } else if (text_[at_] == '\\' && quote != '`' && at_ + 1 < text_.size()) {
        ++at_;
      }
      value += text_[at_];
    }
    if (at_ < text_.size()) ++at_;
    return value;
  }

  Status SyntaxError() const {
    const std::string near =
        token_.kind == Token::kEnd ? "end of input" : fmt::format("'{}'", token_.text);
    return MakeError("PARSE_SYNTAX_ERROR", {{"error", near}, {"hint", ""}});
  }

  bool IsWord(std::string_view word) const {
    return token_.kind == Token::kWord && ToLowerAscii(token_.text) == word;
  }
  bool TakeWord(std::string_view word) {
    if (!IsWord(word)) return false;
    Advance();
    return true;
  }
  bool TakeSymbol(std::string_view symbol) {
    if (token_.kind != Token::kSymbol || token_.text != symbol) return false;
    Advance();
    return true;
  }
  Status Expect(std::string_view symbol) {
    return TakeSymbol(symbol) ? Status::OK() : SyntaxError();
  }
  /// Nothing for digits that no int holds.
  static std::optional<int> ParseNumber(std::string_view digits) {
    int value = 0;
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return value;
  }
  Result<int> ParseInteger() {
    const auto value = token_.kind == Token::kNumber ? ParseNumber(token_.text) : std::nullopt;
    if (!value) return SyntaxError();
    Advance();
    return *value;
  }

  Result<FieldPtr> ParseColumn() {
    if (token_.kind != Token::kWord && token_.kind != Token::kQuotedWord &&
        token_.kind != Token::kNumber) {
      return SyntaxError();
    }
    std::string name = token_.text;
    Advance();
    TakeSymbol(":");
    ARROW_ASSIGN_OR_RAISE(auto type, ParseType());
    bool nullable = true;
    if (TakeWord("not")) {
      if (!TakeWord("null")) return SyntaxError();
      nullable = false;
    }
    std::shared_ptr<arrow::KeyValueMetadata> metadata;
    if (TakeWord("comment")) {
      if (token_.kind != Token::kString) return SyntaxError();
      metadata = arrow::key_value_metadata({"comment"}, {token_.text});
      Advance();
    }
    return arrow::field(std::move(name), std::move(type), nullable, std::move(metadata));
  }

  Result<TypePtr> ParseType() {
    if (token_.kind != Token::kWord) return SyntaxError();
    const std::string name = ToLowerAscii(token_.text);
    const std::string written = token_.text;
    Advance();
    if (name == "array") return ParseArray();
    if (name == "map") return ParseMap();
    if (name == "struct") return ParseStruct();
    if (name == "decimal" || name == "dec" || name == "numeric") return ParseDecimal();
    if (name == "interval") return ParseInterval();
    if (name == "char" || name == "character" || name == "varchar") return ParseSized(written);
    if (name == "time") return ParseTime();
    if (name == "string" && TakeWord("collate")) Advance();
    static const std::map<std::string, TypePtr> kPlain = {{"boolean", arrow::boolean()},
                                                          {"tinyint", arrow::int8()},
                                                          {"byte", arrow::int8()},
                                                          {"smallint", arrow::int16()},
                                                          {"short", arrow::int16()},
                                                          {"int", arrow::int32()},
                                                          {"integer", arrow::int32()},
                                                          {"bigint", arrow::int64()},
                                                          {"long", arrow::int64()},
                                                          {"float", arrow::float32()},
                                                          {"real", arrow::float32()},
                                                          {"double", arrow::float64()},
                                                          {"date", arrow::date32()},
                                                          {"timestamp", TimestampType()},
                                                          {"timestamp_ltz", TimestampType()},
                                                          {"timestamp_ntz", TimestampNtzType()},
                                                          {"string", arrow::utf8()},
                                                          {"binary", arrow::binary()},
                                                          {"variant", VariantType()},
                                                          {"void", arrow::null()}};
    const auto found = kPlain.find(name);
    if (found != kPlain.end()) return found->second;
    // Text after a name that is no type is the first thing that is wrong with it.
    if (token_.kind == Token::kWord && !IsWord("not") && !IsWord("comment")) return SyntaxError();
    return MakeError("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + ToUpperAscii(written) + "\""}});
  }

  Result<TypePtr> ParseArray() {
    ARROW_RETURN_NOT_OK(Expect("<"));
    ARROW_ASSIGN_OR_RAISE(auto element, ParseType());
    ARROW_RETURN_NOT_OK(Expect(">"));
    return ArrayOf(element);
  }

  Result<TypePtr> ParseMap() {
    ARROW_RETURN_NOT_OK(Expect("<"));
    ARROW_ASSIGN_OR_RAISE(auto key, ParseType());
    ARROW_RETURN_NOT_OK(Expect(","));
    ARROW_ASSIGN_OR_RAISE(auto value, ParseType());
    ARROW_RETURN_NOT_OK(Expect(">"));
    return MapOf(key, value);
  }

  Result<TypePtr> ParseStruct() {
    ARROW_RETURN_NOT_OK(Expect("<"));
    arrow::FieldVector fields;
    if (!TakeSymbol(">")) {
      do {
        ARROW_ASSIGN_OR_RAISE(auto field, ParseColumn());
        fields.push_back(std::move(field));
      } while (TakeSymbol(","));
      ARROW_RETURN_NOT_OK(Expect(">"));
    }
    return arrow::struct_(std::move(fields));
  }

  Result<TypePtr> ParseDecimal() {
    int precision = 10;
    int scale = 0;
    if (TakeSymbol("(")) {
      ARROW_ASSIGN_OR_RAISE(precision, ParseInteger());
      if (TakeSymbol(",")) {
        ARROW_ASSIGN_OR_RAISE(scale, ParseInteger());
      }
      ARROW_RETURN_NOT_OK(Expect(")"));
    }
    if (scale > precision) {
      return MakeError(
          "DECIMAL_SCALE_EXCEEDS_PRECISION",
          {{"scale", std::to_string(scale)}, {"precision", std::to_string(precision)}});
    }
    if (precision > kMaxDecimalPrecision) {
      return MakeError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                       {{"precision", std::to_string(precision)},
                        {"maxPrecision", std::to_string(kMaxDecimalPrecision)}});
    }
    if (precision < 1) return SyntaxError();
    return DecimalOf(precision, scale);
  }

  Result<TypePtr> ParseSized(const std::string& name) {
    if (!TakeSymbol("(")) {
      return MakeError("DATATYPE_MISSING_SIZE", {{"type", "\"" + ToUpperAscii(name) + "\""}});
    }
    const std::string length = token_.text;
    if (token_.kind == Token::kNumber && !ParseNumber(length)) {
      return MakeError("DATATYPE_PARAMETER_VALUE_OUT_OF_RANGE",
                       {{"parameter", "length"}, {"value", length}, {"type", ToUpperAscii(name)}});
    }
    CharLimit limit{.is_char = !IsVarchar(name)};
    ARROW_ASSIGN_OR_RAISE(limit.length, ParseInteger());
    ARROW_RETURN_NOT_OK(Expect(")"));
    return CharTypeOf(limit);
  }

  static bool IsVarchar(const std::string& name) { return ToLowerAscii(name) == "varchar"; }

  /// As Spark with spark.sql.timeType.enabled=false.
  Result<TypePtr> ParseTime() {
    if (TakeSymbol("(")) {
      ARROW_RETURN_NOT_OK(ParseInteger().status());
      ARROW_RETURN_NOT_OK(Expect(")"));
    }
    return MakeError("UNSUPPORTED_TIME_TYPE", {});
  }

  Result<TypePtr> ParseInterval() {
    static const std::map<std::string, int> kUnits = {{"year", 0}, {"month", 1},  {"day", 2},
                                                      {"hour", 3}, {"minute", 4}, {"second", 5}};
    const auto unit = kUnits.find(ToLowerAscii(token_.text));
    if (token_.kind != Token::kWord || unit == kUnits.end()) return CalendarIntervalType();
    const int from = unit->second;
    Advance();
    int to = from;
    if (TakeWord("to")) {
      const auto end = kUnits.find(ToLowerAscii(token_.text));
      if (end == kUnits.end() || end->second <= from || (from < 2) != (end->second < 2)) {
        return SyntaxError();
      }
      to = end->second;
      Advance();
    }
    return IntervalTypeOf({static_cast<IntervalField>(from), static_cast<IntervalField>(to)});
  }

  std::string_view text_;
  size_t at_ = 0;
  Token token_;
};

}  // namespace

Result<TypePtr> ParseDeclaredType(std::string_view text) {
  return TypeParser(text).ParseOnlyType();
}

Result<TypePtr> ParseDataType(std::string_view text) {
  ARROW_ASSIGN_OR_RAISE(const TypePtr type, ParseDeclaredType(text));
  return WithoutCharTypes(type);
}

Result<SchemaPtr> ParseSchema(std::string_view text) {
  ARROW_ASSIGN_OR_RAISE(const SchemaPtr declared, ParseDeclaredSchema(text));
  return WithoutCharTypes(declared);
}

Result<SchemaPtr> ParseDeclaredSchema(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return DeclaredSchemaFromJson(text);
  auto fields = TypeParser(text).ParseOnlyColumns();
  if (fields.ok()) return arrow::schema(std::move(fields).ValueUnsafe());
  auto type = ParseDeclaredType(text);
  if (type.ok() && (*type)->id() == arrow::Type::STRUCT) {
    return arrow::schema((*type)->fields());
  }
  return fields.status();
}

}  // namespace thalweg
