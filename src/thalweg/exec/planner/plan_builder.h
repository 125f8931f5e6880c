#pragma once

// Turns a plan into pipelines, node by node from the sink down to the leaves. Each kind of node has
// its own file, plan_<node>.cc.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/external/partitioning.h"
#include "thalweg/exec/planner/pipeline_plan.h"
#include "thalweg/exec/stateful/aggregate_calls.h"
#include "thalweg/state/variable_table.h"

namespace thalweg::exec {

/// Pipelines under construction: the rows of one plan node, on one worker or on all.
struct Rows {
  /// The last operator of the chain of worker 0, 1, ...; all rows are on worker 0 if it is one.
  std::vector<Operator*> tails;
  bool streaming = false;
  bool has_watermark = false;
  /// No exchange lies between the leaves and here: rows come split by split, and may be put in
  /// the order of their splits.
  bool by_split = false;
  /// As above, but of streams too, and with one worker only where several would exchange nothing:
  /// splits are partitions, as programs know them.
  bool partitioned_by_split = false;
  /// As above, and the query asked for these partitions: each is written by itself.
  bool repartitioned = false;
  /// All rows are one partition, though they may come on any worker.
  bool one_partition = false;
  /// Ids of the nearest stateful operators below.
  std::vector<int> stateful;
  /// EXPLAIN lines of the subtree.
  std::vector<std::string> text;
};

class PlanBuilder {
 public:
  explicit PlanBuilder(const PlanOptions& options);

  /// Builds the whole plan, ended by sinks.
  Result<std::unique_ptr<PipelinePlan>> Finish(const plan::NodePtr& root);

 private:
  Result<Rows> Build(const plan::NodePtr& node);
  Result<Rows> BuildScan(const plan::Node& node);
  Result<Rows> BuildStreamScan(const plan::Node& node);
  Result<Rows> BuildLocal(const plan::Node& node);
  Result<Rows> BuildRange(const plan::Node& node);
  Result<Rows> BuildProject(const plan::Node& node);
  Result<Rows> BuildFilter(const plan::Node& node);
  Result<Rows> BuildAggregate(const plan::Node& node);
  Result<Rows> BuildGlobalAggregate(const plan::Node& node, Rows rows, int operator_id,
                                    std::shared_ptr<const AggregateCalls> calls);
  /// `merges_slots` as in AggregateOptions.
  Result<Rows> BuildGroupedAggregate(const plan::Node& node, Rows rows, int operator_id,
                                     std::shared_ptr<const AggregateCalls> calls,
                                     bool merges_slots);
  /// Whether an aggregate by overlapping windows may go by slices first.
  static bool MayGoBySlices(const plan::Node& aggregate);
  /// The rows below the time window `node`, each with its slice where the window would be.
  Result<Rows> BuildTimeSlices(const plan::Node& node);
  /// Aggregates slices of `rows` and repeats them for each window.
  Status AppendSlicedAggregate(const plan::Node& aggregate,
                               std::shared_ptr<const AggregateCalls> calls, Rows* rows);
  Result<Rows> BuildSessionAggregate(const plan::Node& node, Rows rows, int operator_id,
                                     std::shared_ptr<const AggregateCalls> calls);
  Result<Rows> BuildJoin(const plan::Node& node);
  Result<Rows> BuildStreamJoin(const plan::Node& node);
  Result<Rows> BuildSort(const plan::Node& node);
  // plan_repartition.cc
  Result<Rows> BuildRepartition(const plan::Node& node);
  Result<Rows> BuildCoalesce(const plan::Node& node);
  Result<Rows> BuildSinglePartition(const plan::Node& node);
  Result<Rows> BuildLimit(const plan::Node& node);
  Result<Rows> BuildStreamingLimit(const plan::Node& node);
  Result<Rows> BuildTail(const plan::Node& node);
  Result<Rows> BuildUnion(const plan::Node& node);
  Result<Rows> BuildWatermark(const plan::Node& node);
  Result<Rows> BuildDeduplicate(const plan::Node& node);
  Result<Rows> BuildDeduplicateWithinWatermark(const plan::Node& node);
  Result<Rows> BuildGenerate(const plan::Node& node);
  Result<Rows> BuildTimeWindow(const plan::Node& node);
  Result<Rows> BuildSessionWindow(const plan::Node& node);
  Result<Rows> BuildObserve(const plan::Node& node);
  Result<Rows> BuildCallback(const plan::Node& node);
  Result<Rows> BuildMapPartitions(const plan::Node& node);
  Result<Rows> BuildFlatMapGroups(const plan::Node& node);
  // functions in other processes: plan_external.cc
  Result<Rows> BuildMapExternal(const plan::Node& node);
  Result<Rows> BuildEvaluateExternal(const plan::Node& node);
  Result<Rows> BuildGroupsExternal(const plan::Node& node);
  Result<Rows> BuildAggregateExternal(const plan::Node& node);
  // plan_table_external.cc
  Result<Rows> BuildTableExternal(const plan::Node& node);
  /// Brings the rows of a table to the workers in the order that the function wants.
  Status ArrangeTable(const plan::Node& node, Rows* rows);
  Result<Rows> BuildGroupsWithState(const plan::Node& node);
  Result<Rows> BuildTransformWithState(const plan::Node& node);
  /// The rows and the initial state (may be null) of a function over groups, by key on each worker.
  struct GroupInputs;
  Result<GroupInputs> BuildGroupInputs(const plan::Node& node);
  /// Appends make(worker, table) with one VariableTable per worker and ends both inputs in it.
  Result<Rows> AppendGroupOperator(
      const plan::Node& node, GroupInputs inputs, int operator_id, const std::string& signature,
      const std::function<std::unique_ptr<Operator>(int worker, state::VariableTable* table)>&
          make);
  Result<Rows> BuildWindow(const plan::Node& node);

  /// A leaf with a chain on every worker. The caller fills in where rows come from.
  Rows AddLeaf(std::unique_ptr<Leaf> leaf, std::string description);
  /// Appends make(worker) to every chain.
  template <typename Make>
  void Append(Rows* rows, Make make) {
    for (size_t worker = 0; worker < rows->tails.size(); ++worker) {
      std::unique_ptr<Operator> next = make(static_cast<int>(worker));
      Operator* tail = next.get();
      rows->tails[worker]->SetDownstream(std::move(next));
      rows->tails[worker] = tail;
    }
  }
  /// Brings all rows to worker 0, or rows of equal keys to one worker, unless they are there. To
  /// worker 0 they come in the order of their splits where they come by split.
  void Gather(Rows* rows);
  /// What are partitions of `rows` for a function outside, on one worker. If they are splits, the
  /// operators of the phase are told of these.
  Partitioning PartitioningOf(const Rows& rows, int worker);
  /// With `small_input` few rows all come to worker 0, in the order of their splits.
  void Exchange(Rows* rows, const std::vector<int>& key_columns,
                std::shared_ptr<SmallInput> small_input = nullptr);
  /// Brings rows of equal keys of both inputs to one worker.
  void ExchangeBoth(Rows* left, const std::vector<int>& left_keys, Rows* right,
                    const std::vector<int>& right_keys,
                    const std::shared_ptr<SmallInput>& small_input = nullptr);
  void AddExchange(Rows* rows, int num_receivers, const std::vector<int>& key_columns,
                   std::shared_ptr<SmallInput> small_input = nullptr);

  /// Takes the next operator id; to be called before the children are built.
  int NextOperatorId();
  /// Registers a stateful operator once its input is built; its store has one table per worker in
  /// `num_tables`.
  state::StateStore* AddStateful(int id, std::string name, Rows* rows, int num_tables,
                                 state::StateTableOptions table, bool runs_on_watermark_advance);
  /// The same for an operator that brings its own tables: `options` says how they are made.
  state::StateStore* AddStateful(int id, std::string name, Rows* rows, int num_tables,
                                 state::StateStoreOptions options, bool runs_on_watermark_advance);

  PlanOptions options_;
  std::unique_ptr<PipelinePlan> plan_;
  std::unique_ptr<Phase> phase_;  // the one being built
  int next_channel_ = 0;
};

/// Ids of the output attributes, in order: what expressions over the node's rows are bound to.
std::vector<uint64_t> OutputIds(const plan::Node& node);
/// The expressions bound to the rows of `input`.
Result<std::vector<expr::ExpressionPtr>> BindAll(
    const std::vector<expr::ExpressionPtr>& expressions, const plan::Node& input);
/// The aggregates of `node` (kAggregate, kObserve) over the rows of its child. What they read is
/// added to `inputs`, each column once: they are bound to a batch of the values of `inputs`.
Result<std::shared_ptr<const AggregateCalls>> BindAggregates(
    const plan::Node& node, std::vector<expr::ExpressionPtr>* inputs);
/// "a, b" of the expressions' texts.
std::string JoinTexts(const std::vector<expr::ExpressionPtr>& expressions);
/// Errors: MULTIPLE_EVENT_TIME_COLUMNS, if a stateful operator would see two watermarks.
Status CheckOneEventTime(const std::vector<plan::Attribute>& columns);
/// Name of a grouping key in the schema of state: Spark names computed keys all alike.
std::string StateKeyName(const expr::Expression& key);
/// "name(keys=[k#1], functions=[sum(v)])": an aggregation in EXPLAIN.
std::string DescribeAggregate(const plan::Node& node, const char* name);
/// EXPLAIN lines of a node above its children.
std::vector<std::string> NodeText(const std::string& description,
                                  const std::vector<std::vector<std::string>>& children);

}  // namespace thalweg::exec
