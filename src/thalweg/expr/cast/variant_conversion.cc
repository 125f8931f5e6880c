// Variants to other types.

#include "thalweg/expr/cast/variant_conversion.h"

#include <functional>
#include <map>

#include <arrow/api.h>
#include <arrow/util/checked_cast.h>

#include "thalweg/expr/cast/cast_call.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::expr {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;

struct Conversion {
  EvalMode mode;
  const EvalContext& context;
};

Status InvalidCast(const VariantValue& value, const TypePtr& to, const Conversion& conversion) {
  std::string text;
  ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(conversion.context.session_time_zone));
  ARROW_RETURN_NOT_OK(AppendVariantJson(value, &zone, &text));
  return MakeError("INVALID_VARIANT_CAST",
                   {{"value", text}, {"dataType", "\"" + SqlTypeName(*to) + "\""}});
}

/// What a value becomes that has no counterpart: NULL or an error.
Status Refuse(const VariantValue& value, const TypePtr& to, const Conversion& conversion) {
  if (conversion.mode == EvalMode::kTry) return Status::OK();
  return InvalidCast(value, to, conversion);
}

Result<ArrayPtr> Convert(const VariantCells& cells, const TypePtr& to,
                         const Conversion& conversion);

bool IsNull(const std::optional<VariantValue>& cell) {
  return !cell.has_value() || cell->kind() == VariantKind::kNull;
}

// ---- Scalars: the values of one kind are cast at once ----

/// Values of one kind (and one scale, for decimals) by the rows they come from.
struct KindGroup {
  std::vector<size_t> rows;
};

using GroupKey = std::pair<VariantKind, int>;

Result<GroupKey> KeyOf(const VariantValue& value) {
  if (value.kind() != VariantKind::kDecimal) return GroupKey{value.kind(), 0};
  ARROW_ASSIGN_OR_RAISE(const auto decimal, value.shortest_decimal());
  return GroupKey{value.kind(), decimal.scale};
}

template <typename Builder, typename Get>
Result<ArrayPtr> Gather(const VariantCells& cells, const std::vector<size_t>& rows,
                        Builder&& builder, const Get& get) {
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(rows.size())));
  for (const size_t row : rows) ARROW_RETURN_NOT_OK(builder.Append(get(*cells[row])));
  return builder.Finish();
}

Result<ArrayPtr> GatherDecimals(const VariantCells& cells, const std::vector<size_t>& rows,
                                int scale) {
  arrow::Decimal128Builder builder(DecimalOf(kMaxDecimalPrecision, scale));
  for (const size_t row : rows) {
    ARROW_ASSIGN_OR_RAISE(const auto decimal, cells[row]->shortest_decimal());
    arrow::Decimal128 number(static_cast<int64_t>(decimal.unscaled >> 64),
                             static_cast<uint64_t>(decimal.unscaled));
    ARROW_RETURN_NOT_OK(builder.Append(number));
  }
  return builder.Finish();
}

/// The values of the rows as a column of the SQL type of their kind; null if there is none.
Result<ArrayPtr> GatherKind(const VariantCells& cells, const std::vector<size_t>& rows,
                            const GroupKey& key) {
  const auto number = [](const VariantValue& value) { return value.number(); };
  auto* pool = arrow::default_memory_pool();
  switch (key.first) {
    case VariantKind::kBoolean:
      return Gather(cells, rows, arrow::BooleanBuilder(),
                    [](const VariantValue& value) { return value.boolean(); });
    case VariantKind::kLong:
      return Gather(cells, rows, arrow::Int64Builder(), number);
    case VariantKind::kString:
      return Gather(cells, rows, arrow::StringBuilder(),
                    [](const VariantValue& value) { return value.text(); });
    case VariantKind::kBinary:
      return Gather(cells, rows, arrow::BinaryBuilder(),
                    [](const VariantValue& value) { return value.text(); });
    case VariantKind::kDouble:
      return Gather(cells, rows, arrow::DoubleBuilder(),
                    [](const VariantValue& value) { return value.floating(); });
    case VariantKind::kFloat:
      return Gather(cells, rows, arrow::FloatBuilder(),
                    [](const VariantValue& value) { return static_cast<float>(value.floating()); });
    case VariantKind::kDate:
      return Gather(cells, rows, arrow::Date32Builder(),
                    [](const VariantValue& value) { return static_cast<int32_t>(value.number()); });
    case VariantKind::kTimestamp:
      return Gather(cells, rows, arrow::TimestampBuilder(TimestampType(), pool), number);
    case VariantKind::kTimestampNtz:
      return Gather(cells, rows, arrow::TimestampBuilder(TimestampNtzType(), pool), number);
    case VariantKind::kDecimal:
      return GatherDecimals(cells, rows, key.second);
    default:
      return nullptr;
  }
}

/// Seconds since the epoch as a time; none where Spark's exact arithmetic fails.
Result<ArrayPtr> SecondsToTimes(const VariantCells& cells, const std::vector<size_t>& rows) {
  arrow::TimestampBuilder builder(TimestampType(), arrow::default_memory_pool());
  constexpr Int128 kMicros = 1'000'000;
  for (const size_t row : rows) {
    Int128 micros = 0;
    bool fits = true;
    if (cells[row]->kind() == VariantKind::kLong) {
      micros = cells[row]->number() * kMicros;
    } else {
      ARROW_ASSIGN_OR_RAISE(const auto decimal, cells[row]->shortest_decimal());
      const Int128 power = PowerOfTen(decimal.scale);
      const Int128 whole = decimal.unscaled / power;
      fits = FitsPrecision(whole, 20);
      const Int128 rest = decimal.unscaled % power;
      const int dropped = std::max(decimal.scale - 6, 0);
      if (fits) {
        micros = whole * kMicros +
                 rest / PowerOfTen(dropped) * PowerOfTen(std::max(6 - decimal.scale, 0));
      }
    }
    if (fits && micros == static_cast<int64_t>(micros)) {
      ARROW_RETURN_NOT_OK(builder.Append(static_cast<int64_t>(micros)));
    } else {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
    }
  }
  return builder.Finish();
}

/// The text of what only a text can be made of: objects, arrays, UUIDs.
Result<ArrayPtr> Texts(const VariantCells& cells, const std::vector<size_t>& rows,
                       const Conversion& conversion) {
  ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(conversion.context.session_time_zone));
  arrow::StringBuilder builder;
  std::string text;
  for (const size_t row : rows) {
    text.clear();
    if (cells[row]->kind() == VariantKind::kUuid) {
      text = UuidText(cells[row]->text());
    } else {
      ARROW_RETURN_NOT_OK(AppendVariantJson(*cells[row], &zone, &text));
    }
    ARROW_RETURN_NOT_OK(builder.Append(text));
  }
  return builder.Finish();
}

/// The values of one group as `to`; null if none of the kind can be one.
Result<ArrayPtr> ConvertGroup(const VariantCells& cells, const std::vector<size_t>& rows,
                              const GroupKey& key, const TypePtr& to,
                              const Conversion& conversion) {
  const bool is_number = key.first == VariantKind::kLong || key.first == VariantKind::kDecimal;
  if (is_number && IsTimestamp(*to)) return SecondsToTimes(cells, rows);
  ARROW_ASSIGN_OR_RAISE(auto values, GatherKind(cells, rows, key));
  if (values == nullptr) {
    if (!IsString(*to)) return nullptr;
    return Texts(cells, rows, conversion);
  }
  if (!CanCast(*values->type(), *to, EvalMode::kAnsi)) return nullptr;
  ARROW_ASSIGN_OR_RAISE(auto cast, CastDatum(values, to, EvalMode::kTry, conversion.context));
  return ToArray(cast, values->length());
}

Result<ArrayPtr> ConvertScalars(const VariantCells& cells, const TypePtr& to,
                                const Conversion& conversion) {
  std::map<GroupKey, KindGroup> groups;
  for (size_t row = 0; row < cells.size(); ++row) {
    if (IsNull(cells[row])) continue;
    ARROW_ASSIGN_OR_RAISE(const auto key, KeyOf(*cells[row]));
    groups[key].rows.push_back(row);
  }
  ARROW_ASSIGN_OR_RAISE(auto null, arrow::MakeArrayOfNull(to, 1));
  arrow::ArrayVector pieces = {null};
  std::vector<int32_t> from(cells.size(), 0);
  int32_t begin = 1;
  for (const auto& [key, group] : groups) {
    ARROW_ASSIGN_OR_RAISE(auto piece, ConvertGroup(cells, group.rows, key, to, conversion));
    for (size_t i = 0; i < group.rows.size(); ++i) {
      const size_t row = group.rows[i];
      if (piece == nullptr || piece->IsNull(static_cast<int64_t>(i))) {
        ARROW_RETURN_NOT_OK(Refuse(*cells[row], to, conversion));
      } else {
        from[row] = begin + static_cast<int32_t>(i);
      }
    }
    if (piece == nullptr) continue;
    begin += static_cast<int32_t>(piece->length());
    pieces.push_back(std::move(piece));
  }
  if (pieces.size() == 1) {
    return arrow::MakeArrayOfNull(to, static_cast<int64_t>(cells.size()));
  }
  ARROW_ASSIGN_OR_RAISE(auto whole, arrow::Concatenate(pieces));
  return TakeRows(whole, from);
}

// ---- Arrays and objects ----

/// Offsets and validity of lists, made row by row.
class ListParts {
 public:
  Status Add(bool is_valid, size_t end) {
    ARROW_RETURN_NOT_OK(validity_.Append(is_valid));
    return offsets_.Append(static_cast<int32_t>(end));
  }
  Status Begin() { return offsets_.Append(0); }
  Result<ArrayPtr> Finish(const TypePtr& type, std::shared_ptr<arrow::ArrayData> child) {
    const int64_t length = validity_.length();
    ARROW_ASSIGN_OR_RAISE(auto validity, validity_.Finish());
    ARROW_ASSIGN_OR_RAISE(auto offsets, offsets_.Finish());
    return arrow::MakeArray(
        arrow::ArrayData::Make(type, length, {validity, offsets}, {std::move(child)}));
  }

 private:
  arrow::TypedBufferBuilder<bool> validity_;
  arrow::TypedBufferBuilder<int32_t> offsets_;
};

Result<ArrayPtr> ConvertLists(const VariantCells& cells, const TypePtr& to,
                              const Conversion& conversion) {
  ListParts parts;
  ARROW_RETURN_NOT_OK(parts.Begin());
  VariantCells elements;
  for (const auto& cell : cells) {
    const bool is_valid = !IsNull(cell) && cell->kind() == VariantKind::kArray;
    if (!IsNull(cell) && !is_valid) ARROW_RETURN_NOT_OK(Refuse(*cell, to, conversion));
    for (uint32_t i = 0; is_valid && i < cell->size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(auto element, cell->Element(i));
      elements.emplace_back(std::move(element));
    }
    ARROW_RETURN_NOT_OK(parts.Add(is_valid, elements.size()));
  }
  ARROW_ASSIGN_OR_RAISE(auto values, Convert(elements, to->field(0)->type(), conversion));
  return parts.Finish(to, values->data());
}

Result<ArrayPtr> ConvertMaps(const VariantCells& cells, const TypePtr& to,
                             const Conversion& conversion) {
  const auto& map = checked_cast<const arrow::MapType&>(*to);
  ListParts parts;
  ARROW_RETURN_NOT_OK(parts.Begin());
  arrow::StringBuilder names;
  VariantCells items;
  for (const auto& cell : cells) {
    const bool is_valid = !IsNull(cell) && cell->kind() == VariantKind::kObject;
    if (!IsNull(cell) && !is_valid) ARROW_RETURN_NOT_OK(Refuse(*cell, to, conversion));
    for (uint32_t i = 0; is_valid && i < cell->size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(auto field, cell->Field(i));
      ARROW_RETURN_NOT_OK(names.Append(field.name));
      items.emplace_back(std::move(field.value));
    }
    ARROW_RETURN_NOT_OK(parts.Add(is_valid, items.size()));
  }
  ARROW_ASSIGN_OR_RAISE(auto keys, names.Finish());
  ARROW_ASSIGN_OR_RAISE(auto values, Convert(items, map.item_type(), conversion));
  return parts.Finish(to, arrow::ArrayData::Make(map.value_type(), values->length(), {nullptr},
                                                 {keys->data(), values->data()}, 0));
}

Result<ArrayPtr> ConvertStructs(const VariantCells& cells, const TypePtr& to,
                                const Conversion& conversion) {
  arrow::TypedBufferBuilder<bool> validity;
  std::vector<VariantCells> fields(to->num_fields(), VariantCells(cells.size()));
  for (size_t row = 0; row < cells.size(); ++row) {
    const auto& cell = cells[row];
    const bool is_valid = !IsNull(cell) && cell->kind() == VariantKind::kObject;
    if (!IsNull(cell) && !is_valid) ARROW_RETURN_NOT_OK(Refuse(*cell, to, conversion));
    ARROW_RETURN_NOT_OK(validity.Append(is_valid));
    for (int i = 0; is_valid && i < to->num_fields(); ++i) {
      ARROW_ASSIGN_OR_RAISE(fields[i][row], cell->FindField(to->field(i)->name()));
    }
  }
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (int i = 0; i < to->num_fields(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto child, Convert(fields[i], to->field(i)->type(), conversion));
    children.push_back(child->data());
  }
  ARROW_ASSIGN_OR_RAISE(auto bits, validity.Finish());
  return arrow::MakeArray(
      arrow::ArrayData::Make(to, static_cast<int64_t>(cells.size()), {bits}, std::move(children)));
}

Result<ArrayPtr> ConvertVariants(const VariantCells& cells) {
  arrow::LargeBinaryBuilder builder;
  VariantBuilder variants;
  std::string packed;
  for (const auto& cell : cells) {
    if (!cell.has_value()) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    variants.Reset();
    packed.clear();
    ARROW_RETURN_NOT_OK(variants.AppendVariant(*cell));
    ARROW_RETURN_NOT_OK(variants.Finish(&packed));
    ARROW_RETURN_NOT_OK(builder.Append(packed));
  }
  return builder.Finish();
}

Result<ArrayPtr> Convert(const VariantCells& cells, const TypePtr& to,
                         const Conversion& conversion) {
  if (IsVariant(*to)) return ConvertVariants(cells);
  switch (to->id()) {
    case Type::LIST:
      return ConvertLists(cells, to, conversion);
    case Type::MAP:
      return ConvertMaps(cells, to, conversion);
    case Type::STRUCT:
      return ConvertStructs(cells, to, conversion);
    default:
      return ConvertScalars(cells, to, conversion);
  }
}

}  // namespace

Result<VariantCells> ReadVariants(const arrow::Array& packed) {
  const auto& bytes = checked_cast<const arrow::LargeBinaryArray&>(packed);
  VariantCells cells(static_cast<size_t>(packed.length()));
  for (int64_t row = 0; row < packed.length(); ++row) {
    if (packed.IsNull(row)) continue;
    ARROW_ASSIGN_OR_RAISE(cells[row], VariantValue::Make(UnpackVariant(bytes.GetView(row))));
  }
  return cells;
}

Result<ArrayPtr> VariantsTo(const VariantCells& cells, const TypePtr& to, EvalMode mode,
                            const EvalContext& context) {
  return Convert(cells, to, {.mode = mode, .context = context});
}

}  // namespace thalweg::expr

namespace thalweg::expr::cast {

Result<arrow::Datum> CastVariant(const CastCall& call) {
  ARROW_ASSIGN_OR_RAISE(auto array, ToArray(call.value, call.num_rows()));
  ArrayPtr result;
  if (IsVariant(*call.from)) {
    ARROW_ASSIGN_OR_RAISE(const auto cells, ReadVariants(*array));
    ARROW_ASSIGN_OR_RAISE(result, VariantsTo(cells, call.to, call.mode, call.context));
  } else {
    ARROW_ASSIGN_OR_RAISE(result, ToVariants(*array));
  }
  return FinishDatum(result, call.value.is_scalar());
}

}  // namespace thalweg::expr::cast
