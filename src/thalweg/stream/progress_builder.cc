#include "thalweg/stream/progress_builder.h"

#include <algorithm>
#include <limits>

#include "thalweg/stream/observed_json.h"

namespace thalweg::stream {
namespace {

// What Spark's default state store reports of its state, by Spark's names. The unit is the
// partition: how often one had its state in memory when a batch began (summed over the run), and
// how many had to load it at the start.
constexpr char kStateBytes[] = "stateOnCurrentVersionSizeBytes";
constexpr char kFoundInMemory[] = "loadedMapCacheHitCount";
constexpr char kLoaded[] = "loadedMapCacheMissCount";
// Of the RocksDB store.
constexpr char kFileBytes[] = "rocksdbSstFileSize";

/// What the store in memory reports. `previous`: the operator's entry of the batch before, null in
/// the first of a run. `continues`: the run goes on from a checkpoint.
void AddMemoryMetrics(const exec::StateMetrics& metrics, const StateOperatorProgress* previous,
                      bool continues, StateOperatorProgress* state) {
  std::map<std::string, int64_t>& custom = state->custom_metrics;
  if (previous != nullptr) {
    custom[kFoundInMemory] =
        previous->custom_metrics.at(kFoundInMemory) + state->num_state_store_instances;
    custom[kLoaded] = previous->custom_metrics.at(kLoaded);
  } else {
    custom[kFoundInMemory] = 0;
    custom[kLoaded] = continues ? state->num_state_store_instances : 0;
  }
  custom[kStateBytes] = metrics.memory_used_bytes;
  // What never happens here, but is looked for by name.
  custom["forceSnapshotCount"] = 0;
  custom["numSnapshotsAutoRepaired"] = 0;
}

/// What Spark's RocksDB store reports of a batch, by Spark's names, as far as a database that only
/// takes what memory does not hold has it. Files are written beside it: those counters stay 0.
void AddRocksDbMetrics(const state::SpillMetrics& spill, std::map<std::string, int64_t>* custom) {
  const std::pair<const char*, int64_t> values[] = {
      {"rocksdbGetCount", spill.gets},
      {"rocksdbPutCount", spill.puts},
      {"rocksdbGetLatency", spill.get_micros / 1000},
      {"rocksdbPutLatency", spill.put_micros / 1000},
      {"rocksdbReadBlockCacheHitCount", spill.block_cache_hits},
      {"rocksdbReadBlockCacheMissCount", spill.block_cache_misses},
      {"rocksdbTotalBytesRead", spill.bytes_read},
      {"rocksdbTotalBytesWritten", spill.bytes_written},
      {"rocksdbTotalBytesReadThroughIterator", spill.bytes_read_by_iterators},
      {"rocksdbWriterStallLatencyMs", spill.stall_micros / 1000},
      {"rocksdbTotalCompactionLatencyMs", spill.compaction_micros / 1000},
      {"rocksdbTotalBytesReadByCompaction", spill.compaction_bytes_read},
      {"rocksdbTotalBytesWrittenByCompaction", spill.compaction_bytes_written},
      {"rocksdbTotalBytesWrittenByFlush", spill.flush_bytes_written},
      {"rocksdbPinnedBlocksMemoryUsage", spill.pinned_block_bytes},
      {kFileBytes, spill.file_bytes},
  };
  for (const auto& [name, value] : values) (*custom)[name] = value;
  for (const char* name : {"rocksdbBytesCopied",
                           "rocksdbChangeLogWriterCommitLatencyMs",
                           "rocksdbCommitCheckpointLatency",
                           "rocksdbCommitCompactLatency",
                           "rocksdbCommitFileSyncLatencyMs",
                           "rocksdbCommitFlushLatency",
                           "rocksdbFilesCopied",
                           "rocksdbFilesReused",
                           "rocksdbForceSnapshotCount",
                           "rocksdbLoadFromSnapshotLatencyMs",
                           "rocksdbLoadLatencyMs",
                           "rocksdbNumExternalColumnFamilies",
                           "rocksdbNumInternalColFamiliesKeys",
                           "rocksdbNumInternalColumnFamilies",
                           "rocksdbNumLoadedFromDfs",
                           "rocksdbNumReplayChangelogFiles",
                           "rocksdbNumSnapshotsAutoRepaired",
                           "rocksdbReplayChangeLogLatencyMs",
                           "rocksdbSaveZipFilesLatencyMs",
                           "rocksdbZipFileBytesUncompressed"}) {
    (*custom)[name] = 0;
  }
}

/// `previous` and `continues` as in AddMemoryMetrics.
void AddCustomMetrics(const exec::StateMetrics& metrics, const StateOperatorProgress* previous,
                      bool continues, StateOperatorProgress* state) {
  std::map<std::string, int64_t>& custom = state->custom_metrics;
  if (metrics.spills) {
    AddRocksDbMetrics(metrics.spill, &custom);
  } else {
    AddMemoryMetrics(metrics, previous, continues, state);
  }
  custom.insert(metrics.custom.begin(), metrics.custom.end());
  if (!state->operator_name.starts_with("dedupe")) return;
  custom["numDroppedDuplicateRows"] = metrics.num_dropped_duplicate_rows;
  // Expired state is dropped by whole tables: no row is looked at.
  custom["numRowsReadDuringEviction"] = 0;
  custom["numRowsIncrementallyRemoved"] = 0;
}

/// What an idle entry shows of an operator: its state as it is, nothing done.
StateOperatorProgress Idle(const StateOperatorProgress& last) {
  StateOperatorProgress idle = last;
  idle.num_rows_updated = 0;
  idle.all_updates_time_millis = 0;
  idle.num_rows_removed = 0;
  idle.all_removals_time_millis = 0;
  idle.commit_time_millis = 0;
  idle.num_rows_dropped_by_watermark = 0;
  for (auto& [name, value] : idle.custom_metrics) {
    if (name != kStateBytes && name != kFileBytes) value = 0;
  }
  return idle;
}

}  // namespace

void TriggerTimes::BeginTrigger() {
  if (begun_) previous_start_millis_ = start_millis_;
  begun_ = true;
  micros_.clear();
  start_millis_ = clock_->NowMillis();
  start_micros_ = clock_->MonotonicMicros();
}

int64_t TriggerTimes::ElapsedMillis() const {
  return (clock_->MonotonicMicros() - start_micros_) / 1000;
}

std::map<std::string, int64_t> TriggerTimes::Millis() const {
  std::map<std::string, int64_t> millis;
  for (const auto& [name, micros] : micros_) millis[name] = micros / 1000;
  return millis;
}

ProgressBuilder::ProgressBuilder(Identity identity,
                                 std::vector<exec::StatefulOperatorInfo> operators,
                                 bool has_watermark, int num_partitions)
    : identity_(std::move(identity)),
      operators_(std::move(operators)),
      has_watermark_(has_watermark),
      num_partitions_(num_partitions) {}

StreamingQueryProgress ProgressBuilder::Build(const TriggerFacts& facts, const TriggerTimes& times,
                                              const SourceSet& sources, int64_t output_rows) {
  StreamingQueryProgress progress;
  progress.id = identity_.id;
  progress.run_id = identity_.run_id;
  progress.name = identity_.name;
  progress.timestamp = FormatProgressTimestamp(times.start_millis());
  progress.batch_id = facts.batch;
  progress.batch_duration_millis = times.ElapsedMillis();
  progress.duration_millis = times.Millis();
  FillEventTime(facts, &progress);
  FillSources(facts, times, sources, &progress);
  progress.sink.description = identity_.sink_description;
  if (facts.executed) {
    if (facts.result != nullptr) {
      const std::vector<StateOperatorProgress> previous = std::move(last_operators_);
      RememberOperators(facts.result->state_metrics);
      for (size_t i = 0; i < last_operators_.size(); ++i) {
        AddCustomMetrics(facts.result->state_metrics[i],
                         i < previous.size() ? &previous[i] : nullptr,
                         /*continues=*/facts.batch > 0, &last_operators_[i]);
      }
    }
    last_output_rows_ = output_rows;
    progress.state_operators = last_operators_;
    progress.sink.num_output_rows = output_rows;
    if (facts.result != nullptr) FillObserved(facts.result->observed, &progress);
  } else {
    for (const auto& last : last_operators_) progress.state_operators.push_back(Idle(last));
    progress.sink.num_output_rows = last_output_rows_ < 0 ? -1 : 0;
  }
  return progress;
}

void ProgressBuilder::RememberOperators(const std::vector<exec::StateMetrics>& metrics) {
  last_operators_.clear();
  for (size_t i = 0; i < operators_.size() && i < metrics.size(); ++i) {
    const exec::StatefulOperatorInfo& info = operators_[i];
    StateOperatorProgress state;
    state.operator_name = info.name;
    state.num_rows_total = metrics[i].num_rows_total;
    state.num_rows_updated = metrics[i].num_rows_updated;
    state.all_updates_time_millis = metrics[i].updates_time_micros / 1000;
    state.num_rows_removed = metrics[i].num_rows_removed;
    state.all_removals_time_millis = metrics[i].removals_time_micros / 1000;
    state.commit_time_millis = metrics[i].commit_time_micros / 1000;
    state.memory_used_bytes = metrics[i].memory_used_bytes;
    state.num_rows_dropped_by_watermark = metrics[i].num_rows_dropped_by_watermark;
    state.num_shuffle_partitions = num_partitions_;
    state.num_state_store_instances =
        (info.num_store_instances > 0 ? info.num_store_instances : num_partitions_) *
        static_cast<int64_t>(info.store_names.size());
    last_operators_.push_back(std::move(state));
  }
}

void ProgressBuilder::FillObserved(const std::vector<exec::ObservedMetrics>& observed,
                                   StreamingQueryProgress* progress) const {
  for (const exec::ObservedMetrics& metrics : observed) {
    auto json = ObservedRowJson(*metrics.schema, metrics.row, identity_.session_time_zone);
    if (json) progress->observed_metrics[metrics.name] = std::move(*json);
  }
}

void ProgressBuilder::FillEventTime(const TriggerFacts& facts,
                                    StreamingQueryProgress* progress) const {
  if (!has_watermark_) return;
  progress->event_time["watermark"] = FormatProgressTimestamp(facts.watermark_millis);
  if (!facts.has_new_data || facts.result == nullptr) return;
  for (const exec::EventTimeStatistics& seen : facts.result->event_times) {
    if (seen.count == 0) continue;
    const double average = seen.sum_millis / static_cast<double>(seen.count);
    progress->event_time["max"] = FormatProgressTimestamp(seen.max_millis);
    progress->event_time["min"] = FormatProgressTimestamp(seen.min_millis);
    progress->event_time["avg"] = FormatProgressTimestamp(static_cast<int64_t>(average));
    return;  // only the first node that saw rows is reported
  }
}

void ProgressBuilder::FillSources(const TriggerFacts& facts, const TriggerTimes& times,
                                  const SourceSet& sources, StreamingQueryProgress* progress) {
  const auto previous = times.previous_start_millis();
  // At least a millisecond: clients want a rate even where triggers follow each other that fast.
  const double input_seconds =
      previous ? static_cast<double>(std::max<int64_t>(1, times.start_millis() - *previous)) / 1000.0
               : std::numeric_limits<double>::infinity();
  const double processing_seconds =
      static_cast<double>(std::max<int64_t>(1, progress->batch_duration_millis)) / 1000.0;
  const bool counts = facts.has_new_data && facts.result != nullptr;
  for (size_t i = 0; i < sources.size(); ++i) {
    SourceProgress source;
    source.description = sources.at(i)->Description();
    source.start_offset = facts.start[i];
    source.end_offset = facts.end[i];
    source.latest_offset = facts.latest[i];
    if (counts && i < facts.result->input_rows.size()) {
      source.num_input_rows = facts.result->input_rows[i];
    }
    const double rows = static_cast<double>(source.num_input_rows);
    source.input_rows_per_second = rows / input_seconds;
    source.processed_rows_per_second = rows / processing_seconds;
    source.metrics = sources.at(i)->Metrics();
    progress->sources.push_back(std::move(source));
  }
}

}  // namespace thalweg::stream
