#pragma once

// Two small aggregates for tests of this room: the real ones live in a room that tests of operators
// need not depend on.

#include <cstring>
#include <memory>

#include <arrow/api.h>

#include "thalweg/expr/aggregate_function.h"

namespace thalweg::exec {

/// count(x): rows whose argument is not NULL; count() without arguments: all rows.
class TestCount : public expr::AggregateFunction {
 public:
  explicit TestCount(std::vector<TypePtr> argument_types)
      : AggregateFunction("count", std::move(argument_types), arrow::int64(), false, 8, true) {}

  void Init(uint8_t* slot) const override { Set(slot, 0); }
  Status Update(const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                const expr::GroupSlots& slots) const override {
    const bool is_array = !arguments.empty() && arguments[0].is_array();
    const ArrayPtr array = is_array ? arguments[0].make_array() : nullptr;
    for (int64_t i = 0; i < slots.num_rows; ++i) {
      if (is_array && array->IsNull(i)) continue;
      Set(slots.slot(i), Get(slots.slot(i)) + 1);
    }
    return Status::OK();
  }
  Status Merge(uint8_t* into, const uint8_t* from) const override {
    Set(into, Get(into) + Get(from));
    return Status::OK();
  }
  Result<ArrayPtr> Finish(const expr::EvalContext&, const expr::GroupSlots& slots) const override {
    arrow::Int64Builder builder;
    for (int64_t i = 0; i < slots.num_rows; ++i) {
      ARROW_RETURN_NOT_OK(builder.Append(Get(slots.slot(i))));
    }
    return builder.Finish();
  }
  void Serialize(const uint8_t* slot, std::string* out) const override {
    out->append(reinterpret_cast<const char*>(slot), 8);
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    if (in->size() < 8) return Status::Invalid("8 bytes expected");
    std::memcpy(slot, in->data(), 8);
    in->remove_prefix(8);
    return Status::OK();
  }

 protected:
  static int64_t Get(const uint8_t* slot) {
    int64_t value;
    std::memcpy(&value, slot, 8);
    return value;
  }
  static void Set(uint8_t* slot, int64_t value) { std::memcpy(slot, &value, 8); }
};

/// sum(bigint) without overflow check whose state lies in memory of its own: a slot that is not
/// plain bytes.
class TestSum : public expr::AggregateFunction {
 public:
  TestSum() : AggregateFunction("sum", {arrow::int64()}, arrow::int64(), true, 8, false) {}

  void Init(uint8_t* slot) const override { Make(slot); }
  Status Update(const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                const expr::GroupSlots& slots) const override {
    const ArrayPtr array = arguments[0].make_array();
    const auto& values = static_cast<const arrow::Int64Array&>(*array);
    for (int64_t i = 0; i < slots.num_rows; ++i) {
      if (values.IsValid(i)) Add(slots.slot(i), values.Value(i));
    }
    return Status::OK();
  }
  Status Merge(uint8_t* into, const uint8_t* from) const override {
    if (StateOf(from)->seen) Add(into, StateOf(from)->sum);
    return Status::OK();
  }
  void Serialize(const uint8_t* slot, std::string* out) const override {
    out->append(reinterpret_cast<const char*>(StateOf(slot)), sizeof(Sum));
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    if (in->size() < sizeof(Sum)) return Status::Invalid("too short");
    std::memcpy(Make(slot), in->data(), sizeof(Sum));
    in->remove_prefix(sizeof(Sum));
    return Status::OK();
  }
  Result<ArrayPtr> Finish(const expr::EvalContext&, const expr::GroupSlots& slots) const override {
    arrow::Int64Builder builder;
    for (int64_t i = 0; i < slots.num_rows; ++i) {
      const Sum* sum = StateOf(slots.slot(i));
      ARROW_RETURN_NOT_OK(sum->seen ? builder.Append(sum->sum) : builder.AppendNull());
    }
    return builder.Finish();
  }
  void Destroy(uint8_t* slot) const override { delete StateOf(slot); }
  int64_t OwnedBytes(const uint8_t*) const override { return sizeof(Sum); }

 private:
  struct Sum {
    int64_t sum = 0;
    int64_t seen = 0;
  };
  static Sum* StateOf(const uint8_t* slot) {
    Sum* sum;
    std::memcpy(&sum, slot, 8);
    return sum;
  }
  static Sum* Make(uint8_t* slot) {
    auto* sum = new Sum;
    std::memcpy(slot, &sum, 8);
    return sum;
  }
  static void Add(uint8_t* slot, int64_t value) {
    StateOf(slot)->sum += value;
    StateOf(slot)->seen = 1;
  }
};

}  // namespace thalweg::exec
