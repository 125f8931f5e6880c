#include "thalweg/formats/json_value_reader.h"

#include <algorithm>
#include <limits>

#include <arrow/api.h>

#include "thalweg/formats/digit_scan.h"
#include "thalweg/formats/json_normalizer.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/formats/variant_json.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/datetime_pattern.h"
#include "thalweg/types/interval_range.h"
#include "thalweg/types/time_text.h"

namespace thalweg::formats {

using Kind = JsonValueNode::Kind;
using Outcome = JsonValueReader::Outcome;

void JsonFieldIndex::Add(std::string_view name, int field) { AddEntry(name, field); }

int JsonFieldIndex::AddEntry(std::string_view name, int field) {
  Entry entry;
  entry.text.assign(name);
  entry.text.push_back('"');
  entry.length = static_cast<uint32_t>(entry.text.size());
  entry.mask = entry.length > 32 ? 0 : static_cast<uint32_t>((uint64_t{1} << entry.length) - 1);
  entry.text.resize(std::max<size_t>(entry.text.size(), 32), '\0');
  entry.field = field;
  const int id = static_cast<int>(entries_.size());
  entries_.push_back(std::move(entry));
  by_name_.emplace(std::string(name), id);
  return id;
}

int JsonFieldIndex::Find(int previous, std::string_view name) {
  const auto found = by_name_.find(name);
  int id = -1;
  if (found != by_name_.end()) {
    id = found->second;
  } else if (entries_.size() < kMaxEntries) {
    id = AddEntry(name, kUnwanted);
  }
  if (id >= 0) entries_[static_cast<size_t>(previous)].next = id;
  return id;
}

Result<std::unique_ptr<JsonObjectNode>> JsonValueReader::MakeObjectNode(
    const std::vector<std::string>& names, const std::vector<ColumnBuilder*>& builders) {
  auto object = std::make_unique<JsonObjectNode>();
  for (size_t i = 0; i < names.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto node, MakeNode(names[i], builders[i]));
    object->fields.push_back(std::move(node));
    object->index.Add(names[i], static_cast<int>(i));
  }
  return object;
}

namespace {

void SetIntegerRange(JsonValueNode* node) {
  node->kind = Kind::kInteger;
  const int bits = node->builder->byte_width() * 8;
  node->maximum = static_cast<int64_t>((uint64_t{1} << (bits - 1)) - 1);
  node->minimum = -node->maximum - 1;
}

Kind ScalarKind(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::BOOL:
      return Kind::kBoolean;
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
      return Kind::kInteger;
    case arrow::Type::FLOAT:
      return Kind::kFloat;
    case arrow::Type::DOUBLE:
      return Kind::kDouble;
    case arrow::Type::DECIMAL128:
      return Kind::kDecimal;
    case arrow::Type::STRING:
      return Kind::kString;
    case arrow::Type::BINARY:
      return Kind::kBinary;
    case arrow::Type::DATE32:
      return Kind::kDate;
    case arrow::Type::TIMESTAMP:
      return IsTimestamp(type) ? Kind::kTimestamp : Kind::kTimestampNtz;
    case arrow::Type::DURATION:
      return Kind::kDayTimeInterval;
    case arrow::Type::INTERVAL_MONTHS:
      return Kind::kYearMonthInterval;
    case arrow::Type::LARGE_BINARY:
      return Kind::kVariant;
    default:
      return Kind::kNull;
  }
}

}  // namespace

Result<JsonValueNode> JsonValueReader::MakeNode(const std::string& column, ColumnBuilder* builder) {
  JsonValueNode node;
  node.builder = builder;
  const arrow::DataType& type = *builder->type();
  node.kind = ScalarKind(type);
  if (node.kind == Kind::kInteger) SetIntegerRange(&node);
  if (node.kind == Kind::kDecimal) {
    const auto& decimal = static_cast<const arrow::DecimalType&>(type);
    node.precision = decimal.precision();
    node.scale = decimal.scale();
  }
  if (node.kind != Kind::kNull || type.id() == arrow::Type::NA) return node;
  if (type.id() == arrow::Type::LIST) {
    node.kind = Kind::kList;
    ARROW_ASSIGN_OR_RAISE(auto element, MakeNode(column, builder->child(0)));
    node.element = std::make_unique<JsonValueNode>(std::move(element));
  } else if (type.id() == arrow::Type::MAP) {
    node.kind = Kind::kMap;
    if (builder->child(0)->type_id() != arrow::Type::STRING) {
      return MakeError("INVALID_JSON_SCHEMA_MAP_TYPE", {{"jsonSchema", SqlTypeName(type)}});
    }
    ARROW_ASSIGN_OR_RAISE(auto element, MakeNode(column, builder->child(1)));
    node.element = std::make_unique<JsonValueNode>(std::move(element));
  } else if (type.id() == arrow::Type::STRUCT) {
    node.kind = Kind::kStruct;
    std::vector<std::string> names;
    std::vector<ColumnBuilder*> builders;
    for (int i = 0; i < type.num_fields(); ++i) {
      names.push_back(type.field(i)->name());
      builders.push_back(builder->child(static_cast<size_t>(i)));
    }
    ARROW_ASSIGN_OR_RAISE(node.object, MakeObjectNode(names, builders));
  } else {
    return MakeError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                     {{"format", "JSON"},
                      {"columnName", "`" + column + "`"},
                      {"columnType", "\"" + SqlTypeName(type) + "\""}});
  }
  return node;
}

Outcome JsonValueReader::ReadValue(JsonValueNode& node) {
  switch (node.kind) {
    case Kind::kInteger:
      return ReadInteger(node);
    case Kind::kString:
      return ReadString(node);
    case Kind::kFloat:
    case Kind::kDouble:
      return ReadFloating(node);
    case Kind::kBoolean:
      return ReadBoolean(node);
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
    case Kind::kDecimal:
    case Kind::kDate:
    case Kind::kBinary:
    case Kind::kDayTimeInterval:
    case Kind::kYearMonthInterval:
      return ReadParsedText(node);
    default:
      return ReadNestedValue(node);
  }
}

/// Any value: its text is read anew as a variant.
Outcome JsonValueReader::ReadVariant(JsonValueNode& node) {
  const char* begin = scanner_.at();
  if (!scanner_.SkipValue()) return Outcome::kSyntax;
  const std::string_view text(begin, static_cast<size_t>(scanner_.at() - begin));
  std::string packed;
  const auto parsed = VariantJsonParser().Parse(text, &packed);
  if (!parsed.ok() || !*parsed) return Outcome::kSyntax;
  node.builder->AppendBytes(packed);
  return Outcome::kOk;
}

Outcome JsonValueReader::ReadNestedValue(JsonValueNode& node) {
  switch (node.kind) {
    case Kind::kVariant:
      return ReadVariant(node);
    case Kind::kList:
      return ReadList(node);
    case Kind::kMap:
      return ReadMap(node);
    case Kind::kStruct:
      return ReadStruct(node);
    default:
      if (!scanner_.SkipValue()) return Outcome::kSyntax;
      node.builder->AppendNull();
      return Outcome::kOk;
  }
}

Outcome JsonValueReader::ReadNullOrBad(JsonValueNode& node) {
  if (scanner_.Peek() == JsonKind::kNull) {
    if (!scanner_.ScanWord("null")) return Outcome::kSyntax;
    node.builder->AppendNull();
    return Outcome::kOk;
  }
  return scanner_.SkipValue() ? Outcome::kBad : Outcome::kSyntax;
}

namespace {

void AppendIntegerValue(ColumnBuilder* builder, int64_t value) {
  switch (builder->byte_width()) {
    case 8:
      builder->AppendFixed<int64_t>(value);
      break;
    case 4:
      builder->AppendFixed<int32_t>(static_cast<int32_t>(value));
      break;
    case 2:
      builder->AppendFixed<int16_t>(static_cast<int16_t>(value));
      break;
    default:
      builder->AppendFixed<int8_t>(static_cast<int8_t>(value));
      break;
  }
}

/// The value of an integer token, if it fits 64 bits.
std::optional<int64_t> IntegerOf(const JsonNumber& number) {
  if (!number.is_integer) return std::nullopt;
  return ParseInteger(number.text, std::numeric_limits<int64_t>::min(),
                      std::numeric_limits<int64_t>::max());
}

}  // namespace

Outcome JsonValueReader::ReadInteger(JsonValueNode& node) {
  const char* p = scanner_.at();
  const bool negative = *p == '-';
  if (negative) ++p;
  const char* digits = p;
  // Lengths vary from value to value: no loop over digits whose end nobody can predict.
  int count = CountDigits(p);
  int64_t value = count == 0 ? 0 : static_cast<int64_t>(ParseDigits(p, count));
  p += count;
  if (count == 8) {
    unsigned digit;
    while ((digit = static_cast<unsigned>(static_cast<unsigned char>(*p)) - '0') <= 9 &&
           p - digits < 18) {
      value = value * 10 + digit;
      ++p;
    }
  }
  const bool plain = *p == ',' || *p == '}' || *p == ']' || *p == ' ';
  if (!plain || p == digits || (*digits == '0' && p - digits > 1)) return ReadNumberSlowly(node);
  if (negative) value = -value;
  scanner_.set_at(p);
  if (value < node.minimum || value > node.maximum) return Outcome::kBad;
  AppendIntegerValue(node.builder, value);
  return Outcome::kOk;
}

Outcome JsonValueReader::ReadNumberSlowly(JsonValueNode& node) {
  if (scanner_.Peek() != JsonKind::kNumber) return ReadNullOrBad(node);
  JsonNumber number;
  if (!scanner_.ScanNumber(&number)) return Outcome::kSyntax;
  return AppendNumber(node, number) ? Outcome::kOk : Outcome::kBad;
}

bool JsonValueReader::AppendNumber(JsonValueNode& node, const JsonNumber& number) {
  switch (node.kind) {
    case Kind::kInteger: {
      const auto value = IntegerOf(number);
      if (!value || *value < node.minimum || *value > node.maximum) return false;
      AppendIntegerValue(node.builder, *value);
      return true;
    }
    case Kind::kTimestamp: {
      const auto value = IntegerOf(number);
      if (!value) return false;
      // Seconds; overflow wraps, as in Spark.
      node.builder->AppendFixed<int64_t>(
          static_cast<int64_t>(static_cast<uint64_t>(*value) * uint64_t{kMicrosPerSecond}));
      return true;
    }
    case Kind::kDecimal: {
      if (number.not_finite) return false;
      const auto value = ParseDecimal(number.text, node.precision, node.scale);
      if (!value) return false;
      node.builder->AppendFixed(*value);
      return true;
    }
    case Kind::kDouble: {
      if (number.not_finite) return AppendFloatingWord(node, number.text);
      const auto small =
          number.exact_mantissa
              ? SmallDecimalToDouble(number.mantissa, number.exponent, number.negative)
              : std::nullopt;
      node.builder->AppendFixed<double>(small ? *small : ParseDouble(number.text).value_or(0));
      return true;
    }
    case Kind::kFloat:
      if (number.not_finite) return AppendFloatingWord(node, number.text);
      node.builder->AppendFixed<float>(ParseFloat(number.text).value_or(0));
      return true;
    default:
      return false;
  }
}

bool JsonValueReader::AppendFloatingWord(JsonValueNode& node, std::string_view text) {
  if (!options_.allow_non_numeric_numbers) return false;
  double value;
  if (text == "NaN") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (text == "+INF" || text == "+Infinity" || text == "Infinity") {
    value = std::numeric_limits<double>::infinity();
  } else if (text == "-INF" || text == "-Infinity") {
    value = -std::numeric_limits<double>::infinity();
  } else {
    return false;
  }
  if (node.kind == Kind::kFloat) {
    node.builder->AppendFixed<float>(static_cast<float>(value));
  } else {
    node.builder->AppendFixed<double>(value);
  }
  return true;
}

Outcome JsonValueReader::ReadFloating(JsonValueNode& node) {
  if (scanner_.Peek() != JsonKind::kString) return ReadNumberSlowly(node);
  std::string_view text;
  if (!scanner_.ScanString(&text, &scratch_)) return Outcome::kSyntax;
  return AppendFloatingWord(node, text) ? Outcome::kOk : Outcome::kBad;
}

Outcome JsonValueReader::ReadBoolean(JsonValueNode& node) {
  const JsonKind kind = scanner_.Peek();
  if (kind != JsonKind::kTrue && kind != JsonKind::kFalse) return ReadNullOrBad(node);
  const bool value = kind == JsonKind::kTrue;
  if (!scanner_.ScanWord(value ? "true" : "false")) return Outcome::kSyntax;
  node.builder->AppendBoolean(value);
  return Outcome::kOk;
}

Outcome JsonValueReader::ReadString(JsonValueNode& node) {
  if (*scanner_.at() != '"' && scanner_.Peek() != JsonKind::kString) {
    return ReadStringFromOther(node);
  }
  std::string_view text;
  if (!scanner_.ScanString(&text, &scratch_)) return Outcome::kSyntax;
  if (text.data() == scratch_.data()) {
    node.builder->AppendBytes(text);
  } else {
    node.builder->AppendPaddedBytes(text);
  }
  return Outcome::kOk;
}

Outcome JsonValueReader::ReadStringFromOther(JsonValueNode& node) {
  if (scanner_.Peek() == JsonKind::kNull) return ReadNullOrBad(node);
  const char* begin = scanner_.at();
  if (!scanner_.SkipValue()) return Outcome::kSyntax;
  const std::string_view text(begin, static_cast<size_t>(scanner_.at() - begin));
  if (options_.exact_text) {
    node.builder->AppendBytes(text);
  } else {
    scratch_.clear();
    NormalizeJson(text, options_, &scratch_);
    node.builder->AppendBytes(scratch_);
  }
  return Outcome::kOk;
}

Outcome JsonValueReader::ReadParsedText(JsonValueNode& node) {
  if (*scanner_.at() != '"' && scanner_.Peek() != JsonKind::kString) {
    return ReadNumberSlowly(node);
  }
  std::string_view text;
  if (!scanner_.ScanString(&text, &scratch_)) return Outcome::kSyntax;
  return AppendText(node, text) ? Outcome::kOk : Outcome::kBad;
}

namespace {

template <typename Value>
bool AppendIfPresent(ColumnBuilder* builder, const std::optional<Value>& value) {
  if (!value) return false;
  builder->AppendFixed(*value);
  return true;
}

std::optional<int32_t> DateOf(std::string_view text, const DatetimePattern* pattern) {
  auto days = ParseDateValue(text, pattern);
  if (!days && pattern == nullptr) {
    // Days since the epoch as text, which very old releases wrote.
    const auto number = ParseInteger(text, std::numeric_limits<int32_t>::min(),
                                     std::numeric_limits<int32_t>::max());
    if (number) days = static_cast<int32_t>(*number);
  }
  return days;
}

std::optional<arrow::Decimal128> DecimalOfText(std::string_view text, const JsonValueNode& node) {
  if (text.find(',') == std::string_view::npos) {
    return ParseDecimal(text, node.precision, node.scale);
  }
  std::string without(text);
  std::erase(without, ',');
  return ParseDecimal(without, node.precision, node.scale);
}

}  // namespace

bool JsonValueReader::AppendText(JsonValueNode& node, std::string_view text) {
  ColumnBuilder* builder = node.builder;
  if (node.kind == Kind::kBinary) {
    const auto bytes = DecodeBase64(text);
    if (bytes) builder->AppendBytes(*bytes);
    return bytes.has_value();
  }
  if (text.empty()) return false;
  switch (node.kind) {
    case Kind::kTimestamp:
      return AppendIfPresent(builder, ParseTimestampValue(text, options_.timestamp_pattern.get(),
                                                          &options_.time_zone));
    case Kind::kTimestampNtz:
      return AppendIfPresent(builder,
                             ParseTimestampNtzValue(text, options_.timestamp_ntz_pattern.get()));
    case Kind::kDate:
      return AppendIfPresent(builder, DateOf(text, options_.date_pattern.get()));
    case Kind::kDecimal:
      return AppendIfPresent(builder, DecimalOfText(text, node));
    case Kind::kDayTimeInterval:
      return AppendIfPresent(builder,
                             ParseDayTimeIntervalText(text, IntervalRangeOf(*builder->type())));
    case Kind::kYearMonthInterval:
      return AppendIfPresent(builder,
                             ParseYearMonthIntervalText(text, IntervalRangeOf(*builder->type())));
    default:
      return false;
  }
}

Outcome JsonValueReader::ReadList(JsonValueNode& node) {
  if (*scanner_.at() != '[') return ReadNullOrBad(node);
  scanner_.Accept('[');
  if (!scanner_.Enter()) return Outcome::kSyntax;
  scanner_.SkipBlanks();
  bool bad = false;
  bool more = !scanner_.Accept(']');
  while (more) {
    const Outcome outcome = ReadValue(*node.element);
    if (outcome == Outcome::kSyntax || !scanner_.ScanSeparator(']', &more)) {
      return Outcome::kSyntax;
    }
    bad |= outcome == Outcome::kBad;
  }
  scanner_.Leave();
  if (bad) {
    node.builder->Truncate(node.builder->length());
    return Outcome::kBad;
  }
  node.builder->AppendListEnd();
  return Outcome::kOk;
}

Outcome JsonValueReader::ReadMap(JsonValueNode& node) {
  if (*scanner_.at() != '{') return ReadNullOrBad(node);
  scanner_.Accept('{');
  if (!scanner_.Enter()) return Outcome::kSyntax;
  scanner_.SkipBlanks();
  bool bad = false;
  bool more = !scanner_.Accept('}');
  while (more) {
    std::string_view name;
    if (!scanner_.ScanName(&name, &name_scratch_)) return Outcome::kSyntax;
    node.builder->child(0)->AppendBytes(name);
    if (!scanner_.ScanColon()) return Outcome::kSyntax;
    const Outcome outcome = ReadValue(*node.element);
    if (outcome == Outcome::kSyntax || !scanner_.ScanSeparator('}', &more)) {
      return Outcome::kSyntax;
    }
    bad |= outcome == Outcome::kBad;
  }
  scanner_.Leave();
  if (bad) {
    node.builder->Truncate(node.builder->length());
    return Outcome::kBad;
  }
  node.builder->AppendListEnd();
  return Outcome::kOk;
}

Outcome JsonValueReader::ReadStruct(JsonValueNode& node) {
  if (*scanner_.at() != '{') return ReadNullOrBad(node);
  if (!scanner_.Enter()) return Outcome::kSyntax;
  const bool had_bad_value = has_bad_value_;
  has_bad_value_ = false;
  const int64_t row = node.builder->length();
  const Outcome outcome = ReadObject(*node.object, row);
  if (outcome != Outcome::kOk) return outcome;
  scanner_.Leave();
  const bool bad = has_bad_value_;
  has_bad_value_ |= had_bad_value;
  if (bad && !options_.partial_results) {
    for (size_t i = 0; i < node.builder->num_children(); ++i) node.builder->child(i)->Truncate(row);
    return Outcome::kBad;
  }
  node.builder->AppendStructEnd();
  return Outcome::kOk;
}

Outcome JsonValueReader::ReadObject(JsonObjectNode& node, int64_t row) {
  scanner_.Accept('{');
  scanner_.SkipBlanks();
  int entry = JsonFieldIndex::kStart;
  bool more = !scanner_.Accept('}');
  while (more) {
    const char* at = scanner_.at();
    const int previous = entry < 0 ? JsonFieldIndex::kStart : entry;
    if (*at == '"' && node.index.MatchExpected(previous, &at, &entry)) {
      scanner_.set_at(at);
    } else {
      std::string_view name;
      if (!scanner_.ScanName(&name, &name_scratch_)) return Outcome::kSyntax;
      entry = node.index.Find(previous, name);
    }
    if (!scanner_.ScanColon()) return Outcome::kSyntax;
    const int field = node.index.field(entry);
    if (field == JsonFieldIndex::kUnwanted) {
      if (!scanner_.SkipValue()) return Outcome::kSyntax;
    } else {
      JsonValueNode& value = node.fields[static_cast<size_t>(field)];
      const Outcome outcome = ReadValue(value);
      if (outcome == Outcome::kSyntax) return outcome;
      if (outcome == Outcome::kBad) {
        has_bad_value_ = true;
      } else if (value.builder->length() > row + 1) {
        value.builder->RemoveRows(row, row + 1);  // the name came before: the last value counts
      }
    }
    if (!scanner_.ScanSeparator('}', &more)) return Outcome::kSyntax;
  }
  return Outcome::kOk;
}

}  // namespace thalweg::formats
