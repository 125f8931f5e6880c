#include "thalweg/plan/spec/expression.h"

#include <array>
#include <string_view>
#include <utility>

#include <arrow/scalar.h>
#include <fmt/format.h>

#include "thalweg/plan/spec/external.h"
#include "thalweg/plan/spec/literal_text.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::plan::spec {
namespace {

constexpr std::array<std::string_view, 22> kInfixOperators = {"+",  "-",  "*",   "/",  "%",  "div",
                                                              "=",  "==", "<=>", "<>", "!=", "<",
                                                              "<=", ">",  ">=",  "&",  "|",  "^",
                                                              "||", "<<", ">>",  ">>>"};

std::string Join(const std::vector<ExpressionPtr>& expressions, size_t first = 0) {
  std::string out;
  for (size_t i = first; i < expressions.size(); ++i) {
    out += (i == first ? "" : ", ") + ToString(*expressions[i]);
  }
  return out;
}

bool IsNumericLiteral(const Expression& expression) {
  return expression.kind == ExpressionKind::kLiteral && expression.literal != nullptr &&
         expression.literal->is_valid && IsNumeric(*expression.literal->type);
}

/// The text of a call that SQL writes with an operator, or an empty string.
std::string OperatorText(const std::string& name, const std::vector<ExpressionPtr>& children) {
  const auto child = [&](size_t i) { return ToString(*children[i]); };
  if (children.size() == 2) {
    for (const auto symbol : kInfixOperators) {
      if (name == symbol) return fmt::format("({} {} {})", child(0), name, child(1));
    }
    if (name == "and") return fmt::format("({} AND {})", child(0), child(1));
    if (name == "or") return fmt::format("({} OR {})", child(0), child(1));
  }
  if (children.size() == 1) {
    if (name == "not") return fmt::format("(NOT {})", child(0));
    if (name == "isnull") return fmt::format("({} IS NULL)", child(0));
    if (name == "isnotnull") return fmt::format("({} IS NOT NULL)", child(0));
    if (name == "isunknown") return fmt::format("({} IS UNKNOWN)", child(0));
    if (name == "isnotunknown") return fmt::format("({} IS NOT UNKNOWN)", child(0));
    if (name == "~") return fmt::format("(~ {})", child(0));
    if (name == "negative" && !IsNumericLiteral(*children[0])) {
      return fmt::format("(- {})", child(0));
    }
  }
  if (name == "in" && children.size() > 1) {
    return fmt::format("({} IN ({}))", child(0), Join(children, 1));
  }
  if (name == "between" && children.size() == 3) {
    return fmt::format("({} BETWEEN {} AND {})", child(0), child(1), child(2));
  }
  const bool like = name == "like" || name == "ilike";
  if ((like || name == "rlike") && children.size() == 2) {
    return fmt::format("({} {} {})", child(0), name, child(1));
  }
  if (name.ends_with("like any") || name.ends_with("like all")) {
    return fmt::format("({} {} ({}))", child(0), ToUpperAscii(name), Join(children, 1));
  }
  if (like && children.size() == 3) {
    return fmt::format("({} {} {} ESCAPE {})", child(0), name, child(1), child(2));
  }
  return "";
}

/// `k NOT IN (SELECT ...)`: a subquery is shown by its source, in which NOT stands already.
bool SaysNotItself(const Expression& call) {
  return call.name.back() == "not" && call.children.size() == 1 && !call.text.empty() &&
         call.children[0]->kind == ExpressionKind::kSubquery && call.children[0]->text == call.text;
}

std::string FunctionText(const Expression& expression) {
  const std::string& name = expression.name.back();
  const auto& children = expression.children;
  if (SaysNotItself(expression)) return fmt::format("({})", expression.text);
  std::string out = expression.name.size() == 1 && !expression.distinct && !expression.filter
                        ? OperatorText(name, children)
                        : "";
  if (!out.empty()) return out;
  if ((name == "timestampadd" || name == "timestampdiff") && children.size() == 3 &&
      children[0]->kind == ExpressionKind::kLiteral) {
    return fmt::format("{}({}, {})", name, children[0]->literal->ToString(), Join(children, 1));
  }
  out = fmt::format("{}({}{})", QuoteName(expression.name), expression.distinct ? "DISTINCT " : "",
                    Join(children));
  if (expression.filter) out += fmt::format(" FILTER (WHERE {})", ToString(*expression.filter));
  return out;
}

std::string CaseText(const Expression& expression) {
  std::string out = "CASE";
  const size_t pairs = expression.children.size() / 2;
  for (size_t i = 0; i < pairs; ++i) {
    out += fmt::format(" WHEN {} THEN {}", ToString(*expression.children[2 * i]),
                       ToString(*expression.children[2 * i + 1]));
  }
  if (expression.has_else) out += fmt::format(" ELSE {}", ToString(*expression.children.back()));
  return out + " END";
}

std::string NameList(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + QuoteIdentifierIfNeeded(name);
  return names.size() == 1 ? out : "(" + out + ")";
}

ExpressionPtr MakeNode(Expression expression) {
  return std::make_shared<const Expression>(std::move(expression));
}

}  // namespace

ExpressionPtr MakeLiteral(std::shared_ptr<arrow::Scalar> value) {
  Expression out;
  out.type = value->type;
  out.literal = std::move(value);
  return MakeNode(std::move(out));
}

ExpressionPtr MakeAttribute(std::vector<std::string> name) {
  Expression out;
  out.kind = ExpressionKind::kAttribute;
  out.name = std::move(name);
  return MakeNode(std::move(out));
}

ExpressionPtr MakeStar(std::vector<std::string> qualifier) {
  Expression out;
  out.kind = ExpressionKind::kStar;
  out.name = std::move(qualifier);
  return MakeNode(std::move(out));
}

ExpressionPtr MakeFunction(std::string name, std::vector<ExpressionPtr> arguments) {
  Expression out;
  out.kind = ExpressionKind::kFunction;
  out.name = {std::move(name)};
  out.children = std::move(arguments);
  return MakeNode(std::move(out));
}

ExpressionPtr MakeAlias(ExpressionPtr child, std::string name) {
  Expression out;
  out.kind = ExpressionKind::kAlias;
  out.name = {std::move(name)};
  out.children = {std::move(child)};
  return MakeNode(std::move(out));
}

ExpressionPtr MakeCast(ExpressionPtr child, TypePtr type, bool try_cast) {
  Expression out;
  out.kind = ExpressionKind::kCast;
  out.children = {std::move(child)};
  out.type = std::move(type);
  out.try_cast = try_cast;
  return MakeNode(std::move(out));
}

ExpressionPtr MakeAssignment(ExpressionPtr child, TypePtr type) {
  Expression out;
  out.kind = ExpressionKind::kCast;
  out.children = {std::move(child)};
  out.type = std::move(type);
  out.assigns = true;
  return MakeNode(std::move(out));
}

std::string ToString(const Expression& expression) {
  const auto& children = expression.children;
  const auto first = [&] { return ToString(*children[0]); };
  switch (expression.kind) {
    case ExpressionKind::kLiteral:
      return LiteralText(*expression.literal);
    case ExpressionKind::kAttribute:
      return QuoteName(expression.name);
    case ExpressionKind::kStar:
      return expression.name.empty() ? "*" : QuoteName(expression.name) + ".*";
    case ExpressionKind::kFunction:
      return FunctionText(expression);
    case ExpressionKind::kAlias:
      return fmt::format("{} AS {}", first(), NameList(expression.name));
    case ExpressionKind::kCast:
      return fmt::format("{}({} AS {})", expression.try_cast ? "TRY_CAST" : "CAST", first(),
                         SqlTypeName(*expression.type));
    case ExpressionKind::kCase:
      return CaseText(expression);
    case ExpressionKind::kSubscript:
      return fmt::format("{}[{}]", first(), ToString(*children[1]));
    case ExpressionKind::kField:
      return fmt::format("({}).{}", first(), QuoteIdentifierIfNeeded(expression.name.back()));
    case ExpressionKind::kInterval:
      return fmt::format("INTERVAL {} {}", first(), expression.name.back());
    case ExpressionKind::kLambda:
      return fmt::format("{} -> {}", NameList(expression.name), first());
    case ExpressionKind::kWindow:
    case ExpressionKind::kSubquery:
      return expression.text;
    case ExpressionKind::kExternal:
      return fmt::format("{}({})", expression.external->name(), Join(children));
  }
  return "";
}

}  // namespace thalweg::plan::spec
