#pragma once

// The values that DataFrame::Observe() takes down beside a query.

#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "thalweg/status.h"

namespace thalweg {

namespace api {
struct ObservationState;
}

/// Takes the metrics of the first action on the frame it was given to. A handle: copies share the
/// values. Thread-safe.
class Observation {
 public:
  /// Without a name one is made up. It must be unique in a query.
  explicit Observation(const std::string& name = "");

  const std::string& Name() const;
  /// A row with a column per metric. Errors: no action has run on the frame yet.
  Result<std::shared_ptr<arrow::RecordBatch>> Get() const;

  const std::shared_ptr<api::ObservationState>& state() const { return state_; }

 private:
  std::shared_ptr<api::ObservationState> state_;
};

}  // namespace thalweg
