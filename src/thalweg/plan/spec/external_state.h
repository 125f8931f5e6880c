#pragma once

// Programs' functions over groups that keep state and run in processes of their own (Python): what
// makes the functions that the engine runs (exec/external) from the types of an analysed query.

#include <memory>

#include <thalweg/group_state.h>

#include "thalweg/plan/spec/external.h"

namespace thalweg::exec {
class ExternalStateFunction;  // exec/external/external_state.h
}  // namespace thalweg::exec

namespace thalweg::plan::spec {

/// A function over the groups of one input with one state per group. Immutable.
class ExternalGroupState {
 public:
  virtual ~ExternalGroupState() = default;
  virtual Result<std::shared_ptr<exec::ExternalStateFunction>> MakeFunction(
      const ExternalGroupColumns& input, const SchemaPtr& state, const SchemaPtr& output,
      GroupStateTimeout timeout) const = 0;
};

}  // namespace thalweg::plan::spec
