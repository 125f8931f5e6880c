#pragma once

// One-line texts of nodes that EXPLAIN shows alike in logical and in physical plans.

#include <string>

#include "thalweg/plan/logical/node.h"
#include "thalweg/plan/logical/window.h"

namespace thalweg::plan {

/// "Window [rank() OVER (...) AS _we0#9], [k#6], [v#7 DESC NULLS LAST]": functions, partition,
/// order.
std::string DescribeWindow(const WindowStage& stage);

/// "flatMapGroupsWithState [k#6], Update, EventTimeTimeout, [k#6,n#8]": keys, modes, output. `node`
/// is of the kind kCallback.
std::string DescribeCallback(const Node& node);

}  // namespace thalweg::plan
