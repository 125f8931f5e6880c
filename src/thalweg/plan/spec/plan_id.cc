#include "thalweg/plan/spec/plan_id.h"

#include <arrow/scalar.h>

namespace thalweg::plan::spec {
namespace {

// Marks a position that holds an id; lines of SQL text count from 1.
constexpr int kIdLine = -1;

}  // namespace

void SetPlanId(int64_t id, Relation* relation) {
  relation->position.line = kIdLine;
  relation->position.start = static_cast<int>(id & 0xFFFFFFFF);
  relation->position.stop = static_cast<int>(id >> 32);
}

std::optional<int64_t> PlanIdOf(const Relation& relation) {
  if (relation.position.line != kIdLine) return std::nullopt;
  return static_cast<int64_t>(relation.position.stop) << 32 |
         static_cast<uint32_t>(relation.position.start);
}

void SetPlanId(int64_t id, Expression* expression) {
  expression->literal = std::make_shared<arrow::Int64Scalar>(id);
}

std::optional<int64_t> PlanIdOf(const Expression& expression) {
  if (expression.kind != ExpressionKind::kAttribute && expression.kind != ExpressionKind::kStar) {
    return std::nullopt;
  }
  if (expression.literal == nullptr) return std::nullopt;
  return static_cast<const arrow::Int64Scalar&>(*expression.literal).value;
}

}  // namespace thalweg::plan::spec
