#include "thalweg/exec/external/partitioning.h"

namespace thalweg::exec {

ExternalTask MakeExternalTask(const EpochContext& context) {
  ExternalTask task;
  task.partition = context.eval.worker;
  task.epoch = context.epoch;
  task.session_time_zone = context.eval.session_time_zone;
  task.cancelled = context.cancelled;
  return task;
}

ExternalTask Partitioning::MakeTask(const EpochContext& context) const {
  ExternalTask task = MakeExternalTask(context);
  task.partition = partition;
  return task;
}

}  // namespace thalweg::exec
