// NULLs and values of whole columns (fill, drop, replace), renaming; samples and tails.

#include <algorithm>

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/plan/analyzer/generator_call.h"
#include "thalweg/plan/analyzer/join_legality.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/select_block.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/user_defined_type.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::plan {
namespace {

bool IsFloating(const arrow::DataType& type) {
  return type.id() == arrow::Type::FLOAT || type.id() == arrow::Type::DOUBLE;
}

// Whether a value of one type is meant for columns of the other: numbers, texts and booleans.
bool SameFamily(const arrow::DataType& value, const arrow::DataType& column) {
  if (FindUserDefined(column) != nullptr) return false;
  if (IsNumeric(value)) return IsNumeric(column);
  if (IsString(value)) return IsString(column);
  return value.id() == arrow::Type::BOOL && column.id() == arrow::Type::BOOL;
}

// Expressions over the columns of one relation, changed in place.
class ColumnEditor {
 public:
  ColumnEditor(const AnalyzerContext* context, AnalyzedRelation input)
      : input_(std::move(input)),
        hooks_("Project"),
        resolver_(context, &input_.scope, &hooks_),
        items_(PassThrough(input_.scope.attributes)) {}

  const std::vector<Attribute>& columns() const { return input_.scope.attributes; }

  // The places of the columns called `names`; of all if there are none.
  Result<std::vector<size_t>> Places(const std::vector<std::string>& names) const {
    std::vector<size_t> places;
    for (size_t i = 0; i < columns().size() && names.empty(); ++i) places.push_back(i);
    for (const std::string& name : names) {
      ARROW_ASSIGN_OR_RAISE(const std::optional<NameMatch> match, FindName(input_.scope, {name}));
      if (!match) return UnresolvedColumn(input_.scope, {name});
      for (size_t i = 0; i < columns().size(); ++i) {
        if (columns()[i].id == match->attribute.id) places.push_back(i);
      }
    }
    return places;
  }
  Resolved Column(size_t place) const {
    return MakeReference(columns()[place], columns()[place].name);
  }
  // A literal cast to the type of a column.
  Result<Resolved> ValueFor(const spec::Expression& literal, size_t place) {
    ARROW_ASSIGN_OR_RAISE(Resolved value, resolver_.Resolve(literal));
    ARROW_ASSIGN_OR_RAISE(
        value.expression,
        MakeCheckedCast(value, columns()[place].type, EvalModeOf(resolver_.context()), value.text));
    return value;
  }
  Result<Resolved> Call(const std::string& name, std::vector<Resolved> arguments) {
    return resolver_.BindCall(name, std::move(arguments));
  }
  // True where the column is neither NULL nor NaN.
  Result<expr::ExpressionPtr> IsPresent(size_t place) {
    ARROW_ASSIGN_OR_RAISE(const Resolved present, Call("isnotnull", {Column(place)}));
    if (!IsFloating(*columns()[place].type)) return present.expression;
    ARROW_ASSIGN_OR_RAISE(const Resolved nan, Call("isnan", {Column(place)}));
    return expr::Conjunction::And(present.expression, expr::Not::Make(nan.expression));
  }
  void Replace(size_t place, expr::ExpressionPtr expression) {
    Resolved value = {std::move(expression), "", columns()[place].name, {}, {}};
    items_[place] = MakeNamed(value, columns()[place].name);
  }
  AnalyzedRelation Finish() {
    AnalyzedRelation result;
    for (const NamedExpression& item : items_) result.scope.attributes.push_back(item.output);
    result.scope.metadata = input_.scope.metadata;
    KeepInReach(input_.scope.metadata, &items_);
    result.node = BuildProject(input_.node, std::move(items_));
    return result;
  }
  AnalyzedRelation Filter(const expr::ExpressionPtr& condition) {
    AnalyzedRelation result = input_;
    result.node = BuildFilter(std::move(result.node), condition);
    return result;
  }

 private:
  AnalyzedRelation input_;
  ClauseHooks hooks_;
  ExpressionResolver resolver_;
  std::vector<NamedExpression> items_;
};

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeFillNull(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  ColumnEditor editor(context_, std::move(input));
  ARROW_ASSIGN_OR_RAISE(const std::vector<size_t> places, editor.Places(relation.column_names));
  const std::vector<spec::ExpressionPtr>& fill = relation.arguments->fill;
  for (size_t i = 0; i < places.size(); ++i) {
    const spec::Expression& literal = fill.size() == 1 ? *fill[0] : *fill[i];
    const TypePtr& type = editor.columns()[places[i]].type;
    if (!SameFamily(*literal.literal->type, *type)) continue;
    ARROW_ASSIGN_OR_RAISE(const Resolved value, editor.ValueFor(literal, places[i]));
    expr::ExpressionPtr column = editor.Column(places[i]).expression;
    if (IsFloating(*type)) {
      ARROW_ASSIGN_OR_RAISE(auto present, editor.IsPresent(places[i]));
      editor.Replace(places[i], expr::Case::If(present, column, value.expression));
    } else {
      editor.Replace(places[i], expr::Case::Coalesce({column, value.expression}));
    }
  }
  return editor.Finish();
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeDropNull(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  ColumnEditor editor(context_, std::move(input));
  ARROW_ASSIGN_OR_RAISE(const std::vector<size_t> places, editor.Places(relation.column_names));
  const std::optional<int64_t> minimum = relation.arguments->minimum_valid;
  if (!minimum) {
    std::vector<expr::ExpressionPtr> conditions;
    for (const size_t place : places) {
      ARROW_ASSIGN_OR_RAISE(auto present, editor.IsPresent(place));
      conditions.push_back(std::move(present));
    }
    if (conditions.empty()) conditions.push_back(expr::Literal::Boolean(true));
    return editor.Filter(JoinConjuncts(conditions));
  }
  Resolved count = {expr::Literal::Int(0), "0", "", {}, {}};
  for (const size_t place : places) {
    ARROW_ASSIGN_OR_RAISE(auto present, editor.IsPresent(place));
    const Resolved one = {
        expr::Case::If(std::move(present), expr::Literal::Int(1), expr::Literal::Int(0)),
        "",
        "",
        {},
        {}};
    ARROW_ASSIGN_OR_RAISE(count, editor.Call("+", {count, one}));
  }
  const Resolved limit = {expr::Literal::Int(static_cast<int32_t>(*minimum)), "", "", {}, {}};
  ARROW_ASSIGN_OR_RAISE(const Resolved enough, editor.Call(">=", {count, limit}));
  return editor.Filter(enough.expression);
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeReplace(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  ColumnEditor editor(context_, std::move(input));
  ARROW_ASSIGN_OR_RAISE(const std::vector<size_t> places, editor.Places(relation.column_names));
  for (const size_t place : places) {
    std::vector<expr::ExpressionPtr> branches;
    for (const auto& [from, to] : relation.arguments->replacements) {
      const TypePtr& type = editor.columns()[place].type;
      const TypePtr& meant = from->literal->is_valid ? from->literal->type : to->literal->type;
      if (!SameFamily(*meant, *type)) continue;
      ARROW_ASSIGN_OR_RAISE(const Resolved old_value, editor.ValueFor(*from, place));
      ARROW_ASSIGN_OR_RAISE(const Resolved new_value, editor.ValueFor(*to, place));
      ARROW_ASSIGN_OR_RAISE(const Resolved same,
                            editor.Call("=", {editor.Column(place), old_value}));
      branches.push_back(same.expression);
      branches.push_back(new_value.expression);
    }
    if (branches.empty()) continue;
    editor.Replace(place, expr::Case::Make(std::move(branches), editor.Column(place).expression));
  }
  return editor.Finish();
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeRename(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  for (size_t i = 0; i < relation.column_names.size(); ++i) {
    for (Attribute& attribute : input.scope.attributes) {
      if (EqualsIgnoreCase(attribute.name, relation.column_names[i])) {
        attribute.name = relation.arguments->new_names[i];
        attribute.qualifier.clear();
      }
    }
  }
  return input;
}

namespace {

Status InvalidFraction(double fraction) {
  return MakeError("INVALID_TABLESAMPLE_FRACTION", {{"fraction", std::to_string(fraction)}});
}

// Each row as often as a random number says, the copies one after the other.
Result<AnalyzedRelation> SampleWithReplacement(const AnalyzerContext* context,
                                               AnalyzedRelation input,
                                               const spec::SampleArguments& sample) {
  const double fraction = sample.upper - sample.lower;
  const bool valid = fraction >= 0;
  if (!valid) return InvalidFraction(fraction);
  ClauseHooks hooks("Sample");
  ExpressionResolver resolver(context, &input.scope, &hooks);
  const int64_t seed =
      sample.seed.value_or(context->clock == nullptr ? 0 : context->clock->MonotonicMicros());
  ARROW_ASSIGN_OR_RAISE(
      const Resolved count,
      resolver.BindCall(
          "poisson count",
          {{expr::Literal::Make(std::make_shared<arrow::DoubleScalar>(fraction)), "", "", {}, {}},
           {expr::Literal::Long(seed), "", "", {}, {}}}));
  const NamedExpression times = MakeNamed(count, "times");
  const std::vector<NamedExpression> kept = PassThrough(input.node->output);
  std::vector<NamedExpression> items = kept;
  items.push_back(times);
  NodePtr counted = BuildProject(std::move(input.node), std::move(items));
  Scope scope;
  scope.attributes = {times.output};
  ExpressionResolver above(context, &scope, &hooks);
  const auto zero = spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(0));
  const auto copies = spec::MakeFunction(
      "explode", {spec::MakeFunction("array_repeat", {zero, spec::MakeAttribute({"times"})})});
  ARROW_ASSIGN_OR_RAISE(const GeneratorCall generate,
                        ResolveGeneratorCall(&above, *copies, /*outer=*/false, {}));
  input.node = BuildProject(BuildGenerate(std::move(counted), generate), kept);
  return input;
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeSample(const Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation input, Analyze(relation.input));
  if (input.node->is_streaming()) {
    return StreamingUnsupported("Sampling is not supported on streaming DataFrames/Datasets");
  }
  const spec::SampleArguments& sample = relation.arguments->sample;
  if (sample.with_replacement) return SampleWithReplacement(context_, std::move(input), sample);
  // False for what is no number, too.
  const bool valid = sample.lower >= 0 && sample.upper <= 1 && sample.lower <= sample.upper;
  if (!valid) return InvalidFraction(sample.upper - sample.lower);
  ClauseHooks hooks("Sample");
  ExpressionResolver resolver(context_, &input.scope, &hooks);
  const auto number = [](double value) {
    return Resolved{
        expr::Literal::Make(std::make_shared<arrow::DoubleScalar>(value)), "", "", {}, {}};
  };
  std::vector<Resolved> seed;
  if (sample.seed) seed.push_back({expr::Literal::Long(*sample.seed), "", "", {}, {}});
  ARROW_ASSIGN_OR_RAISE(const Resolved random, resolver.BindCall("rand", std::move(seed)));
  // One random number a row, compared with both bounds.
  Resolved drawn = random;
  NamedExpression column = MakeNamed(drawn, "random");
  std::vector<NamedExpression> items = PassThrough(input.node->output);
  items.push_back(column);
  input.node = BuildProject(std::move(input.node), std::move(items));
  const Resolved value = MakeReference(column.output, column.output.name);
  ARROW_ASSIGN_OR_RAISE(const Resolved above,
                        resolver.BindCall(">=", {value, number(sample.lower)}));
  ARROW_ASSIGN_OR_RAISE(const Resolved below,
                        resolver.BindCall("<", {value, number(sample.upper)}));
  input.node = BuildFilter(std::move(input.node),
                           expr::Conjunction::And(above.expression, below.expression));
  return input;
}

}  // namespace thalweg::plan
