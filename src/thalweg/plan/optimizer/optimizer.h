#pragma once

#include <string>

#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// A cheaper plan with the same rows and the same output columns. Pure; rules stand in one ordered
/// list in optimizer.cc. Constants are folded in `session_time_zone`; what fails when folded stays
/// as it is, so that the error comes at run time and only if a row needs it.
NodePtr Optimize(const NodePtr& plan, const std::string& session_time_zone);

}  // namespace thalweg::plan
