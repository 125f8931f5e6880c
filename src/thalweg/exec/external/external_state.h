#pragma once

// Functions outside of the engine that are called once per group and epoch and keep a state per
// group. The state lies with the engine: it goes out with the group and comes back changed.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "thalweg/exec/external/external_function.h"

namespace thalweg::exec {

/// A group on its way out.
struct ExternalStateGroup {
  /// The function never looks at it; its update carries it.
  std::string key;
  /// Dense rows of the input schema, at least one. If the group has timed out: one row, in which
  /// only the key columns mean something.
  Batch rows;
  /// One row of the state schema; nothing: no state.
  std::optional<Batch> state = {};
  bool has_timed_out = false;
  /// Milliseconds since the epoch; -1: none is set.
  int64_t timeout_millis = -1;
};

/// What the function did to the state of a group.
struct ExternalStateUpdate {
  std::string key;
  bool updated = false;
  bool removed = false;
  /// The state now; nothing: none.
  std::optional<Batch> state = {};
  /// The timeout that the function set; -1: none.
  int64_t timeout_millis = -1;
};

using TakeStateUpdate = std::function<Status(ExternalStateUpdate)>;

/// As ExternalGroupRun. Rows and updates come in the order of the groups, each group's update once
/// its rows are out.
class ExternalStateRun {
 public:
  virtual ~ExternalStateRun() = default;
  virtual Status SendGroup(ExternalStateGroup group, const EmitRows& emit,
                           const TakeStateUpdate& take) = 0;
  virtual Status Finish(const EmitRows& emit, const TakeStateUpdate& take) = 0;
};

/// What holds for all groups of an epoch.
struct ExternalStateTimes {
  int64_t batch_millis = 0;
  /// Unset: the input has no watermark.
  std::optional<int64_t> watermark_millis = {};
};

/// Thread-safe; outlives its runs.
class ExternalStateFunction {
 public:
  virtual ~ExternalStateFunction() = default;
  virtual const SchemaPtr& input_schema() const = 0;
  virtual const SchemaPtr& state_schema() const = 0;
  virtual const SchemaPtr& output_schema() const = 0;
  virtual Result<std::unique_ptr<ExternalStateRun>> Start(const ExternalTask& task,
                                                          const ExternalStateTimes& times) = 0;
};

}  // namespace thalweg::exec
