#pragma once

// What is known of a plan's size before it runs.

#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// Whether everything the plan reads is in it (rows or numbers) and of at most some thousand rows,
/// and no node makes much of little: a second worker would cost more than it could do.
bool IsSmall(const Node& plan);

}  // namespace thalweg::plan
