#include "thalweg/expr/aggregate_function.h"

#include <arrow/type.h>

#include <cstring>

namespace thalweg::expr {

AggregateFunction::AggregateFunction(std::string name, std::vector<TypePtr> argument_types,
                                     TypePtr return_type, bool nullable, int32_t slot_size,
                                     bool trivial)
    : name_(std::move(name)),
      argument_types_(std::move(argument_types)),
      return_type_(std::move(return_type)),
      nullable_(nullable),
      slot_size_(slot_size),
      trivial_(trivial) {}

// Plain bytes are copied as they are; other slots say themselves what they hold.
void AggregateFunction::Serialize(const uint8_t* slot, std::string* out) const {
  out->append(reinterpret_cast<const char*>(slot), slot_size_);
}

Status AggregateFunction::Deserialize(uint8_t* slot, std::string_view* in) const {
  if (in->size() < static_cast<size_t>(slot_size_)) {
    return Status::Invalid("the state of ", name_, " ends too early");
  }
  std::memcpy(slot, in->data(), slot_size_);
  in->remove_prefix(slot_size_);
  return Status::OK();
}

std::vector<FieldPtr> AggregateFunction::StateFields() const {
  return {arrow::field(name_, return_type_)};
}

Result<std::vector<ArrayPtr>> AggregateFunction::StateColumns(const GroupSlots& slots) const {
  ARROW_ASSIGN_OR_RAISE(ArrayPtr result, Finish(EvalContext(), slots));
  return std::vector<ArrayPtr>{std::move(result)};
}

}  // namespace thalweg::expr
