#pragma once

#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/exec/window/window_rows.h"

namespace thalweg::exec {

/// The values of an aggregate outside over the frame of every row: each partition is a group of one
/// run. Errors: those of the function.
Result<ArrayPtr> EvaluateExternalFrames(const BoundWindowCall& call, const WindowRows& rows,
                                        const std::vector<RowRange>& frames,
                                        const EpochContext& context);

}  // namespace thalweg::exec
