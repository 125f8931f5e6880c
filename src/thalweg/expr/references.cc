#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/expr/expression.h"

namespace thalweg::expr {

AttributeReference::AttributeReference(uint64_t id, std::string name, TypePtr type, bool nullable)
    : Expression(ExpressionKind::kAttribute, std::move(type), nullable, {}),
      id_(id),
      name_(std::move(name)) {}

ExpressionPtr AttributeReference::Make(uint64_t id, std::string name, TypePtr type, bool nullable) {
  return ExpressionPtr(new AttributeReference(id, std::move(name), std::move(type), nullable));
}

Result<arrow::Datum> AttributeReference::Evaluate(const EvalContext&, const Batch&) const {
  return MakeError("INTERNAL_ERROR", {{"message", "unbound attribute " + ToString()}});
}

ExpressionPtr AttributeReference::WithChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string AttributeReference::ToString() const { return fmt::format("{}#{}", name_, id_); }

ColumnReference::ColumnReference(int ordinal, std::string name, TypePtr type, bool nullable)
    : Expression(ExpressionKind::kColumn, std::move(type), nullable, {}),
      ordinal_(ordinal),
      name_(std::move(name)) {}

ExpressionPtr ColumnReference::Make(int ordinal, std::string name, TypePtr type, bool nullable) {
  return ExpressionPtr(new ColumnReference(ordinal, std::move(name), std::move(type), nullable));
}

Result<arrow::Datum> ColumnReference::Evaluate(const EvalContext&, const Batch& batch) const {
  if (ordinal_ < 0 || ordinal_ >= static_cast<int>(batch.columns.size()) ||
      batch.columns[ordinal_] == nullptr) {
    return MakeError("INTERNAL_ERROR",
                     {{"message", fmt::format("column {} of {} is not in the batch of {} columns",
                                              ordinal_, name_, batch.columns.size())}});
  }
  return arrow::Datum(batch.columns[ordinal_]);
}

ExpressionPtr ColumnReference::WithChildren(std::vector<ExpressionPtr>) const {
  return shared_from_this();
}

std::string ColumnReference::ToString() const { return name_; }

}  // namespace thalweg::expr
