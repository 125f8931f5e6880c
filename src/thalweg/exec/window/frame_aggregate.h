#pragma once

#include <vector>

#include "thalweg/exec/window/window_call.h"
#include "thalweg/exec/window/window_rows.h"

namespace thalweg::exec {

/// An aggregate over the frame of every row. Each row gets a slot of its own; slots are then
/// merged: from the front where frames begin with the partition, from the back where they end with
/// it, in runs where they are short, along a tree where they are long. The slots of a frame are
/// always merged in the order of the rows.
Result<ArrayPtr> AggregateFrames(const BoundWindowCall& call, const WindowRows& rows,
                                 const std::vector<RowRange>& frames,
                                 const expr::EvalContext& context);

}  // namespace thalweg::exec
