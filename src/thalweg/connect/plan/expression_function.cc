// Calls of functions and lambdas.

#include <map>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/plan/spec/partition_transform.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

ExpressionPtr Call(std::string name, std::vector<ExpressionPtr> arguments, bool distinct = false) {
  Expression call;
  call.kind = ExpressionKind::kFunction;
  call.name = {std::move(name)};
  call.children = std::move(arguments);
  call.distinct = distinct;
  // The analyzer tells -x from negative(x), which prints otherwise, by what was written.
  if (call.name[0] == "negative") call.text = "negative";
  return std::make_shared<const Expression>(std::move(call));
}

/// when(condition, value, ..., otherwise): branches in turn, then perhaps the rest.
ExpressionPtr Case(std::vector<ExpressionPtr> children) {
  Expression made;
  made.kind = ExpressionKind::kCase;
  made.has_else = children.size() % 2 == 1;
  made.children = std::move(children);
  return std::make_shared<const Expression>(std::move(made));
}

/// Names of the protocol for what SQL writes otherwise.
std::string SqlName(const std::string& name) {
  static const auto* const kNames = new std::map<std::string, std::string>{
      {"bitwiseand", "&"}, {"bitwiseor", "|"}, {"bitwisexor", "^"}, {"!", "not"}, {"==", "="},
  };
  const std::string lower = ToLowerAscii(name);
  const auto found = kNames->find(lower);
  return found == kNames->end() ? lower : found->second;
}

}  // namespace

Result<ExpressionPtr> TranslateFunction(Translator* translator,
                                        const proto::Expression::UnresolvedFunction& function) {
  ARROW_ASSIGN_OR_RAISE(auto arguments, TranslateArguments(translator, function.arguments()));
  std::string name = function.function_name();
  if (function.is_user_defined_function()) {
    ARROW_ASSIGN_OR_RAISE(const auto parts, sql::ParseMultipartName(name));
    name = parts.back();
  }
  name = SqlName(name);
  if (plan::spec::IsPartitionTransform(name) && !function.is_user_defined_function() &&
      !arguments.empty()) {
    return Call(name + plan::spec::kPartitionTransform, {std::move(arguments.back())});
  }
  if (name == "when") return Case(std::move(arguments));
  if (name == "distributed_sequence_id") {
    // zipWithIndex(): the number of the row, counted over all of them.
    return sql::ParseExpression(
        "cast(row_number() over (order by monotonically_increasing_id()) - 1 as bigint)",
        translator->parser_options());
  }
  return Call(std::move(name), std::move(arguments), function.is_distinct());
}

Result<ExpressionPtr> TranslateCall(Translator* translator, const proto::CallFunction& call) {
  ARROW_ASSIGN_OR_RAISE(auto arguments, TranslateArguments(translator, call.arguments()));
  ARROW_ASSIGN_OR_RAISE(const auto parts, sql::ParseMultipartName(call.function_name()));
  return Call(SqlName(parts.back()), std::move(arguments));
}

Result<ExpressionPtr> TranslateLambda(Translator* translator,
                                      const proto::Expression::LambdaFunction& lambda) {
  Expression made;
  made.kind = ExpressionKind::kLambda;
  for (const auto& argument : lambda.arguments()) {
    if (argument.name_parts().empty()) return MissingPart("LambdaFunction", "arguments");
    made.name.push_back(argument.name_parts(0));
  }
  ARROW_ASSIGN_OR_RAISE(auto body, translator->Translate(lambda.function()));
  made.children = {std::move(body)};
  return std::make_shared<const Expression>(std::move(made));
}

}  // namespace thalweg::connect
