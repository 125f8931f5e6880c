#include "thalweg/plan/analyzer/aggregate_binding.h"

#include <algorithm>

#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/expression_text.h"
#include "thalweg/plan/analyzer/user_defined_arguments.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/named_argument.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::plan {
namespace {

/// Whether two variants are equal is not defined.
Status CheckNoVariants(const std::vector<TypePtr>& types, const std::string& text) {
  const bool of_variants = std::any_of(types.begin(), types.end(),
                                       [](const TypePtr& type) { return HasVariant(*type); });
  if (!of_variants) return Status::OK();
  return MakeError("UNSUPPORTED_FEATURE",
                   {{"feature", fmt::format("{} of values of type VARIANT", text)}});
}

Status CountWithoutArguments() {
  return MakeError("WRONG_NUM_ARGS.WITH_SUGGESTION",
                   {{"functionName", "`count`"},
                    {"expectedNum", " >= 1"},
                    {"actualNum", "0"},
                    {"legacyNum", "0"},
                    {"legacyConfKey", "\"spark.sql.legacy.allowParameterlessCount\""},
                    {"legacyConfValue", "\"true\""}});
}

}  // namespace

bool IsCountOfRows(const spec::Expression& call) {
  return EqualsIgnoreCase(call.name.back(), "count") && !call.distinct &&
         call.children.size() == 1 && call.children[0]->kind == spec::ExpressionKind::kStar &&
         call.children[0]->name.empty();
}

Result<AggregateCall> BindAggregateCall(const AnalyzerContext& context,
                                        const expr::AggregateDeclaration& declaration,
                                        const spec::Expression& call,
                                        const std::vector<Resolved>& arguments,
                                        const Resolved* filter) {
  if (call.children.empty() && EqualsIgnoreCase(call.name.back(), "count")) {
    return CountWithoutArguments();
  }
  std::vector<expr::ArgumentInfo> infos;
  std::vector<std::string> texts;
  const auto names = spec::ArgumentNames(call.children, arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    infos.push_back(DescribeArgument(context, arguments[i]));
    const std::string& text = arguments[i].text;
    texts.push_back(names[i] ? fmt::format("{} => {}", *names[i], text) : text);
  }
  const std::string name = ToLowerAscii(call.name.back());
  // Spark hides a second argument that only tells how: whether NULLs count, how exact it is.
  const bool ignores_nulls =
      name.starts_with("first") || name.starts_with("last") || name == "any_value";
  if ((ignores_nulls || name == "approx_count_distinct") && texts.size() == 2) {
    texts.pop_back();
    // Of whether NULLs count only true and false themselves tell.
    const bool literal = arguments[1].expression->kind() == expr::ExpressionKind::kLiteral;
    if (ignores_nulls && !literal) infos[1].constant.reset();
  }
  const bool never_distinct =
      name == "mode" || name == "percentile_cont" || name == "percentile_disc";
  if (call.distinct && never_distinct) {
    return MakeError("INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED",
                     {{"funcName", QuoteIdentifier(name)}});
  }
  AggregateCall aggregate;
  aggregate.distinct = call.distinct;
  if (call.distinct && !texts.empty()) texts[0].insert(0, "DISTINCT ");
  aggregate.text = CallText(name, texts, {});
  const Status checked = CheckUserDefinedArguments(declaration.bind, infos);
  if (!checked.ok()) return WithExpressionText(checked, aggregate.text, arguments);
  auto bound = declaration.bind(infos);
  if (!bound.ok()) return WithExpressionText(bound.status(), aggregate.text, arguments);
  aggregate.function = std::move(*bound);
  const std::vector<TypePtr>& types = aggregate.function->argument_types();
  for (size_t i = 0; i < arguments.size() && i < types.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto argument, MakeCheckedCast(arguments[i], types[i],
                                                         EvalModeOf(context), aggregate.text));
    aggregate.arguments.push_back(std::move(argument));
  }
  if (call.distinct || name == "approx_count_distinct") {
    ARROW_RETURN_NOT_OK(CheckNoVariants(types, aggregate.text));
  }
  if (filter != nullptr) {
    if (filter->expression->type()->id() != arrow::Type::BOOL) {
      return MakeError("INVALID_AGGREGATE_FILTER.NOT_BOOLEAN",
                       {{"filterExpr", QuoteExpression(filter->text)}});
    }
    aggregate.filter = filter->expression;
    aggregate.text += fmt::format(" FILTER (WHERE {})", filter->text);
  }
  aggregate.output.name = aggregate.text;
  aggregate.output.type = aggregate.function->return_type();
  aggregate.output.nullable = aggregate.function->nullable();
  return aggregate;
}

}  // namespace thalweg::plan
