#pragma once

#include "thalweg/plan/analyzer/scope.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// A resolved relation and the names it offers. The scope may name, order or leave out columns
/// otherwise than the node's output; ids tie the two together.
struct AnalyzedRelation {
  NodePtr node;
  Scope scope;
};

}  // namespace thalweg::plan
