#pragma once

// What the plans of functions over groups have in common.

#include <memory>
#include <optional>
#include <string>

#include "thalweg/exec/callback/keyed_input.h"
#include "thalweg/exec/planner/plan_builder.h"

namespace thalweg::exec {

struct PlanBuilder::GroupInputs {
  Rows rows;
  KeyedInputOptions input;
  /// Null: there is no initial state.
  std::unique_ptr<Rows> initial_rows;
  std::optional<KeyedInputOptions> initial;
  /// Names and types of the keys.
  std::vector<FieldPtr> key_fields;
  std::string description;
};

/// Ordinal of the output column that a watermark marks; -1: there is none.
int MarkedColumn(const plan::Node& node);

}  // namespace thalweg::exec
