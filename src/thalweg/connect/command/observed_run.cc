#include "thalweg/connect/command/observed_run.h"

#include <arrow/api.h>

#include "thalweg/connect/proto/literal.h"

namespace thalweg::connect {

session::BatchRun ObservedRun::run() {
  session::BatchRun run;
  run.cancelled = execution_->operation()->cancel_flag();
  run.observer = [this](const exec::ObservedMetrics& metrics) { observed_.push_back(metrics); };
  return run;
}

Status ObservedRun::Send() {
  if (observed_.empty()) return Status::OK();
  proto::ExecutePlanResponse response;
  for (const exec::ObservedMetrics& metrics : observed_) {
    auto* message = response.add_observed_metrics();
    message->set_name(metrics.name);
    for (int i = 0; i < metrics.schema->num_fields(); ++i) {
      message->add_keys(metrics.schema->field(i)->name());
      ARROW_ASSIGN_OR_RAISE(const auto value, metrics.row.columns[i]->GetScalar(0));
      ARROW_RETURN_NOT_OK(ScalarToProto(*value, message->add_values()));
    }
  }
  observed_.clear();
  return execution_->Send(&response);
}

}  // namespace thalweg::connect
