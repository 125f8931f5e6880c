#pragma once

#include <memory>
#include <string>

#include "thalweg/exec/external/external_processor.h"
#include "thalweg/python/state_server.h"

namespace thalweg::python {

struct StateRequestOptions {
  Protocol protocol = Protocol::k43;
  /// Names and types of the grouping keys.
  SchemaPtr keys;
  /// What timestamps in Arrow batches are shown in.
  std::string time_zone = "UTC";
  /// Entries of an iterator that one answer has at most.
  int64_t max_entries = 10000;
};

/// Answers a Python processor's requests from its handle, key and timers. What goes wrong there is
/// the processor's error and goes into the answer as `[CONDITION] text`; it stays usable. Only
/// what is wrong with the store itself ends the run.
/// `access` outlives the handler.
Result<std::unique_ptr<StateRequestHandler>> MakeStateRequestHandler(StateRequestOptions options,
                                                                     exec::ProcessorAccess* access);

}  // namespace thalweg::python
