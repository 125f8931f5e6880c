#pragma once

// The query plan that runs pipelines: what the plan builder puts together and an epoch runs over.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/driver.h"
#include "thalweg/exec/planner/query_plan.h"
#include "thalweg/exec/planner/sink_operator.h"
#include "thalweg/exec/stateful/aggregate_calls.h"
#include "thalweg/exec/stateless/watermark.h"
#include "thalweg/state/variable_table.h"

namespace thalweg::exec {

/// A stateful operator: its instances (one per worker that has one) and their state.
struct StatefulParts {
  std::vector<StatefulOperator*> instances;
  std::unique_ptr<state::StateStore> store;
  state::SpillMetrics spilled;  // up to the last epoch
};

class ObserveOperator;

/// An observe(): its instances, one per worker, and what becomes of their aggregates.
struct ObservedParts {
  std::string name;
  SchemaPtr schema;
  std::shared_ptr<const AggregateCalls> calls;
  std::vector<expr::ExpressionPtr> projections;  // bound to the aggregates' results
  std::vector<const ObserveOperator*> instances;
};

class PipelinePlan : public QueryPlan {
 public:
  explicit PipelinePlan(const PlanOptions& options);

  const std::vector<std::shared_ptr<const plan::StreamRelation>>& stream_relations()
      const override {
    return stream_relations_;
  }
  const std::vector<WatermarkNode>& watermark_nodes() const override { return watermark_nodes_; }
  const std::vector<StatefulOperatorInfo>& stateful_operators() const override {
    return stateful_infos_;
  }
  void SetSource(int index, const io::StreamSource* source) override;
  Status LoadState(const std::map<int, state::StateManifest>& manifests) override;
  Result<EpochResult> RunEpoch(const EpochContext& context, const EpochInput& input,
                               io::StreamSink* sink) override;
  Result<std::map<int, state::StateManifest>> CommitState(int64_t epoch) override;
  std::vector<int64_t> commit_times_micros() const override;
  Status ClaimStateFiles(
      const std::map<int64_t, std::map<int, state::StateManifest>>& commits) override;
  Status DeleteStateFilesBefore(int64_t oldest_retained) override;
  std::string ToString() const override { return text_; }

 private:
  friend class PlanBuilder;

  Status BeginEpoch(const EpochContext& context);
  Status PlanSplits(Phase* phase, const EpochInput& input);
  Status RunPhases(const EpochContext& context, const EpochInput& input, io::StreamSink* sink);
  Result<EpochResult> CollectResult();
  StateMetrics CollectMetrics(size_t id);
  Result<ObservedMetrics> CollectObserved(const ObservedParts& parts) const;

  PlanOptions options_;
  // The driver goes last: its threads run what the others own.
  std::vector<std::shared_ptr<const plan::StreamRelation>> stream_relations_;
  std::vector<WatermarkNode> watermark_nodes_;
  std::vector<StatefulOperatorInfo> stateful_infos_;
  // What operators hold on to, until their phases go.
  std::vector<StatefulParts> stateful_;  // by operator id
  /// Of functions over groups in batch queries, whose state is thrown away.
  std::vector<std::unique_ptr<state::VariableTable>> batch_tables_;
  std::vector<EpochContext> contexts_;  // per worker, of the current epoch
  std::vector<std::unique_ptr<Phase>> phases_;
  std::vector<std::vector<WatermarkOperator*>> watermarks_;  // per node, per worker
  std::vector<ObservedParts> observed_;
  std::vector<SinkOperator*> sinks_;
  // Per worker and stateful operator: what the last commit took.
  std::vector<std::vector<int64_t>> commit_micros_;
  std::string text_;
  Driver driver_;
};

}  // namespace thalweg::exec
