// schema_of_variant, schema_of_variant_agg.

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/expr/cast/variant_conversion.h"
#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/value_codec.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/variant/variant_family.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/variant_layout.h"

namespace thalweg::functions {
namespace {

using arrow::Type;

/// What a UUID is among types: SQL has none, and no variant holds a calendar interval.
TypePtr UuidType() { return CalendarIntervalType(); }

/// The fields of two objects, both in the order of names, as one.
TypePtr MergeSchemas(const TypePtr& left, const TypePtr& right);

TypePtr MergeObjects(const arrow::FieldVector& left, const arrow::FieldVector& right) {
  arrow::FieldVector fields;
  size_t i = 0;
  size_t j = 0;
  while (i < left.size() || j < right.size()) {
    if (j == right.size() ||
        (i < left.size() && variant::IsNameLess(left[i]->name(), right[j]->name()))) {
      fields.push_back(left[i++]);
    } else if (i == left.size() || variant::IsNameLess(right[j]->name(), left[i]->name())) {
      fields.push_back(right[j++]);
    } else {
      fields.push_back(
          arrow::field(left[i]->name(), MergeSchemas(left[i]->type(), right[j]->type())));
      ++i;
      ++j;
    }
  }
  return arrow::struct_(std::move(fields));
}

/// Decimals, or one and an integer, of any shape; what has too many digits becomes a double.
TypePtr MergeDecimals(const TypePtr& left, const TypePtr& right) {
  const TypePtr a = DecimalForType(*left);
  const TypePtr b = DecimalForType(*right);
  const auto& one = static_cast<const arrow::Decimal128Type&>(*a);
  const auto& other = static_cast<const arrow::Decimal128Type&>(*b);
  const int scale = std::max(one.scale(), other.scale());
  const int range = std::max(one.precision() - one.scale(), other.precision() - other.scale());
  return range + scale > kMaxDecimalPrecision ? arrow::float64() : DecimalOf(range + scale, scale);
}

TypePtr MergeSchemas(const TypePtr& left, const TypePtr& right) {
  if (left->id() == Type::NA) return right;
  if (right->id() == Type::NA) return left;
  const bool exact =
      (IsInteger(*left) || IsDecimal(*left)) && (IsInteger(*right) || IsDecimal(*right));
  if (exact && !left->Equals(*right)) return MergeDecimals(left, right);
  if (IsNumeric(*left) && IsNumeric(*right) && !left->Equals(*right)) return arrow::float64();
  if (left->id() == Type::TIMESTAMP && right->id() == Type::TIMESTAMP) {
    return IsTimestamp(*left) ? left : right;
  }
  if (left->id() != right->id()) return VariantType();
  if (left->id() == Type::STRUCT) return MergeObjects(left->fields(), right->fields());
  if (left->id() == Type::LIST) {
    return ArrayOf(MergeSchemas(left->field(0)->type(), right->field(0)->type()));
  }
  return left;
}

/// How many more parts there may be: none is shorter than a byte, so that a value whose parts
/// overlap again and again has more parts than bytes.
using PartsLeft = size_t;

Result<TypePtr> SchemaOf(const VariantValue& value, int depth, PartsLeft* left);

Result<TypePtr> SchemaOfObject(const VariantValue& value, int depth, PartsLeft* left) {
  arrow::FieldVector fields;
  for (uint32_t i = 0; i < value.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const auto field, value.Field(i));
    if (i > 0 && !variant::IsNameLess(fields.back()->name(), field.name)) {
      return MakeError("MALFORMED_VARIANT");
    }
    ARROW_ASSIGN_OR_RAISE(auto type, SchemaOf(field.value, depth + 1, left));
    fields.push_back(arrow::field(std::string(field.name), std::move(type)));
  }
  return arrow::struct_(std::move(fields));
}

Result<TypePtr> SchemaOfDecimal(const VariantValue& value) {
  ARROW_ASSIGN_OR_RAISE(const auto decimal, value.shortest_decimal());
  int digits = 1;
  while (!FitsPrecision(decimal.unscaled, digits)) ++digits;
  return DecimalOf(std::max(digits, decimal.scale), decimal.scale);
}

Result<TypePtr> SchemaOf(const VariantValue& value, int depth, PartsLeft* left) {
  if (depth > variant::kMaxDepth || (*left)-- == 0) return MakeError("MALFORMED_VARIANT");
  switch (value.kind()) {
    case VariantKind::kObject:
      return SchemaOfObject(value, depth, left);
    case VariantKind::kArray: {
      TypePtr element = arrow::null();
      for (uint32_t i = 0; i < value.size(); ++i) {
        ARROW_ASSIGN_OR_RAISE(const auto part, value.Element(i));
        ARROW_ASSIGN_OR_RAISE(auto type, SchemaOf(part, depth + 1, left));
        element = MergeSchemas(element, type);
      }
      return ArrayOf(element);
    }
    case VariantKind::kNull:
      return arrow::null();
    case VariantKind::kBoolean:
      return arrow::boolean();
    case VariantKind::kLong:
      return arrow::int64();
    case VariantKind::kString:
      return arrow::utf8();
    case VariantKind::kDouble:
      return arrow::float64();
    case VariantKind::kDecimal:
      return SchemaOfDecimal(value);
    case VariantKind::kDate:
      return arrow::date32();
    case VariantKind::kTimestamp:
      return TimestampType();
    case VariantKind::kTimestampNtz:
      return TimestampNtzType();
    case VariantKind::kFloat:
      return arrow::float32();
    case VariantKind::kBinary:
      return arrow::binary();
    case VariantKind::kUuid:
      return UuidType();
  }
  return arrow::null();
}

Result<TypePtr> WholeSchema(const VariantValue& value) {
  PartsLeft left = value.bytes().value.size();
  return SchemaOf(value, 0, &left);
}

std::string SchemaText(const arrow::DataType& type) {
  if (type.id() == Type::LIST) return "ARRAY<" + SchemaText(*type.field(0)->type()) + ">";
  if (type.id() == Type::INTERVAL_MONTH_DAY_NANO) return "UUID";
  if (type.id() != Type::STRUCT) return SqlTypeName(type);
  std::string text = "OBJECT<";
  for (const FieldPtr& field : type.fields()) {
    if (text.back() != '<') text += ", ";
    text += QuoteIdentifierIfNeeded(field->name()) + ": " + SchemaText(*field->type());
  }
  return text + ">";
}

Result<arrow::Datum> SchemaTexts(const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                                 int64_t num_rows) {
  const bool as_scalar = values[0].is_scalar();
  ARROW_ASSIGN_OR_RAISE(auto rows, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
  ARROW_ASSIGN_OR_RAISE(const auto cells, expr::ReadVariants(*rows));
  arrow::StringBuilder builder;
  for (const auto& cell : cells) {
    if (!cell) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(auto type, WholeSchema(*cell));
    ARROW_RETURN_NOT_OK(builder.Append(SchemaText(*type)));
  }
  ARROW_ASSIGN_OR_RAISE(auto texts, builder.Finish());
  return expr::FinishDatum(texts, as_scalar);
}

/// The type of all variants of a group. Between runs it is kept as SQL text of a struct with one
/// field.
class SchemaAggregate : public OwningAggregate<TypePtr> {
 public:
  SchemaAggregate()
      : OwningAggregate("schema_of_variant_agg", {VariantType()}, arrow::utf8(),
                        /*nullable=*/false) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto rows, expr::ToArray(arguments[0], slots.num_rows));
    ARROW_ASSIGN_OR_RAISE(const auto cells, expr::ReadVariants(*rows));
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (!cells[row]) continue;
      ARROW_ASSIGN_OR_RAISE(auto type, WholeSchema(*cells[row]));
      MergeInto(slots.slot(row), type);
    }
    return Status::OK();
  }
  Status Merge(uint8_t* into, const uint8_t* from) const override {
    if (Owned(from) != nullptr) MergeInto(into, Owned(from));
    return Status::OK();
  }
  void Serialize(const uint8_t* slot, std::string* out) const override {
    AppendSized(Owned(slot) == nullptr ? "" : SqlTypeName(*Owned(slot)), out);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(const auto text, ReadSized(in));
    auto type = std::make_unique<TypePtr>();
    if (!text.empty()) {
      ARROW_ASSIGN_OR_RAISE(*type, ParseDataType(text));
    }
    *SlotAs<TypePtr*>(slot) = type.release();
    return Status::OK();
  }
  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    arrow::StringBuilder builder;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const TypePtr& type = Owned(slots.slot(row));
      ARROW_RETURN_NOT_OK(builder.Append(type == nullptr ? "VOID" : SchemaText(*type)));
    }
    return builder.Finish();
  }
  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("buf", return_type())};
  }
  int64_t OwnedBytes(const uint8_t*) const override { return 64; }

 private:
  static void MergeInto(uint8_t* slot, const TypePtr& type) {
    TypePtr& kept = Owned(slot);
    kept = kept == nullptr ? type : MergeSchemas(kept, type);
  }
};

Result<AggregateFunctionPtr> BindAggregate(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("schema_of_variant_agg", arguments, 1, 1));
  ARROW_RETURN_NOT_OK(AcceptAs(arguments, 0, VariantType()).status());
  return std::make_shared<SchemaAggregate>();
}

}  // namespace

void RegisterVariantSchema(FunctionRegistry* registry) {
  registry->AddScalar(MakeFixedFunction(
      {.name = "schema_of_variant",
       .group = "variant_funcs",
       .usage = "schema_of_variant(v) - Returns the type of what a variant holds, as SQL text.",
       .example = "SELECT schema_of_variant(parse_json('[{\"b\":true,\"a\":0}]'));",
       .argument_types = {VariantType()},
       .return_type = arrow::utf8(),
       .kernel = SchemaTexts,
       .can_fail = true}));
  registry->AddAggregate(
      {"schema_of_variant_agg",
       {},
       "schema_of_variant_agg(v) - Returns the type that the variants of a group have together.",
       "SELECT schema_of_variant_agg(parse_json(j)) FROM VALUES ('1'), ('2'), ('3') AS tab(j);",
       BindAggregate});
}

}  // namespace thalweg::functions
