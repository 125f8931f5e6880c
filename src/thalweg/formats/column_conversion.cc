#include "thalweg/formats/column_conversion.h"

#include <algorithm>
#include <cctype>

#include <arrow/api.h>
#include <arrow/compute/api.h>

namespace thalweg::formats {

bool SameColumnName(std::string_view left, std::string_view right, bool case_sensitive) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [&](char a, char b) {
    return a == b || (!case_sensitive && std::tolower(static_cast<unsigned char>(a)) ==
                                             std::tolower(static_cast<unsigned char>(b)));
  });
}

ArrayDataPtr WithType(const ArrayDataPtr& data, const TypePtr& type) {
  ArrayDataPtr copy = data->Copy();
  copy->type = type;
  return copy;
}

Result<ArrayDataPtr> ColumnConverter::Convert(const ArrayDataPtr& data,
                                              const TypePtr& wanted) const {
  const arrow::DataType& from = *data->type;
  if (from.Equals(*wanted) && !arrow::is_nested(from.id())) return data;
  switch (wanted->id()) {
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      if (from.id() != wanted->id()) return Mismatch(from, *wanted);
      return ConvertChildren(data, wanted);
    case arrow::Type::STRUCT:
      if (from.id() != wanted->id()) return Mismatch(from, *wanted);
      return ConvertStruct(data, wanted);
    default:
      return ConvertLeaf(data, wanted);
  }
}

Result<ArrayDataPtr> ColumnConverter::Cast(const ArrayDataPtr& data, const TypePtr& type,
                                           bool safe) {
  const auto options =
      safe ? arrow::compute::CastOptions::Safe(type) : arrow::compute::CastOptions::Unsafe(type);
  ARROW_ASSIGN_OR_RAISE(const auto made,
                        arrow::compute::Cast(*arrow::MakeArray(data), type, options));
  return made->data();
}

Result<ArrayDataPtr> ColumnConverter::ConvertChildren(const ArrayDataPtr& data,
                                                      const TypePtr& wanted) const {
  ArrayDataPtr copy = WithType(data, wanted);
  // The entries of a map are a struct of its own, converted by position.
  if (wanted->id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(*wanted);
    ArrayDataPtr entries = WithType(data->child_data[0], map.value_type());
    ARROW_ASSIGN_OR_RAISE(entries->child_data[0], Convert(entries->child_data[0], map.key_type()));
    ARROW_ASSIGN_OR_RAISE(entries->child_data[1], Convert(entries->child_data[1], map.item_type()));
    copy->child_data[0] = std::move(entries);
  } else {
    ARROW_ASSIGN_OR_RAISE(copy->child_data[0],
                          Convert(data->child_data[0], wanted->field(0)->type()));
  }
  return copy;
}

Result<ArrayDataPtr> ColumnConverter::ConvertStruct(const ArrayDataPtr& data,
                                                    const TypePtr& wanted) const {
  ArrayDataPtr copy = WithType(data, wanted);
  copy->child_data.clear();
  for (const auto& field : wanted->fields()) {
    ArrayDataPtr found;
    for (int i = 0; i < data->type->num_fields(); ++i) {
      if (SameColumnName(data->type->field(i)->name(), field->name(), case_sensitive_)) {
        found = data->child_data[static_cast<size_t>(i)];
        break;
      }
    }
    if (found == nullptr) {
      ARROW_ASSIGN_OR_RAISE(const auto nulls,
                            arrow::MakeArrayOfNull(field->type(), data->offset + data->length));
      found = nulls->data();
    } else {
      ARROW_ASSIGN_OR_RAISE(found, Convert(found, field->type()));
    }
    copy->child_data.push_back(std::move(found));
  }
  return copy;
}

}  // namespace thalweg::formats
