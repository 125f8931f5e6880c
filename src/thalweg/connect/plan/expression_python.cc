// Calls of functions that come with the plan.

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/python/python_scalar.h"
#include "thalweg/plan/spec/named_argument.h"

namespace thalweg::connect {

Result<std::vector<ExpressionPtr>> TranslateArguments(
    Translator* translator,
    const google::protobuf::RepeatedPtrField<proto::Expression>& arguments) {
  std::vector<ExpressionPtr> translated;
  for (const proto::Expression& argument : arguments) {
    if (!argument.has_named_argument_expression()) {
      ARROW_ASSIGN_OR_RAISE(translated.emplace_back(), translator->Translate(argument));
      continue;
    }
    const auto& named = argument.named_argument_expression();
    ARROW_ASSIGN_OR_RAISE(auto value, translator->Translate(named.value()));
    translated.push_back(plan::spec::MakeNamedArgument(named.key(), std::move(value)));
  }
  return translated;
}

Result<ExpressionPtr> TranslateInlineFunction(
    Translator* translator, const proto::CommonInlineUserDefinedFunction& function) {
  Expression call;
  call.kind = ExpressionKind::kExternal;
  ARROW_ASSIGN_OR_RAISE(call.external, MakePythonScalar(translator->session(), function));
  ARROW_ASSIGN_OR_RAISE(call.children, TranslateArguments(translator, function.arguments()));
  return std::make_shared<const Expression>(std::move(call));
}

}  // namespace thalweg::connect
