#include "thalweg/plan/logical/external_call.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace thalweg::plan {

Result<arrow::Datum> ExternalKernel::operator()(const expr::EvalContext&,
                                                const std::vector<arrow::Datum>&, int64_t) const {
  return MakeError("INTERNAL_ERROR",
                   {{"message", fmt::format("{} is called inside the engine", function->name())}});
}

expr::ExpressionPtr MakeExternalCall(std::shared_ptr<const spec::ExternalScalar> function,
                                     std::vector<expr::ExpressionPtr> arguments,
                                     std::vector<std::optional<std::string>> argument_names) {
  expr::BoundFunction bound;
  bound.name = function->name();
  for (const expr::ExpressionPtr& argument : arguments) {
    bound.argument_types.push_back(argument->type());
  }
  bound.return_type = function->result_type();
  bound.can_fail = true;
  bound.deterministic = function->is_deterministic();
  bound.context_dependent = true;
  bound.format = [name = bound.name](const std::vector<std::string>& texts) {
    return fmt::format("{}({})", name, fmt::join(texts, ", "));
  };
  bound.kernel = ExternalKernel{std::move(function), std::move(argument_names)};
  return expr::Call::Make(std::make_shared<const expr::BoundFunction>(std::move(bound)),
                          std::move(arguments));
}

const ExternalKernel* FindExternalCall(const expr::Expression& expression) {
  if (expression.kind() != expr::ExpressionKind::kCall) return nullptr;
  return static_cast<const expr::Call&>(expression).function().kernel.target<ExternalKernel>();
}

bool ContainsExternalCall(const expr::Expression& expression) {
  if (FindExternalCall(expression) != nullptr) return true;
  return std::any_of(expression.children().begin(), expression.children().end(),
                     [](const expr::ExpressionPtr& child) { return ContainsExternalCall(*child); });
}

}  // namespace thalweg::plan
