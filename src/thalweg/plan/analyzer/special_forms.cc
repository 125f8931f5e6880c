#include "thalweg/plan/analyzer/special_forms.h"

#include <set>

#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/char_padding.h"
#include "thalweg/plan/analyzer/update_field.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/coercion.h"

namespace thalweg::plan {
namespace {

Status WrongArgumentCount(const std::string& name, const std::string& expected, size_t actual) {
  return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                   {{"functionName", QuoteIdentifier(name)},
                    {"expectedNum", expected},
                    {"actualNum", std::to_string(actual)},
                    {"docroot", "https://spark.apache.org/docs/latest"}});
}

Status CheckCount(const std::string& name, const std::vector<Resolved>& arguments, size_t count) {
  if (arguments.size() == count) return Status::OK();
  return WrongArgumentCount(name, std::to_string(count), arguments.size());
}

/// The arguments without what they are as columns: forms that are comparisons only for the engine
/// fill no CHAR with blanks.
std::vector<Resolved> AsValues(std::vector<Resolved> arguments) {
  for (Resolved& argument : arguments) argument.metadata = nullptr;
  return arguments;
}

Resolved Null() { return {expr::Literal::Null(arrow::null()), "NULL", "", {}, {}}; }

}  // namespace

namespace {

Status NotBoolean(const Resolved& value, size_t position, const std::string& text) {
  return MakeError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                   {{"sqlExpr", QuoteExpression(text)},
                    {"paramIndex", OrdinalWord(position)},
                    {"requiredType", QuoteType(*arrow::boolean())},
                    {"inputSql", QuoteExpression(value.text)},
                    {"inputType", QuoteType(*value.expression->type())}});
}

}  // namespace

Result<expr::ExpressionPtr> CastToBoolean(const Resolved& value, size_t position,
                                          const std::string& text, EvalMode mode) {
  const TypePtr boolean = arrow::boolean();
  const TypePtr& type = value.expression->type();
  if (type->id() == arrow::Type::BOOL) return value.expression;
  if (ImplicitCastType(type, boolean, mode) == nullptr) return NotBoolean(value, position, text);
  return MakeCheckedCast(value, boolean, mode, text);
}

Result<std::vector<expr::ExpressionPtr>> CastToCommonType(const std::vector<Resolved>& values,
                                                          const std::string& function,
                                                          const std::string& text,
                                                          bool alternatives, EvalMode mode) {
  std::vector<TypePtr> types;
  for (const Resolved& value : values) types.push_back(value.expression->type());
  const TypePtr common = WiderType(types, mode);
  if (common == nullptr) {
    std::vector<std::string> names;
    for (const TypePtr& type : types) names.push_back(QuoteType(*type));
    const std::string list = alternatives ? fmt::format("({})", fmt::join(names, " or "))
                                          : fmt::format("[{}]", fmt::join(names, ", "));
    return MakeError("DATATYPE_MISMATCH.DATA_DIFF_TYPES",
                     {{"sqlExpr", QuoteExpression(text)},
                      {"functionName", QuoteIdentifier(function)},
                      {"dataType", list}});
  }
  std::vector<expr::ExpressionPtr> casted;
  for (const Resolved& value : values) {
    ARROW_ASSIGN_OR_RAISE(expr::ExpressionPtr one, MakeCheckedCast(value, common, mode, text));
    casted.push_back(std::move(one));
  }
  return casted;
}

EvalMode SpecialForms::mode() const { return EvalModeOf(resolver_->context()); }

bool SpecialForms::Has(const std::string& name) {
  static const std::set<std::string> names = {"and",
                                              "or",
                                              "not",
                                              "!",
                                              "!=",
                                              "<>",
                                              "between",
                                              "in",
                                              "if",
                                              "coalesce",
                                              "nvl",
                                              "ifnull",
                                              "nvl2",
                                              "nullif",
                                              "nullifzero",
                                              "zeroifnull",
                                              "istrue",
                                              "isnottrue",
                                              "isfalse",
                                              "isnotfalse",
                                              "isunknown",
                                              "isnotunknown",
                                              "like any",
                                              "like all",
                                              "ilike any",
                                              "ilike all",
                                              "not like any",
                                              "not like all",
                                              "not ilike any",
                                              "not ilike all",
                                              "with field",
                                              "drop field"};
  return names.count(name) > 0;
}

Result<Resolved> SpecialForms::Resolve(const std::string& name, const spec::Expression& call) {
  ARROW_ASSIGN_OR_RAISE(Arguments arguments, resolver_->ResolveList(call.children));
  if (name == "coalesce" || name == "nvl" || name == "ifnull") return Coalesce(name, arguments);
  if (name == "in") return In(arguments);
  if (name == "decode") return Decode(arguments);
  if (name == "and" || name == "or") return Conjunction(name, arguments);
  if (name == "not" || name == "!") return Not(arguments);
  if (name == "!=" || name == "<>") return NotEqual(arguments);
  if (name == "between") return Between(arguments);
  if (name.ends_with("like any") || name.ends_with("like all")) {
    return QuantifiedLike(name, arguments);
  }
  if (name == "if") return If(arguments);
  if (name == "nvl2") return Nvl2(arguments);
  if (name == "with field")
    return UpdateField(resolver_, arguments[0], arguments[1], &arguments[2]);
  if (name == "drop field") return UpdateField(resolver_, arguments[0], arguments[1], nullptr);
  if (name == "nullif" || name == "nullifzero") return NullIf(name, std::move(arguments));
  if (name == "zeroifnull") {
    ARROW_RETURN_NOT_OK(CheckCount(name, arguments, 1));
    arguments.push_back({expr::Literal::Int(0), "0", "", {}, {}});
    ARROW_ASSIGN_OR_RAISE(Resolved value, Coalesce("coalesce", arguments));
    value.text = fmt::format("zeroifnull({})", arguments[0].text);
    return value;
  }
  return TruthTest(name, arguments);
}

Result<Resolved> SpecialForms::Conjunction(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckCount(name, arguments, 2));
  const bool is_and = name == "and";
  Resolved result;
  result.text =
      fmt::format("({} {} {})", arguments[0].text, is_and ? "AND" : "OR", arguments[1].text);
  const TypePtr& left = arguments[0].expression->type();
  const TypePtr& right = arguments[1].expression->type();
  const TypePtr boolean = arrow::boolean();
  if (!ImplicitCastType(left, boolean, mode()) || !ImplicitCastType(right, boolean, mode())) {
    const std::string sql = QuoteExpression(result.text);
    if (SameType(*left, *right)) {
      return MakeError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
                       {{"sqlExpr", sql},
                        {"inputType", QuoteType(*boolean)},
                        {"actualDataType", QuoteType(*left)}});
    }
    return MakeError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                     {{"sqlExpr", sql}, {"left", QuoteType(*left)}, {"right", QuoteType(*right)}});
  }
  ARROW_ASSIGN_OR_RAISE(auto first, CastToBoolean(arguments[0], 0, result.text, mode()));
  ARROW_ASSIGN_OR_RAISE(auto second, CastToBoolean(arguments[1], 1, result.text, mode()));
  result.expression =
      is_and ? expr::Conjunction::And(first, second) : expr::Conjunction::Or(first, second);
  return result;
}

Result<Resolved> SpecialForms::Not(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckCount("not", arguments, 1));
  Resolved result;
  result.text = fmt::format("(NOT {})", arguments[0].text);
  ARROW_ASSIGN_OR_RAISE(auto child, CastToBoolean(arguments[0], 0, result.text, mode()));
  result.expression = expr::Not::Make(std::move(child));
  return result;
}

Result<Resolved> SpecialForms::NotEqual(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckCount("!=", arguments, 2));
  ARROW_ASSIGN_OR_RAISE(Resolved equal, resolver_->BindCall("=", arguments));
  return Not({equal});
}

Result<Resolved> SpecialForms::Between(const Arguments& written) {
  ARROW_RETURN_NOT_OK(CheckCount("between", written, 3));
  const Arguments arguments = AsValues(written);
  ARROW_ASSIGN_OR_RAISE(const Resolved low,
                        resolver_->BindCall(">=", {arguments[0], arguments[1]}));
  ARROW_ASSIGN_OR_RAISE(const Resolved high,
                        resolver_->BindCall("<=", {arguments[0], arguments[2]}));
  Resolved result;
  result.expression = expr::Conjunction::And(low.expression, high.expression);
  result.text =
      fmt::format("between({}, {}, {})", arguments[0].text, arguments[1].text, arguments[2].text);
  return result;
}

Result<Resolved> SpecialForms::QuantifiedLike(const std::string& name, const Arguments& arguments) {
  const bool negated = name.starts_with("not ");
  const bool folded = name.find("ilike") != std::string::npos;
  const bool all = name.ends_with("all");
  std::vector<expr::ExpressionPtr> parts;
  for (size_t i = 1; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(Resolved part, resolver_->BindCall(folded ? "ilike" : "like",
                                                             {arguments[0], arguments[i]}));
    if (negated) {
      ARROW_ASSIGN_OR_RAISE(part, Not({part}));
    }
    parts.push_back(std::move(part.expression));
  }
  // Pairs, then pairs of pairs: the tree stays flat.
  while (parts.size() > 1) {
    std::vector<expr::ExpressionPtr> joined;
    for (size_t i = 0; i + 1 < parts.size(); i += 2) {
      joined.push_back(all ? expr::Conjunction::And(parts[i], parts[i + 1])
                           : expr::Conjunction::Or(parts[i], parts[i + 1]));
    }
    if (parts.size() % 2 != 0) joined.push_back(parts.back());
    parts = std::move(joined);
  }
  Resolved result;
  result.expression = std::move(parts.front());
  result.text =
      fmt::format("{}like{}({})", negated ? "not" : "", all ? "all" : "any",
                  folded ? fmt::format("lower({})", arguments[0].text) : arguments[0].text);
  return result;
}

Result<Resolved> SpecialForms::In(const Arguments& arguments) {
  if (arguments.size() < 2) {
    return MakeError("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", {});
  }
  std::vector<std::string> texts;
  for (size_t i = 1; i < arguments.size(); ++i) texts.push_back(arguments[i].text);
  Resolved result;
  result.text = fmt::format("({} IN ({}))", arguments[0].text, fmt::join(texts, ", "));
  Arguments padded = arguments;
  PadCompared(resolver_->context(), &padded);
  ARROW_ASSIGN_OR_RAISE(auto values, CastToCommonType(padded, "in", result.text, false, mode()));
  const TypePtr& type = values.front()->type();
  if (!IsOrderable(*type)) {
    return MakeError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                     {{"sqlExpr", QuoteExpression(result.text)},
                      {"functionName", "`in`"},
                      {"dataType", QuoteType(*type)}});
  }
  expr::ExpressionPtr value = std::move(values.front());
  values.erase(values.begin());
  result.expression = expr::In::Make(std::move(value), std::move(values));
  return result;
}

Result<Resolved> SpecialForms::If(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckCount("if", arguments, 3));
  Resolved result;
  result.text =
      fmt::format("(IF({}, {}, {}))", arguments[0].text, arguments[1].text, arguments[2].text);
  // IF takes NULL for a condition, but no text.
  if (IsString(*arguments[0].expression->type())) return NotBoolean(arguments[0], 0, result.text);
  ARROW_ASSIGN_OR_RAISE(auto condition, CastToBoolean(arguments[0], 0, result.text, mode()));
  ARROW_ASSIGN_OR_RAISE(auto values, CastToCommonType({arguments[1], arguments[2]}, "if",
                                                      result.text, false, mode()));
  result.expression = expr::Case::If(condition, values[0], values[1]);
  return result;
}

Result<Resolved> SpecialForms::Coalesce(const std::string& name, const Arguments& arguments) {
  if (name != "coalesce") ARROW_RETURN_NOT_OK(CheckCount(name, arguments, 2));
  if (arguments.empty()) return WrongArgumentCount(name, "> 0", 0);
  std::vector<std::string> texts;
  for (const Resolved& argument : arguments) texts.push_back(argument.text);
  const std::string list = fmt::format("{}", fmt::join(texts, ", "));
  ARROW_ASSIGN_OR_RAISE(
      auto values,
      CastToCommonType(arguments, "coalesce", fmt::format("coalesce({})", list), true, mode()));
  Resolved result;
  result.text = fmt::format("{}({})", name, list);
  result.expression = expr::Case::Coalesce(std::move(values));
  return result;
}

Result<Resolved> SpecialForms::Nvl2(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckCount("nvl2", arguments, 3));
  ARROW_ASSIGN_OR_RAISE(const Resolved condition, resolver_->BindCall("isnotnull", {arguments[0]}));
  ARROW_ASSIGN_OR_RAISE(Resolved result, If({condition, arguments[1], arguments[2]}));
  result.text =
      fmt::format("nvl2({}, {}, {})", arguments[0].text, arguments[1].text, arguments[2].text);
  return result;
}

Result<Resolved> SpecialForms::NullIf(const std::string& name, Arguments arguments) {
  const bool zero = name == "nullifzero";
  ARROW_RETURN_NOT_OK(CheckCount(name, arguments, zero ? 1 : 2));
  const std::string text =
      zero ? fmt::format("nullifzero({})", arguments[0].text)
           : fmt::format("nullif({}, {})", arguments[0].text, arguments[1].text);
  if (zero) arguments.push_back({expr::Literal::Int(0), "0", "", {}, {}});
  ARROW_ASSIGN_OR_RAISE(const Resolved equal, resolver_->BindCall("=", AsValues(arguments)));
  ARROW_ASSIGN_OR_RAISE(Resolved result, If({equal, Null(), arguments[0]}));
  result.text = text;
  return result;
}

Result<Resolved> SpecialForms::TruthTest(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckCount(name, arguments, 1));
  if (name.ends_with("unknown")) {
    Resolved value = arguments[0];
    const bool positive = name == "isunknown";
    const std::string text = fmt::format("({} IS {})", value.text, positive ? "NULL" : "NOT NULL");
    if (IsString(*value.expression->type())) return NotBoolean(value, 0, text);
    ARROW_ASSIGN_OR_RAISE(value.expression, CastToBoolean(arguments[0], 0, text, mode()));
    const bool literal = value.expression->kind() == expr::ExpressionKind::kLiteral &&
                         arguments[0].expression == value.expression;
    ARROW_ASSIGN_OR_RAISE(Resolved test,
                          resolver_->BindCall(positive ? "isnull" : "isnotnull", {value}));
    if (literal) {
      test.text = fmt::format("({} IS {}UNKNOWN)", value.text, positive ? "" : "NOT ");
    }
    return test;
  }
  const bool truth = name.ends_with("true");
  ARROW_ASSIGN_OR_RAISE(
      Resolved test,
      resolver_->BindCall(
          "<=>",
          {arguments[0], {expr::Literal::Boolean(truth), truth ? "true" : "false", "", {}, {}}}));
  if (!name.starts_with("isnot")) return test;
  return Not({test});
}

Result<std::optional<Resolved>> SpecialForms::BooleanEquality(
    const std::string& name, const std::vector<Resolved>& arguments) {
  std::optional<Resolved> other;
  if (mode() != EvalMode::kLegacy || arguments.size() != 2) return other;
  if (name != "=" && name != "==" && name != "<=>") return other;
  for (size_t i = 0; i < 2; ++i) {
    const expr::Expression& number = *arguments[1 - i].expression;
    if (arguments[i].expression->type()->id() != arrow::Type::BOOL ||
        number.kind() != expr::ExpressionKind::kLiteral || !IsNumeric(*number.type())) {
      continue;
    }
    const auto& scalar = static_cast<const expr::Literal&>(number).value();
    if (!scalar->is_valid) return other;
    ARROW_ASSIGN_OR_RAISE(const arrow::Datum as_double,
                          expr::CastDatum(arrow::Datum(scalar), arrow::float64(), EvalMode::kAnsi,
                                          FoldingContext(resolver_->context())));
    const double value = as_double.scalar_as<arrow::DoubleScalar>().value;
    if (value != 0 && value != 1) return other;
    Resolved truth = arguments[i];
    truth.name.clear();
    if (value == 0) {
      ARROW_ASSIGN_OR_RAISE(truth, Not({truth}));
    }
    if (name != "<=>") return std::optional<Resolved>(std::move(truth));
    ARROW_ASSIGN_OR_RAISE(Resolved known, resolver_->BindCall("isnotnull", {arguments[i]}));
    ARROW_ASSIGN_OR_RAISE(truth, Conjunction("and", {known, truth}));
    return std::optional<Resolved>(std::move(truth));
  }
  return other;
}

Result<Resolved> SpecialForms::Decode(const Arguments& arguments) {
  std::vector<std::string> texts;
  for (const Resolved& argument : arguments) texts.push_back(argument.text);
  Resolved result;
  result.text = fmt::format("decode({})", fmt::join(texts, ", "));
  // What is left over behind the pairs is for a value that equals none of them.
  Arguments values;
  std::vector<expr::ExpressionPtr> conditions;
  size_t at = 1;
  for (; at + 1 < arguments.size(); at += 2) {
    ARROW_ASSIGN_OR_RAISE(Resolved same, resolver_->BindCall("<=>", {arguments[0], arguments[at]}));
    conditions.push_back(std::move(same.expression));
    values.push_back(arguments[at + 1]);
  }
  values.push_back(at < arguments.size() ? arguments[at] : Null());
  ARROW_ASSIGN_OR_RAISE(auto casted,
                        CastToCommonType(values, "casewhen", result.text, false, mode()));
  std::vector<expr::ExpressionPtr> pairs;
  for (size_t i = 0; i < conditions.size(); ++i) {
    pairs.push_back(std::move(conditions[i]));
    pairs.push_back(casted[i]);
  }
  result.expression = expr::Case::Make(std::move(pairs), casted.back());
  return result;
}

Result<Resolved> SpecialForms::ResolveCase(const spec::Expression& expression) {
  Arguments parts;
  for (const spec::ExpressionPtr& child : expression.children) {
    ARROW_ASSIGN_OR_RAISE(Resolved part, resolver_->Resolve(*child));
    parts.push_back(std::move(part));
  }
  const size_t branches = parts.size() / 2;
  Resolved result;
  result.text = "CASE";
  Arguments values;
  for (size_t i = 0; i < branches; ++i) {
    result.text += fmt::format(" WHEN {} THEN {}", parts[2 * i].text, parts[2 * i + 1].text);
    values.push_back(parts[2 * i + 1]);
  }
  if (expression.has_else) {
    result.text += fmt::format(" ELSE {}", parts.back().text);
    values.push_back(parts.back());
  } else {
    values.push_back(Null());
  }
  result.text += " END";
  ARROW_ASSIGN_OR_RAISE(auto casted,
                        CastToCommonType(values, "casewhen", result.text, false, mode()));
  std::vector<expr::ExpressionPtr> pairs;
  for (size_t i = 0; i < branches; ++i) {
    const Resolved& condition = parts[2 * i];
    if (condition.expression->type()->id() != arrow::Type::BOOL) {
      return NotBoolean(condition, 2 * i, result.text);
    }
    pairs.push_back(condition.expression);
    pairs.push_back(casted[i]);
  }
  result.expression =
      expr::Case::Make(std::move(pairs), expression.has_else ? casted.back() : nullptr);
  return result;
}

}  // namespace thalweg::plan
