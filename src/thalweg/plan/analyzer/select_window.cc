// Window functions, QUALIFY and subqueries of SelectBlock.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "thalweg/plan/analyzer/select_block.h"
#include "thalweg/plan/analyzer/window_function.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/expression_equality.h"

namespace thalweg::plan {
namespace {

bool SameStage(const WindowStage& left, const WindowStage& right) {
  if (left.partition_by.size() != right.partition_by.size() ||
      left.order_by.size() != right.order_by.size()) {
    return false;
  }
  for (size_t i = 0; i < left.partition_by.size(); ++i) {
    if (!SameExpression(*left.partition_by[i], *right.partition_by[i])) return false;
  }
  for (size_t i = 0; i < left.order_by.size(); ++i) {
    const SortKey& a = left.order_by[i];
    const SortKey& b = right.order_by[i];
    if (a.descending != b.descending || a.nulls_first != b.nulls_first) return false;
    if (!SameExpression(*a.expression, *b.expression)) return false;
  }
  return true;
}

// Everything that a stage with one call reads.
std::vector<expr::ExpressionPtr> InputsOf(const WindowStage& stage) {
  std::vector<expr::ExpressionPtr> inputs = stage.partition_by;
  for (const SortKey& key : stage.order_by) inputs.push_back(key.expression);
  for (const WindowCall& call : stage.calls) {
    inputs.insert(inputs.end(), call.arguments.begin(), call.arguments.end());
    if (call.frame.lower.value != nullptr) inputs.push_back(call.frame.lower.value);
    if (call.frame.upper.value != nullptr) inputs.push_back(call.frame.upper.value);
  }
  return inputs;
}

}  // namespace

Result<expr::ExpressionPtr> SelectBlock::OverGroups(const expr::ExpressionPtr& expression) const {
  if (expression == nullptr) return expression;
  const expr::ExpressionPtr inlined =
      phase_ == Phase::kQualify ? InlineOutputs(expression) : expression;
  if (!aggregating_) return inlined;
  const expr::ExpressionPtr replaced = ReplaceGrouping(inlined);
  ARROW_RETURN_NOT_OK(CheckGrouped(*replaced));
  return replaced;
}

Result<Resolved> SelectBlock::ResolveWindowFunction(const spec::Expression& over) {
  if (phase_ == Phase::kGrouping) return ClauseHooks("Aggregate").ResolveWindowFunction(over);
  if (phase_ == Phase::kOrder) return ClauseHooks("Sort").ResolveWindowFunction(over);
  if (phase_ == Phase::kHaving) {
    return MakeError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", {{"clauseName", "HAVING"}});
  }
  // QUALIFY of an aggregation sees what that selects, and no more.
  const Scope selected = OutputScope();
  const bool over_output = phase_ == Phase::kQualify && aggregating_;
  ExpressionResolver resolver(context_, over_output ? &selected : &input_.scope, this);
  ARROW_ASSIGN_OR_RAISE(ResolvedWindow window, ResolveWindowCall(&resolver, over, named_windows_));
  WindowStage stage;
  for (const Resolved& key : window.partition_by) {
    ARROW_ASSIGN_OR_RAISE(auto expression, OverGroups(key.expression));
    stage.partition_by.push_back(std::move(expression));
  }
  for (SortKey& key : window.order_by) {
    ARROW_ASSIGN_OR_RAISE(key.expression, OverGroups(key.expression));
    stage.order_by.push_back(std::move(key));
  }
  WindowCall& call = window.call;
  for (expr::ExpressionPtr& argument : call.arguments) {
    ARROW_ASSIGN_OR_RAISE(argument, OverGroups(argument));
  }
  ARROW_ASSIGN_OR_RAISE(call.frame.lower.value, OverGroups(call.frame.lower.value));
  ARROW_ASSIGN_OR_RAISE(call.frame.upper.value, OverGroups(call.frame.upper.value));
  call.output.id = NextAttributeId();
  const std::string text = std::exchange(call.output.name, fmt::format("_we{}", num_windows_++));
  const Attribute output = call.output;
  stage.calls.push_back(std::move(call));
  const size_t place = FindStage(stage);
  if (place == stages_.size()) {
    stages_.push_back(std::move(stage));
  } else {
    stages_[place].calls.push_back(std::move(stage.calls[0]));
  }
  const Resolved value = MakeReference(output, text);
  if (!window.is_filtered_value) return value;
  ARROW_ASSIGN_OR_RAISE(Resolved field, resolver.ExtractField(value, kFilteredValue));
  field.text = value.text;
  return field;
}

bool SelectBlock::ReadsWindows(const expr::Expression& expression, size_t from_stage) const {
  const std::vector<uint64_t> ids = expr::CollectAttributeIds(expression);
  for (size_t i = from_stage; i < stages_.size(); ++i) {
    for (const WindowCall& call : stages_[i].calls) {
      if (std::find(ids.begin(), ids.end(), call.output.id) != ids.end()) return true;
    }
  }
  return false;
}

// The stage that the call of `stage` can join: of equal windows, above all that it reads; one past
// the last if it needs a stage of its own.
size_t SelectBlock::FindStage(const WindowStage& stage) const {
  const std::vector<expr::ExpressionPtr> inputs = InputsOf(stage);
  for (size_t i = 0; i < stages_.size(); ++i) {
    const bool reads = std::any_of(
        inputs.begin(), inputs.end(),
        [this, i](const expr::ExpressionPtr& input) { return ReadsWindows(*input, i); });
    if (!reads && SameStage(stages_[i], stage)) return i;
  }
  return stages_.size();
}

Result<NodePtr> SelectBlock::BuildWindows(NodePtr node) const {
  for (WindowStage stage : stages_) {
    // Keys become columns, by which rows can be sent to workers.
    std::vector<NamedExpression> items = PassThrough(node->output);
    const size_t width = items.size();
    for (expr::ExpressionPtr& key : stage.partition_by) {
      if (key->kind() == expr::ExpressionKind::kAttribute) continue;
      Resolved value = {key, "_w" + std::to_string(items.size() - width), "", {}, {}};
      items.push_back(MakeNamed(value, ""));
      key = items.back().output.Reference();
    }
    if (items.size() > width) node = BuildProject(std::move(node), std::move(items));
    node = BuildWindow(std::move(node), std::move(stage));
  }
  if (qualify_ != nullptr) node = BuildFilter(std::move(node), qualify_);
  return node;
}

Status SelectBlock::Qualify(const spec::Expression& condition) {
  phase_ = Phase::kQualify;
  ARROW_ASSIGN_OR_RAISE(const Resolved value, ResolveOver(OutputScope(), condition));
  if (stages_.empty()) return MakeError("QUALIFY_REQUIRES_WINDOW_FUNCTION");
  Resolved inlined = value;
  ARROW_ASSIGN_OR_RAISE(inlined.expression, OverGroups(value.expression));
  ARROW_ASSIGN_OR_RAISE(
      qualify_, MakeCheckedCast(inlined, arrow::boolean(), EvalModeOf(*context_), value.text));
  return Status::OK();
}

std::vector<Subquery>* SelectBlock::subqueries() {
  return aggregating_ ? &group_subqueries_ : &input_subqueries_;
}

std::optional<Resolved> SelectBlock::FindSubquery(const spec::Expression& subquery) const {
  for (const auto& [key, value] : key_subqueries_) {
    const bool same_text = !key->text.empty() && key->text == subquery.text;
    if (same_text || key->relation == subquery.relation) return value;
  }
  return std::nullopt;
}

void SelectBlock::NoteSubquery(const spec::Expression& subquery, const Resolved& value) {
  if (phase_ == Phase::kGrouping && !aggregating_) key_subqueries_.emplace_back(&subquery, value);
}

// Above an aggregation a predicate may use its keys, a value nothing. What stands in the body of a
// function, whose name qualifies it then, is given values of the aggregation as arguments.
Status SelectBlock::CheckSubqueries() const {
  for (const Subquery& subquery : group_subqueries_) {
    const bool may_read =
        subquery.kind != SubqueryKind::kScalar || !subquery.output.qualifier.empty();
    for (const Attribute& attribute : subquery.outer) {
      if (may_read && IsGrouped(attribute.id)) continue;
      return MakeError("SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION",
                       {{"sqlExpr", QuoteExpression(subquery.output.name)}});
    }
  }
  return Status::OK();
}

}  // namespace thalweg::plan
