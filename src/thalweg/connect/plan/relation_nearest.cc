// As-of joins and nearest-by joins.

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/connect/plan/rare_relations.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using plan::spec::JoinType;
using plan::spec::MakeFunction;
using proto::AsOfJoin;

constexpr int kMaxNearest = 100000;

/// The name as Spark compares it: without case and underscores.
std::string Plain(const std::string& text) {
  std::string plain;
  for (const char letter : ToLowerAscii(text)) {
    if (letter != '_') plain += letter;
  }
  return plain;
}

Result<JoinType> TypeOf(const std::string& text) {
  const std::string plain = Plain(text);
  if (plain.empty() || plain == "inner") return JoinType::kInner;
  if (plain == "left" || plain == "leftouter") return JoinType::kLeft;
  return Status::Invalid("Unsupported as-of join type '", text,
                         "'. Supported as-of join types include: 'inner', 'leftouter', 'left'.");
}

RelationDraft NearestJoin(RelationPtr left, RelationPtr right, JoinType type,
                          plan::spec::NearestArguments nearest) {
  RelationDraft relation = Derive(RelationKind::kJoin, std::move(left));
  relation->right = std::move(right);
  relation->join_type = type;
  auto arguments = std::make_shared<plan::spec::RelationArguments>();
  arguments->nearest = std::move(nearest);
  relation->arguments = std::move(arguments);
  return relation;
}

bool ReadsColumns(const Expression& expression) {
  if (expression.kind == ExpressionKind::kAttribute) return true;
  return std::any_of(expression.children.begin(), expression.children.end(),
                     [](const ExpressionPtr& child) { return ReadsColumns(*child); });
}

/// Errors: AS_OF_JOIN.TOLERANCE_IS_UNFOLDABLE, AS_OF_JOIN.TOLERANCE_IS_NON_NEGATIVE.
Status CheckTolerance(Translator* translator, const ExpressionPtr& tolerance) {
  if (ReadsColumns(*tolerance)) return MakeError("AS_OF_JOIN.TOLERANCE_IS_UNFOLDABLE");
  // Numbers and intervals alike: less than nothing of it.
  const auto nothing = MakeFunction("-", {tolerance, tolerance});
  ARROW_ASSIGN_OR_RAISE(const session::RowSet rows,
                        translator->session()->engine().Collect(
                            Select(nullptr, {MakeFunction("<", {tolerance, nothing})})));
  const auto& negative = static_cast<const arrow::BooleanArray&>(*rows.batches[0].columns[0]);
  if (negative.IsValid(0) && negative.Value(0)) {
    return MakeError("AS_OF_JOIN.TOLERANCE_IS_NON_NEGATIVE");
  }
  return Status::OK();
}

ExpressionPtr And(ExpressionPtr left, ExpressionPtr right) {
  if (left == nullptr) return right;
  if (right == nullptr) return left;
  return MakeFunction("and", {std::move(left), std::move(right)});
}

/// The times of an as-of join, and how they may lie.
struct AsOf {
  ExpressionPtr left;
  ExpressionPtr right;
  ExpressionPtr tolerance;
  std::string direction;
  bool exact = true;

  ExpressionPtr Compare(const char* operation, ExpressionPtr a, ExpressionPtr b) const {
    return MakeFunction(exact ? std::string(operation) + "=" : operation,
                        {std::move(a), std::move(b)});
  }
  ExpressionPtr NotBefore() const {
    return Compare(">", right, MakeFunction("-", {left, tolerance}));
  }
  ExpressionPtr NotAfter() const {
    return Compare("<", right, MakeFunction("+", {left, tolerance}));
  }
  ExpressionPtr Condition() const {
    if (direction == "backward") {
      return And(Compare(">", left, right), tolerance == nullptr ? nullptr : NotBefore());
    }
    if (direction == "forward") {
      return And(Compare("<", left, right), tolerance == nullptr ? nullptr : NotAfter());
    }
    const ExpressionPtr other =
        exact ? nullptr : MakeFunction("not", {MakeFunction("=", {left, right})});
    return And(other, tolerance == nullptr ? nullptr : And(NotBefore(), NotAfter()));
  }
  ExpressionPtr Distance() const {
    const ExpressionPtr before = MakeFunction("-", {left, right});
    const ExpressionPtr after = MakeFunction("-", {right, left});
    if (direction == "backward") return before;
    if (direction == "forward") return after;
    return MakeFunction("if", {MakeFunction(">", {left, right}), before, after});
  }
};

std::string OneOf(const std::string& first, const std::string& second) {
  return "'" + first + "', '" + second + "'";
}

}  // namespace

Result<RelationDraft> TranslateAsOfJoin(Translator* translator, const AsOfJoin& join) {
  ARROW_ASSIGN_OR_RAISE(auto left, translator->Translate(join.left()));
  ARROW_ASSIGN_OR_RAISE(auto right, translator->Translate(join.right()));
  AsOf as_of;
  as_of.exact = join.allow_exact_matches();
  as_of.direction = ToLowerAscii(join.direction());
  ARROW_ASSIGN_OR_RAISE(as_of.left, translator->Translate(join.left_as_of()));
  ARROW_ASSIGN_OR_RAISE(as_of.right, translator->Translate(join.right_as_of()));
  ARROW_ASSIGN_OR_RAISE(const JoinType type, TypeOf(join.join_type()));
  if (as_of.direction != "backward" && as_of.direction != "forward" &&
      as_of.direction != "nearest") {
    return MakeError(
        "AS_OF_JOIN.UNSUPPORTED_DIRECTION",
        {{"direction", join.direction()}, {"supported", "'forward', 'backward', 'nearest'"}});
  }
  if (join.has_tolerance()) {
    ARROW_ASSIGN_OR_RAISE(as_of.tolerance, translator->Translate(join.tolerance()));
    ARROW_RETURN_NOT_OK(CheckTolerance(translator, as_of.tolerance));
  }
  ExpressionPtr condition;
  if (join.has_join_expr()) {
    ARROW_ASSIGN_OR_RAISE(condition, translator->Translate(join.join_expr()));
  }
  RelationDraft relation =
      NearestJoin(std::move(left), std::move(right), type, {as_of.Distance(), 1, false});
  relation->condition = And(std::move(condition), as_of.Condition());
  relation->using_columns = {join.using_columns().begin(), join.using_columns().end()};
  return relation;
}

Result<RelationDraft> TranslateNearestJoin(Translator* translator,
                                           const proto::NearestByJoin& join) {
  if (join.num_results() < 1 || join.num_results() > kMaxNearest) {
    return MakeError("NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE",
                     {{"numResults", std::to_string(join.num_results())},
                      {"min", "1"},
                      {"max", std::to_string(kMaxNearest)}});
  }
  const std::string direction = ToLowerAscii(join.direction());
  if (direction != "distance" && direction != "similarity") {
    return MakeError(
        "NEAREST_BY_JOIN.UNSUPPORTED_DIRECTION",
        {{"direction", join.direction()}, {"supported", OneOf("distance", "similarity")}});
  }
  const std::string mode = ToLowerAscii(join.mode());
  if (mode != "approx" && mode != "exact") {
    return MakeError("NEAREST_BY_JOIN.UNSUPPORTED_MODE",
                     {{"mode", join.mode()}, {"supported", OneOf("approx", "exact")}});
  }
  const std::string type = Plain(join.join_type());
  const bool outer = type == "left" || type == "leftouter";
  if (!outer && type != "inner" && !type.empty()) {
    return MakeError(
        "NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE",
        {{"joinType", "'" + join.join_type() + "'"}, {"supported", "'INNER', 'LEFT OUTER'"}});
  }
  ARROW_ASSIGN_OR_RAISE(auto left, translator->Translate(join.left()));
  ARROW_ASSIGN_OR_RAISE(auto right, translator->Translate(join.right()));
  ARROW_ASSIGN_OR_RAISE(auto ranking, translator->Translate(join.ranking_expression()));
  return NearestJoin(std::move(left), std::move(right), outer ? JoinType::kLeft : JoinType::kInner,
                     {std::move(ranking), join.num_results(), direction == "similarity"});
}

}  // namespace thalweg::connect
