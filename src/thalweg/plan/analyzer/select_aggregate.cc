// The grouping half of SelectBlock.

#include <algorithm>
#include <functional>
#include <string_view>

#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/aggregate_binding.h"
#include "thalweg/plan/analyzer/select_block.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/expression_equality.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/external.h"

namespace thalweg::plan {
namespace {

// Whether there is a call of a program's function in it that gives other values each time.
bool CallsNondeterministic(const spec::Expression& expression) {
  return std::any_of(
      expression.children.begin(), expression.children.end(), [](const spec::ExpressionPtr& child) {
        return (child->external != nullptr && !child->external->is_deterministic()) ||
               CallsNondeterministic(*child);
      });
}

// What may stand inside an aggregate function: everything scalar, and time windows of the block.
class ArgumentHooks : public ClauseHooks {
 public:
  ArgumentHooks(SelectBlock* block, const std::vector<std::pair<std::string, Resolved>>* aliases,
                std::string function)
      : ClauseHooks("Aggregate"),
        block_(block),
        aliases_(aliases),
        function_(std::move(function)) {}

  Result<std::optional<Resolved>> ResolveName(const std::vector<std::string>& parts) override {
    for (const auto& [alias, value] : *aliases_) {
      if (EqualsIgnoreCase(alias, parts[0])) {
        return MakeError(
            "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC",
            {{"lca", QuoteIdentifiers(parts)}, {"aggFunc", QuoteExpression(function_)}});
      }
    }
    return std::optional<Resolved>();
  }
  Result<Resolved> ResolveAggregate(const spec::Expression& call,
                                    const expr::AggregateDeclaration& declaration) override {
    return MakeError("NESTED_AGGREGATE_FUNCTION");
  }
  Result<Resolved> ResolveTimeWindow(const spec::Expression& call) override {
    return block_->ResolveTimeWindow(call);
  }
  Result<Resolved> ResolveGroupingCall(const spec::Expression& call) override {
    return block_->ResolveGroupingCall(call);
  }
  Status RefuseGenerator(const spec::Expression& call) override {
    return block_->RefuseGenerator(call);
  }
  std::vector<Subquery>* subqueries() override { return block_->input_subqueries(); }
  bool is_streaming() const override { return block_->is_streaming(); }

 private:
  SelectBlock* block_;
  const std::vector<std::pair<std::string, Resolved>>* aliases_;
  std::string function_;
};

bool SameAggregate(const AggregateCall& left, const AggregateCall& right) {
  if (left.function->name() != right.function->name() || left.distinct != right.distinct ||
      left.arguments.size() != right.arguments.size() ||
      !left.output.type->Equals(*right.output.type)) {
    return false;
  }
  if ((left.filter == nullptr) != (right.filter == nullptr)) return false;
  if (left.filter != nullptr && !SameExpression(*left.filter, *right.filter)) return false;
  for (size_t i = 0; i < left.arguments.size(); ++i) {
    if (!SameExpression(*left.arguments[i], *right.arguments[i])) return false;
  }
  return true;
}

// Equal for calls of which SameAggregate is true.
size_t HashOfAggregate(const AggregateCall& call) {
  size_t hash = std::hash<std::string_view>()(call.function->name());
  for (const expr::ExpressionPtr& argument : call.arguments) hash += HashOfExpression(*argument);
  if (call.filter != nullptr) hash = hash * 31 + HashOfExpression(*call.filter);
  return hash;
}

Status NotGrouped(const std::string& name, bool no_keys) {
  if (no_keys) return MakeError("MISSING_GROUP_BY");
  return MakeError("MISSING_AGGREGATION",
                   {{"expression", QuoteExpression(name)},
                    {"expressionAnyValue", QuoteExpression(fmt::format("any_value({})", name))}});
}

}  // namespace

Status SelectBlock::Aggregate(const std::vector<spec::ExpressionPtr>& grouping,
                              const std::vector<spec::ExpressionPtr>& items) {
  phase_ = Phase::kGrouping;
  select_items_ = items;
  if (grouping.size() == 1 && IsAllKeyword(*grouping[0])) {
    ARROW_ASSIGN_OR_RAISE(const std::optional<NameMatch> column,
                          FindName(input_.scope, grouping[0]->name));
    if (!column) {
      ARROW_RETURN_NOT_OK(GroupByAll(items));
      aggregating_ = true;
      return Status::OK();
    }
  }
  for (const spec::ExpressionPtr& item : grouping) {
    ARROW_ASSIGN_OR_RAISE(const Resolved value, ResolveGroupingItem(item, items));
    ARROW_RETURN_NOT_OK(AddGrouping(value));
  }
  aggregating_ = true;
  return Status::OK();
}

Status SelectBlock::GroupByAll(const std::vector<spec::ExpressionPtr>& items) {
  bool mixed = false;
  for (const spec::ExpressionPtr& item : items) {
    if (ContainsAggregate(*context_, *item)) {
      const spec::Expression& body =
          item->kind == spec::ExpressionKind::kAlias ? *item->children[0] : *item;
      mixed = mixed || context_->functions->FindAggregate(
                           body.name.empty() ? "" : ToLowerAscii(body.name.back())) == nullptr;
      continue;
    }
    const spec::ExpressionPtr& body =
        item->kind == spec::ExpressionKind::kAlias ? item->children[0] : item;
    ARROW_ASSIGN_OR_RAISE(const std::vector<Resolved> values, input_resolver_.ResolveList({body}));
    for (const Resolved& value : values) ARROW_RETURN_NOT_OK(AddGrouping(value));
  }
  // "i + sum(j)": whether i should be a key cannot be told.
  if (grouping_.empty() && mixed) return MakeError("UNRESOLVED_ALL_IN_GROUP_BY");
  return Status::OK();
}

Result<Resolved> SelectBlock::ResolveGroupingItem(const spec::ExpressionPtr& item,
                                                  const std::vector<spec::ExpressionPtr>& items) {
  const std::optional<int64_t> ordinal = OrdinalValue(*item);
  if (!ordinal) return input_resolver_.Resolve(*item);
  std::vector<spec::ExpressionPtr> list;
  std::vector<Resolved> stars;
  // A star counts as its columns.
  for (const spec::ExpressionPtr& entry : items) {
    size_t width = 1;
    if (entry->kind == spec::ExpressionKind::kStar) {
      ARROW_ASSIGN_OR_RAISE(const auto columns, input_resolver_.ExpandStar(*entry));
      width = columns.size();
      stars.resize(list.size());
      stars.insert(stars.end(), columns.begin(), columns.end());
    }
    list.insert(list.end(), width, entry);
  }
  if (*ordinal < 1 || *ordinal > static_cast<int64_t>(list.size())) {
    return MakeError("GROUP_BY_POS_OUT_OF_RANGE",
                     {{"index", std::to_string(*ordinal)}, {"size", std::to_string(list.size())}},
                     item->position.is_known() ? std::optional(item->position) : std::nullopt);
  }
  const spec::ExpressionPtr& target = list[*ordinal - 1];
  if (target->kind == spec::ExpressionKind::kStar) return stars[*ordinal - 1];
  if (ContainsAggregate(*context_, *target)) {
    return MakeError("GROUP_BY_POS_AGGREGATE",
                     {{"index", std::to_string(*ordinal)}, {"aggExpr", spec::ToString(*target)}});
  }
  return input_resolver_.Resolve(target->kind == spec::ExpressionKind::kAlias ? *target->children[0]
                                                                              : *target);
}

// The column of a key that is not deterministic, nullptr of anything else.
expr::ExpressionPtr SelectBlock::FindDrawn(const expr::Expression& expression) const {
  for (const NamedExpression& drawn : drawn_) {
    if (SameForm(*drawn.expression, expression)) return drawn.output.Reference();
  }
  return nullptr;
}

Status SelectBlock::AddGrouping(Resolved value) {
  const TypePtr& type = value.expression->type();
  if (!IsOrderable(*type)) {
    return MakeError("GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
                     {{"sqlExpr", QuoteExpression(value.text)}, {"dataType", QuoteType(*type)}});
  }
  if (!value.expression->IsDeterministic()) {
    if (FindDrawn(*value.expression) != nullptr) return Status::OK();
    drawn_.push_back(MakeNamed(value, ""));
    value = MakeReference(drawn_.back().output, value.text);
  }
  for (const NamedExpression& known : grouping_) {
    if (SameExpression(*known.expression, *value.expression)) return Status::OK();
  }
  grouping_.push_back(MakeNamed(value, ""));
  if (value.expression->kind() == expr::ExpressionKind::kAttribute) {
    grouping_.back().output.id =
        static_cast<const expr::AttributeReference&>(*value.expression).id();
  }
  return Status::OK();
}

Result<std::vector<Resolved>> SelectBlock::ResolveAggregateArguments(const spec::Expression& call) {
  ArgumentHooks hooks(this, &aliases_, spec::ToString(call));
  ExpressionResolver resolver(context_, &input_.scope, &hooks);
  if (IsCountOfRows(call)) {
    return std::vector<Resolved>{{expr::Literal::Int(1), "1", "", {}, {}}};
  }
  return resolver.ResolveList(call.children);
}

Result<Resolved> SelectBlock::ResolveAggregate(const spec::Expression& call,
                                               const expr::AggregateDeclaration& declaration) {
  if (phase_ == Phase::kGrouping) {
    return MakeError("GROUP_BY_AGGREGATE", {{"sqlExpr", spec::ToString(call)}});
  }
  if (phase_ == Phase::kQualify) {
    const Scope selected = OutputScope();
    ExpressionResolver resolver(context_, aggregating_ ? &selected : &input_.scope, this);
    ARROW_RETURN_NOT_OK(resolver.ResolveList(call.children));
    return MakeError("QUALIFY_AGGREGATE_NOT_ALLOWED",
                     {{"aggregateExpr", QuoteExpression(spec::ToString(call))}});
  }
  if (!aggregating_) return ClauseHooks("Sort").ResolveAggregate(call, declaration);
  ARROW_ASSIGN_OR_RAISE(const std::vector<Resolved> arguments, ResolveAggregateArguments(call));
  std::optional<Resolved> filter;
  if (call.filter != nullptr) {
    ArgumentHooks hooks(this, &aliases_, spec::ToString(call));
    ARROW_ASSIGN_OR_RAISE(
        filter, ExpressionResolver(context_, &input_.scope, &hooks).Resolve(*call.filter));
  }
  ARROW_ASSIGN_OR_RAISE(
      AggregateCall aggregate,
      BindAggregateCall(*context_, declaration, call, arguments, filter ? &*filter : nullptr));
  const bool deterministic =
      std::all_of(arguments.begin(), arguments.end(),
                  [](const Resolved& argument) { return argument.expression->IsDeterministic(); });
  if (!deterministic || CallsNondeterministic(call)) {
    return MakeError("AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION",
                     {{"sqlExpr", QuoteExpression(aggregate.text)}});
  }
  return AddAggregateCall(std::move(aggregate));
}

Result<Resolved> SelectBlock::AddAggregateCall(AggregateCall call) {
  const std::string text = call.text;
  const size_t hash = HashOfAggregate(call);
  const auto [first, last] = calls_by_hash_.equal_range(hash);
  const auto known = std::find_if(
      first, last, [&](const auto& entry) { return SameAggregate(calls_[entry.second], call); });
  if (known != last) return MakeReference(calls_[known->second].output, text);
  call.output.id = NextAttributeId();
  calls_by_hash_.emplace(hash, calls_.size());
  calls_.push_back(std::move(call));
  return MakeReference(calls_.back().output, text);
}

expr::ExpressionPtr SelectBlock::ReplaceGrouping(const expr::ExpressionPtr& expression) const {
  if (const expr::ExpressionPtr drawn = FindDrawn(*expression)) return ReplaceGrouping(drawn);
  for (const NamedExpression& group : grouping_) {
    // A plain column keeps its id, unless grouping sets make another column of it.
    if (group.expression->kind() == expr::ExpressionKind::kAttribute && !sets_) continue;
    if (SameExpression(*group.expression, *expression)) return group.output.Reference();
  }
  std::vector<expr::ExpressionPtr> children;
  bool changed = false;
  for (const expr::ExpressionPtr& child : expression->children()) {
    children.push_back(ReplaceGrouping(child));
    changed = changed || children.back() != child;
  }
  return changed ? expression->WithChildren(std::move(children)) : expression;
}

bool SelectBlock::IsGrouped(uint64_t id) const {
  if (IsOuterReference(*context_, id)) return true;
  for (const Subquery& subquery : group_subqueries_) {
    if (subquery.output.id == id) return true;
  }
  for (const WindowStage& stage : stages_) {
    for (const WindowCall& call : stage.calls) {
      if (call.output.id == id) return true;
    }
  }
  if (sets_ && sets_->id.id == id) return true;
  for (const NamedExpression& group : grouping_) {
    if (group.output.id == id) return true;
  }
  for (const AggregateCall& call : calls_) {
    if (call.output.id == id) return true;
  }
  return false;
}

Status SelectBlock::CheckGrouped(const expr::Expression& expression) const {
  // window_time() is a column that is made below the aggregation: it must be a key itself.
  const bool window_time =
      expression.kind() == expr::ExpressionKind::kCall &&
      static_cast<const expr::Call&>(expression).function().name == "window_time";
  if (window_time) return NotGrouped("window_time", grouping_.empty());
  if (expression.kind() == expr::ExpressionKind::kAttribute) {
    const auto& reference = static_cast<const expr::AttributeReference&>(expression);
    if (IsGrouped(reference.id())) return Status::OK();
    return NotGrouped(reference.name(), grouping_.empty());
  }
  for (const expr::ExpressionPtr& child : expression.children()) {
    ARROW_RETURN_NOT_OK(CheckGrouped(*child));
  }
  return Status::OK();
}

}  // namespace thalweg::plan
