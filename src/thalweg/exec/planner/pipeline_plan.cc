#include "thalweg/exec/planner/pipeline_plan.h"

#include <algorithm>

#include "thalweg/exec/stateless/observe.h"
#include "thalweg/exec/stop_watch.h"
#include "thalweg/state/state_table.h"

namespace thalweg::exec {

PipelinePlan::PipelinePlan(const PlanOptions& options)
    : options_(options), driver_(std::max(1, options.num_workers), options.scheduler) {}

void PipelinePlan::SetSource(int index, const io::StreamSource* source) {
  for (const auto& phase : phases_) {
    for (const auto& leaf : phase->leaves) {
      if (leaf->stream_relation == index) leaf->source = source;
    }
  }
}

Status PipelinePlan::LoadState(const std::map<int, state::StateManifest>& manifests) {
  for (const auto& [id, manifest] : manifests) {
    if (id < 0 || id >= static_cast<int>(stateful_.size())) {
      return MakeError("CANNOT_LOAD_STATE_STORE.UNCATEGORIZED",
                       {{"reason", "the checkpoint holds state of the operator " +
                                       std::to_string(id) + ", which the query does not have"}});
    }
    state::StateStore* store = stateful_[id].store.get();
    ARROW_RETURN_NOT_OK(driver_.ForEachWorker([&](int worker) {
      return worker < store->num_workers() ? store->LoadWorker(worker, manifest) : Status::OK();
    }));
    store->FinishLoad(manifest);
  }
  return Status::OK();
}

Status PipelinePlan::BeginEpoch(const EpochContext& context) {
  contexts_.assign(driver_.num_workers(), context);
  for (size_t worker = 0; worker < contexts_.size(); ++worker) {
    EpochContext& own = contexts_[worker];
    own.eval.worker = static_cast<int>(worker);
    own.output_mode = options_.output_mode;
    own.late_watermark_micros.resize(stateful_.size(), 0);
    own.eviction_watermark_micros.resize(stateful_.size(), 0);
  }
  for (const auto& phase : phases_) {
    for (const auto& channel : phase->channels) {
      ARROW_RETURN_NOT_OK(channel->BeginEpoch(contexts_));
    }
    for (const auto& leaf : phase->leaves) {
      leaf->num_rows.store(0);
      leaf->hash.store(0);
      leaf->request.session_time_zone = context.eval.session_time_zone;
      for (size_t worker = 0; worker < leaf->heads.size(); ++worker) {
        ARROW_RETURN_NOT_OK(leaf->heads[worker]->BeginEpoch(contexts_[worker]));
      }
    }
  }
  return Status::OK();
}

Status PipelinePlan::PlanSplits(Phase* phase, const EpochInput& input) {
  for (const auto& leaf : phase->leaves) {
    leaf->splits.clear();
    if (leaf->stream_relation < 0) {
      ARROW_ASSIGN_OR_RAISE(leaf->splits, leaf->scan->PlanSplits());
    } else if (leaf->stream_relation < static_cast<int>(input.size())) {
      leaf->splits = input[leaf->stream_relation];
      if (leaf->source == nullptr && !leaf->splits.empty()) {
        return Status::Invalid("a stream has no source");
      }
    }
  }
  return Status::OK();
}

Status PipelinePlan::RunPhases(const EpochContext& context, const EpochInput& input,
                               io::StreamSink* sink) {
  for (SinkOperator* operation : sinks_) operation->SetSink(sink);
  ARROW_RETURN_NOT_OK(BeginEpoch(context));
  for (const auto& phase : phases_) {
    ARROW_RETURN_NOT_OK(PlanSplits(phase.get(), input));
    ARROW_RETURN_NOT_OK(driver_.RunPhase(phase.get(), &contexts_, context.cancelled));
  }
  return Status::OK();
}

StateMetrics PipelinePlan::CollectMetrics(size_t id) {
  StateMetrics total;
  StatefulParts& parts = stateful_[id];
  bool counted = false;
  for (const StatefulOperator* instance : parts.instances) {
    const StateMetrics& one = instance->metrics();
    total.num_rows_updated += one.num_rows_updated;
    total.num_rows_removed += one.num_rows_removed;
    total.num_rows_dropped_by_watermark += one.num_rows_dropped_by_watermark;
    total.num_dropped_duplicate_rows += one.num_dropped_duplicate_rows;
    total.updates_time_micros += one.updates_time_micros;
    total.removals_time_micros += one.removals_time_micros;
    for (const auto& [name, count] : one.custom) total.custom[name] += count;
    const std::optional<int64_t> rows = instance->num_state_rows();
    counted = counted || rows.has_value();
    total.num_rows_total += rows.value_or(0);
  }
  for (int worker = 0; worker < parts.store->num_workers(); ++worker) {
    if (!counted) total.num_rows_total += parts.store->durable(worker)->size();
    total.memory_used_bytes += parts.store->durable(worker)->memory_bytes();
    total.spill.Add(parts.store->durable(worker)->spill_metrics());
  }
  total.spills = options_.state_backend != nullptr && options_.state_backend->spills();
  const state::SpillMetrics so_far = total.spill;
  total.spill.Since(parts.spilled);
  parts.spilled = so_far;
  return total;
}

Result<ObservedMetrics> PipelinePlan::CollectObserved(const ObservedParts& parts) const {
  const expr::EvalContext& context = contexts_.front().eval;
  std::vector<uint64_t> storage((state::kSlotOffset + parts.calls->slot_bytes() + 7) / 8);
  auto* total = reinterpret_cast<uint8_t*>(storage.data());
  parts.calls->Init(total);
  Status status;
  for (const ObserveOperator* instance : parts.instances) {
    if (status.ok()) status = parts.calls->Merge(total, instance->group());
  }
  Batch values;
  values.num_rows = 1;
  if (status.ok()) status = parts.calls->Finish(context, &total, 1, &values.columns);
  parts.calls->Destroy(total + state::kSlotOffset);
  ARROW_RETURN_NOT_OK(status);
  ObservedMetrics observed{parts.name, parts.schema, {}};
  ARROW_ASSIGN_OR_RAISE(observed.row, expr::EvaluateProjection(parts.projections, context, values));
  return observed;
}

Result<EpochResult> PipelinePlan::CollectResult() {
  EpochResult result;
  result.input_rows.assign(stream_relations_.size(), 0);
  for (const auto& phase : phases_) {
    for (const auto& leaf : phase->leaves) {
      if (leaf->stream_relation < 0) continue;
      result.input_rows[leaf->stream_relation] += leaf->num_rows.load();
      result.input_hash += leaf->hash.load();
    }
  }
  for (const auto& instances : watermarks_) {
    EventTimeStatistics total;
    for (const WatermarkOperator* instance : instances) {
      const SeenEventTimes& seen = instance->seen();
      if (seen.count == 0) continue;
      const bool first = total.count == 0;
      total.max_millis = first ? seen.max_millis : std::max(total.max_millis, seen.max_millis);
      total.min_millis = first ? seen.min_millis : std::min(total.min_millis, seen.min_millis);
      total.count += seen.count;
      total.sum_millis += seen.sum_millis;
    }
    result.event_times.push_back(total);
  }
  for (size_t id = 0; id < stateful_.size(); ++id) {
    result.state_metrics.push_back(CollectMetrics(id));
  }
  for (const ObservedParts& parts : observed_) {
    ARROW_ASSIGN_OR_RAISE(ObservedMetrics observed, CollectObserved(parts));
    result.observed.push_back(std::move(observed));
  }
  for (SinkOperator* operation : sinks_) {
    ARROW_ASSIGN_OR_RAISE(std::vector<io::WriterReportPtr> reports, operation->Finish());
    std::move(reports.begin(), reports.end(), std::back_inserter(result.reports));
  }
  return result;
}

Result<EpochResult> PipelinePlan::RunEpoch(const EpochContext& context, const EpochInput& input,
                                           io::StreamSink* sink) {
  Status status = RunPhases(context, input, sink);
  if (status.ok()) {
    Result<EpochResult> result = CollectResult();
    if (result.ok()) return result;
    status = result.status();
  }
  for (SinkOperator* operation : sinks_) operation->Abort();
  return status;
}

Result<std::map<int, state::StateManifest>> PipelinePlan::CommitState(int64_t epoch) {
  std::map<int, state::StateManifest> manifests;
  if (stateful_.empty()) return manifests;
  commit_micros_.assign(driver_.num_workers(), std::vector<int64_t>(stateful_.size(), 0));
  ARROW_RETURN_NOT_OK(driver_.ForEachWorker([&](int worker) -> Status {
    for (size_t id = 0; id < stateful_.size(); ++id) {
      state::StateStore* store = stateful_[id].store.get();
      if (worker >= store->num_workers()) continue;
      const StopWatch watch(&commit_micros_[worker][id]);
      ARROW_RETURN_NOT_OK(store->WriteChanges(worker, epoch));
    }
    return Status::OK();
  }));
  for (size_t id = 0; id < stateful_.size(); ++id) {
    const StopWatch watch(&commit_micros_[0][id]);
    ARROW_ASSIGN_OR_RAISE(manifests[static_cast<int>(id)],
                          stateful_[id].store->FinishCommit(epoch));
  }
  return manifests;
}

std::vector<int64_t> PipelinePlan::commit_times_micros() const {
  std::vector<int64_t> totals(stateful_.size(), 0);
  for (const auto& micros : commit_micros_) {
    for (size_t id = 0; id < micros.size(); ++id) totals[id] += micros[id];
  }
  return totals;
}

Status PipelinePlan::ClaimStateFiles(
    const std::map<int64_t, std::map<int, state::StateManifest>>& commits) {
  for (size_t id = 0; id < stateful_.size(); ++id) {
    std::map<int64_t, state::StateManifest> manifests;
    for (const auto& [epoch, commit] : commits) {
      const auto found = commit.find(static_cast<int>(id));
      if (found != commit.end()) manifests[epoch] = found->second;
    }
    ARROW_RETURN_NOT_OK(stateful_[id].store->ClaimFiles(manifests));
  }
  return Status::OK();
}

Status PipelinePlan::DeleteStateFilesBefore(int64_t oldest_retained) {
  for (const StatefulParts& parts : stateful_) {
    ARROW_RETURN_NOT_OK(parts.store->DeleteFilesBefore(oldest_retained));
  }
  return Status::OK();
}

}  // namespace thalweg::exec
