#include <algorithm>
#include <map>
#include <random>

#include <arrow/api.h>

#include "thalweg/formats/json_parser.h"
#include "thalweg/formats/json_scanner.h"
#include "thalweg/formats/value_text.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/datetime_pattern.h"

namespace thalweg::formats {
namespace {

/// The type of the values seen so far at one place. Kinds up to kDouble widen in this order.
struct InferredType {
  enum class Kind : uint8_t {
    kNull,
    kBoolean,
    kLong,
    kDecimal,
    kDouble,
    kString,
    kTimestamp,
    kTimestampNtz,
    kArray,
    kStruct,
  };
  Kind kind = Kind::kNull;
  int precision = 0;
  int scale = 0;
  std::vector<InferredType> element;  // kArray: one
  std::map<std::string, InferredType, std::less<>> fields;

  static InferredType Of(Kind kind) {
    InferredType type;
    type.kind = kind;
    return type;
  }
  static InferredType Decimal(int precision, int scale) {
    InferredType type = Of(Kind::kDecimal);
    type.precision = precision;
    type.scale = scale;
    return type;
  }
};

using Kind = InferredType::Kind;

InferredType MergeDecimals(const InferredType& left, const InferredType& right) {
  const int scale = std::max(left.scale, right.scale);
  const int range = std::max(left.precision - left.scale, right.precision - right.scale);
  if (range + scale > kMaxDecimalPrecision) return InferredType::Of(Kind::kDouble);
  return InferredType::Decimal(range + scale, scale);
}

InferredType Merge(InferredType left, InferredType right) {
  if (left.kind == Kind::kNull) return right;
  if (right.kind == Kind::kNull) return left;
  if (left.kind > right.kind) std::swap(left, right);
  if (left.kind == right.kind) {
    switch (left.kind) {
      case Kind::kDecimal:
        return MergeDecimals(left, right);
      case Kind::kArray:
        left.element[0] = Merge(std::move(left.element[0]), std::move(right.element[0]));
        return left;
      case Kind::kStruct:
        for (auto& [name, type] : right.fields) {
          InferredType& there = left.fields[name];
          there = Merge(std::move(there), std::move(type));
        }
        return left;
      default:
        return left;
    }
  }
  if (left.kind == Kind::kLong && right.kind == Kind::kDecimal) {
    return MergeDecimals(InferredType::Decimal(20, 0), right);
  }
  if (left.kind >= Kind::kLong && right.kind == Kind::kDouble) return right;
  if (left.kind == Kind::kTimestamp && right.kind == Kind::kTimestampNtz) return left;
  return InferredType::Of(Kind::kString);
}

class TypeInference final : public JsonTypeInference {
 public:
  explicit TypeInference(JsonOptions options)
      : options_(std::move(options)), scanner_(&options_), random_(1) {}

  Status Add(std::string_view record) override {
    if (options_.sampling_ratio < 1.0 &&
        std::uniform_real_distribution<double>(0, 1)(random_) >= options_.sampling_ratio) {
      return Status::OK();
    }
    copy_.assign(record);
    copy_.append(static_cast<size_t>(kJsonPadding), '\0');
    record = std::string_view(copy_).substr(0, record.size());
    if (record.starts_with("\xEF\xBB\xBF")) record.remove_prefix(3);
    scanner_.Reset(record);
    scanner_.SkipBlanks();
    if (scanner_.AtEnd()) return Status::OK();
    InferredType type;
    if (!IsValidUtf8(record) || !InferValue(&type)) return AddMalformed();
    last_ = type;
    return MergeRoot(std::move(type));
  }

  Status AddNull() override { return AddMalformed(); }

  Result<SchemaPtr> FinishSchema() override {
    const TypePtr type = Canonical(root_);
    if (type == nullptr) return arrow::schema(arrow::FieldVector());
    return arrow::schema(type->fields());
  }

  Result<TypePtr> FinishType() override {
    if (malformed_) {
      return MakeError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                       {{"badRecord", "the example"}, {"failFastMode", "FAILFAST"}});
    }
    TypePtr type = Canonical(last_);
    if (type != nullptr) return type;
    if (last_.kind == Kind::kStruct) return arrow::struct_(arrow::FieldVector());
    if (last_.kind == Kind::kArray && last_.element[0].kind == Kind::kStruct) {
      return ArrayOf(arrow::struct_(arrow::FieldVector()));
    }
    return arrow::utf8();
  }

 private:
  Status AddMalformed() {
    malformed_ = true;
    switch (options_.mode) {
      case ReadMode::kDropMalformed:
        return Status::OK();
      case ReadMode::kFailFast:
        return MakeError(
            "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
            {{"badRecord", options_.corrupt_record_column}, {"failFastMode", "FAILFAST"}});
      case ReadMode::kPermissive:
        break;
    }
    root_.fields.try_emplace(options_.corrupt_record_column, InferredType::Of(Kind::kString));
    return Status::OK();
  }

  Status MergeRoot(InferredType type) {
    while (type.kind == Kind::kArray) {
      InferredType element = std::move(type.element[0]);
      type = std::move(element);
    }
    if (type.kind == Kind::kNull) return Status::OK();
    if (type.kind != Kind::kStruct) return AddMalformed();
    root_ = Merge(std::move(root_), std::move(type));
    return Status::OK();
  }

  bool InferValue(InferredType* type) {
    switch (scanner_.Peek()) {
      case JsonKind::kObject:
        return InferObject(type);
      case JsonKind::kArray:
        return InferArray(type);
      case JsonKind::kString:
        return InferString(type);
      case JsonKind::kNumber:
        return InferNumber(type);
      case JsonKind::kTrue:
      case JsonKind::kFalse:
        *type = InferredType::Of(options_.primitives_as_string ? Kind::kString : Kind::kBoolean);
        return scanner_.SkipValue();
      case JsonKind::kNull:
        return scanner_.SkipValue();
      case JsonKind::kInvalid:
        return false;
    }
    return false;
  }

  bool InferObject(InferredType* type) {
    *type = InferredType::Of(Kind::kStruct);
    scanner_.Accept('{');
    if (!scanner_.Enter()) return false;
    scanner_.SkipBlanks();
    bool more = !scanner_.Accept('}');
    std::string scratch;
    while (more) {
      std::string_view text;
      if (!scanner_.ScanName(&text, &scratch)) return false;
      const std::string name(text);
      InferredType value;
      if (!scanner_.ScanColon() || !InferValue(&value)) return false;
      InferredType& there = type->fields[name];
      there = Merge(std::move(there), std::move(value));
      if (!scanner_.ScanSeparator('}', &more)) return false;
    }
    scanner_.Leave();
    return true;
  }

  bool InferArray(InferredType* type) {
    *type = InferredType::Of(Kind::kArray);
    type->element.emplace_back();
    scanner_.Accept('[');
    if (!scanner_.Enter()) return false;
    scanner_.SkipBlanks();
    bool more = !scanner_.Accept(']');
    while (more) {
      InferredType value;
      if (!InferValue(&value)) return false;
      type->element[0] = Merge(std::move(type->element[0]), std::move(value));
      if (!scanner_.ScanSeparator(']', &more)) return false;
    }
    scanner_.Leave();
    return true;
  }

  bool InferString(InferredType* type) {
    std::string_view text;
    if (!scanner_.ScanString(&text, &scratch_)) return false;
    if (text.empty()) return true;  // as null: what it is, others must say
    *type = InferredType::Of(Kind::kString);
    if (options_.prefers_decimal) {
      std::string plain(text);
      std::erase(plain, ',');
      const auto shape = DecimalShapeOf(plain);
      if (shape && shape->scale >= 0 && shape->scale <= shape->precision &&
          shape->precision <= kMaxDecimalPrecision) {
        *type = InferredType::Decimal(shape->precision, shape->scale);
        return true;
      }
    }
    if (!options_.infer_timestamp) return true;
    if (options_.infer_timestamp_ntz &&
        ParseTimestampNtzValue(text, options_.timestamp_ntz_pattern.get())) {
      *type = InferredType::Of(Kind::kTimestampNtz);
    } else if (ParseTimestampValue(text, options_.timestamp_pattern.get(), &options_.time_zone)) {
      *type = InferredType::Of(Kind::kTimestamp);
    }
    return true;
  }

  bool InferNumber(InferredType* type) {
    JsonNumber number;
    if (!scanner_.ScanNumber(&number)) return false;
    if (options_.primitives_as_string) {
      *type = InferredType::Of(Kind::kString);
      return true;
    }
    *type = InferredType::Of(Kind::kDouble);
    if (number.not_finite) return true;
    if (number.is_integer && ParseInteger(number.text, INT64_MIN, INT64_MAX)) {
      *type = InferredType::Of(Kind::kLong);
    } else if (number.is_integer || options_.prefers_decimal) {
      const auto shape = DecimalShapeOf(number.text);
      if (shape && shape->scale >= 0 &&
          std::max(shape->precision, shape->scale) <= kMaxDecimalPrecision) {
        *type = InferredType::Decimal(std::max(shape->precision, shape->scale), shape->scale);
      }
    }
    return true;
  }

  /// The Arrow type; null for what has no content (empty structs, and nulls where they are to be
  /// dropped).
  TypePtr Canonical(const InferredType& type) const {
    switch (type.kind) {
      case Kind::kNull:
        return options_.drop_field_if_all_null ? nullptr : arrow::utf8();
      case Kind::kBoolean:
        return arrow::boolean();
      case Kind::kLong:
        return arrow::int64();
      case Kind::kDecimal:
        return DecimalOf(type.precision, type.scale);
      case Kind::kDouble:
        return arrow::float64();
      case Kind::kString:
        return arrow::utf8();
      case Kind::kTimestamp:
        return TimestampType();
      case Kind::kTimestampNtz:
        return TimestampNtzType();
      case Kind::kArray: {
        TypePtr element = Canonical(type.element[0]);
        return element == nullptr ? nullptr : ArrayOf(element);
      }
      case Kind::kStruct:
        break;
    }
    arrow::FieldVector fields;
    for (const auto& [name, field_type] : type.fields) {
      if (TypePtr canonical = name.empty() ? nullptr : Canonical(field_type)) {
        fields.push_back(arrow::field(name, std::move(canonical)));
      }
    }
    return fields.empty() ? nullptr : arrow::struct_(std::move(fields));
  }

  JsonOptions options_;
  JsonScanner scanner_;
  std::mt19937_64 random_;
  InferredType root_ = InferredType::Of(Kind::kStruct);
  InferredType last_;
  bool malformed_ = false;
  std::string scratch_;
  std::string copy_;
};

}  // namespace

std::unique_ptr<JsonTypeInference> JsonTypeInference::Make(JsonOptions options) {
  return std::make_unique<TypeInference>(std::move(options));
}

}  // namespace thalweg::formats
