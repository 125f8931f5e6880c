#include "thalweg/plan/analyzer/arrays_zip.h"

namespace thalweg::plan {

Result<Resolved> ResolveArraysZip(ExpressionResolver* resolver, const spec::Expression& call) {
  ARROW_ASSIGN_OR_RAISE(std::vector<Resolved> arguments, resolver->ResolveList(call.children));
  // Errors and the text of the call know nothing of names.
  ARROW_ASSIGN_OR_RAISE(const Resolved plain, resolver->BindCall("arrays_zip", arguments));
  std::string names;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) names += '\0';
    names += arguments[i].name.empty() ? std::to_string(i) : arguments[i].name;
  }
  arguments.insert(arguments.begin(), Resolved{expr::Literal::String(names), "", "", {}, {}});
  ARROW_ASSIGN_OR_RAISE(Resolved zipped,
                        resolver->BindCall("named arrays_zip", std::move(arguments)));
  zipped.text = plain.text;
  return zipped;
}

}  // namespace thalweg::plan
