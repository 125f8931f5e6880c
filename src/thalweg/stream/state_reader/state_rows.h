#pragma once

// State as rows, in Spark's columns (semantics 9.6): key, value (of variables of transformWithState
// others), partition_id; a change feed has batch_id and change_type before them.

#include <functional>

#include "thalweg/data/batch.h"
#include "thalweg/stream/state_reader/state_checkpoint.h"

namespace thalweg::stream {

/// The view's columns (key struct, value struct), partition_id int.
SchemaPtr StateRowSchema(const StateView& view);
/// batch_id bigint, change_type string ("update", "append", "delete"), the view's columns (what is
/// deleted has a NULL value), partition_id.
SchemaPtr StateChangeSchema(const StateView& view);

using BatchConsumer = std::function<Status(Batch)>;

/// The entries of operator `id` after `batch`, in no order, some at a time. `view` is empty.
Status ReadState(StateCheckpoint* checkpoint, int id, StateView* view, int64_t batch,
                 const BatchConsumer& consume);

/// What the batches from `first` to `last` changed, batch by batch. An entry that came and went
/// within one batch does not appear. `view` is empty.
Status ReadStateChanges(StateCheckpoint* checkpoint, int id, StateView* view, int64_t first,
                        int64_t last, const BatchConsumer& consume);

}  // namespace thalweg::stream
