#include <mutex>

#include <arrow/api.h>

#include <thalweg/dataframe.h>
#include <thalweg/observation.h>

#include "thalweg/api/frame.h"
#include "thalweg/base/unsupported_call.h"

namespace thalweg {

struct api::ObservationState {
  std::string name;
  std::mutex mutex;
  bool given = false;                          // guarded by mutex
  std::shared_ptr<arrow::RecordBatch> values;  // guarded by mutex
};

Observation::Observation(const std::string& name)
    : state_(std::make_shared<api::ObservationState>()) {
  state_->name = name.empty() ? RandomUuid() : name;
}

const std::string& Observation::Name() const { return state_->name; }

Result<std::shared_ptr<arrow::RecordBatch>> Observation::Get() const {
  const std::lock_guard lock(state_->mutex);
  if (state_->values != nullptr) return state_->values;
  return UnsupportedCall("Get",
                         "no action has run on the frame of the observation " + state_->name);
}

DataFrame DataFrame::Observe(const Observation& observation,
                             const std::vector<Column>& metrics) const {
  const auto state = observation.state();
  {
    const std::lock_guard lock(state->mutex);
    if (state->given) {
      return api::MakeFrame(frame_->core,
                            UnsupportedCall("Observe", "an observation serves one frame only"));
    }
    state->given = true;
  }
  frame_->core->engine->AddObserver(state->name, [state](const exec::ObservedMetrics& observed) {
    auto values = ToRecordBatch(observed.row, observed.schema);
    const std::lock_guard lock(state->mutex);
    if (values.ok()) state->values = std::move(*values);
  });
  return Observe(state->name, metrics);
}

}  // namespace thalweg
