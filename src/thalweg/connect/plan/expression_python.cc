// Calls of functions that come with the plan.

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/python/python_scalar.h"

namespace thalweg::connect {

Result<ExpressionPtr> TranslateInlineFunction(
    Translator* translator, const proto::CommonInlineUserDefinedFunction& function) {
  Expression call;
  call.kind = ExpressionKind::kExternal;
  ARROW_ASSIGN_OR_RAISE(call.external, MakePythonScalar(translator->session(), function));
  for (const proto::Expression& argument : function.arguments()) {
    if (!argument.has_named_argument_expression()) {
      ARROW_ASSIGN_OR_RAISE(auto value, translator->Translate(argument));
      call.children.push_back(std::move(value));
      continue;
    }
    const auto& named = argument.named_argument_expression();
    ARROW_ASSIGN_OR_RAISE(auto value, translator->Translate(named.value()));
    call.children.push_back(plan::spec::MakeAlias(std::move(value), named.key()));
  }
  return std::make_shared<const Expression>(std::move(call));
}

}  // namespace thalweg::connect
