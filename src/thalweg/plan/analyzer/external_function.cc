// Calls of programs' functions.

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/analyzer/named_call.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/external_aggregate.h"
#include "thalweg/plan/logical/external_call.h"
#include "thalweg/plan/spec/named_argument.h"

namespace thalweg::plan {

Result<Resolved> ExpressionResolver::ResolveExternal(const spec::Expression& call) {
  ARROW_RETURN_NOT_OK(spec::CheckNamedArguments(call.external->name(), call.children));
  if (call.external->is_aggregate()) {
    spec::Expression aggregate = call;
    aggregate.kind = spec::ExpressionKind::kFunction;
    aggregate.name = {call.external->name()};
    return hooks_->ResolveAggregate(aggregate, DeclareExternalAggregate(call.external, call));
  }
  if (lambdas_ != nullptr) {
    return MakeError("UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_PYTHON_UDF",
                     {{"funcName", fmt::format("\"{}\"", call.external->name())}});
  }
  std::vector<expr::ExpressionPtr> arguments;
  std::vector<std::optional<std::string>> names;
  std::vector<std::string> texts;
  for (const spec::ExpressionPtr& child : call.children) {
    const bool named = spec::IsNamedArgument(*child);
    const spec::Expression& value = spec::ArgumentValue(*child);
    std::vector<Resolved> resolved;
    if (value.kind == spec::ExpressionKind::kStar) {
      ARROW_ASSIGN_OR_RAISE(resolved, ExpandStar(value));
    } else {
      ARROW_ASSIGN_OR_RAISE(Resolved one, Resolve(value));
      resolved.push_back(std::move(one));
    }
    for (const Resolved& one : resolved) {
      arguments.push_back(one.expression);
      names.push_back(named ? std::optional<std::string>(child->name.back()) : std::nullopt);
      texts.push_back(named ? fmt::format("{} => {}", child->name.back(), one.text) : one.text);
    }
  }
  Resolved made;
  made.text = fmt::format("{}({})", call.external->name(), fmt::join(texts, ", "));
  made.expression = MakeExternalCall(call.external, std::move(arguments), std::move(names));
  return made;
}

std::shared_ptr<const spec::ExternalScalar> ExpressionResolver::FindRegisteredFunction(
    const spec::Expression& call) const {
  if (context_->catalog == nullptr || call.name.size() != 1) return nullptr;
  return context_->catalog->FindFunction(call.name[0]);
}

Status ExpressionResolver::CheckScalarCall(const spec::Expression& call) const {
  if (context_->catalog != nullptr && call.name.size() == 1 &&
      context_->catalog->FindTableFunction(call.name[0]) != nullptr) {
    return MakeError("NOT_A_SCALAR_FUNCTION", {{"functionName", QuoteIdentifier(call.name[0])}});
  }
  return ArrangeArguments(*context_->functions, call).status();
}

}  // namespace thalweg::plan
