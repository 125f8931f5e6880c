// Binding of scalar calls, casts and element access.

#include <algorithm>
#include <set>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/char_padding.h"
#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/analyzer/expression_text.h"
#include "thalweg/plan/analyzer/user_defined_arguments.h"
#include "thalweg/plan/analyzer/map_key_form.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/coercion.h"

namespace thalweg::plan {
namespace {

// The function that gives what a refused cast is after; empty if there is none.
std::string CastSuggestion(const arrow::DataType& from, const arrow::DataType& to) {
  if (IsNumeric(from) && to.id() == arrow::Type::DATE32) return "`DATE_FROM_UNIX_DATE`";
  if (from.id() == arrow::Type::DATE32 && IsNumeric(to)) return "`UNIX_DATE`";
  return "";
}

std::vector<std::string> FieldNames(const arrow::DataType& type) {
  std::vector<std::string> names;
  for (const FieldPtr& field : type.fields()) names.push_back(QuoteIdentifier(field->name()));
  return names;
}

// The one field of `type` named `name`, by its own spelling.
Result<std::string> FindField(const arrow::DataType& type, const std::string& name) {
  std::string found;
  int count = 0;
  for (const FieldPtr& field : type.fields()) {
    if (!EqualsIgnoreCase(field->name(), name)) continue;
    found = field->name();
    ++count;
  }
  if (count == 1) return found;
  if (count == 0) {
    return MakeError("FIELD_NOT_FOUND",
                     {{"fieldName", QuoteIdentifier(name)},
                      {"fields", fmt::format("{}", fmt::join(FieldNames(type), ", "))}});
  }
  return MakeError("AMBIGUOUS_REFERENCE_TO_FIELDS",
                   {{"field", QuoteIdentifier(name)}, {"count", std::to_string(count)}});
}

Resolved StringConstant(const std::string& text) {
  return {expr::Literal::String(text), text, "", {}, {}};
}

// A number as it is written, with a sign or without: beside a decimal it counts as short as it is,
// which no other constant does.
bool IsPlainNumber(const expr::Expression& expression) {
  if (expression.kind() == expr::ExpressionKind::kLiteral) return true;
  if (expression.kind() != expr::ExpressionKind::kCall) return false;
  return static_cast<const expr::Call&>(expression).function().name == "negative" &&
         expression.children()[0]->kind() == expr::ExpressionKind::kLiteral;
}

bool IsArithmetic(const std::string& name) {
  return name == "+" || name == "-" || name == "*" || name == "/" || name == "%" || name == "div";
}

// Functions of the type TIME, which Spark refuses by default.
bool IsTimeFunction(const std::string& name) {
  static const std::set<std::string> names = {
      "current_time",      "make_time",        "time",
      "time_diff",         "time_from_micros", "time_from_millis",
      "time_from_seconds", "time_to_micros",   "time_to_millis",
      "time_to_seconds",   "time_trunc",       "to_time",
      "try_to_time"};
  return names.count(name) > 0;
}

Status NoElements(const Resolved& value) {
  return MakeError(
      "INVALID_EXTRACT_BASE_FIELD_TYPE",
      {{"base", QuoteExpression(value.text)}, {"other", QuoteType(*value.expression->type())}});
}

/// Binds; where CHAR and VARCHAR are taken as STRING, also a schema or type with them in it, which
/// is a constant behind the first argument.
Result<expr::BoundFunction> BindWithChars(const AnalyzerContext& context,
                                          const expr::ScalarFunction& declaration,
                                          std::vector<expr::ArgumentInfo>* infos) {
  Result<expr::BoundFunction> bound = declaration.bind(*infos);
  if (!IsCondition(bound.status(), "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING")) return bound;
  if (context.settings == nullptr || !TakesCharsAsStrings(*context.settings)) return bound;
  for (size_t i = 1; i < infos->size(); ++i) {
    expr::ArgumentInfo& info = (*infos)[i];
    if (info.constant == nullptr || !info.constant->is_valid || !IsString(*info.type)) continue;
    const std::string text(static_cast<const arrow::StringScalar&>(*info.constant).view());
    Result<TypePtr> type = ParseDataType(text);
    if (!type.ok()) {
      const Result<SchemaPtr> schema = ParseSchema(text);
      if (!schema.ok()) continue;
      type = arrow::struct_((*schema)->fields());
    }
    info.constant = std::make_shared<arrow::StringScalar>(SqlTypeName(**type));
  }
  return declaration.bind(*infos);
}

}  // namespace

expr::ArgumentInfo DescribeArgument(const AnalyzerContext& context, const Resolved& argument) {
  expr::ArgumentInfo info;
  info.type = argument.expression->type();
  info.nullable = argument.expression->nullable();
  info.eval_mode = EvalModeOf(context);
  if (argument.expression->IsFoldable()) {
    // A constant that fails (1/0) stays an expression: the error belongs to run time.
    auto value = expr::Fold(*argument.expression, FoldingContext(context));
    if (value.ok()) info.constant = *value;
  }
  return info;
}

Status WithExpressionText(const Status& status, const std::string& text,
                          const std::vector<Resolved>& arguments) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr || !detail->condition().starts_with("DATATYPE_MISMATCH")) return status;
  ErrorParameters parameters = detail->parameters();
  parameters.insert_or_assign("sqlExpr", QuoteExpression(text));
  const auto index = parameters.find("paramIndex");
  if (index != parameters.end() && parameters.count("inputSql") == 0) {
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (OrdinalWord(i) == index->second) {
        parameters["inputSql"] = QuoteExpression(arguments[i].text);
      }
    }
  }
  return MakeError(detail->condition(), std::move(parameters), detail->position());
}

Result<expr::ExpressionPtr> MakeCheckedCast(const Resolved& value, const TypePtr& to, EvalMode mode,
                                            const std::string& text, bool implicit) {
  const TypePtr& from = value.expression->type();
  if (SameType(*from, *to)) return value.expression;
  if (CanCast(*from, *to, mode)) return expr::Cast::Make(value.expression, to, mode, implicit);
  ErrorParameters parameters = {{"sqlExpr", QuoteExpression(text)},
                                {"srcType", QuoteType(*from)},
                                {"targetType", QuoteType(*to)}};
  const bool suggests = mode != EvalMode::kLegacy;
  if (const std::string function = CastSuggestion(*from, *to); suggests && !function.empty()) {
    parameters["functionNames"] = function;
    return MakeError("DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", std::move(parameters));
  }
  if (suggests && CanCast(*from, *to, EvalMode::kLegacy)) {
    parameters["config"] = "\"spark.sql.ansi.enabled\"";
    parameters["configVal"] = "'false'";
    return MakeError("DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", std::move(parameters));
  }
  return MakeError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", std::move(parameters));
}

Result<Resolved> ExpressionResolver::BindCall(const std::string& name,
                                              std::vector<Resolved> arguments) {
  const expr::ScalarFunction* declaration =
      context_->functions->FindScalar(FormUnderSettings(*context_, name));
  if (declaration == nullptr && name == "range") {
    return MakeError("NOT_A_SCALAR_FUNCTION", {{"functionName", QuoteIdentifier(name)}});
  }
  if (declaration == nullptr && IsTimeFunction(name)) return MakeError("UNSUPPORTED_TIME_TYPE", {});
  if (declaration == nullptr) {
    return MakeError("UNRESOLVED_ROUTINE",
                     {{"routineName", QuoteIdentifier(name)}, {"searchPath", SearchPath()}});
  }
  if (IsPaddedComparison(name)) PadCompared(*context_, &arguments);
  std::vector<expr::ArgumentInfo> infos;
  std::vector<std::string> texts;
  std::vector<TypePtr> types;
  for (const Resolved& argument : arguments) {
    infos.push_back(DescribeArgument(*context_, argument));
    if (!IsPlainNumber(*argument.expression) && IsArithmetic(name)) infos.back().constant.reset();
    texts.push_back(argument.text);
    types.push_back(argument.expression->type());
  }
  Resolved call;
  call.text = CallText(name, texts, types);
  const Status checked = CheckUserDefinedArguments(declaration->bind, infos);
  if (!checked.ok()) return WithExpressionText(checked, call.text, arguments);
  Result<expr::BoundFunction> bound = BindWithChars(*context_, *declaration, &infos);
  if (!bound.ok()) return WithExpressionText(bound.status(), call.text, arguments);
  std::vector<expr::ExpressionPtr> casted;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePtr& wanted = i < bound->argument_types.size() ? bound->argument_types[i] : types[i];
    ARROW_ASSIGN_OR_RAISE(expr::ExpressionPtr argument,
                          MakeCheckedCast(arguments[i], wanted, EvalModeOf(*context_), call.text));
    casted.push_back(std::move(argument));
  }
  call.expression = expr::Call::Make(std::make_shared<const expr::BoundFunction>(std::move(*bound)),
                                     std::move(casted));
  return call;
}

Result<Resolved> ExpressionResolver::ExtractField(const Resolved& value, const std::string& field) {
  const arrow::DataType& type = *value.expression->type();
  if (FindUserDefined(type) != nullptr) return NoElements(value);
  if (type.id() == arrow::Type::MAP) return ExtractElement(value, StringConstant(field));
  const arrow::DataType* owner = &type;
  if (type.id() == arrow::Type::LIST) {
    owner = static_cast<const arrow::ListType&>(type).value_type().get();
  }
  if (owner->id() != arrow::Type::STRUCT || FindUserDefined(*owner) != nullptr) {
    return NoElements(value);
  }
  ARROW_ASSIGN_OR_RAISE(const std::string exact, FindField(*owner, field));
  ARROW_ASSIGN_OR_RAISE(Resolved extracted, BindCall("getfield", {value, StringConstant(exact)}));
  extracted.text = fmt::format("{}.{}", value.text, field);
  if (owner == &type) {
    for (const FieldPtr& part : type.fields()) {
      if (part->name() == exact) extracted.metadata = part->metadata();
    }
  }
  return extracted;
}

Result<Resolved> ExpressionResolver::ExtractElement(const Resolved& value, const Resolved& index) {
  const arrow::DataType& type = *value.expression->type();
  const bool string_literal = index.expression->kind() == expr::ExpressionKind::kLiteral &&
                              IsString(*index.expression->type());
  if (FindUserDefined(type) != nullptr) return NoElements(value);
  if (type.id() == arrow::Type::STRUCT) {
    if (string_literal) return ExtractField(value, index.text);
    return MakeError("INVALID_EXTRACT_FIELD_TYPE", {{"extraction", QuoteExpression(index.text)}});
  }
  if (type.id() != arrow::Type::LIST && type.id() != arrow::Type::MAP) return NoElements(value);
  if (type.id() == arrow::Type::LIST && string_literal &&
      static_cast<const arrow::ListType&>(type).value_type()->id() == arrow::Type::STRUCT) {
    return ExtractField(value, index.text);
  }
  return BindCall("subscript", {value, index});
}

}  // namespace thalweg::plan
