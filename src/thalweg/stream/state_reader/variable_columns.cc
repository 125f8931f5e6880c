#include "thalweg/stream/state_reader/variable_columns.h"

#include <arrow/api.h>

#include "thalweg/exec/stateful/transform_with_state.h"
#include "thalweg/exec/take.h"

namespace thalweg::stream {
namespace {

constexpr int64_t kMicrosPerMilli = 1000;

Result<std::shared_ptr<arrow::Buffer>> Offsets(
    const std::vector<const VariableColumns::Entries*>& variables) {
  arrow::TypedBufferBuilder<int32_t> offsets;
  int32_t end = 0;
  ARROW_RETURN_NOT_OK(offsets.Append(end));
  for (const VariableColumns::Entries* entries : variables) {
    end += static_cast<int32_t>(entries->size());
    ARROW_RETURN_NOT_OK(offsets.Append(end));
  }
  return offsets.Finish();
}

Result<std::shared_ptr<arrow::Buffer>> WhereAny(
    const std::vector<const VariableColumns::Entries*>& variables) {
  arrow::TypedBufferBuilder<bool> there;
  for (const VariableColumns::Entries* entries : variables) {
    ARROW_RETURN_NOT_OK(there.Append(!entries->empty()));
  }
  return there.Finish();
}

}  // namespace

Result<VariableColumns> VariableColumns::Make(RecordedVariable variable) {
  VariableColumns columns;
  columns.variable_ = std::move(variable);
  const RecordedVariable& made = columns.variable_;
  if (made.kind == state::VariableKind::kTimer) return columns;
  if (made.value_schema == nullptr) return Status::Invalid("nothing says what the variable holds");
  ARROW_ASSIGN_OR_RAISE(columns.image_, exec::RowImage::Make(made.value_schema));
  columns.value_type_ = arrow::struct_(made.value_schema->fields());
  if (made.has_ttl) {
    columns.value_type_ = arrow::struct_({arrow::field("value", columns.value_type_),
                                          arrow::field("ttlExpirationMs", arrow::int64())});
  }
  if (made.kind != state::VariableKind::kMap) return columns;
  if (made.key_schema == nullptr) return Status::Invalid("nothing says what the keys are");
  std::vector<TypePtr> types;
  for (const FieldPtr& field : made.key_schema->fields()) types.push_back(field->type());
  ARROW_ASSIGN_OR_RAISE(columns.map_keys_, state::RowKeyCodec::Make(std::move(types)));
  columns.key_type_ = arrow::struct_(made.key_schema->fields());
  return columns;
}

state::VariableName VariableColumns::file_name() const {
  std::string name = variable_.name;
  const std::string_view by_key = exec::kTimersByKey;
  if (kind() == state::VariableKind::kTimer && name.ends_with(by_key)) {
    name.resize(name.size() - by_key.size());
  }
  return {kind(), std::move(name)};
}

TypePtr VariableColumns::whole_type() const {
  switch (kind()) {
    case state::VariableKind::kValue:
      return value_type_;
    case state::VariableKind::kList:
      return ArrayOf(value_type_);
    case state::VariableKind::kMap:
      return MapOf(key_type_, value_type_);
    case state::VariableKind::kTimer:
      return ArrayOf(arrow::int64());
  }
  return nullptr;
}

Result<ArrayPtr> VariableColumns::Values(const std::vector<const Entry*>& entries) const {
  std::vector<std::string_view> rows;
  for (const Entry* entry : entries) rows.push_back(entry->bytes);
  ARROW_ASSIGN_OR_RAISE(const auto decoded, image_->Decode(rows));
  const auto count = static_cast<int64_t>(entries.size());
  const auto values = std::make_shared<arrow::StructArray>(
      arrow::struct_(variable_.value_schema->fields()), count, decoded->columns());
  if (!variable_.has_ttl) return values;
  arrow::Int64Builder ends;
  for (const Entry* entry : entries) {
    const bool has_end = entry->expiry != state::kNoExpiry;
    ARROW_RETURN_NOT_OK(has_end ? ends.Append(entry->expiry / kMicrosPerMilli) : ends.AppendNull());
  }
  ARROW_ASSIGN_OR_RAISE(auto times, ends.Finish());
  return std::make_shared<arrow::StructArray>(value_type_, count,
                                              arrow::ArrayVector{values, times});
}

Result<ArrayPtr> VariableColumns::Keys(const std::vector<std::string_view>& sub_keys) const {
  ARROW_ASSIGN_OR_RAISE(auto columns, map_keys_->Decode(sub_keys));
  return std::make_shared<arrow::StructArray>(key_type_, static_cast<int64_t>(sub_keys.size()),
                                              std::move(columns));
}

Result<ArrayPtr> VariableColumns::Times(const std::vector<std::string_view>& sub_keys) {
  arrow::Int64Builder times;
  for (const std::string_view sub_key : sub_keys) {
    ARROW_RETURN_NOT_OK(times.Append(state::NumberOf(sub_key)));
  }
  return times.Finish();
}

Result<ArrayPtr> VariableColumns::Elements(const std::vector<std::string_view>& sub_keys,
                                           const std::vector<const Entry*>& entries) const {
  return kind() == state::VariableKind::kTimer ? Times(sub_keys) : Values(entries);
}

Result<ArrayPtr> VariableColumns::Whole(const std::vector<const Entries*>& variables) const {
  std::vector<std::string_view> sub_keys;
  std::vector<const Entry*> entries;
  std::vector<int32_t> places;
  for (const Entries* variable : variables) {
    places.push_back(variable->empty() ? exec::kNoRow : static_cast<int32_t>(entries.size()));
    for (const auto& [sub_key, entry] : *variable) {
      sub_keys.push_back(sub_key);
      entries.push_back(&entry);
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto elements, Elements(sub_keys, entries));
  if (kind() == state::VariableKind::kValue) return exec::TakeRowsOrNull(elements, places);
  ARROW_ASSIGN_OR_RAISE(auto offsets, Offsets(variables));
  ARROW_ASSIGN_OR_RAISE(auto there, WhereAny(variables));
  const auto count = static_cast<int64_t>(variables.size());
  if (kind() != state::VariableKind::kMap) {
    return std::make_shared<arrow::ListArray>(whole_type(), count, offsets, elements, there);
  }
  ARROW_ASSIGN_OR_RAISE(auto keys, Keys(sub_keys));
  return std::make_shared<arrow::MapArray>(whole_type(), count, offsets, keys, elements, there);
}

}  // namespace thalweg::stream
