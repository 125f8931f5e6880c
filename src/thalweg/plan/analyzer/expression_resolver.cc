#include "thalweg/plan/analyzer/expression_resolver.h"

#include <algorithm>
#include <set>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/arrays_zip.h"
#include "thalweg/plan/analyzer/constant_name.h"
#include "thalweg/plan/analyzer/expression_text.h"
#include "thalweg/plan/analyzer/higher_order_call.h"
#include "thalweg/plan/analyzer/input_file.h"
#include "thalweg/plan/analyzer/join_legality.h"
#include "thalweg/plan/analyzer/map_key_form.h"
#include "thalweg/plan/analyzer/named_call.h"
#include "thalweg/plan/analyzer/plan_columns.h"
#include "thalweg/plan/analyzer/special_forms.h"
#include "thalweg/plan/analyzer/sql_function_call.h"
#include "thalweg/plan/analyzer/subquery.h"
#include "thalweg/plan/analyzer/window_function.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/alias_metadata.h"
#include "thalweg/plan/spec/external.h"
#include "thalweg/plan/spec/partition_transform.h"
#include "thalweg/plan/spec/plan_id.h"
#include "thalweg/plan/spec/window.h"
#include "thalweg/plan/spec/within_group.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg::plan {
namespace {

Status Unsupported(const std::string& feature) {
  return MakeError("UNSUPPORTED_FEATURE", {{"feature", feature}});
}

// position(a, b), not position(a IN b): only the latter prints as locate.
bool IsWrittenAsCall(const spec::Expression& call) {
  if (call.text.empty() || call.children.size() != 2) return true;
  const std::string& first = call.children[0]->text;
  const size_t at = call.text.find(first);
  if (at == std::string::npos) return true;
  const size_t next = call.text.find_first_not_of(" \t\n", at + first.size());
  return next != std::string::npos && call.text[next] == ',';
}

// Functions that may be named without parentheses.
bool IsLiteralFunction(const std::string& name) {
  static const std::set<std::string> names = {"current_date", "current_timestamp", "current_user",
                                              "user", "session_user"};
  return names.count(name) > 0;
}

// bigint(x), date(x), ...: casts in the shape of functions; null for all other names.
TypePtr CastFunctionType(const std::string& name) {
  static const std::map<std::string, TypePtr> types = {
      {"boolean", arrow::boolean()},  {"tinyint", arrow::int8()},    {"smallint", arrow::int16()},
      {"int", arrow::int32()},        {"bigint", arrow::int64()},    {"float", arrow::float32()},
      {"double", arrow::float64()},   {"decimal", DecimalOf(10, 0)}, {"date", arrow::date32()},
      {"timestamp", TimestampType()}, {"binary", arrow::binary()},   {"string", arrow::utf8()}};
  const auto found = types.find(name);
  return found == types.end() ? nullptr : found->second;
}

// Whether `expression`, which is `resolved`, has a name of its own that a cast of it takes over.
bool IsNamed(const spec::Expression& expression, const Resolved& resolved) {
  return expression.kind == spec::ExpressionKind::kAlias ||
         resolved.expression->kind() == expr::ExpressionKind::kAttribute;
}

Status SqlFunctionRefused(const std::string& name, const std::string& place) {
  return MakeError("UNSUPPORTED_SQL_UDF_USAGE", {{"functionName", name}, {"nodeName", place}});
}

bool IsCast(const spec::Expression& expression) {
  return expression.kind == spec::ExpressionKind::kCast ||
         (expression.kind == spec::ExpressionKind::kFunction &&
          CastFunctionType(ToLowerAscii(expression.name.back())) != nullptr);
}

}  // namespace

EvalMode EvalModeOf(const AnalyzerContext& context) {
  if (context.eval_mode.has_value()) return *context.eval_mode;
  return context.settings == nullptr ? EvalMode::kAnsi : EvalModeOf(*context.settings);
}

std::string SessionTimeZone(const AnalyzerContext& context) {
  std::string zone;
  if (context.settings != nullptr) zone = context.settings->Get("spark.sql.session.timeZone");
  return zone.empty() ? "UTC" : zone;
}

expr::EvalContext FoldingContext(const AnalyzerContext& context) {
  expr::EvalContext folding;
  folding.session_time_zone = SessionTimeZone(context);
  if (context.clock != nullptr) {
    folding.current_timestamp_micros = context.clock->NowMillis() * 1000;
  }
  return folding;
}

Result<std::optional<Resolved>> ClauseHooks::ResolveName(const std::vector<std::string>& parts) {
  return std::optional<Resolved>();
}

Result<std::optional<NameMatch>> ClauseHooks::FindPlanColumn(
    int64_t plan_id, const std::vector<std::string>& parts) {
  return std::optional<NameMatch>();
}

Result<Resolved> ClauseHooks::ResolveAggregate(const spec::Expression& call,
                                               const expr::AggregateDeclaration& declaration) {
  return MakeError(
      "UNSUPPORTED_EXPR_FOR_OPERATOR",
      {{"operator", operator_name_}, {"invalidExprSqls", QuoteExpression(spec::ToString(call))}});
}

Result<Resolved> ClauseHooks::ResolveTimeWindow(const spec::Expression& call) {
  return Unsupported(fmt::format("{} in a {}", call.name.back(), operator_name_));
}

Result<Resolved> ClauseHooks::ResolveGroupingCall(const spec::Expression& call) {
  return MakeError("UNSUPPORTED_GROUPING_EXPRESSION");
}

Result<Resolved> ClauseHooks::ResolveWindowFunction(const spec::Expression& call) {
  return MakeError(
      "UNSUPPORTED_EXPR_FOR_OPERATOR",
      {{"operator", operator_name_}, {"invalidExprSqls", QuoteExpression(spec::ToString(call))}});
}

Status ClauseHooks::CheckSqlFunction(const spec::Expression& call, const std::string& name) {
  if (operator_name_ == "inline table") {
    return MakeError("INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE",
                     {{"expr", QuoteExpression(spec::ToString(call))}});
  }
  if (operator_name_ == "table function") {
    return MakeError("NON_FOLDABLE_ARGUMENT", {{"funcName", QuoteIdentifier("range")},
                                               {"paramName", QuoteIdentifier("argument")},
                                               {"paramType", QuoteExpression("BIGINT")}});
  }
  static const std::set<std::string> places = {"Project", "Filter", "Aggregate", "Join", "Pivot"};
  if (places.count(operator_name_) > 0) return Status::OK();
  return SqlFunctionRefused(name, operator_name_);
}

Status ClauseHooks::RefuseGenerator(const spec::Expression& call) {
  return MakeError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT",
                   {{"plan", fmt::format("'{} {}", operator_name_, spec::ToString(call))}});
}

Resolved MakeReference(const Attribute& attribute, const std::string& written_name) {
  return {expr::AttributeReference::Make(attribute.id, attribute.name,
                                         PlainColumnType(attribute.type), attribute.nullable),
          written_name,
          written_name,
          attribute,
          attribute.watermark_delay_millis,
          ColumnMetadataOf(*attribute.type)};
}

Status ApplyAliasMetadata(const spec::Expression& alias, Resolved* value) {
  ARROW_ASSIGN_OR_RAISE(auto metadata, spec::AliasMetadataOf(alias));
  if (metadata) value->metadata = std::move(*metadata);
  return Status::OK();
}

NamedExpression MakeNamed(const Resolved& value, const std::string& name) {
  Attribute output;
  if (value.attribute) {
    output = *value.attribute;
    if (!name.empty()) output.qualifier.clear();
  } else {
    output.id = NextAttributeId();
    output.watermark_delay_millis = value.watermark_delay_millis;
  }
  output.name = name.empty() ? value.column_name() : name;
  output.type = WithColumnMetadata(value.expression->type(), value.metadata);
  output.nullable = value.expression->nullable();
  return {value.expression, std::move(output)};
}

Result<Resolved> ExpressionResolver::Resolve(const spec::Expression& expression) {
  Result<Resolved> resolved = ResolveNode(expression);
  if (!expression.position.is_known()) return resolved;
  if (!resolved.ok()) return WithPosition(resolved.status(), expression.position);
  resolved->expression = expr::WithPlace(resolved->expression, expression.position);
  return resolved;
}

Result<Resolved> ExpressionResolver::ResolveNode(const spec::Expression& expression) {
  switch (expression.kind) {
    case spec::ExpressionKind::kLiteral:
      return ResolveLiteral(expression);
    case spec::ExpressionKind::kAttribute: {
      ARROW_ASSIGN_OR_RAISE(Resolved value, ResolveAttribute(expression));
      // Only of a column is the name in IDENTIFIER(...) the name of what is selected.
      if (!expression.children.empty() && !value.attribute) value.name.clear();
      return value;
    }
    case spec::ExpressionKind::kStar:
      return MakeError("INVALID_USAGE_OF_STAR_OR_REGEX",
                       {{"elem", "'*'"}, {"prettyName", hooks_->operator_name()}});
    case spec::ExpressionKind::kFunction:
      return ResolveFunction(expression);
    case spec::ExpressionKind::kAlias: {
      ARROW_ASSIGN_OR_RAISE(Resolved child, Resolve(*expression.children[0]));
      child.name = expression.name.back();
      child.text = fmt::format("{} AS {}", child.text, child.name);
      ARROW_RETURN_NOT_OK(ApplyAliasMetadata(expression, &child));
      return child;
    }
    case spec::ExpressionKind::kCast:
      return ResolveCast(expression);
    case spec::ExpressionKind::kCase:
      return SpecialForms(this).ResolveCase(expression);
    case spec::ExpressionKind::kSubscript: {
      ARROW_ASSIGN_OR_RAISE(const Resolved value, Resolve(*expression.children[0]));
      ARROW_ASSIGN_OR_RAISE(const Resolved index, Resolve(*expression.children[1]));
      return ExtractElement(value, index);
    }
    case spec::ExpressionKind::kField: {
      ARROW_ASSIGN_OR_RAISE(const Resolved value, Resolve(*expression.children[0]));
      return ExtractField(value, expression.name.back());
    }
    case spec::ExpressionKind::kInterval:
      return ResolveInterval(expression);
    case spec::ExpressionKind::kLambda:
      return MakeError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
                       {{"class", hooks_->operator_name()}});
    case spec::ExpressionKind::kWindow:
      return ResolveOver(expression);
    case spec::ExpressionKind::kSubquery:
      return ResolveSubquery(expression, /*negated=*/false);
    case spec::ExpressionKind::kExternal:
      return ResolveExternal(expression);
  }
  return Status::Invalid("unknown expression kind");
}

Result<Resolved> ExpressionResolver::ResolveOver(const spec::Expression& expression) {
  // A name that nothing has is told before what may stand there.
  if (!expression.children.empty() &&
      expression.children[0]->kind == spec::ExpressionKind::kAttribute) {
    ARROW_RETURN_NOT_OK(Resolve(*expression.children[0]).status());
  }
  if (!expression.children.empty() &&
      expression.children[0]->kind == spec::ExpressionKind::kFunction) {
    const auto function = FindSqlFunction(*context_, expression.children[0]->name);
    if (function != nullptr)
      return SqlFunctionRefused(QuoteIdentifiers(function->NameParts()), "Window");
  }
  // Between a function and its window in the text of a call.
  static constexpr char kOver[] = " OVER ";
  Result<Resolved> over = hooks_->ResolveWindowFunction(expression);
  if (!over.ok() || !hooks_->is_streaming()) return over;
  const size_t at = over->text.find(kOver);
  const std::string function = over->text.substr(0, at);
  const std::string window =
      at == std::string::npos ? "" : over->text.substr(at + sizeof(kOver) - 1);
  return MakeError("NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING",
                   {{"windowFunc", ToUpperAscii(function)},
                    {"columnName", QuoteIdentifier(over->text)},
                    {"windowSpec", ToUpperAscii(window)}});
}

Result<Resolved> ExpressionResolver::ResolveLiteral(const spec::Expression& expression) {
  Resolved literal;
  literal.expression = expr::Literal::Make(expression.literal);
  literal.text = LiteralText(*expression.literal, SessionTimeZone(*context_));
  return literal;
}

Result<Resolved> ExpressionResolver::ExtractFields(Resolved value,
                                                   const std::vector<std::string>& names,
                                                   size_t from) {
  for (size_t i = from; i < names.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(value, ExtractField(value, names[i]));
    value.name = names[i];
  }
  return value;
}

Result<std::optional<NameMatch>> ExpressionResolver::FindAttribute(
    const spec::Expression& expression) {
  const std::optional<int64_t> plan_id = spec::PlanIdOf(expression);
  if (plan_id && context_->plan_columns != nullptr) {
    ARROW_ASSIGN_OR_RAISE(std::optional<NameMatch> match,
                          context_->plan_columns->Find(*plan_id, expression.name, *scope_));
    if (match) return match;
    if (!context_->plan_columns->IsMerged(*plan_id)) {
      return hooks_->FindPlanColumn(*plan_id, expression.name);
    }
  }
  return FindName(*scope_, expression.name);
}

Result<Resolved> ExpressionResolver::ResolveAttribute(const spec::Expression& expression) {
  if (const Attribute* parameter = FindLambdaParameter(lambdas_, expression.name[0])) {
    return ExtractFields({parameter->Reference(), "namedlambdavariable()", parameter->name, {}, {}},
                         expression.name, 1);
  }
  ARROW_RETURN_NOT_OK(CheckNameIsConstant(*scope_, expression));
  ARROW_ASSIGN_OR_RAISE(const std::optional<NameMatch> match, FindAttribute(expression));
  if (!match) return ResolveElsewhere(expression);
  return ExtractFields(MakeReference(match->attribute, match->written_name), match->fields, 0);
}

Result<Resolved> ExpressionResolver::ResolveElsewhere(const spec::Expression& expression) {
  const std::optional<int64_t> plan_id = spec::PlanIdOf(expression);
  const bool of_plan =
      plan_id && context_->plan_columns != nullptr && !context_->plan_columns->IsMerged(*plan_id);
  std::optional<Resolved> other;
  if (!of_plan) {
    ARROW_ASSIGN_OR_RAISE(other, hooks_->ResolveName(expression.name));
    if (other) return *other;
  }
  if (context_->outer != nullptr) {
    ARROW_ASSIGN_OR_RAISE(other, ResolveOuterName(expression.name));
    if (other) return *other;
  }
  if (of_plan) {
    const std::string name = fmt::format("{}", fmt::join(expression.name, "."));
    return MakeError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", QuoteExpression(name)}});
  }
  if (expression.name.size() == 1 && IsLiteralFunction(ToLowerAscii(expression.name[0]))) {
    return BindCall(ToLowerAscii(expression.name[0]), {});
  }
  ARROW_ASSIGN_OR_RAISE(other, ResolveVariable(expression.name));
  if (other) return *other;
  return UnresolvedColumn(*scope_, expression.name);
}

Result<Resolved> ExpressionResolver::ResolveCast(const spec::Expression& expression) {
  ARROW_ASSIGN_OR_RAISE(Resolved child, Resolve(*expression.children[0]));
  Resolved cast;
  cast.text = fmt::format("{}({} AS {})", expression.try_cast ? "TRY_CAST" : "CAST", child.text,
                          SqlTypeName(*expression.type));
  if (IsNamed(*expression.children[0], child)) cast.name = child.name;
  // Spark shows casts to nested types only around struct(...).
  const spec::Expression& inner = *expression.children[0];
  const bool of_struct = inner.kind == spec::ExpressionKind::kFunction &&
                         EqualsIgnoreCase(inner.name.back(), "struct");
  const bool is_nested = IsNested(*expression.type) && FindUserDefined(*expression.type) == nullptr;
  if (is_nested && !of_struct) cast.text = child.text;
  const EvalMode mode = expression.try_cast  ? EvalMode::kTry
                        : expression.assigns ? EvalMode::kAnsi
                                             : EvalModeOf(*context_);
  ARROW_ASSIGN_OR_RAISE(cast.expression, MakeCheckedCast(child, expression.type, mode, cast.text,
                                                         /*implicit=*/false));
  return cast;
}

Result<Resolved> ExpressionResolver::ResolveInterval(const spec::Expression& expression) {
  ARROW_ASSIGN_OR_RAISE(Resolved value, Resolve(*expression.children[0]));
  const std::string unit = ToLowerAscii(expression.name.back());
  Resolved one;
  if (unit.starts_with("year") || unit.starts_with("month")) {
    const int32_t months = unit.starts_with("year") ? 12 : 1;
    one.expression = expr::Literal::Make(std::make_shared<arrow::MonthIntervalScalar>(months));
  } else {
    ARROW_ASSIGN_OR_RAISE(const int64_t micros, ParseIntervalMicros("1 " + unit, 0));
    one.expression =
        expr::Literal::Make(std::make_shared<arrow::DurationScalar>(micros, DayTimeIntervalType()));
  }
  one.text = fmt::format("INTERVAL '1' {}", unit);
  return BindCall("*", {std::move(value), std::move(one)});
}

Result<std::vector<Resolved>> ExpressionResolver::ResolveList(
    const std::vector<spec::ExpressionPtr>& expressions) {
  std::vector<Resolved> resolved;
  for (const spec::ExpressionPtr& expression : expressions) {
    if (expression->kind == spec::ExpressionKind::kStar) {
      ARROW_ASSIGN_OR_RAISE(std::vector<Resolved> columns, ExpandStar(*expression));
      for (Resolved& column : columns) resolved.push_back(std::move(column));
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(Resolved one, Resolve(*expression));
    resolved.push_back(std::move(one));
  }
  return resolved;
}

Result<std::vector<Resolved>> ExpressionResolver::ExpandStar(const spec::Expression& star) {
  ARROW_ASSIGN_OR_RAISE(std::vector<Resolved> columns, ExpandWholeStar(star));
  std::vector<std::string> names;
  for (const spec::ExpressionPtr& left_out : star.children) {
    names.push_back(QuoteIdentifiers(left_out->name));
  }
  std::set<uint64_t> ids;
  for (const spec::ExpressionPtr& left_out : star.children) {
    ARROW_ASSIGN_OR_RAISE(const Resolved column, Resolve(*left_out));
    if (column.expression->kind() != expr::ExpressionKind::kAttribute) {
      return MakeError("UNSUPPORTED_FEATURE", {{"feature", "a field of a struct in * EXCEPT"}},
                       left_out->position);
    }
    const uint64_t id = static_cast<const expr::AttributeReference&>(*column.expression).id();
    if (!ids.insert(id).second) {
      return MakeError("EXCEPT_OVERLAPPING_COLUMNS",
                       {{"columns", fmt::format("{}", fmt::join(names, ", "))}},
                       left_out->position);
    }
  }
  std::erase_if(columns, [&](const Resolved& column) {
    return column.expression->kind() == expr::ExpressionKind::kAttribute &&
           ids.contains(static_cast<const expr::AttributeReference&>(*column.expression).id());
  });
  return columns;
}

Result<std::vector<Resolved>> ExpressionResolver::ExpandWholeStar(const spec::Expression& star) {
  std::vector<Resolved> columns;
  const auto add = [&columns](const Attribute& attribute) {
    columns.push_back(MakeReference(attribute, attribute.name));
  };
  if (const auto plan_id = spec::PlanIdOf(star); plan_id && context_->plan_columns != nullptr) {
    ARROW_ASSIGN_OR_RAISE(const std::vector<Attribute> found,
                          context_->plan_columns->Columns(*plan_id, *scope_));
    std::for_each(found.begin(), found.end(), add);
    return columns;
  }
  if (star.name.empty()) {
    for (const Attribute& attribute : scope_->attributes) add(attribute);
    return columns;
  }
  if (star.name.size() == 1) {
    for (const std::vector<Attribute>* list : {&scope_->attributes, &scope_->hidden}) {
      for (const Attribute& attribute : *list) {
        if (!attribute.qualifier.empty() &&
            EqualsIgnoreCase(attribute.qualifier.back(), star.name[0])) {
          add(attribute);
        }
      }
    }
    if (!columns.empty()) return columns;
  }
  ARROW_ASSIGN_OR_RAISE(const std::optional<NameMatch> match, FindName(*scope_, star.name));
  if (match) {
    Resolved value = MakeReference(match->attribute, match->written_name);
    for (const std::string& field : match->fields) {
      ARROW_ASSIGN_OR_RAISE(value, ExtractField(value, field));
    }
    if (value.expression->type()->id() == arrow::Type::STRUCT) {
      for (const FieldPtr& field : value.expression->type()->fields()) {
        ARROW_ASSIGN_OR_RAISE(Resolved column, ExtractField(value, field->name()));
        column.name = field->name();
        columns.push_back(std::move(column));
      }
      return columns;
    }
    return MakeError("_LEGACY_ERROR_TEMP_1050",
                     {{"attributes", fmt::format("List({})", fmt::join(star.name, ", "))}});
  }
  ARROW_ASSIGN_OR_RAISE(columns, ExpandOuterStar(star.name));
  if (!columns.empty()) return columns;
  return MakeError("CANNOT_RESOLVE_STAR_EXPAND", {{"targetString", QuoteIdentifiers(star.name)},
                                                  {"columns", SortedColumnNames(*scope_)}});
}

namespace {

// A call that makes a struct, with what its values' columns have besides their types.
expr::ExpressionPtr WithFieldMetadata(const expr::ExpressionPtr& made,
                                      const std::vector<ColumnMetadata>& metadata) {
  const auto has = [](const ColumnMetadata& one) { return one != nullptr; };
  if (made->kind() != expr::ExpressionKind::kCall) return made;
  if (std::none_of(metadata.begin(), metadata.end(), has)) return made;
  const auto& call = static_cast<const expr::Call&>(*made);
  arrow::FieldVector fields;
  for (size_t i = 0; i < metadata.size(); ++i) {
    fields.push_back(made->type()->field(static_cast<int>(i))->WithMetadata(metadata[i]));
  }
  expr::BoundFunction function = call.function();
  function.return_type = arrow::struct_(std::move(fields));
  return expr::Call::Make(std::make_shared<const expr::BoundFunction>(std::move(function)),
                          call.children());
}

}  // namespace

Result<Resolved> ExpressionResolver::ResolveStruct(const spec::Expression& expression) {
  std::vector<Resolved> fields;
  std::vector<std::string> texts;
  for (const spec::ExpressionPtr& child : expression.children) {
    std::vector<Resolved> values;
    if (child->kind == spec::ExpressionKind::kStar) {
      ARROW_ASSIGN_OR_RAISE(values, ExpandStar(*child));
    } else {
      ARROW_ASSIGN_OR_RAISE(Resolved value, Resolve(*child));
      values.push_back(std::move(value));
    }
    for (Resolved& value : values) {
      const bool nameless = value.name.empty() || IsCast(*child);
      const std::string name = nameless ? fmt::format("col{}", texts.size() + 1) : value.name;
      texts.push_back(value.text);
      fields.push_back({expr::Literal::String(name), name, "", {}, {}});
      fields.push_back(std::move(value));
    }
  }
  std::vector<ColumnMetadata> metadata;
  for (size_t i = 1; i < fields.size(); i += 2) metadata.push_back(fields[i].metadata);
  ARROW_ASSIGN_OR_RAISE(Resolved made, BindCall("named_struct", std::move(fields)));
  made.expression = WithFieldMetadata(made.expression, metadata);
  // A row constructor prints as what it becomes.
  if (!expression.text.starts_with("(")) {
    made.text = fmt::format("struct({})", fmt::join(texts, ", "));
  }
  return made;
}

Result<Resolved> ExpressionResolver::ResolveWindowTime(const spec::Expression& expression) {
  ARROW_ASSIGN_OR_RAISE(std::vector<Resolved> arguments, ResolveList(expression.children));
  const std::optional<Attribute> window =
      arguments.size() == 1 ? arguments[0].attribute : std::nullopt;
  const bool is_struct =
      arguments.size() == 1 && arguments[0].expression->type()->id() == arrow::Type::STRUCT;
  if (is_struct && (!window || !window->is_time_window)) {
    return MakeError("_LEGACY_ERROR_TEMP_3101",
                     {{"windowTime", fmt::format("window_time({})", arguments[0].text)}});
  }
  ARROW_ASSIGN_OR_RAISE(Resolved time, BindCall("window_time", std::move(arguments)));
  if (window) time.watermark_delay_millis = window->watermark_delay_millis;
  return time;
}

namespace {

// A call with WITHIN GROUP whose function takes no order.
Status RefuseOrder(const AnalyzerContext& context, const spec::Expression& call) {
  const std::string name = ToLowerAscii(call.name.back());
  const functions::FunctionRegistry& registry = *context.functions;
  const bool is_known = registry.FindScalar(name) != nullptr ||
                        registry.FindAggregate(name) != nullptr ||
                        registry.FindGenerator(name) != nullptr || IsWindowFunctionName(name) ||
                        SpecialForms::Has(name);
  if (!is_known) {
    return MakeError("UNRESOLVED_ROUTINE",
                     {{"routineName", QuoteIdentifier(name)}, {"searchPath", SearchPath()}});
  }
  return MakeError(
      "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
      {{"prettyName", QuoteIdentifier(name)}, {"syntax", "WITHIN GROUP (ORDER BY ...)"}});
}

}  // namespace

Result<Resolved> ExpressionResolver::ResolveQualifiedFunction(const spec::Expression& expression) {
  ARROW_ASSIGN_OR_RAISE(const RoutineName routine, ResolveRoutineName(expression.name));
  if (const auto function = FindSqlFunction(*context_, expression.name)) {
    return ResolveSqlCall(*function, expression);
  }
  spec::Expression call = expression;
  call.name = {routine.name};
  if (routine.may_be_builtin) return ResolveBuiltinFunction(call);
  if (routine.may_be_temporary && FindRegisteredFunction(call) != nullptr) {
    return ResolveFunction(call);
  }
  return MakeError("UNRESOLVED_ROUTINE", {{"routineName", QuoteIdentifiers(expression.name)},
                                          {"searchPath", SearchPath()}});
}

Result<Resolved> ExpressionResolver::ResolveFunction(const spec::Expression& expression) {
  if (expression.name.size() > 1) return ResolveQualifiedFunction(expression);
  if (auto registered = FindRegisteredFunction(expression)) {
    spec::Expression call = expression;
    call.kind = spec::ExpressionKind::kExternal;
    call.external = std::move(registered);
    return ResolveExternal(call);
  }
  if (const auto function = FindSqlFunction(*context_, expression.name)) {
    return ResolveSqlCall(*function, expression);
  }
  return ResolveBuiltinFunction(expression);
}

Result<Resolved> ExpressionResolver::ResolveBuiltinFunction(const spec::Expression& expression) {
  const std::string name = ToLowerAscii(expression.name.back());
  ARROW_RETURN_NOT_OK(CheckScalarCall(expression));
  ARROW_ASSIGN_OR_RAISE(const auto arranged, ArrangeArguments(*context_->functions, expression));
  if (arranged) return ResolveBuiltinFunction(*arranged);
  if (name == "window" || name == "session_window") return hooks_->ResolveTimeWindow(expression);
  if (name == "grouping" || name == "grouping_id") return hooks_->ResolveGroupingCall(expression);
  const functions::HigherOrderFunction* with_lambdas =
      functions::FindHigherOrderFunction(FormUnderSettings(*context_, name));
  if (with_lambdas != nullptr && (name != "array_sort" || expression.children.size() == 2)) {
    return ResolveHigherOrderCall(this, *with_lambdas, expression);
  }
  const functions::FunctionRegistry& registry = *context_->functions;
  if (const expr::AggregateDeclaration* aggregate = registry.FindAggregate(name)) {
    return hooks_->ResolveAggregate(expression, *aggregate);
  }
  if (registry.FindGenerator(name) != nullptr) return hooks_->RefuseGenerator(expression);
  if (expression.distinct || expression.filter != nullptr) {
    return MakeError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                     {{"prettyName", QuoteIdentifier(name)},
                      {"syntax", expression.distinct ? "DISTINCT" : "FILTER CLAUSE"}});
  }
  const bool negates_subquery = name == "not" && expression.children.size() == 1 &&
                                expression.children[0]->kind == spec::ExpressionKind::kSubquery;
  if (negates_subquery) return ResolveSubquery(*expression.children[0], /*negated=*/true);
  if (IsWindowFunctionName(name)) {
    return MakeError("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE",
                     {{"funcName", QuoteExpression(spec::ToString(expression))}});
  }
  const bool is_choice = name == "decode" && expression.children.size() > 2;
  if (is_choice || SpecialForms::Has(name)) return SpecialForms(this).Resolve(name, expression);
  if (name == "struct") return ResolveStruct(expression);
  if (name == "arrays_zip") return ResolveArraysZip(this, expression);
  const bool is_database = name == "current_database" || name == "current_schema";
  if (is_database && expression.children.empty() && context_->catalog != nullptr) {
    Resolved database;
    database.expression = expr::Literal::String(context_->catalog->current_database());
    database.text = "current_schema()";
    return database;
  }
  if (name == "window_time") return ResolveWindowTime(expression);
  if (name.ends_with(spec::kPartitionTransform)) {
    ARROW_ASSIGN_OR_RAISE(const Resolved column, Resolve(*expression.children[0]));
    const std::string written = name.substr(0, name.find(spec::kPartitionTransform));
    return MakeError("PARTITION_TRANSFORM_EXPRESSION_NOT_IN_PARTITIONED_BY",
                     {{"expression", QuoteExpression(written + "(" + column.text + ")")}});
  }
  if (name == spec::kNameRefused) return RefuseConstantName(this, expression);
  if (name == spec::kOrderRefused) return RefuseOrder(*context_, *expression.children[0]);
  if (name == "monotonically_increasing_id" && hooks_->is_streaming()) {
    return StreamingUnsupported(
        "Expression(s): monotonically_increasing_id() is not supported with streaming "
        "DataFrames/Datasets");
  }
  ARROW_ASSIGN_OR_RAISE(auto of_file, ResolveInputFile(this, *scope_, expression));
  if (of_file) return std::move(*of_file);
  ARROW_ASSIGN_OR_RAISE(std::vector<Resolved> arguments, ResolveList(expression.children));
  if (const TypePtr type = CastFunctionType(name); type != nullptr && arguments.size() == 1) {
    Resolved cast;
    cast.text = arguments[0].text;
    if (!cast.text.starts_with("variablereference(")) cast.name = arguments[0].name;
    const std::string text = fmt::format("CAST({} AS {})", cast.text, SqlTypeName(*type));
    ARROW_ASSIGN_OR_RAISE(cast.expression,
                          MakeCheckedCast(arguments[0], type, EvalModeOf(*context_), text));
    return cast;
  }
  ARROW_ASSIGN_OR_RAISE(auto truth, SpecialForms(this).BooleanEquality(name, arguments));
  if (truth) return std::move(*truth);
  const bool sign = name == "negative" && arguments.size() == 1 &&
                    !ToLowerAscii(expression.text).starts_with("negative");
  const std::string negated = sign ? fmt::format("(- {})", arguments[0].text) : "";
  ARROW_ASSIGN_OR_RAISE(Resolved call, BindCall(name, std::move(arguments)));
  if (sign) call.text = negated;
  if (name == "position" && IsWrittenAsCall(expression)) call.text.replace(0, 6, "position");
  if (name == "from_json" && call.expression->type()->id() == arrow::Type::MAP) {
    call.name = "entries";
  }
  return call;
}

namespace {

// The function itself is none, but what it is given may hold aggregates.
bool WindowContainsAggregate(const AnalyzerContext& context, const spec::Expression& over) {
  const auto contains = [&context](const spec::ExpressionPtr& part) {
    return ContainsAggregate(context, *part);
  };
  const std::vector<spec::ExpressionPtr>& arguments = over.children[0]->children;
  if (std::any_of(arguments.begin(), arguments.end(), contains)) return true;
  if (over.window == nullptr) return false;
  const std::vector<spec::ExpressionPtr>& partition = over.window->partition_by;
  if (std::any_of(partition.begin(), partition.end(), contains)) return true;
  return std::any_of(over.window->order_by.begin(), over.window->order_by.end(),
                     [&](const spec::SortOrder& item) { return contains(item.expression); });
}

}  // namespace

bool ContainsAggregate(const AnalyzerContext& context, const spec::Expression& expression) {
  if (expression.kind == spec::ExpressionKind::kSubquery) {
    return std::any_of(expression.children.begin(), expression.children.end(),
                       [&context](const spec::ExpressionPtr& value) {
                         return ContainsAggregate(context, *value);
                       });
  }
  if (expression.kind == spec::ExpressionKind::kWindow) {
    return WindowContainsAggregate(context, expression);
  }
  if (expression.kind == spec::ExpressionKind::kExternal && expression.external->is_aggregate()) {
    return true;
  }
  if (expression.kind == spec::ExpressionKind::kFunction) {
    const auto registered = context.catalog == nullptr
                                ? nullptr
                                : context.catalog->FindFunction(expression.name.back());
    if (registered != nullptr && registered->is_aggregate()) return true;
    const bool hidden =
        expression.name.size() > 1 && FindSqlFunction(context, expression.name) != nullptr;
    if (!hidden &&
        context.functions->FindAggregate(ToLowerAscii(expression.name.back())) != nullptr) {
      return true;
    }
  }
  for (const spec::ExpressionPtr& child : expression.children) {
    if (ContainsAggregate(context, *child)) return true;
  }
  return false;
}

}  // namespace thalweg::plan
