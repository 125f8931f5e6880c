#pragma once

// The aggregates of one operator and where their slots lie in a group. Also the codec that writes
// groups to state files.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/expr/aggregate_function.h"
#include "thalweg/state/state_schema.h"
#include "thalweg/state/value_codec.h"

namespace thalweg::exec {

/// An argument: a column of the operator's input, or a constant.
struct AggregateArgument {
  int column = -1;
  std::shared_ptr<arrow::Scalar> constant;
};

struct BoundAggregate {
  expr::AggregateFunctionPtr function;
  std::vector<AggregateArgument> arguments;
  /// Boolean column: only rows where it is true count. -1: none.
  int filter_column = -1;
};

/// Immutable and shared by the workers.
class AggregateCalls : public state::ValueCodec {
 public:
  explicit AggregateCalls(std::vector<BoundAggregate> aggregates);

  const std::vector<BoundAggregate>& aggregates() const { return aggregates_; }

  /// Initialises all slots of a group (a pointer to its header).
  void Init(uint8_t* group) const;
  /// Adds the rows of a dense batch: row i belongs to groups[i].
  Status Update(const expr::EvalContext& context, const Batch& batch, uint8_t* const* groups) const;
  Status Merge(uint8_t* into_group, const uint8_t* from_group) const;
  /// Merges whole groups' slots, each the bytes of one row of a fixed-size binary column: row i
  /// into groups[i]. Only for trivial() slots.
  Status MergeColumn(const arrow::Array& slots, uint8_t* const* groups) const;
  /// Appends the result columns of the groups.
  Status Finish(const expr::EvalContext& context, uint8_t* const* groups, int64_t count,
                std::vector<ArrayPtr>* columns) const;

  int32_t slot_bytes() const override { return slot_bytes_; }
  std::string Signature() const override;
  bool trivial() const override { return trivial_; }
  void Append(const uint8_t* slots, std::string* out) const override;
  Status Load(uint8_t* slots, std::string_view bytes) const override;
  void Destroy(uint8_t* slots) const override;
  int64_t OwnedBytes(const uint8_t* slots) const override;
  Result<std::vector<ArrayPtr>> StateColumns(uint8_t* const* groups, int64_t count) const override;

  /// Fills in what the slots hold: `value_fields` and `functions`.
  void Describe(state::StateSchema* schema) const;

 private:
  Status UpdateFiltered(const expr::EvalContext& context, const BoundAggregate& aggregate,
                        std::vector<arrow::Datum> arguments, const arrow::Array& filter,
                        uint8_t* const* groups, int32_t offset) const;

  std::vector<BoundAggregate> aggregates_;
  std::vector<int32_t> offsets_;  // in the slots
  int32_t slot_bytes_ = 0;
  bool trivial_ = true;
};

}  // namespace thalweg::exec
