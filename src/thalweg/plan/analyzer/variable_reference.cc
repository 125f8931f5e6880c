// Variables of the session in expressions.

#include <algorithm>
#include <optional>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/analyzer/expression_text.h"
#include "thalweg/plan/catalog/variable.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/literal_text.h"
#include "thalweg/types/coercion.h"

namespace thalweg::plan {
namespace {

// The value as Spark writes constants in SQL.
std::string ConstantText(const Variable& variable, const std::string& zone) {
  if (!variable.value->is_valid)
    return fmt::format("CAST(NULL AS {})", SqlTypeName(*variable.type));
  if (variable.type->id() == arrow::Type::TIMESTAMP) return LiteralText(*variable.value, zone);
  const std::string text = spec::LiteralText(*variable.value);
  const bool nested = variable.type->num_fields() > 0;
  const size_t head = nested ? std::min(text.find('('), text.size()) : 0;
  return ToUpperAscii(text.substr(0, head)) + text.substr(head);
}

}  // namespace

Result<std::optional<Resolved>> ExpressionResolver::ResolveVariable(
    const std::vector<std::string>& parts) {
  if (context_->catalog == nullptr || context_->hides_temporary) return std::optional<Resolved>();
  const Variables& variables = context_->catalog->variables();
  // The longest qualifier first: session.v is no field of a variable `session`.
  for (size_t at = std::min<size_t>(2, parts.size() - 1) + 1; at-- > 0;) {
    const auto name = VariableName({parts.begin(), parts.begin() + static_cast<int>(at) + 1});
    const VariablePtr variable = name ? variables.Find(*name) : nullptr;
    if (variable == nullptr) continue;
    if (context_->used != nullptr) {
      context_->used->temporary.emplace_back("VARIABLE", variable->name);
    }
    Resolved value;
    value.expression = expr::Literal::Make(variable->value);
    // Beside a decimal it is a value of its type, not a number as short as it is written.
    if (IsNumeric(*variable->type)) {
      ARROW_ASSIGN_OR_RAISE(value, BindCall("positive", {std::move(value)}));
    }
    value.name = parts[at];
    value.text = fmt::format("variablereference(system.session.{}={})",
                             QuoteIdentifierIfNeeded(variable->name),
                             ConstantText(*variable, SessionTimeZone(*context_)));
    ARROW_ASSIGN_OR_RAISE(value, ExtractFields(std::move(value), parts, at + 1));
    return std::optional<Resolved>(std::move(value));
  }
  return std::optional<Resolved>();
}

}  // namespace thalweg::plan
