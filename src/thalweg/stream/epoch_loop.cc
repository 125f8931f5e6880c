#include "thalweg/stream/epoch_loop.h"

#include <algorithm>

#include <fmt/format.h>

#include "thalweg/base/fault_point.h"
#include "thalweg/base/log.h"
#include "thalweg/io/commit_check.h"
#include "thalweg/io/replay_check.h"
#include "thalweg/stream/operator_metadata.h"
#include "thalweg/stream/state_settings.h"
#include "thalweg/stream/watermark_report.h"

namespace thalweg::stream {
namespace {

/// Whether the input of `batch`, which an earlier run began, is what it was then.
Status CheckReplay(const SourceSet& sources, const Offsets& start, const Offsets& end,
                   int64_t batch) {
  for (size_t i = 0; i < sources.size(); ++i) {
    auto* check = dynamic_cast<io::ReplayCheck*>(sources.at(i));
    if (check == nullptr || !end[i] || start[i] == end[i]) continue;
    ARROW_RETURN_NOT_OK(check->CheckReplay(start[i], *end[i], batch));
  }
  return Status::OK();
}

}  // namespace

EpochLoop::EpochLoop(EpochLoopArguments arguments)
    : arguments_(std::move(arguments)),
      settings_(ReadStreamSettings(arguments_.session_settings)),
      clock_(arguments_.clock),
      monitor_(arguments_.monitor),
      plan_(arguments_.plan.get()),
      offset_log_(arguments_.file_system, arguments_.checkpoint),
      commit_log_(arguments_.file_system, arguments_.checkpoint),
      operator_watermarks_(plan_->stateful_operators(),
                           settings_.allow_multiple_stateful_operators),
      trigger_(arguments_.trigger),
      has_watermark_(!plan_->watermark_nodes().empty()),
      is_stateful_(!plan_->stateful_operators().empty()),
      times_(clock_),
      idle_reporting_(settings_.idle_report_interval_millis),
      random_(std::random_device{}()) {
  ProgressBuilder::Identity identity{arguments_.id, arguments_.run_id, arguments_.name,
                                     arguments_.sink->Description(), settings_.session_time_zone};
  progress_.emplace(std::move(identity), plan_->stateful_operators(), has_watermark_,
                    arguments_.num_partitions);
}

EpochLoop::~EpochLoop() = default;

std::string EpochLoop::StateDirectory() const { return JoinPath(arguments_.checkpoint, "state"); }

Status EpochLoop::Run() {
  const auto stopping = [this] { return monitor_->stopping(); };
  Status status = OpenSources();
  if (status.ok()) {
    status = RunTriggers(trigger_, clock_, stopping, [this] { return RunTrigger(); });
  }
  if (!status.ok()) {
    monitor_->SetOffsets(sources_.OffsetsText(committed_), sources_.OffsetsText(available_));
  }
  arguments_.plan.reset();  // its workers may still hold on to sources
  plan_ = nullptr;
  sources_.Stop();
  const Status stopped = arguments_.sink->Stop();
  if (!stopped.ok()) Log(LogLevel::kWarning, "the sink did not stop: " + RenderError(stopped));
  return status;
}

Status EpochLoop::OpenSources() {
  monitor_->SetMessage("Initializing sources");
  const auto& relations = plan_->stream_relations();
  ARROW_ASSIGN_OR_RAISE(sources_, SourceSet::Make(relations, arguments_.checkpoint));
  for (size_t i = 0; i < sources_.size(); ++i) {
    plan_->SetSource(static_cast<int>(i), sources_.at(i));
  }
  committed_.resize(sources_.size());
  available_.resize(sources_.size());
  latest_.resize(sources_.size());
  if (trigger_.kind != Trigger::Kind::kAvailableNow) return Status::OK();
  if (sources_.supports_available_now()) return sources_.PrepareForAvailableNow();
  Log(LogLevel::kWarning,
      "a source does not support the trigger AvailableNow: the query runs a single batch");
  trigger_ = Trigger::Once();
  return Status::OK();
}

Status EpochLoop::Recover() {
  ARROW_RETURN_NOT_OK(MakeCheckpointDurable(arguments_.file_system, arguments_.checkpoint));
  ARROW_ASSIGN_OR_RAISE(const StartPoint start,
                        FindStartPoint(&offset_log_, &commit_log_, sources_.size()));
  if (start.fresh && settings_.verify_checkpoint_empty) {
    ARROW_RETURN_NOT_OK(VerifyCheckpointEmpty(arguments_.file_system, arguments_.checkpoint));
  }
  pinned_ = start.fresh ? PinnedSettings(arguments_.session_settings)
                        : RestorePinnedSettings(start.recorded_conf, arguments_.session_settings);
  ARROW_ASSIGN_OR_RAISE(const int partitions, PinnedPartitions(pinned_));
  if (partitions != arguments_.num_partitions) {
    // The checkpoint was looked at before: another run has begun it since.
    return MakeError("CONCURRENT_STREAM_LOG_UPDATE",
                     {{"batchId", std::to_string(start.next_batch)}});
  }
  if (is_stateful_) ARROW_RETURN_NOT_OK(CheckStateCodec(pinned_));
  ARROW_ASSIGN_OR_RAISE(const WatermarkPolicy policy, PinnedWatermarkPolicy(pinned_));
  tracker_.emplace(plan_->watermark_nodes(), policy, settings_.source_idle_timeout_millis);
  tracker_->Start(clock_->NowMillis());
  tracker_->Restore(start.tracker_watermark_millis);
  batch_ = start.next_batch;
  constructed_ = start.reruns;
  committed_ = start.committed;
  available_ = start.reruns ? start.available : start.committed;
  batch_watermark_millis_ =
      start.reruns ? start.batch_watermark_millis : start.tracker_watermark_millis;
  previous_watermark_millis_ = start.previous_watermark_millis;
  batch_timestamp_millis_ = start.batch_timestamp_millis;
  if (start.reruns) {
    ARROW_ASSIGN_OR_RAISE(const bool sink_has_it, arguments_.sink->IsCommitted(batch_));
    // Such a batch is not run at all.
    const bool skipped = sink_has_it && !is_stateful_ && !has_watermark_;
    if (!skipped) ARROW_RETURN_NOT_OK(CheckReplay(sources_, committed_, available_, batch_));
  }
  auto* check = dynamic_cast<io::CommitCheck*>(arguments_.sink.get());
  if (check != nullptr && start.state && !start.commit_gap) {
    ARROW_RETURN_NOT_OK(check->CheckCommitted(batch_ - 1));
  }
  ARROW_RETURN_NOT_OK(RestoreState(start));
  recovered_ = true;
  return Status::OK();
}

Status EpochLoop::RestoreState(const StartPoint& start) {
  if (start.commit_gap) {
    const std::string missing = fmt::format("commits/{}", start.next_batch - 1);
    // State of the batches in between is nowhere: going on would lose it silently.
    if (is_stateful_) {
      return MakeError("BATCH_METADATA_NOT_FOUND", {{"batchMetadataFile", missing}});
    }
    Log(LogLevel::kWarning, fmt::format("{} is missing from the checkpoint {}: the query goes on "
                                        "with batch {}",
                                        missing, arguments_.checkpoint, start.next_batch));
  }
  if (start.fresh || !start.state) return Status::OK();
  ARROW_RETURN_NOT_OK(VerifyOperatorMetadata(arguments_.file_system, StateDirectory(),
                                             plan_->stateful_operators(), arguments_.num_partitions,
                                             start.next_batch, /*has_commits=*/true));
  operators_recorded_ = true;
  if (!is_stateful_) return Status::OK();
  for (const auto& info : plan_->stateful_operators()) {
    if (start.state->state.contains(info.id)) continue;
    return MakeError(
        "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED",
        {{"reason", fmt::format("the last commit names no state files of operator {} ({}): it was "
                                "not written by this engine",
                                info.id, info.name)}});
  }
  ARROW_RETURN_NOT_OK(plan_->LoadState(ToManifests(start.state->state)));
  return retained_.Load(&commit_log_);
}

Result<bool> EpochLoop::RunTrigger() {
  times_.BeginTrigger();
  monitor_->BeginTrigger();
  TriggerFacts facts;
  const Status status = times_.Measure("triggerExecution", [&] { return RunTriggerSteps(&facts); });
  if (!status.ok()) return ExplainFailure(status);
  ReportTrigger(facts);
  // After the report: who waited for this trigger finds its progress.
  monitor_->EndTrigger(/*found_nothing=*/!facts.executed);
  return AfterTrigger(facts.executed);
}

Status EpochLoop::RunTriggerSteps(TriggerFacts* facts) {
  if (!recovered_) ARROW_RETURN_NOT_OK(Recover());
  if (!constructed_) ARROW_RETURN_NOT_OK(ConstructBatch());
  facts->batch = batch_;
  facts->executed = constructed_;
  facts->has_new_data = has_new_data();
  facts->start = committed_;
  facts->end = available_;
  facts->latest = latest_;
  facts->watermark_millis = batch_watermark_millis_;
  monitor_->SetDataAvailable(facts->has_new_data);
  if (!constructed_) {
    monitor_->SetMessage("Waiting for data to arrive");
    return Status::OK();
  }
  monitor_->SetMessage(facts->has_new_data ? "Processing new data"
                                           : "No new data but cleaning up state");
  ARROW_RETURN_NOT_OK(RunBatch());
  facts->result = result_ ? &*result_ : nullptr;
  return Status::OK();
}

Status EpochLoop::ConstructBatch() {
  ARROW_RETURN_NOT_OK(AskSources());
  tracker_->PassIdle(clock_->NowMillis());
  batch_watermark_millis_ = tracker_->global_millis();
  const bool runs_again =
      settings_.no_data_batches && ran_batch_ &&
      operator_watermarks_.RunsAgain(previous_watermark_millis_, batch_watermark_millis_);
  if (!has_new_data() && !runs_again) return Status::OK();
  // Never back, even if the clock was set back: a batch must not be older than its predecessor.
  batch_timestamp_millis_ = std::max(batch_timestamp_millis_, clock_->NowMillis());
  monitor_->SetMessage("Writing offsets to log");
  ARROW_RETURN_NOT_OK(times_.Measure("walCommit", [&] { return WriteOffsets(); }));
  constructed_ = true;
  return Status::OK();
}

Status EpochLoop::AskSources() {
  for (size_t i = 0; i < sources_.size(); ++i) {
    io::StreamSource* source = sources_.at(i);
    monitor_->SetMessage("Getting offsets from " + source->Description());
    const io::ReadLimit limit =
        trigger_.kind == Trigger::Kind::kOnce ? io::ReadLimit{} : source->DefaultReadLimit();
    const auto ask = [&]() -> Status {
      ARROW_ASSIGN_OR_RAISE(auto next, source->LatestOffset(available_[i], limit));
      if (next) available_[i] = std::move(next);
      ARROW_ASSIGN_OR_RAISE(latest_[i], source->ReportLatestOffset());
      return Status::OK();
    };
    ARROW_RETURN_NOT_OK(times_.Measure("latestOffset", ask));
  }
  return Status::OK();
}

Status EpochLoop::WriteOffsets() {
  checkpoint::OffsetEntry entry;
  entry.batch_watermark_millis = batch_watermark_millis_;
  entry.batch_timestamp_millis = batch_timestamp_millis_;
  entry.conf = pinned_;
  entry.offsets = available_;
  adds_entry_ = true;
  ARROW_RETURN_NOT_OK(offset_log_.Add(batch_, entry));
  adds_entry_ = false;
  ARROW_RETURN_NOT_OK(CheckOwnership());
  if (batch_ > 0) ARROW_RETURN_NOT_OK(sources_.Commit(committed_));
  if (batch_ <= settings_.min_batches_to_retain) return Status::OK();
  const int64_t threshold = batch_ - settings_.min_batches_to_retain;
  ARROW_RETURN_NOT_OK(offset_log_.Purge(threshold));
  ARROW_RETURN_NOT_OK(commit_log_.Purge(threshold));
  retained_.Purge(threshold);
  return Status::OK();
}

/// Whether this run may still go on with its batch. One that was paused, and whose lock another run
/// has got by some means, finds that the other has committed the batch already, or has gone on so
/// far that it has removed the entries of this batch or of the one before.
Status EpochLoop::CheckOwnership() {
  ARROW_ASSIGN_OR_RAISE(bool owned, offset_log_.Exists(batch_));
  ARROW_ASSIGN_OR_RAISE(const bool committed, commit_log_.Exists(batch_));
  owned = owned && !committed;
  if (owned && ran_batch_) {
    ARROW_ASSIGN_OR_RAISE(owned, offset_log_.Exists(batch_ - 1));
  } else if (owned) {
    ARROW_ASSIGN_OR_RAISE(const auto latest, offset_log_.LatestId());
    owned = latest == batch_;
  }
  if (owned) return Status::OK();
  return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(batch_)}});
}

/// What went wrong in a trigger: if another run has got ahead of this one, that is why.
Status EpochLoop::ExplainFailure(Status failure) {
  if (!recovered_ || adds_entry_ || failure.IsCancelled()) return failure;
  const auto planned = offset_log_.LatestId();
  const auto committed = commit_log_.LatestId();
  if (!planned.ok() || !committed.ok()) return failure;
  const int64_t known = constructed_ ? batch_ : batch_ - 1;
  if (planned->value_or(-1) <= known && committed->value_or(-1) < batch_) return failure;
  return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(batch_)}});
}

Status EpochLoop::RunBatch() {
  result_.reset();
  manifests_.clear();
  exec::EpochInput input;
  exec::EpochContext context;
  const auto get_batch = [&]() -> Status {
    ARROW_ASSIGN_OR_RAISE(input, sources_.PlanSplits(committed_, available_));
    return Status::OK();
  };
  const auto plan = [&]() -> Status {
    if (!operators_recorded_) {
      ARROW_RETURN_NOT_OK(VerifyOperatorMetadata(arguments_.file_system, StateDirectory(),
                                                 plan_->stateful_operators(),
                                                 arguments_.num_partitions, batch_,
                                                 /*has_commits=*/false));
      operators_recorded_ = true;
    }
    if (!ran_batch_) monitor_->SetPhysicalPlan(plan_->ToString());
    context = MakeContext();
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(times_.Measure("getBatch", get_batch));
  ARROW_RETURN_NOT_OK(times_.Measure("queryPlanning", plan));
  ARROW_RETURN_NOT_OK(times_.Measure("addBatch", [&] { return ExecuteEpoch(context, input); }));
  if (result_) tracker_->Update(result_->event_times, batch_timestamp_millis_);
  ReportWatermarks();
  ARROW_RETURN_NOT_OK(times_.Measure("commitOffsets", [&] { return CommitBatch(); }));
  ran_batch_ = true;
  return Status::OK();
}

void EpochLoop::ReportWatermarks() {
  if (!has_watermark_ && !is_stateful_) return;
  std::vector<std::string> sources;
  for (size_t i = 0; i < sources_.size(); ++i) sources.push_back(sources_.at(i)->Description());
  monitor_->SetWatermarkReport(DescribeWatermarks(*tracker_, plan_->stateful_operators(),
                                                  operator_watermarks_, batch_watermark_millis_,
                                                  sources));
}

exec::EpochContext EpochLoop::MakeContext() {
  exec::EpochContext context;
  context.epoch = batch_;
  context.batch_timestamp_millis = batch_timestamp_millis_;
  context.query_id = arguments_.id;
  context.run_id = arguments_.run_id;
  context.output_mode = arguments_.output_mode;
  context.eval.current_timestamp_micros = batch_timestamp_millis_ * 1000;
  context.eval.session_time_zone = settings_.session_time_zone;
  context.eval.random_seed = random_();
  context.late_watermark_micros =
      operator_watermarks_.LateWatermarkMicros(previous_watermark_millis_, batch_watermark_millis_);
  context.eviction_watermark_micros =
      operator_watermarks_.InputWatermarkMicros(batch_watermark_millis_);
  context.cancelled = monitor_->cancel_flag();
  return context;
}

Status EpochLoop::ExecuteEpoch(const exec::EpochContext& context, const exec::EpochInput& input) {
  ARROW_ASSIGN_OR_RAISE(sink_knew_batch_, arguments_.sink->IsCommitted(batch_));
  // A known batch of a plan that keeps nothing between batches need not run at all. Otherwise its
  // rows are dropped, but its state and its event times are made again as they were.
  if (sink_knew_batch_ && !is_stateful_ && !has_watermark_) return Status::OK();
  ARROW_RETURN_NOT_OK(CheckOwnership());
  io::StreamSink* sink = sink_knew_batch_ ? &discarding_sink_ : arguments_.sink.get();
  ARROW_RETURN_NOT_OK(sink->BeginEpoch(batch_, arguments_.output_mode));
  Status status = ProduceInto(sink, context, input);
  if (status.ok()) status = CheckOwnership();
  if (!status.ok()) {
    sink->AbortEpoch(batch_);
    return status;
  }
  // No abort from here on: a commit that reports an error may have happened all the same.
  ARROW_RETURN_NOT_OK(sink->CommitEpoch(batch_, std::move(result_->reports)));
  FAULT_POINT("sink.after");
  return Status::OK();
}

Status EpochLoop::ProduceInto(io::StreamSink* sink, const exec::EpochContext& context,
                              const exec::EpochInput& input) {
  ARROW_ASSIGN_OR_RAISE(result_, plan_->RunEpoch(context, input, sink));
  FAULT_POINT("epoch.mid");
  ARROW_ASSIGN_OR_RAISE(manifests_, plan_->CommitState(batch_));
  const std::vector<int64_t> commit_micros = plan_->commit_times_micros();
  for (size_t i = 0; i < commit_micros.size() && i < result_->state_metrics.size(); ++i) {
    result_->state_metrics[i].commit_time_micros = commit_micros[i];
  }
  FAULT_POINT("state.after");
  return Status::OK();
}

Status EpochLoop::CommitBatch() {
  checkpoint::CommitEntry entry;
  entry.next_batch_watermark_millis = tracker_->global_millis();
  entry.state = ToStateFiles(manifests_);
  if (result_) {
    for (const int64_t rows : result_->input_rows) entry.input_rows += rows;
    entry.input_hash = result_->input_hash;
  }
  adds_entry_ = true;
  ARROW_RETURN_NOT_OK(commit_log_.Add(batch_, entry));
  // What was purged before could be created again: such a commit counts for nobody.
  ARROW_ASSIGN_OR_RAISE(const bool planned, offset_log_.Exists(batch_));
  if (!planned) {
    return MakeError("CONCURRENT_STREAM_LOG_UPDATE", {{"batchId", std::to_string(batch_)}});
  }
  adds_entry_ = false;
  if (is_stateful_) retained_.Committed(batch_, std::move(manifests_), plan_);
  committed_ = available_;
  previous_watermark_millis_ = batch_watermark_millis_;
  return Status::OK();
}

void EpochLoop::ReportTrigger(const TriggerFacts& facts) {
  const int64_t now = clock_->NowMillis();
  IdleReporting::Decision idle;
  if (facts.executed) {
    idle_reporting_.BatchReported(now);
  } else {
    idle = idle_reporting_.IdleTrigger(now);
    if (!idle.adds_entry) return;
  }
  int64_t output_rows = arguments_.sink->LastOutputRows();
  if (sink_knew_batch_ && output_rows >= 0) output_rows = 0;
  const auto progress = std::make_shared<const StreamingQueryProgress>(
      progress_->Build(facts, times_, sources_, output_rows));
  monitor_->AddProgress(progress);
  if (facts.executed) {
    arguments_.bus->Post(QueryProgressEvent{progress});
  } else if (idle.posts_event) {
    arguments_.bus->Post(QueryIdleEvent{arguments_.id, arguments_.run_id, progress->timestamp});
  }
}

bool EpochLoop::AfterTrigger(bool executed) {
  if (executed) {
    ++batch_;
    constructed_ = false;
  } else if (trigger_.kind == Trigger::Kind::kAvailableNow) {
    return false;
  } else if (trigger_.kind == Trigger::Kind::kProcessingTime &&
             trigger_.interval_millis < settings_.polling_delay_millis) {
    WaitForTrigger(clock_, clock_->NowMillis() + settings_.polling_delay_millis,
                   [this] { return monitor_->stopping(); });
  }
  monitor_->SetMessage("Waiting for next trigger");
  return true;
}

}  // namespace thalweg::stream
