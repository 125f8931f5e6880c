// Table functions in FROM: the engine's generators, range, and those of programs.

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/plan/analyzer/external_table_call.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/named_argument.h"
#include "thalweg/plan/spec/table_argument.h"

namespace thalweg::plan {
namespace {

Result<int64_t> IntegerArgument(const AnalyzerContext& context, const Resolved& argument) {
  ARROW_ASSIGN_OR_RAISE(
      auto casted, MakeCheckedCast(argument, arrow::int64(), expr::CastMode::kAnsi, argument.text));
  ARROW_ASSIGN_OR_RAISE(const auto value, expr::Fold(*casted, FoldingContext(context)));
  if (!value->is_valid) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL",
                     {{"sqlExpr", QuoteExpression("range")}, {"exprName", argument.text}});
  }
  return static_cast<const arrow::Int64Scalar&>(*value).value;
}

/// The arguments of generators that may be named.
Result<spec::Expression> WithoutNames(const spec::Expression& call) {
  spec::Expression plain = call;
  const std::string name = ToLowerAscii(call.name.back());
  ARROW_RETURN_NOT_OK(spec::CheckNamedArguments(name, call.children));
  for (spec::ExpressionPtr& argument : plain.children) {
    if (spec::TableArgumentOf(*argument)) {
      return MakeError("UNSUPPORTED_FEATURE",
                       {{"feature", "a TABLE argument of a function of the engine"}});
    }
    if (!spec::IsNamedArgument(*argument)) continue;
    const std::string parameter = RequiredParameter(name);
    if (parameter.empty()) {
      return MakeError("NAMED_PARAMETERS_NOT_SUPPORTED", {{"functionName", QuoteIdentifier(name)}});
    }
    if (!EqualsIgnoreCase(parameter, argument->name.back())) {
      return MakeError("UNRECOGNIZED_PARAMETER_NAME",
                       {{"routineName", QuoteIdentifier(name)},
                        {"argumentName", QuoteIdentifier(argument->name.back())},
                        {"proposal", QuoteIdentifier(parameter)}});
    }
    argument = argument->children[0];
  }
  return plain;
}

}  // namespace

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeTableFunction(const Relation& relation) {
  const spec::Expression& written = *relation.expressions[0];
  const std::string name = ToLowerAscii(written.name.back());
  if (relation.callback != nullptr) return AnalyzeExternalTable(relation.callback->table, written);
  if (context_->catalog != nullptr && written.name.size() == 1) {
    const auto registered = context_->catalog->FindTableFunction(name);
    if (registered != nullptr) return AnalyzeExternalTable(registered, written);
  }
  ARROW_ASSIGN_OR_RAISE(const spec::Expression call, WithoutNames(written));
  const Scope nothing;
  ClauseHooks hooks("table function");
  ExpressionResolver resolver(context_, &nothing, &hooks);
  if (IsGeneratorCall(*context_, call)) {
    ARROW_ASSIGN_OR_RAISE(const GeneratorCall generate,
                          ResolveGeneratorCall(&resolver, call, false, {}));
    return MakeRelation(BuildGenerate(BuildOneRow(), generate));
  }
  if (context_->functions->FindScalar(name) != nullptr ||
      context_->functions->FindAggregate(name) != nullptr) {
    return MakeError("NOT_A_TABLE_FUNCTION", {{"functionName", QuoteIdentifier(name)}});
  }
  if (name != "range") {
    return MakeError("UNRESOLVABLE_TABLE_VALUED_FUNCTION", {{"name", QuoteIdentifier(name)}});
  }
  ARROW_ASSIGN_OR_RAISE(const auto arguments, resolver.ResolveList(call.children));
  if (arguments.empty() || arguments.size() > 4) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`range`"},
                      {"expectedNum", "[1, 2, 3, 4]"},
                      {"actualNum", std::to_string(arguments.size())},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  std::vector<int64_t> values;
  for (const Resolved& argument : arguments) {
    ARROW_ASSIGN_OR_RAISE(const int64_t value, IntegerArgument(*context_, argument));
    values.push_back(value);
  }
  if (values.size() == 1) return AnalyzeRange(0, values[0], 1);
  return AnalyzeRange(values[0], values[1], values.size() > 2 ? values[2] : 1);
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeExternalTable(
    const std::shared_ptr<const spec::ExternalTable>& function, const spec::Expression& call) {
  ExternalTableCallBuilder builder(context_, function);
  ARROW_ASSIGN_OR_RAISE(const spec::TableArgument* table, builder.Begin(call));
  if (table != nullptr) {
    ARROW_ASSIGN_OR_RAISE(AnalyzedRelation rows, Analyze(table->relation));
    builder.SetTable(std::move(rows));
  }
  ARROW_ASSIGN_OR_RAISE(NodePtr node, builder.Build());
  return MakeRelation(std::move(node));
}

}  // namespace thalweg::plan
