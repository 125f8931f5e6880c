// Fields of structures that are set or dropped; columns by pattern.

#include <arrow/api.h>

#include "thalweg/connect/plan/rare_relations.h"
#include "thalweg/functions/java_regex.h"
#include "thalweg/plan/spec/plan_id.h"

namespace thalweg::connect {
namespace {

ExpressionPtr Text(const std::string& text) {
  return plan::spec::MakeLiteral(std::make_shared<arrow::StringScalar>(text));
}

ExpressionPtr FieldOf(ExpressionPtr structure, const std::string& name) {
  Expression field;
  field.kind = ExpressionKind::kField;
  field.name = {name};
  field.children = {std::move(structure)};
  return std::make_shared<const Expression>(std::move(field));
}

/// `names` from `at` on lead to the field. A null `value` drops it.
ExpressionPtr Update(const ExpressionPtr& structure, const std::vector<std::string>& names,
                     size_t at, const ExpressionPtr& value) {
  const bool last = at + 1 == names.size();
  if (last && value == nullptr) {
    return plan::spec::MakeFunction("drop field", {structure, Text(names[at])});
  }
  ExpressionPtr inner = last ? value : Update(FieldOf(structure, names[at]), names, at + 1, value);
  return plan::spec::MakeFunction("with field", {structure, Text(names[at]), std::move(inner)});
}

}  // namespace

Result<ExpressionPtr> TranslateFieldUpdate(Translator* translator,
                                           const proto::Expression::UpdateFields& update) {
  ARROW_ASSIGN_OR_RAISE(auto structure, translator->Translate(update.struct_expression()));
  ARROW_ASSIGN_OR_RAISE(const auto names, sql::ParseMultipartName(update.field_name()));
  ExpressionPtr value;
  if (update.has_value_expression()) {
    ARROW_ASSIGN_OR_RAISE(value, translator->Translate(update.value_expression()));
  }
  return Update(structure, names, 0, value);
}

Result<std::vector<ExpressionPtr>> TranslatePattern(
    Translator* translator, const RelationPtr& input,
    const proto::Expression::UnresolvedRegex& pattern) {
  const std::string& text = pattern.col_name();
  const auto column = [&pattern](std::vector<std::string> name) -> ExpressionPtr {
    Expression made;
    made.kind = ExpressionKind::kAttribute;
    made.name = std::move(name);
    if (pattern.has_plan_id()) plan::spec::SetPlanId(pattern.plan_id(), &made);
    return std::make_shared<const Expression>(std::move(made));
  };
  const bool quoted = text.size() > 2 && text.back() == '`';
  const size_t begin = quoted ? text.rfind("`", text.size() - 2) : std::string::npos;
  const bool whole =
      begin == 0 || (begin != std::string::npos && begin > 1 && text[begin - 1] == '.');
  if (!whole || input == nullptr) {
    ARROW_ASSIGN_OR_RAISE(auto name, sql::ParseMultipartName(text));
    return std::vector<ExpressionPtr>{column(std::move(name))};
  }
  std::vector<std::string> qualifier;
  if (begin > 0) {
    ARROW_ASSIGN_OR_RAISE(qualifier, sql::ParseMultipartName(text.substr(0, begin - 1)));
  }
  const std::string inner = text.substr(begin + 1, text.size() - begin - 2);
  ARROW_ASSIGN_OR_RAISE(const auto regex, functions::JavaRegex::Make("(?i)^(?:" + inner + ")$"));
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(input));
  std::vector<ExpressionPtr> columns;
  for (const std::string& name : schema->field_names()) {
    ARROW_ASSIGN_OR_RAISE(const bool matches, regex->Occurs(name));
    if (!matches) continue;
    std::vector<std::string> parts = qualifier;
    parts.push_back(name);
    columns.push_back(column(std::move(parts)));
  }
  return columns;
}

}  // namespace thalweg::connect
