#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "thalweg/plan/analyzer/analyzed_relation.h"
#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/analyzer/generator_call.h"
#include "thalweg/plan/analyzer/grouping_sets.h"
#include "thalweg/plan/analyzer/subquery.h"
#include "thalweg/plan/analyzer/time_window_call.h"
#include "thalweg/plan/logical/window.h"
#include "thalweg/plan/spec/window.h"

namespace thalweg::plan {

/// One SELECT: its input, grouping, select list, HAVING and ORDER BY, which see each other's names.
/// Call in this order: Aggregate() if it is one, Select(), then Having() and OrderBy(), Finish().
class SelectBlock : public ClauseHooks {
 public:
  SelectBlock(const AnalyzerContext* context, AnalyzedRelation input);

  /// GROUP BY `grouping`: expressions, ordinals and aliases of `items`, or ALL.
  Status Aggregate(const std::vector<spec::ExpressionPtr>& grouping,
                   const std::vector<spec::ExpressionPtr>& items);
  /// GROUP BY with ROLLUP, CUBE or GROUPING SETS, instead of Aggregate().
  /// Errors: GROUPING_SIZE_LIMIT_EXCEEDED.
  Status AggregateSets(const spec::Relation& relation);
  Status Select(const std::vector<spec::ExpressionPtr>& items);
  Status Having(const spec::Expression& condition);
  /// QUALIFY, after Having(). Errors: QUALIFY_*.
  Status Qualify(const spec::Expression& condition);
  Status OrderBy(const std::vector<spec::SortOrder>& order);
  Result<AnalyzedRelation> Finish();

  /// The hidden columns of the input stay in reach of what is above, as they do in DataFrames;
  /// before Finish(). Those of an aggregation do not.
  void KeepHidden() { keeps_hidden_ = true; }

  /// What OVER may name; before Select(). `windows` outlives the block.
  void set_named_windows(const std::vector<spec::NamedWindow>* windows) {
    named_windows_ = windows;
  }

  Result<std::optional<Resolved>> ResolveName(const std::vector<std::string>& parts) override;
  Result<std::optional<NameMatch>> FindPlanColumn(int64_t plan_id,
                                                  const std::vector<std::string>& parts) override;
  Result<Resolved> ResolveAggregate(const spec::Expression& call,
                                    const expr::AggregateDeclaration& declaration) override;
  Result<Resolved> ResolveTimeWindow(const spec::Expression& call) override;
  Result<Resolved> ResolveGroupingCall(const spec::Expression& call) override;
  Status RefuseGenerator(const spec::Expression& call) override;
  Status CheckSqlFunction(const spec::Expression& call, const std::string& name) override;
  Result<Resolved> ResolveWindowFunction(const spec::Expression& over) override;
  std::vector<Subquery>* subqueries() override;
  std::optional<Resolved> FindSubquery(const spec::Expression& subquery) const override;
  void NoteSubquery(const spec::Expression& subquery, const Resolved& value) override;
  /// Subqueries that stand inside an aggregate function.
  std::vector<Subquery>* input_subqueries() { return &input_subqueries_; }
  bool is_streaming() const override { return input_.node->is_streaming(); }

 private:
  enum class Phase { kGrouping, kSelect, kHaving, kQualify, kOrder };

  /// True once the select list is done: names are looked up in it first.
  bool after_select() const { return phase_ > Phase::kSelect; }

  // grouping (select_aggregate.cc)
  Status GroupByAll(const std::vector<spec::ExpressionPtr>& items);
  Result<Resolved> ResolveGroupingItem(const spec::ExpressionPtr& item,
                                       const std::vector<spec::ExpressionPtr>& items);
  Status AddGrouping(Resolved value);
  expr::ExpressionPtr FindDrawn(const expr::Expression& expression) const;
  Result<std::vector<Resolved>> ResolveAggregateArguments(const spec::Expression& call);
  Result<Resolved> AddAggregateCall(AggregateCall call);
  expr::ExpressionPtr ReplaceGrouping(const expr::ExpressionPtr& expression) const;
  Status CheckGrouped(const expr::Expression& expression) const;
  bool IsGrouped(uint64_t id) const;

  // grouping sets (select_grouping_sets.cc)
  Result<size_t> AddSetKey(const spec::ExpressionPtr& item,
                           const std::vector<spec::ExpressionPtr>& items);
  Result<GroupingSets> ResolveGroupingSets(const spec::Relation& relation);
  std::optional<size_t> FindGrouping(const expr::Expression& expression) const;
  Result<Resolved> GroupingBit(size_t key, const std::string& text);
  NodePtr BuildAggregateOfSets(NodePtr node) const;

  // select list (select_block.cc)
  Status SelectItem(const spec::ExpressionPtr& item);
  Status SelectGenerator(const spec::Expression& call, const std::vector<std::string>& names);
  Status AddOutput(Resolved value, const std::string& alias);
  Result<std::optional<Resolved>> ResolveLateralAlias(const std::vector<std::string>& parts);
  Result<Resolved> ExtractFields(Resolved value, const std::vector<std::string>& parts,
                                 size_t from);
  Scope OutputScope() const;
  Result<NodePtr> BuildBelow() const;

  // window functions (select_window.cc)
  Result<expr::ExpressionPtr> OverGroups(const expr::ExpressionPtr& expression) const;
  bool ReadsWindows(const expr::Expression& expression, size_t from_stage) const;
  size_t FindStage(const WindowStage& stage) const;
  Result<NodePtr> BuildWindows(NodePtr node) const;
  Status CheckSubqueries() const;

  // HAVING, ORDER BY (select_order.cc)
  expr::ExpressionPtr InlineOutputs(const expr::ExpressionPtr& expression) const;
  Result<Resolved> ResolveOver(const Scope& scope, const spec::Expression& expression);
  Scope HavingScope() const;
  Status CheckVisible(const expr::Expression& expression, const Scope& scope) const;
  Result<Resolved> ResolveSortItem(const spec::Expression& item);

  const AnalyzerContext* context_;
  AnalyzedRelation input_;
  ExpressionResolver input_resolver_;
  Phase phase_ = Phase::kSelect;
  bool aggregating_ = false;
  std::vector<spec::ExpressionPtr> select_items_;
  std::vector<NamedExpression> grouping_;
  // What of the keys is not deterministic: columns that are computed below, once for each row.
  std::vector<NamedExpression> drawn_;
  bool keeps_hidden_ = false;
  std::vector<AggregateCall> calls_;
  // Where the calls with a hash are in calls_.
  std::unordered_multimap<size_t, size_t> calls_by_hash_;
  std::optional<GroupingSets> sets_;
  std::optional<TimeWindowCall> window_;
  std::vector<GeneratorCall> generators_;
  std::vector<NamedExpression> outputs_;
  std::vector<std::pair<std::string, Resolved>> aliases_;
  std::vector<expr::ExpressionPtr> having_;
  const std::vector<spec::NamedWindow>* named_windows_ = nullptr;
  std::vector<WindowStage> stages_;  // each may read the results of those before it
  int num_windows_ = 0;              // over all stages
  expr::ExpressionPtr qualify_;
  std::vector<Subquery> input_subqueries_;  // below the aggregation, if there is one
  std::vector<Subquery> group_subqueries_;  // above it
  // Those that values are grouped by. The expressions belong to the query.
  std::vector<std::pair<const spec::Expression*, Resolved>> key_subqueries_;
  std::vector<SortKey> sort_keys_;
};

/// The sort key of `value`. Errors: DATATYPE_MISMATCH.INVALID_ORDERING_TYPE.
Result<SortKey> MakeSortKey(const Resolved& value, const spec::SortOrder& order);

/// Whether `order` is the single word ALL.
bool IsAllKeyword(const spec::Expression& expression);

/// The number that an ordinal (GROUP BY 2) is; nothing if the expression is not one.
std::optional<int64_t> OrdinalValue(const spec::Expression& expression);

}  // namespace thalweg::plan
