#pragma once

// LIMIT on a stream (semantics 5.7): the first rows of the query's whole life. The state is one
// count of the rows that have passed, without keys.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/state/state_schema.h"
#include "thalweg/state/state_table.h"

namespace thalweg::exec {

/// The count of a limit in state files: eight bytes.
class RowCountCodec : public state::ValueCodec {
 public:
  int32_t slot_bytes() const override { return sizeof(int64_t); }
  std::string Signature() const override { return "rows: bigint"; }
  bool trivial() const override { return true; }
  void Append(const uint8_t* slots, std::string* out) const override;
  Status Load(uint8_t* slots, std::string_view bytes) const override;
  Result<std::vector<ArrayPtr>> StateColumns(uint8_t* const* groups, int64_t count) const override;

  /// Spark's: a key that is always NULL, and the count.
  static state::StateSchema Schema();
};

/// Sees the rows of all workers (one instance). Keeps reading when the limit is reached: operators
/// below must see all rows of the epoch for their own state.
class StreamingLimitOperator : public Operator, public StatefulOperator {
 public:
  /// `table` is durable, has no key columns and a RowCountCodec.
  StreamingLimitOperator(int64_t limit, state::StateTable* table) : limit_(limit), table_(table) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return true; }
  std::string Description() const override;
  const StateMetrics& metrics() const override { return metrics_; }

 private:
  /// The group that holds the count; made if `insert`, else null when there is none.
  Result<uint8_t*> FindCount(bool insert);

  int64_t limit_;
  state::StateTable* table_;
  int64_t passed_before_ = 0;
  int64_t passed_ = 0;
  StateMetrics metrics_;
};

}  // namespace thalweg::exec
