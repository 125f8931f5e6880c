#include "thalweg/plan/analyzer/update_field.h"

#include <algorithm>

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

constexpr char kUpdate[] = "update_fields(";

// Spark prints updates of updates as one.
std::string UpdateText(const std::string& structure, const std::string& update) {
  if (structure.starts_with(kUpdate) && structure.ends_with(")")) {
    return fmt::format("{}, {})", structure.substr(0, structure.size() - 1), update);
  }
  return fmt::format("{}{}, {})", kUpdate, structure, update);
}

}  // namespace

Result<Resolved> UpdateField(ExpressionResolver* resolver, const Resolved& structure,
                             const Resolved& name, const Resolved* value) {
  Resolved updated;
  updated.text = UpdateText(
      structure.text, value == nullptr ? "dropfield()" : fmt::format("WithField({})", value->text));
  const TypePtr& type = structure.expression->type();
  if (type->id() != arrow::Type::STRUCT) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                     {{"sqlExpr", QuoteExpression(updated.text)},
                      {"paramIndex", "first"},
                      {"requiredType", "\"STRUCT\""},
                      {"inputSql", QuoteExpression(structure.text)},
                      {"inputType", QuoteType(*type)}});
  }
  std::vector<Resolved> arguments = {structure, name};
  if (value != nullptr) arguments.push_back(*value);
  if (value == nullptr &&
      std::all_of(type->fields().begin(), type->fields().end(),
                  [&](const FieldPtr& old) { return EqualsIgnoreCase(old->name(), name.text); })) {
    return MakeError("DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS",
                     {{"sqlExpr", QuoteExpression(updated.text)}});
  }
  ARROW_ASSIGN_OR_RAISE(
      const Resolved call,
      resolver->BindCall(value == nullptr ? "drop field" : "with field", std::move(arguments)));
  updated.expression = call.expression;
  return updated;
}

}  // namespace thalweg::plan
