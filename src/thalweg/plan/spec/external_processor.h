#pragma once

// Programs' processors for transformWithState that run in processes of their own (Python): what
// makes the processors that the engine runs (exec/external) from the types of an analysed query.

#include <memory>
#include <optional>

#include "thalweg/plan/spec/external.h"

namespace thalweg::exec {
class ExternalProcessor;  // exec/external/external_processor.h
}  // namespace thalweg::exec

namespace thalweg::plan::spec {

/// A processor over the groups of one input, with or without an initial state. Immutable.
class ExternalProcessorMaker {
 public:
  virtual ~ExternalProcessorMaker() = default;
  /// `keys`: names and types of the groups' keys.
  virtual Result<std::shared_ptr<exec::ExternalProcessor>> MakeProcessor(
      const ExternalGroupColumns& input, const std::optional<ExternalGroupColumns>& initial,
      const SchemaPtr& keys, const SchemaPtr& output) const = 0;
};

}  // namespace thalweg::plan::spec
