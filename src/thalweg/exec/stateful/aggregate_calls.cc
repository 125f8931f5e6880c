#include "thalweg/exec/stateful/aggregate_calls.h"

#include <arrow/api.h>

#include "thalweg/state/group_table.h"

namespace thalweg::exec {

using state::kSlotOffset;

AggregateCalls::AggregateCalls(std::vector<BoundAggregate> aggregates)
    : aggregates_(std::move(aggregates)) {
  for (const BoundAggregate& aggregate : aggregates_) {
    offsets_.push_back(slot_bytes_);
    slot_bytes_ += (aggregate.function->slot_size() + 7) & ~7;
    trivial_ &= aggregate.function->trivial();
  }
}

void AggregateCalls::Init(uint8_t* group) const {
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    aggregates_[i].function->Init(group + kSlotOffset + offsets_[i]);
  }
}

Status AggregateCalls::Update(const expr::EvalContext& context, const Batch& batch,
                              uint8_t* const* groups) const {
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    const BoundAggregate& aggregate = aggregates_[i];
    std::vector<arrow::Datum> arguments;
    arguments.reserve(aggregate.arguments.size());
    for (const AggregateArgument& argument : aggregate.arguments) {
      if (argument.constant != nullptr) {
        arguments.emplace_back(argument.constant);
      } else {
        arguments.emplace_back(batch.columns[argument.column]);
      }
    }
    const int32_t offset = kSlotOffset + offsets_[i];
    if (aggregate.filter_column >= 0) {
      ARROW_RETURN_NOT_OK(UpdateFiltered(context, aggregate, std::move(arguments),
                                         *batch.columns[aggregate.filter_column], groups, offset));
    } else {
      ARROW_RETURN_NOT_OK(
          aggregate.function->Update(context, arguments, {groups, batch.num_rows, offset}));
    }
  }
  return Status::OK();
}

Status AggregateCalls::UpdateFiltered(const expr::EvalContext& context,
                                      const BoundAggregate& aggregate,
                                      std::vector<arrow::Datum> arguments,
                                      const arrow::Array& filter, uint8_t* const* groups,
                                      int32_t offset) const {
  const auto& flags = static_cast<const arrow::BooleanArray&>(filter);
  auto rows = std::make_shared<std::vector<int32_t>>();
  std::vector<uint8_t*> kept_groups;
  for (int64_t row = 0; row < flags.length(); ++row) {
    if (flags.IsNull(row) || !flags.Value(row)) continue;
    rows->push_back(static_cast<int32_t>(row));
    kept_groups.push_back(groups[row]);
  }
  if (rows->empty()) return Status::OK();
  for (arrow::Datum& argument : arguments) {
    if (argument.is_scalar()) continue;
    ARROW_ASSIGN_OR_RAISE(argument, GatherRows(argument.make_array(), rows));
  }
  return aggregate.function->Update(
      context, arguments, {kept_groups.data(), static_cast<int64_t>(kept_groups.size()), offset});
}

Status AggregateCalls::Merge(uint8_t* into_group, const uint8_t* from_group) const {
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    const int32_t offset = kSlotOffset + offsets_[i];
    ARROW_RETURN_NOT_OK(aggregates_[i].function->Merge(into_group + offset, from_group + offset));
  }
  return Status::OK();
}

Status AggregateCalls::MergeColumn(const arrow::Array& slots, uint8_t* const* groups) const {
  const uint8_t* from = static_cast<const arrow::FixedSizeBinaryArray&>(slots).raw_values();
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    const expr::AggregateFunction& function = *aggregates_[i].function;
    const int32_t offset = kSlotOffset + offsets_[i];
    for (int64_t row = 0; row < slots.length(); ++row) {
      ARROW_RETURN_NOT_OK(
          function.Merge(groups[row] + offset, from + row * slot_bytes_ + offsets_[i]));
    }
  }
  return Status::OK();
}

Status AggregateCalls::Finish(const expr::EvalContext& context, uint8_t* const* groups,
                              int64_t count, std::vector<ArrayPtr>* columns) const {
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(
        ArrayPtr column,
        aggregates_[i].function->Finish(context, {groups, count, kSlotOffset + offsets_[i]}));
    columns->push_back(std::move(column));
  }
  return Status::OK();
}

std::string AggregateCalls::Signature() const {
  std::string text;
  for (const BoundAggregate& aggregate : aggregates_) {
    if (!text.empty()) text += ", ";
    text += aggregate.function->name() + "(";
    const auto& types = aggregate.function->argument_types();
    for (size_t i = 0; i < types.size(); ++i) text += (i > 0 ? ", " : "") + types[i]->ToString();
    text += "): " + aggregate.function->return_type()->ToString();
  }
  return text;
}

void AggregateCalls::Append(const uint8_t* slots, std::string* out) const {
  if (trivial_) {
    out->append(reinterpret_cast<const char*>(slots), slot_bytes_);
    return;
  }
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    aggregates_[i].function->Serialize(slots + offsets_[i], out);
  }
}

Status AggregateCalls::Load(uint8_t* slots, std::string_view bytes) const {
  if (trivial_) {
    if (bytes.size() != static_cast<size_t>(slot_bytes_)) {
      return Status::Invalid("aggregate state of ", bytes.size(), " bytes");
    }
    std::copy(bytes.begin(), bytes.end(), slots);
    return Status::OK();
  }
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    const Status status = aggregates_[i].function->Deserialize(slots + offsets_[i], &bytes);
    if (!status.ok()) {
      while (i > 0) {
        --i;
        aggregates_[i].function->Destroy(slots + offsets_[i]);
      }
      return status;
    }
  }
  return Status::OK();
}

void AggregateCalls::Destroy(uint8_t* slots) const {
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    aggregates_[i].function->Destroy(slots + offsets_[i]);
  }
}

int64_t AggregateCalls::OwnedBytes(const uint8_t* slots) const {
  int64_t bytes = 0;
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    bytes += aggregates_[i].function->OwnedBytes(slots + offsets_[i]);
  }
  return bytes;
}

Result<std::vector<ArrayPtr>> AggregateCalls::StateColumns(uint8_t* const* groups,
                                                           int64_t count) const {
  std::vector<ArrayPtr> columns;
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto some, aggregates_[i].function->StateColumns(
                                         {groups, count, kSlotOffset + offsets_[i]}));
    columns.insert(columns.end(), some.begin(), some.end());
  }
  return columns;
}

void AggregateCalls::Describe(state::StateSchema* schema) const {
  for (const BoundAggregate& aggregate : aggregates_) {
    const auto fields = aggregate.function->StateFields();
    schema->value_fields.insert(schema->value_fields.end(), fields.begin(), fields.end());
    schema->functions.push_back({aggregate.function->name(), aggregate.function->argument_types()});
  }
}

}  // namespace thalweg::exec
