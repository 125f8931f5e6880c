#include <algorithm>
#include <array>

#include <arrow/api.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/expr/expression.h"
#include "thalweg/expr/kernel_support.h"

namespace thalweg::expr {
namespace {

/// Names that print between their arguments.
bool IsInfixOperator(const std::string& name) {
  static constexpr std::array<std::string_view, 21> kNames = {"+",  "-",  "*",   "/", "%",  "div",
                                                              "=",  "==", "<=>", "<", "<=", ">",
                                                              ">=", "!=", "<>",  "&", "|",  "^",
                                                              "<<", ">>", ">>>"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::string OperatorText(const std::string& name, const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && IsInfixOperator(name)) {
    return fmt::format("({} {} {})", arguments[0], name == "==" ? "=" : name, arguments[1]);
  }
  if (arguments.size() == 1) {
    if (name == "-" || name == "+") return fmt::format("({} {})", name, arguments[0]);
    if (name == "~") return "~" + arguments[0];
    if (name == "isnull") return fmt::format("({} IS NULL)", arguments[0]);
    if (name == "isnotnull") return fmt::format("({} IS NOT NULL)", arguments[0]);
  }
  return fmt::format("{}({})", name, fmt::join(arguments, ", "));
}

}  // namespace

Call::Call(std::shared_ptr<const BoundFunction> function, std::vector<ExpressionPtr> arguments)
    : Expression(ExpressionKind::kCall, function->return_type, function->nullable,
                 std::move(arguments)),
      function_(std::move(function)) {}

ExpressionPtr Call::Make(std::shared_ptr<const BoundFunction> function,
                         std::vector<ExpressionPtr> arguments) {
  return ExpressionPtr(new Call(std::move(function), std::move(arguments)));
}

Result<arrow::Datum> Call::Evaluate(const EvalContext& context, const Batch& batch) const {
  if (batch.num_rows == 0) return NullResult(type(), 0, false);
  std::vector<arrow::Datum> arguments;
  arguments.reserve(children().size());
  for (const ExpressionPtr& child : children()) {
    ARROW_ASSIGN_OR_RAISE(auto value, child->Evaluate(context, batch));
    arguments.push_back(std::move(value));
  }
  Result<arrow::Datum> value = function_->kernel(context, arguments, batch.num_rows);
  return value.ok() ? std::move(value) : Placed(value.status());
}

ExpressionPtr Call::WithChildren(std::vector<ExpressionPtr> children) const {
  return KeepPlace(Make(function_, std::move(children)));
}

std::string Call::Print(bool pretty) const {
  std::vector<std::string> texts;
  texts.reserve(children().size());
  for (const ExpressionPtr& child : children()) {
    texts.push_back(pretty ? child->ToPrettyString() : child->ToString());
  }
  if (function_->format) return function_->format(texts);
  return OperatorText(function_->display_name.empty() ? function_->name : function_->display_name,
                      texts);
}

std::string Call::ToString() const { return Print(false); }
std::string Call::ToPrettyString() const { return Print(true); }

bool Call::IsFoldable() const { return !function_->context_dependent && Expression::IsFoldable(); }

}  // namespace thalweg::expr
