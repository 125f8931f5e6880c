#include "thalweg/plan/spec/named_argument.h"

#include <algorithm>
#include <set>
#include <utility>

#include "thalweg/types/identifier_text.h"

namespace thalweg::plan::spec {

ExpressionPtr MakeNamedArgument(std::string name, ExpressionPtr value) {
  Expression argument;
  argument.kind = ExpressionKind::kAlias;
  argument.name = {std::move(name)};
  argument.position = value->position;
  argument.children = {std::move(value)};
  argument.distinct = true;
  return std::make_shared<const Expression>(std::move(argument));
}

bool IsNamedArgument(const Expression& expression) {
  return expression.kind == ExpressionKind::kAlias && expression.distinct;
}

const Expression& ArgumentValue(const Expression& expression) {
  return IsNamedArgument(expression) ? *expression.children[0] : expression;
}

std::vector<std::optional<std::string>> ArgumentNames(const std::vector<ExpressionPtr>& arguments,
                                                      size_t count) {
  std::vector<std::optional<std::string>> names(count);
  for (size_t behind = 1; behind <= std::min(count, arguments.size()); ++behind) {
    const Expression& argument = *arguments[arguments.size() - behind];
    if (IsNamedArgument(argument)) names[count - behind] = argument.name.back();
  }
  return names;
}

Status CheckNamedArguments(const std::string& function,
                           const std::vector<ExpressionPtr>& arguments) {
  std::set<std::string> seen;
  std::string last;
  for (const ExpressionPtr& argument : arguments) {
    if (!IsNamedArgument(*argument)) {
      if (seen.empty()) continue;
      return MakeError(
          "UNEXPECTED_POSITIONAL_ARGUMENT",
          {{"routineName", QuoteIdentifier(function)}, {"parameterName", QuoteIdentifier(last)}},
          argument->position);
    }
    last = argument->name.back();
    if (seen.insert(ToLowerAscii(last)).second) continue;
    return MakeError(
        "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE",
        {{"routineName", QuoteIdentifier(function)}, {"parameterName", QuoteIdentifier(last)}},
        argument->position);
  }
  return Status::OK();
}

}  // namespace thalweg::plan::spec
