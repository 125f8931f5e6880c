#pragma once

// Aggregation by session window, for batch and streaming queries (semantics 4.4 - 4.6, 5.1). Each
// row comes with a window of its own, [time, time + gap); windows of equal keys that overlap or
// touch are one session. The input of an instance holds all rows of the keys it sees; its first
// columns are the keys, the window among them.
//
// The rows of an epoch are put in order per key and laid beside the key's stored sessions, both by
// start: a row goes to the session it meets, stored sessions that come to touch are merged, earlier
// into later never. So order-dependent functions see rows in order of start, as in Spark.
//
// Streaming: rows whose own window is late are dropped; append emits and drops sessions whose end
// the watermark has passed; complete emits everything and drops nothing. There is no update mode.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/stateful/late_groups.h"
#include "thalweg/exec/stateful/session_list.h"
#include "thalweg/state/state_table.h"

namespace thalweg::exec {

struct SessionAggregateOptions {
  /// All grouping columns, the window included: the first columns of the rows, in order.
  std::shared_ptr<const state::RowKeyCodec> grouping;
  /// The grouping columns without the window: the key in the state table.
  std::shared_ptr<const state::RowKeyCodec> keys;
  /// Which grouping column is the window.
  int window_column = 0;
  std::shared_ptr<const AggregateCalls> calls;
  /// Codec of the state table's values, over `calls`.
  std::shared_ptr<const SessionListCodec> sessions;
  /// Whether a watermark marks the window.
  bool has_event_time = false;
  /// Id among the stateful operators; -1 in a batch query.
  int operator_id = -1;
  int64_t batch_rows = kDefaultBatchRows;
  /// Rows that are put in order together; an epoch with more is merged in parts.
  int64_t merge_rows = 1 << 18;
  std::string description;
};

class SessionAggregateOperator : public Operator, public StatefulOperator {
 public:
  /// `table` is the durable one of this worker, null in a batch query.
  SessionAggregateOperator(SessionAggregateOptions options, state::StateTable* table);
  ~SessionAggregateOperator() override;

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return true; }
  std::string Description() const override { return options_.description; }
  const StateMetrics& metrics() const override { return metrics_; }
  /// State rows are sessions, not keys.
  std::optional<int64_t> num_state_rows() const override { return num_sessions_; }

 private:
  /// Rows of the current merge that have one key, in order of window.
  struct KeyRows {
    uint8_t* group;
    const int32_t* rows;
    int64_t count;
  };
  /// A stored session that was absorbed by an earlier one.
  struct Absorbed {
    Session* into;
    Session* from;
  };
  /// A session on its way out and the key it belongs to.
  struct Outgoing {
    Session* session;
    uint8_t* group;
  };

  bool streaming() const { return options_.operator_id >= 0; }
  bool keeps_all() const;
  Status CountStored();

  Status MergePending();
  Status LookUpKeys();
  Status LookUpKeys(const Batch& batch, int64_t first_row);
  void OrderRows();
  void MergeKey(const KeyRows& key);
  void Absorb(SessionSlots* slots, Session* into);
  Status UpdateAccumulators();
  Status UpdateInOrder();
  Status MergeAbsorbed();
  void QueueTouched();
  void Queue(uint8_t* group);

  Status EmitAll();
  Status Evict();
  Status EvictDue(const state::DueGroup* due, int64_t count, int64_t watermark);
  void DropEvicted(int64_t watermark);
  Status EmitResults();
  Result<ArrayPtr> MakeWindows() const;

  SessionAggregateOptions options_;
  std::unique_ptr<state::StateTable> own_table_;  // batch
  state::StateTable* table_;
  const EpochContext* context_ = nullptr;
  StateMetrics metrics_;
  LateGroups late_groups_;
  int64_t num_sessions_ = 0;
  bool counted_ = false;  // whether what was loaded is in num_sessions_ and due
  uint32_t merge_ = 0;

  // The merge under way.
  std::vector<Batch> pending_;
  int64_t pending_rows_ = 0;
  std::vector<uint8_t*> groups_;      // per row: its key
  std::vector<int64_t> starts_;       // per row
  std::vector<int64_t> ends_;         // per row
  std::vector<uint8_t*> key_groups_;  // the keys met, by ordinal
  std::vector<int32_t> key_begins_;  // per key: where its rows begin in order_; one more at the end
  std::vector<int32_t> order_;       // rows key by key, by window within a key
  bool reordered_ = false;           // whether rows of a key came out of order
  std::vector<uint8_t*> targets_;    // per row: the session that takes it
  std::vector<Absorbed> absorbed_;
  std::vector<Outgoing> results_;
  state::KeyBatch key_batch_;
  std::vector<int32_t> inserted_;
};

}  // namespace thalweg::exec
