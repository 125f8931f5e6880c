// ROLLUP, CUBE and GROUPING SETS of SelectBlock, grouping() and grouping_id().

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/select_block.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/expression_equality.h"

namespace thalweg::plan {
namespace {

/// Sets of positions 0..count-1: all prefixes (ROLLUP) or all subsets (CUBE), the whole first.
std::vector<std::vector<size_t>> ExpandedSets(bool rollup, size_t count) {
  std::vector<std::vector<size_t>> sets;
  const size_t num_sets = rollup ? count + 1 : size_t{1} << count;
  for (size_t number = 0; number < num_sets; ++number) {
    sets.emplace_back();
    for (size_t i = 0; i < count; ++i) {
      const bool in = rollup ? i + number < count : ((number >> (count - 1 - i)) & 1) == 0;
      if (in) sets.back().push_back(i);
    }
  }
  return sets;
}

}  // namespace

std::optional<size_t> SelectBlock::FindGrouping(const expr::Expression& expression) const {
  const expr::ExpressionPtr drawn = FindDrawn(expression);
  const expr::Expression& key = drawn == nullptr ? expression : *drawn;
  for (size_t i = 0; i < grouping_.size(); ++i) {
    if (SameExpression(*grouping_[i].expression, key)) return i;
  }
  return std::nullopt;
}

Result<size_t> SelectBlock::AddSetKey(const spec::ExpressionPtr& item,
                                      const std::vector<spec::ExpressionPtr>& items) {
  ARROW_ASSIGN_OR_RAISE(const Resolved value, ResolveGroupingItem(item, items));
  ARROW_RETURN_NOT_OK(AddGrouping(value));
  const std::optional<size_t> found = FindGrouping(*value.expression);
  if (!found) return Status::Invalid("a grouping expression that is no key");
  return *found;
}

Result<GroupingSets> SelectBlock::ResolveGroupingSets(const spec::Relation& relation) {
  GroupingSets sets;
  std::vector<size_t> items;  // of each written expression its place among the keys
  for (const spec::ExpressionPtr& item : relation.expressions) {
    ARROW_ASSIGN_OR_RAISE(const size_t key, AddSetKey(item, relation.outputs));
    items.push_back(key);
  }
  if (relation.grouping_kind == spec::GroupingKind::kGroupingSets) {
    for (const std::vector<spec::ExpressionPtr>& written : relation.rows) {
      sets.sets.emplace_back();
      for (const spec::ExpressionPtr& item : written) {
        ARROW_ASSIGN_OR_RAISE(const size_t key, AddSetKey(item, relation.outputs));
        sets.sets.back().push_back(key);
      }
    }
    return sets;
  }
  sets.sets = ExpandedSets(relation.grouping_kind == spec::GroupingKind::kRollup, items.size());
  for (std::vector<size_t>& set : sets.sets) {
    for (size_t& key : set) key = items[key];
  }
  return sets;
}

Status SelectBlock::AggregateSets(const spec::Relation& relation) {
  phase_ = Phase::kGrouping;
  select_items_ = relation.outputs;
  ARROW_ASSIGN_OR_RAISE(GroupingSets sets, ResolveGroupingSets(relation));
  aggregating_ = true;
  // GROUPING SETS (()) is an aggregation without keys.
  if (grouping_.empty() && sets.sets.size() <= 1) return Status::OK();
  ARROW_RETURN_NOT_OK(CompleteGroupingSets(*context_, grouping_.size(), &sets));
  for (size_t i = 0; i < grouping_.size(); ++i) {
    if (sets.IsInAll(i)) continue;
    Attribute& output = grouping_[i].output;
    output.id = NextAttributeId();
    output.nullable = true;
  }
  sets_ = std::move(sets);
  return Status::OK();
}

NodePtr SelectBlock::BuildAggregateOfSets(NodePtr node) const {
  std::vector<Attribute> keys;
  for (const NamedExpression& group : grouping_) keys.push_back(group.output);
  keys.push_back(sets_->id);
  if (sets_->position) keys.push_back(*sets_->position);
  return BuildAggregate(BuildExpand(std::move(node), grouping_, *sets_), PassThrough(keys), calls_);
}

Result<Resolved> SelectBlock::GroupingBit(size_t key, const std::string& text) {
  const auto constant = [](std::shared_ptr<arrow::Scalar> value) {
    return Resolved{expr::Literal::Make(std::move(value)), "", "", {}, {}};
  };
  const auto shift = static_cast<int32_t>(grouping_.size() - 1 - key);
  ARROW_ASSIGN_OR_RAISE(Resolved bit,
                        input_resolver_.BindCall(
                            "shiftright", {MakeReference(sets_->id, ""),
                                           constant(std::make_shared<arrow::Int32Scalar>(shift))}));
  ARROW_ASSIGN_OR_RAISE(
      bit, input_resolver_.BindCall("&", {bit, constant(std::make_shared<arrow::Int64Scalar>(1))}));
  return Resolved{expr::Cast::Make(bit.expression, arrow::int8()), text, "", {}, {}};
}

Result<Resolved> SelectBlock::ResolveGroupingCall(const spec::Expression& call) {
  if (!sets_) return ClauseHooks::ResolveGroupingCall(call);
  ARROW_ASSIGN_OR_RAISE(const std::vector<Resolved> arguments,
                        input_resolver_.ResolveList(call.children));
  std::vector<std::string> texts, columns;
  for (const NamedExpression& group : grouping_) columns.push_back(group.output.name);
  bool in_order = arguments.empty() || arguments.size() == grouping_.size();
  std::optional<size_t> key;
  for (const Resolved& argument : arguments) {
    key = FindGrouping(*argument.expression);
    in_order = in_order && key == texts.size();
    texts.push_back(argument.text);
  }
  const std::string name = ToLowerAscii(call.name.back());
  const std::string text = fmt::format("{}({})", name, fmt::join(texts, ", "));
  if (name == "grouping_id") {
    if (in_order) return Resolved{sets_->id.Reference(), text, text, sets_->id, {}};
    return MakeError("GROUPING_ID_COLUMN_MISMATCH",
                     {{"groupingIdColumn", fmt::format("{}", fmt::join(texts, ","))},
                      {"groupByColumns", fmt::format("{}", fmt::join(columns, ","))}});
  }
  if (arguments.size() != 1) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`grouping`"},
                      {"expectedNum", "1"},
                      {"actualNum", std::to_string(arguments.size())},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  if (key) return GroupingBit(*key, text);
  return MakeError(
      "GROUPING_COLUMN_MISMATCH",
      {{"grouping", texts[0]}, {"groupingColumns", fmt::format("{}", fmt::join(columns, ","))}});
}

}  // namespace thalweg::plan
