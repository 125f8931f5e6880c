#pragma once

#include <vector>

#include "thalweg/exec/window/window_call.h"
#include "thalweg/exec/window/window_rows.h"

namespace thalweg::exec {

/// row_number, rank, dense_rank, percent_rank, cume_dist and ntile.
Result<ArrayPtr> ComputeRanks(const BoundWindowCall& call, const WindowRows& rows);

/// lead, lag (kOffset) and nth_value, first and last (kNthValue) over `frames`.
Result<ArrayPtr> PickValues(const BoundWindowCall& call, const WindowRows& rows,
                            const std::vector<RowRange>& frames, const expr::EvalContext& context);

}  // namespace thalweg::exec
