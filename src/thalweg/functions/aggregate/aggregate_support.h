#pragma once

// What the aggregate families share: slots that own bytes, and declarations by a binder.

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/expr/aggregate_function.h"
#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

using expr::AggregateFunction;
using expr::AggregateFunctionPtr;
using expr::EvalContext;
using expr::GroupSlots;

/// The slot as a value of T. Slots are 8-byte aligned.
template <typename T>
T* SlotAs(uint8_t* slot) {
  return reinterpret_cast<T*>(slot);
}
template <typename T>
const T* SlotAs(const uint8_t* slot) {
  return reinterpret_cast<const T*>(slot);
}

/// An aggregate whose slot holds a pointer to one T on the heap, made by Init.
template <typename T>
class OwningAggregate : public AggregateFunction {
 public:
  void Init(uint8_t* slot) const override { *SlotAs<T*>(slot) = new T(); }
  void Destroy(uint8_t* slot) const override {
    delete *SlotAs<T*>(slot);
    *SlotAs<T*>(slot) = nullptr;
  }

 protected:
  OwningAggregate(std::string name, std::vector<TypePtr> argument_types, TypePtr return_type,
                  bool nullable)
      : AggregateFunction(std::move(name), std::move(argument_types), std::move(return_type),
                          nullable, sizeof(T*), /*trivial=*/false) {}
  static T& Owned(uint8_t* slot) { return **SlotAs<T*>(slot); }
  static const T& Owned(const uint8_t* slot) { return **SlotAs<T*>(slot); }
};

/// Appends and reads the bytes of a number in Serialize and Deserialize.
template <typename T>
void AppendNumber(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}
template <typename T>
Result<T> ReadNumber(std::string_view* in) {
  if (in->size() < sizeof(T)) return Status::Invalid("truncated aggregate state");
  T value;
  std::memcpy(&value, in->data(), sizeof(T));
  in->remove_prefix(sizeof(T));
  return value;
}

/// Appends and reads length-prefixed bytes in Serialize and Deserialize.
void AppendSized(std::string_view bytes, std::string* out);
Result<std::string_view> ReadSized(std::string_view* in);

/// A fixed-width result array of T filled by `value(row)`; a row for which `is_null(row)` is NULL.
template <typename T, typename IsNull, typename Value>
Result<ArrayPtr> FinishFixed(const TypePtr& type, int64_t num_rows, const IsNull& is_null,
                             const Value& value) {
  ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<T>::Make(type, num_rows, expr::NullMask()));
  for (int64_t row = 0; row < num_rows; ++row) {
    if (is_null(row)) {
      ARROW_RETURN_NOT_OK(writer.SetNull(row));
    } else {
      ARROW_ASSIGN_OR_RAISE(T result, value(row));
      ARROW_RETURN_NOT_OK(writer.Set(row, result));
    }
  }
  return writer.Finish();
}

/// A state column of T filled by `value(row)`, for AggregateFunction::StateColumns.
template <typename T, typename Value>
Result<ArrayPtr> StateColumn(const TypePtr& type, int64_t num_rows, const Value& value) {
  return FinishFixed<T>(
      type, num_rows, [](int64_t) { return false; },
      [&](int64_t row) -> Result<T> { return static_cast<T>(value(row)); });
}

/// The sum of the squares of the distances from the mean of doubles, as the variance has it.
AggregateFunctionPtr MakeSumOfSquares();

void RegisterCount(FunctionRegistry* registry);
void RegisterSum(FunctionRegistry* registry);
void RegisterAverage(FunctionRegistry* registry);
void RegisterMinMax(FunctionRegistry* registry);
void RegisterFirstLast(FunctionRegistry* registry);
void RegisterBoolean(FunctionRegistry* registry);
void RegisterBitwiseAggregates(FunctionRegistry* registry);
void RegisterMaxBy(FunctionRegistry* registry);
void RegisterApproximateCount(FunctionRegistry* registry);
void RegisterHigherMoments(FunctionRegistry* registry);
void RegisterRegression(FunctionRegistry* registry);
void RegisterExactPercentile(FunctionRegistry* registry);
void RegisterMode(FunctionRegistry* registry);
void RegisterProduct(FunctionRegistry* registry);
void RegisterListAggregate(FunctionRegistry* registry);

}  // namespace thalweg::functions
