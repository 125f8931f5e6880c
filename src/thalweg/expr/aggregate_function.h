#pragma once

// Aggregates are state machines over fixed-size slots (architecture, decision 7). The same code
// serves batch, partial, final, windowed and streaming use.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/expr/expression.h"
#include "thalweg/expr/scalar_function.h"

namespace thalweg::expr {

/// Where the slot of one aggregate lies for each row of a batch: groups[i] + offset.
struct GroupSlots {
  uint8_t* const* groups = nullptr;
  int64_t num_rows = 0;
  int32_t offset = 0;
  uint8_t* slot(int64_t row) const { return groups[row] + offset; }
};

/// A bound aggregate: immutable and shared; all state is in slots. A slot is slot_size() bytes,
/// 8-byte aligned. What does not fit (strings, lists) is owned by the slot through a pointer and
/// freed by Destroy().
class AggregateFunction {
 public:
  virtual ~AggregateFunction() = default;

  const std::string& name() const { return name_; }
  /// Types the arguments are cast to before Update().
  const std::vector<TypePtr>& argument_types() const { return argument_types_; }
  const TypePtr& return_type() const { return return_type_; }
  bool nullable() const { return nullable_; }
  int32_t slot_size() const { return slot_size_; }
  /// True if a slot is plain bytes: Serialize is a copy and Destroy does nothing.
  bool trivial() const { return trivial_; }

  virtual void Init(uint8_t* slot) const = 0;
  /// Adds the rows: arguments are dense arrays or scalars of the bound types, `slots` says to
  /// which group each row belongs. Errors are user-facing (overflow of sum, for instance).
  virtual Status Update(const EvalContext& context, const std::vector<arrow::Datum>& arguments,
                        const GroupSlots& slots) const = 0;
  /// Adds the state `from` to `into`; `from` stays valid.
  virtual Status Merge(uint8_t* into, const uint8_t* from) const = 0;
  /// Appends a self-delimiting image of the slot; stable across processes of one format version.
  virtual void Serialize(const uint8_t* slot, std::string* out) const;
  /// Fills an uninitialised slot from the front of `*in`, advancing it.
  virtual Status Deserialize(uint8_t* slot, std::string_view* in) const;
  /// Results of the given groups as one array of return_type().
  virtual Result<ArrayPtr> Finish(const EvalContext& context, const GroupSlots& slots) const = 0;
  virtual void Destroy(uint8_t* slot) const {}
  /// What a slot holds, as columns named and typed like Spark's state (semantics 9.6), for those
  /// who look into state. By default the result is all.
  virtual std::vector<FieldPtr> StateFields() const;
  /// The slots of the given groups as arrays of StateFields().
  virtual Result<std::vector<ArrayPtr>> StateColumns(const GroupSlots& slots) const;
  /// Bytes owned beyond the slot itself.
  virtual int64_t OwnedBytes(const uint8_t* slot) const { return 0; }

 protected:
  AggregateFunction(std::string name, std::vector<TypePtr> argument_types, TypePtr return_type,
                    bool nullable, int32_t slot_size, bool trivial);

 private:
  std::string name_;
  std::vector<TypePtr> argument_types_;
  TypePtr return_type_;
  bool nullable_;
  int32_t slot_size_;
  bool trivial_;
};

using AggregateFunctionPtr = std::shared_ptr<const AggregateFunction>;

/// An aggregate function as declared once.
struct AggregateDeclaration {
  std::string name;
  std::vector<std::string> aliases;
  std::string usage;
  std::string example;
  std::function<Result<AggregateFunctionPtr>(const std::vector<ArgumentInfo>& arguments)> bind;
};

}  // namespace thalweg::expr
