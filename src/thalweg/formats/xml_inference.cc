#include "thalweg/formats/xml_inference.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include <arrow/api.h>

#include "thalweg/formats/value_text.h"
#include "thalweg/formats/xml_text.h"
#include "thalweg/types/datetime_pattern.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::formats {
namespace {

struct InferredType;

/// A field under the name that came first of those that differ in case only.
struct InferredField;

/// The type of what was seen so far at one place.
struct InferredType {
  enum class Kind : uint8_t {
    kNull,
    kBoolean,
    kLong,
    kDecimal,
    kDouble,
    kDate,
    kTimestampNtz,
    kTimestamp,
    kString,
    kArray,
    kStruct,
  };
  Kind kind = Kind::kNull;
  int precision = 0;
  int scale = 0;
  std::vector<InferredType> element;  // kArray: one
  /// kStruct, by name, in lower case where case does not matter.
  std::map<std::string, InferredField> fields;

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
  static InferredType ArrayOf(InferredType element) {
    InferredType type = Of(Kind::kArray);
    type.element.push_back(std::move(element));
    return type;
  }
  bool is_nested() const { return kind == Kind::kArray || kind == Kind::kStruct; }
};

struct InferredField {
  std::string name;
  InferredType type;
};

using Kind = InferredType::Kind;
using EventKind = XmlEvent::Kind;

InferredType MergeDecimals(const InferredType& left, const InferredType& right) {
  const int scale = std::max(left.scale, right.scale);
  const int range = std::max(left.precision - left.scale, right.precision - right.scale);
  if (range + scale > kMaxDecimalPrecision) return InferredType::Of(Kind::kDouble);
  return InferredType::Decimal(range + scale, scale);
}

InferredType MergeScalars(InferredType left, InferredType right) {
  if (left.kind == right.kind) {
    return left.kind == Kind::kDecimal ? MergeDecimals(left, right) : left;
  }
  if (left.kind > right.kind) std::swap(left, right);
  if (left.kind == Kind::kLong && right.kind == Kind::kDecimal) {
    return MergeDecimals(InferredType::Decimal(20, 0), right);
  }
  if (left.kind >= Kind::kLong && right.kind == Kind::kDouble) return right;
  if (left.kind >= Kind::kDate && right.kind <= Kind::kTimestamp) return right;
  return InferredType::Of(Kind::kString);
}

/// The first digit or point of what could be a number behind its sign.
bool LooksNumeric(std::string_view text) {
  return !text.empty() && (text.front() == '.' || (text.front() >= '0' && text.front() <= '9'));
}

bool EndsAsFloat(std::string_view text) {
  const char last = static_cast<char>(text.back() | 0x20);
  return last == 'd' || last == 'f';
}

class TypeInference final : public XmlTypeInference {
 public:
  explicit TypeInference(XmlOptions options) : options_(std::move(options)), random_(1) {}

  Status Add(const XmlEvents& record) override {
    if (options_.sampling_ratio < 1.0 &&
        std::uniform_real_distribution<double>(0, 1)(random_) >= options_.sampling_ratio) {
      return Status::OK();
    }
    events_ = &record;
    at_ = 0;
    InferredType type;
    const XmlEvent& start = Take();
    if (start.kind != EventKind::kStart || !InferObject(&start, &type)) return AddMalformed();
    root_ = Merge(std::move(root_), std::move(type));
    return Status::OK();
  }

  SchemaPtr Finish() override {
    const TypePtr type = Canonical(root_);
    return arrow::schema(type == nullptr ? arrow::FieldVector() : type->fields());
  }

 private:
  Status AddMalformed() {
    if (options_.mode == ReadMode::kDropMalformed) return Status::OK();
    if (options_.mode == ReadMode::kFailFast) {
      return MakeError(
          "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
          {{"badRecord", options_.corrupt_record_column}, {"failFastMode", "FAILFAST"}});
    }
    InferredType corrupt = InferredType::Of(Kind::kStruct);
    const std::string& name = options_.corrupt_record_column;
    corrupt.fields[Key(name)] = {name, InferredType::Of(Kind::kString)};
    root_ = Merge(std::move(root_), std::move(corrupt));
    return Status::OK();
  }

  const XmlEvent& Peek() const {
    static const XmlEvent kNone;
    return at_ < events_->events.size() ? events_->events[at_] : kNone;
  }
  const XmlEvent& Take() {
    const XmlEvent& event = Peek();
    ++at_;
    return event;
  }

  std::string Key(std::string_view name) const {
    return options_.case_sensitive ? std::string(name) : ToLowerAscii(name);
  }

  std::string NameOf(XmlSpan span) const {
    const std::string_view name = events_->Text(span);
    return std::string(options_.ignore_namespace ? LocalXmlName(name) : name);
  }

  /// A field of an element; when it is there already, it is an array.
  void AddField(std::string name, InferredType type, InferredType* object) {
    const std::string key = Key(name);
    const auto found = object->fields.find(key);
    if (found == object->fields.end()) {
      object->fields[key] = {std::move(name), std::move(type)};
      return;
    }
    InferredType& there = found->second.type;
    const bool is_array = there.kind == Kind::kArray;
    InferredType merged = Merge(std::move(there), std::move(type));
    there = is_array ? std::move(merged) : InferredType::ArrayOf(std::move(merged));
  }

  void AddAttributes(const XmlEvent& start, InferredType* object) {
    for (size_t i = 0; i < start.num_attributes; ++i) {
      const XmlAttribute& attribute = events_->attributes[start.first_attribute + i];
      AddField(options_.attribute_prefix + NameOf(attribute.name),
               TypeOf(events_->Text(attribute.value)), object);
    }
  }

  bool HasAttributes(const XmlEvent& start) const {
    return start.num_attributes > 0 && !options_.exclude_attributes;
  }

  /// The children up to the end of the open element; with the attributes of `start` if there is
  /// one.
  bool InferObject(const XmlEvent* start, InferredType* type) {
    *type = InferredType::Of(Kind::kStruct);
    if (start != nullptr && HasAttributes(*start)) AddAttributes(*start, type);
    while (true) {
      const XmlEvent& event = Take();
      switch (event.kind) {
        case EventKind::kError:
          return false;
        case EventKind::kEnd:
          return true;
        case EventKind::kText:
          if (!event.blank) {
            AddField(options_.value_tag, TypeOf(events_->Text(event.text)), type);
          }
          break;
        case EventKind::kStart: {
          InferredType child;
          if (!InferField(&child)) return false;
          if (HasAttributes(event)) child = WithAttributes(std::move(child), event);
          AddField(NameOf(event.text), std::move(child), type);
          break;
        }
      }
    }
  }

  InferredType WithAttributes(InferredType type, const XmlEvent& start) {
    InferredType object = InferredType::Of(Kind::kStruct);
    if (type.kind == Kind::kStruct) {
      object = std::move(type);
    } else if (type.kind != Kind::kNull) {
      object.fields[Key(options_.value_tag)] = {options_.value_tag, std::move(type)};
    }
    AddAttributes(start, &object);
    return object;
  }

  /// The content of an element without its attributes.
  bool InferField(InferredType* type) {
    if (Peek().kind == EventKind::kEnd) {
      Take();
      return true;
    }
    const bool starts_with_text = Peek().kind == EventKind::kText;
    if (!InferObject(nullptr, type)) return false;
    if (!starts_with_text) return true;
    if (type->fields.empty()) {
      *type = InferredType();
    } else if (type->fields.size() == 1) {
      const auto& [key, field] = *type->fields.begin();
      if (key == Key(options_.value_tag) && !field.type.is_nested()) {
        InferredType only = field.type;
        *type = std::move(only);
      }
    }
    return true;
  }

  InferredType TypeOf(std::string_view text) {
    if (!options_.infer_schema) return InferredType::Of(Kind::kString);
    if (options_.ignore_surrounding_spaces) text = TrimXmlText(text);
    if (options_.null_value && text == *options_.null_value) return {};
    if (text.empty()) return InferredType::Of(Kind::kString);
    std::string_view number = text;
    if (number.front() == '+' || number.front() == '-') number.remove_prefix(1);
    if (LooksNumeric(number)) {
      if (number.front() != '.' && ParseInteger(number, INT64_MIN, INT64_MAX)) {
        return InferredType::Of(Kind::kLong);
      }
      if (!EndsAsFloat(number)) {
        InferredType decimal;
        if (options_.prefers_decimal && InferDecimal(text, &decimal)) return decimal;
        if (ParseDouble(number)) return InferredType::Of(Kind::kDouble);
      }
    }
    const std::string lower = ToLowerAscii(text);
    if (lower == "true" || lower == "false") return InferredType::Of(Kind::kBoolean);
    return TypeOfTime(text);
  }

  InferredType TypeOfTime(std::string_view text) {
    if (options_.prefer_date && options_.date_pattern_in_read->ParseDate(text)) {
      return InferredType::Of(Kind::kDate);
    }
    if (options_.infer_timestamp_ntz &&
        ParseTimestampNtzValue(text, options_.timestamp_ntz_pattern.get())) {
      return InferredType::Of(Kind::kTimestampNtz);
    }
    if (ParseTimestampValue(text, options_.timestamp_pattern.get(), &options_.time_zone)) {
      return InferredType::Of(Kind::kTimestamp);
    }
    return InferredType::Of(Kind::kString);
  }

  static bool InferDecimal(std::string_view text, InferredType* type) {
    std::string plain(text);
    std::erase(plain, ',');
    const auto shape = DecimalShapeOf(plain);
    if (!shape || shape->scale < 0) return false;
    const int precision = std::max(shape->precision, shape->scale);
    if (precision > kMaxDecimalPrecision) return false;
    *type = InferredType::Decimal(precision, shape->scale);
    return true;
  }

  InferredType Merge(InferredType left, InferredType right) {
    if (left.kind == Kind::kNull) return right;
    if (right.kind == Kind::kNull) return left;
    if (!left.is_nested() && !right.is_nested()) {
      return MergeScalars(std::move(left), std::move(right));
    }
    if (left.kind == Kind::kArray || right.kind == Kind::kArray) {
      InferredType left_element = left.kind == Kind::kArray ? std::move(left.element[0]) : left;
      InferredType right_element = right.kind == Kind::kArray ? std::move(right.element[0]) : right;
      return InferredType::ArrayOf(Merge(std::move(left_element), std::move(right_element)));
    }
    if (left.kind == Kind::kStruct && right.kind == Kind::kStruct) {
      for (auto& [key, field] : right.fields) {
        const auto [there, is_new] = left.fields.try_emplace(key, field);
        if (is_new) continue;
        there->second.type = Merge(std::move(there->second.type), std::move(field.type));
      }
      return left;
    }
    InferredType& object = left.kind == Kind::kStruct ? left : right;
    InferredType& scalar = left.kind == Kind::kStruct ? right : left;
    const auto value = object.fields.find(Key(options_.value_tag));
    if (value == object.fields.end() || value->second.name != options_.value_tag) {
      return InferredType::Of(Kind::kString);
    }
    value->second.type = Merge(std::move(value->second.type), std::move(scalar));
    return std::move(object);
  }

  /// The Arrow type; null for structs without content.
  static TypePtr Canonical(const InferredType& type) {
    switch (type.kind) {
      case Kind::kNull:
      case Kind::kString:
        return arrow::utf8();
      case Kind::kBoolean:
        return arrow::boolean();
      case Kind::kLong:
        return arrow::int64();
      case Kind::kDecimal:
        return DecimalOf(type.precision, type.scale);
      case Kind::kDouble:
        return arrow::float64();
      case Kind::kDate:
        return arrow::date32();
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
    for (const auto& [key, field] : type.fields) {
      if (TypePtr canonical = field.name.empty() ? nullptr : Canonical(field.type)) {
        fields.push_back(arrow::field(field.name, std::move(canonical)));
      }
    }
    std::sort(fields.begin(), fields.end(),
              [](const auto& left, const auto& right) { return left->name() < right->name(); });
    return fields.empty() ? nullptr : arrow::struct_(std::move(fields));
  }

  XmlOptions options_;
  std::mt19937_64 random_;
  InferredType root_ = InferredType::Of(Kind::kStruct);
  const XmlEvents* events_ = nullptr;
  size_t at_ = 0;
};

}  // namespace

std::unique_ptr<XmlTypeInference> XmlTypeInference::Make(XmlOptions options) {
  return std::make_unique<TypeInference>(std::move(options));
}

}  // namespace thalweg::formats
