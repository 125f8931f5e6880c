#pragma once

// Parts of a query for the tests of this room: a source of integers, a plan that adds up what it
// reads, a sink that keeps it.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "thalweg/exec/planner/query_plan.h"
#include "thalweg/io/provider.h"
#include "thalweg/io/sink.h"
#include "thalweg/io/source.h"

namespace thalweg::stream {

/// What outlives single runs: the data of a source, and what it was told.
struct FakeStream {
  std::mutex mutex;
  int64_t rows = 0;       // rows 1..rows exist
  int64_t per_batch = 0;  // read limit; 0: none
  bool available_now = true;
  int64_t latest_calls = 0;
  std::vector<std::string> commits;
  std::vector<std::pair<std::string, std::string>> planned;  // ranges asked for
  Status failure;                                            // of LatestOffset
  bool was_stopped = false;

  void AddRows(int64_t count) {
    std::lock_guard<std::mutex> lock(mutex);
    rows += count;
  }
};

/// The numbers (start, end].
class FakeSplit : public io::Split {
 public:
  FakeSplit(int64_t start, int64_t end) : start(start), end(end) {}
  const int64_t start;
  const int64_t end;
};

class FakeSource : public io::StreamSource {
 public:
  explicit FakeSource(std::shared_ptr<FakeStream> stream) : stream_(std::move(stream)) {}

  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override { return "FakeSource"; }
  io::SourceCapabilities capabilities() const override { return {true, stream_->available_now}; }
  io::ReadLimit DefaultReadLimit() const override {
    if (stream_->per_batch == 0) return {};
    return {io::ReadLimit::Kind::kMaxRows, stream_->per_batch};
  }
  Result<std::optional<io::Offset>> LatestOffset(const std::optional<io::Offset>& start,
                                                 const io::ReadLimit& limit) override {
    std::lock_guard<std::mutex> lock(stream_->mutex);
    ++stream_->latest_calls;
    ARROW_RETURN_NOT_OK(stream_->failure);
    int64_t end = stream_->rows;
    if (fixed_end_ >= 0) end = std::min(end, fixed_end_);
    if (limit.kind == io::ReadLimit::Kind::kMaxRows) {
      end = std::min<int64_t>(end, (start ? std::stoll(*start) : 0) + limit.value);
    }
    if (end == 0) return std::optional<io::Offset>();
    return std::optional<io::Offset>(std::to_string(end));
  }
  Status PrepareForAvailableNow() override {
    std::lock_guard<std::mutex> lock(stream_->mutex);
    fixed_end_ = stream_->rows;
    return Status::OK();
  }
  Result<std::vector<io::SplitPtr>> PlanSplits(const std::optional<io::Offset>& start,
                                               const io::Offset& end) override {
    std::lock_guard<std::mutex> lock(stream_->mutex);
    stream_->planned.emplace_back(start.value_or("-"), end);
    return std::vector<io::SplitPtr>{
        std::make_shared<FakeSplit>(start ? std::stoll(*start) : 0, std::stoll(end))};
  }
  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr&,
                                                const io::ReadRequest&) const override {
    return Status::NotImplemented("the fake plan reads splits itself");
  }
  Status Commit(const io::Offset& end) override {
    std::lock_guard<std::mutex> lock(stream_->mutex);
    stream_->commits.push_back(end);
    return Status::OK();
  }
  Status Stop() override {
    stream_->was_stopped = true;
    return Status::OK();
  }

 private:
  std::shared_ptr<FakeStream> stream_;
  SchemaPtr schema_;
  int64_t fixed_end_ = -1;
};

class FakeProvider : public io::Provider {
 public:
  explicit FakeProvider(std::shared_ptr<FakeStream> stream) : stream_(std::move(stream)) {}
  std::string name() const override { return "fake"; }
  Result<std::unique_ptr<io::StreamSource>> MakeStreamSource(const io::StreamArguments&) override {
    return std::make_unique<FakeSource>(stream_);
  }

 private:
  std::shared_ptr<FakeStream> stream_;
};

/// What a sink has got, over all runs. One row per batch: the sum the plan emitted.
struct FakeOutput {
  std::mutex mutex;
  std::map<int64_t, int64_t> sums;  // epoch -> sum
  std::map<int64_t, int> commit_counts;
  std::vector<int64_t> aborted;
  bool remembers = false;  // IsCommitted() knows earlier epochs
  bool supports_mode = true;
  std::function<void(int64_t)> on_begin;
};

class FakeReport : public io::WriterReport {
 public:
  int64_t sum = 0;
};

/// Takes the plan's sum through FakePlan (a report), so it needs no writer.
class FakeSink : public io::StreamSink {
 public:
  explicit FakeSink(std::shared_ptr<FakeOutput> output) : output_(std::move(output)) {}
  std::string Description() const override { return "FakeSink"; }
  bool SupportsMode(io::OutputMode) const override { return output_->supports_mode; }
  Result<bool> IsCommitted(int64_t epoch) override {
    std::lock_guard<std::mutex> lock(output_->mutex);
    return output_->remembers && output_->sums.contains(epoch);
  }
  Status BeginEpoch(int64_t epoch, io::OutputMode) override {
    if (output_->on_begin) output_->on_begin(epoch);
    return Status::OK();
  }
  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t, int) override {
    return Status::NotImplemented("the fake plan reports without writers");
  }
  Status CommitEpoch(int64_t epoch, std::vector<io::WriterReportPtr> reports) override {
    std::lock_guard<std::mutex> lock(output_->mutex);
    int64_t sum = 0;
    for (const auto& report : reports) sum += static_cast<const FakeReport&>(*report).sum;
    output_->sums[epoch] = sum;
    ++output_->commit_counts[epoch];
    last_rows_ = static_cast<int64_t>(reports.size());
    return Status::OK();
  }
  void AbortEpoch(int64_t epoch) override { output_->aborted.push_back(epoch); }
  int64_t LastOutputRows() const override { return last_rows_; }

 private:
  std::shared_ptr<FakeOutput> output_;
  int64_t last_rows_ = -1;
};

/// What tests ask of a plan, and what it saw.
struct FakePlanRecord {
  std::vector<exec::StatefulOperatorInfo> operators;
  std::vector<exec::WatermarkNode> watermarks;
  /// Event time (ms) of row n.
  std::function<int64_t(int64_t)> event_time = [](int64_t row) { return row * 1000; };
  /// This watermark node sees no rows.
  size_t silent_node = std::string::npos;
  std::function<Status(const exec::EpochContext&)> on_run;

  std::mutex mutex;
  std::vector<exec::EpochContext> contexts;
  std::vector<std::map<int, state::StateManifest>> loaded;
  std::map<int64_t, std::map<int, state::StateManifest>> claimed;
  std::vector<int64_t> deletions;  // the oldest retained commit each time
  int64_t total = 0;  // running sum, the plan's state
};

class FakePlan : public exec::QueryPlan {
 public:
  FakePlan(std::shared_ptr<FakePlanRecord> record, io::Provider* provider)
      : record_(std::move(record)) {
    auto relation = std::make_shared<plan::StreamRelation>();
    relation->provider = provider;
    relations_.push_back(std::move(relation));
  }

  const std::vector<std::shared_ptr<const plan::StreamRelation>>& stream_relations()
      const override {
    return relations_;
  }
  const std::vector<exec::WatermarkNode>& watermark_nodes() const override {
    return record_->watermarks;
  }
  const std::vector<exec::StatefulOperatorInfo>& stateful_operators() const override {
    return record_->operators;
  }
  void SetSource(int, const io::StreamSource*) override {}

  /// The state is one running sum, written into the file name.
  Status LoadState(const std::map<int, state::StateManifest>& manifests) override {
    std::lock_guard<std::mutex> lock(record_->mutex);
    record_->loaded.push_back(manifests);
    total_ = std::stoll(manifests.at(0).changes.at(0));
    return Status::OK();
  }

  Result<exec::EpochResult> RunEpoch(const exec::EpochContext& context,
                                     const exec::EpochInput& input, io::StreamSink*) override {
    if (record_->on_run) ARROW_RETURN_NOT_OK(record_->on_run(context));
    std::lock_guard<std::mutex> lock(record_->mutex);
    record_->contexts.push_back(context);
    exec::EpochResult result;
    result.event_times.resize(record_->watermarks.size());
    if (record_->operators.empty()) total_ = 0;
    int64_t rows = 0;
    for (const auto& split : input.at(0)) {
      const auto& range = static_cast<const FakeSplit&>(*split);
      for (int64_t row = range.start + 1; row <= range.end; ++row, ++rows) {
        total_ += row;
        for (size_t node = 0; node < result.event_times.size(); ++node) {
          if (node != record_->silent_node)
            See(record_->event_time(row), &result.event_times[node]);
        }
      }
    }
    result.input_rows = {rows};
    result.input_hash = static_cast<uint64_t>(total_);
    result.state_metrics.resize(record_->operators.size());
    for (auto& metrics : result.state_metrics) {
      metrics.num_rows_total = 1;
      metrics.num_rows_updated = rows > 0 ? 1 : 0;
    }
    auto report = std::make_unique<FakeReport>();
    report->sum = total_;
    result.reports.push_back(std::move(report));
    record_->total = total_;
    return result;
  }

  Result<std::map<int, state::StateManifest>> CommitState(int64_t) override {
    std::map<int, state::StateManifest> manifests;
    ++commits_;
    for (const auto& info : record_->operators) {
      manifests[info.id].changes = {std::to_string(total_)};
    }
    return manifests;
  }

  /// 10 ms for the first batch of a run, 20 ms for the second, ...
  std::vector<int64_t> commit_times_micros() const override {
    return std::vector<int64_t>(record_->operators.size(), commits_ * 10000);
  }

  Status ClaimStateFiles(
      const std::map<int64_t, std::map<int, state::StateManifest>>& commits) override {
    std::lock_guard<std::mutex> lock(record_->mutex);
    record_->claimed = commits;
    return Status::OK();
  }

  Status DeleteStateFilesBefore(int64_t oldest_retained) override {
    std::lock_guard<std::mutex> lock(record_->mutex);
    record_->deletions.push_back(oldest_retained);
    return Status::OK();
  }

  std::string ToString() const override { return "FakePlan\n"; }

 private:
  static void See(int64_t time, exec::EventTimeStatistics* seen) {
    seen->max_millis = seen->count == 0 ? time : std::max(seen->max_millis, time);
    seen->min_millis = seen->count == 0 ? time : std::min(seen->min_millis, time);
    seen->sum_millis += static_cast<double>(time);
    ++seen->count;
  }

  std::shared_ptr<FakePlanRecord> record_;
  std::vector<std::shared_ptr<const plan::StreamRelation>> relations_;
  int64_t total_ = 0;
  int64_t commits_ = 0;
};

}  // namespace thalweg::stream
