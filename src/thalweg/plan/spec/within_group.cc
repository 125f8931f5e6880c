#include "thalweg/plan/spec/within_group.h"

#include <arrow/scalar.h>

#include "thalweg/types/identifier_text.h"

namespace thalweg::plan::spec {
namespace {

ExpressionPtr BooleanLiteral(bool value) {
  return MakeLiteral(std::make_shared<arrow::BooleanScalar>(value));
}

Status CheckArguments(const std::string& name, const Expression& call, size_t min, size_t max) {
  const size_t count = call.children.size();
  if (count >= min && count <= max) return Status::OK();
  return MakeError(
      "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
      {{"functionName", "`" + name + "`"},
       {"expectedNum", min == max ? std::to_string(min)
                                  : "[" + std::to_string(min) + ", " + std::to_string(max) + "]"},
       {"actualNum", std::to_string(count)}});
}

Status OrderError(const std::string& reason, const std::string& name, ErrorParameters parameters) {
  parameters["funcName"] = "`" + name + "`";
  return MakeError("INVALID_WITHIN_GROUP_EXPRESSION." + reason, std::move(parameters));
}

/// A function of one value, which is what the rows are ordered by.
Result<Expression> OrderByValue(std::string name, Expression call,
                                const std::vector<SortOrder>& orders) {
  if (call.distinct) return OrderError("DISTINCT_UNSUPPORTED", name, {});
  const size_t expected = name == "mode" && !call.children.empty() ? 0 : 1;
  if (orders.size() != expected) {
    return OrderError(
        "WRONG_NUM_ORDERINGS", name,
        {{"expectedNum", std::to_string(expected)}, {"actualNum", std::to_string(orders.size())}});
  }
  if (name != "mode") ARROW_RETURN_NOT_OK(CheckArguments(name, call, 1, 1));
  call.children.insert(call.children.begin(), orders[0].expression);
  call.children.push_back(BooleanLiteral(orders[0].descending));
  call.name = {name + " " + kOrderRefused};
  return call;
}

Result<Expression> OrderList(const std::string& name, Expression call,
                             const std::vector<SortOrder>& orders) {
  ARROW_RETURN_NOT_OK(CheckArguments(name, call, 1, 2));
  const std::string value = ToString(*call.children[0]);
  std::string letters;
  std::vector<ExpressionPtr> keys;
  for (const SortOrder& order : orders) {
    if (call.distinct && (orders.size() > 1 || ToString(*order.expression) != value)) {
      return OrderError("MISMATCH_WITH_DISTINCT_INPUT", name,
                        {{"funcArg", "\"" + value + "\""},
                         {"orderingExpr", "\"" + ToString(*order.expression) + "\""}});
    }
    letters += order.descending ? 'D' : 'A';
    letters += order.nulls_first ? 'F' : 'L';
    keys.push_back(order.expression);
  }
  if (call.children.size() == 1) {
    call.children.push_back(MakeLiteral(std::make_shared<arrow::NullScalar>()));
  }
  call.children.push_back(MakeLiteral(std::make_shared<arrow::StringScalar>(letters)));
  call.children.insert(call.children.end(), keys.begin(), keys.end());
  call.name = {std::string("listagg ") + kOrderRefused};
  return call;
}

}  // namespace

Result<Expression> OrderWithinGroup(Expression call, const std::vector<SortOrder>& orders) {
  const std::string name = ToLowerAscii(call.name.back());
  if (name == "percentile_cont" || name == "percentile_disc" || name == "mode") {
    return OrderByValue(name, std::move(call), orders);
  }
  if (name == "listagg" || name == "string_agg") return OrderList(name, std::move(call), orders);
  Expression refused;
  refused.kind = ExpressionKind::kFunction;
  refused.name = {kOrderRefused};
  refused.children = {std::make_shared<const Expression>(std::move(call))};
  return refused;
}

}  // namespace thalweg::plan::spec
