#include <algorithm>
#include <string>
#include <unordered_set>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/data/retype.h"
#include "thalweg/expr/expression.h"
#include "thalweg/expr/kernel_support.h"
#include "thalweg/expr/value_order.h"

namespace thalweg::expr {
namespace {

/// Types whose values are equal exactly when their integer images are.
bool HasIntegerImage(arrow::Type::type id) {
  switch (id) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
    case arrow::Type::INTERVAL_MONTHS:
      return true;
    default:
      return false;
  }
}

template <typename Visitor>
auto VisitIntegers(const arrow::Datum& values, const Visitor& visitor) {
  switch (values.type()->id()) {
    case arrow::Type::INT8:
      return visitor(PrimitiveView<int8_t>(values));
    case arrow::Type::INT16:
      return visitor(PrimitiveView<int16_t>(values));
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::INTERVAL_MONTHS:
      return visitor(PrimitiveView<int32_t>(values));
    default:
      return visitor(PrimitiveView<int64_t>(values));
  }
}

struct TransparentHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

}  // namespace

/// The list when all of it is literals.
struct In::LiteralSet {
  bool has_null = false;
  std::unordered_set<int64_t> integers;
  std::unordered_set<std::string, TransparentHash, std::equal_to<>> strings;
  /// Values of other types, compared one by one.
  ArrayPtr others;
};

In::In(std::vector<ExpressionPtr> children, bool nullable)
    : Expression(ExpressionKind::kIn, arrow::boolean(), nullable, std::move(children)) {}

ExpressionPtr In::Make(ExpressionPtr value, std::vector<ExpressionPtr> list) {
  std::vector<ExpressionPtr> children = {std::move(value)};
  children.insert(children.end(), list.begin(), list.end());
  const bool nullable = std::any_of(children.begin(), children.end(),
                                    [](const auto& child) { return child->nullable(); });
  auto literals = MakeLiteralSet(children);
  auto* made = new In(std::move(children), nullable);
  made->literals_ = std::move(literals);
  return ExpressionPtr(made);
}

std::shared_ptr<const In::LiteralSet> In::MakeLiteralSet(
    const std::vector<ExpressionPtr>& children) {
  auto set = std::make_shared<LiteralSet>();
  const TypePtr& type = children[0]->type();
  arrow::ArrayVector others;
  for (size_t i = 1; i < children.size(); ++i) {
    if (children[i]->kind() != ExpressionKind::kLiteral) return nullptr;
    const auto& scalar = static_cast<const Literal&>(*children[i]).value();
    if (!scalar->is_valid) {
      set->has_null = true;
    } else if (HasIntegerImage(type->id())) {
      set->integers.insert(VisitIntegers(arrow::Datum(scalar), [](const auto& view) {
        return static_cast<int64_t>(view.Value(0));
      }));
    } else if (type->id() == arrow::Type::STRING || type->id() == arrow::Type::BINARY) {
      set->strings.emplace(StringView(arrow::Datum(scalar)).Value(0));
    } else {
      auto one = arrow::MakeArrayFromScalar(*scalar, 1);
      if (!one.ok()) return nullptr;
      others.push_back(*one);
    }
  }
  if (!others.empty()) {
    auto all = ConcatenateArrays(others);
    if (!all.ok()) return nullptr;
    set->others = *all;
  }
  return set;
}

Result<arrow::Datum> In::Evaluate(const EvalContext& context, const Batch& batch) const {
  if (batch.num_rows == 0) return NullResult(type(), 0, false);
  if (literals_ == nullptr) return EvaluateOneByOne(context, batch);
  ARROW_ASSIGN_OR_RAISE(auto values, children()[0]->Evaluate(context, batch));
  const bool as_scalar = values.is_scalar();
  const int64_t rows = as_scalar ? 1 : batch.num_rows;
  arrow::BooleanBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(rows));
  const auto append_all = [&](const NullView& nulls, const auto& contains) {
    for (int64_t row = 0; row < rows; ++row) {
      if (nulls.IsNull(row)) {
        builder.UnsafeAppendNull();
      } else if (contains(row)) {
        builder.UnsafeAppend(true);
      } else if (literals_->has_null) {
        builder.UnsafeAppendNull();
      } else {
        builder.UnsafeAppend(false);
      }
    }
  };
  const auto type_id = children()[0]->type()->id();
  if (HasIntegerImage(type_id)) {
    VisitIntegers(values, [&](const auto& view) {
      append_all(view, [&](int64_t row) { return literals_->integers.count(view.Value(row)) > 0; });
    });
  } else if (type_id == arrow::Type::STRING || type_id == arrow::Type::BINARY) {
    const StringView view(values);
    append_all(view, [&](int64_t row) {
      return literals_->strings.find(view.Value(row)) != literals_->strings.end();
    });
  } else {
    ARROW_ASSIGN_OR_RAISE(auto array, ToArray(values, rows));
    append_all(NullView(values), [&](int64_t row) {
      for (int64_t i = 0; literals_->others != nullptr && i < literals_->others->length(); ++i) {
        if (CompareValues(*array, row, *literals_->others, i) == 0) return true;
      }
      return false;
    });
  }
  ARROW_ASSIGN_OR_RAISE(auto result, builder.Finish());
  return FinishDatum(result, as_scalar);
}

Result<arrow::Datum> In::EvaluateOneByOne(const EvalContext& context, const Batch& batch) const {
  enum class Answer : uint8_t { kOpen, kTrue, kNull };
  ARROW_ASSIGN_OR_RAISE(auto values, EvaluateToArray(*children()[0], context, batch));
  std::vector<Answer> answers(static_cast<size_t>(batch.num_rows), Answer::kOpen);
  std::vector<bool> saw_null(static_cast<size_t>(batch.num_rows), false);
  auto open = std::make_shared<std::vector<int32_t>>();
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    if (values->IsNull(row)) {
      answers[row] = Answer::kNull;
    } else {
      open->push_back(static_cast<int32_t>(row));
    }
  }
  // An item is evaluated only for the rows that no earlier item equals.
  for (size_t item = 1; item < children().size() && !open->empty(); ++item) {
    ARROW_ASSIGN_OR_RAISE(auto subset, GatherForExpression(*children()[item], batch, open));
    ARROW_ASSIGN_OR_RAISE(auto candidates, EvaluateToArray(*children()[item], context, subset));
    auto still_open = std::make_shared<std::vector<int32_t>>();
    for (size_t i = 0; i < open->size(); ++i) {
      const int32_t row = (*open)[i];
      const bool is_null = candidates->IsNull(static_cast<int64_t>(i));
      if (is_null) saw_null[row] = true;
      if (!is_null && CompareValues(*values, row, *candidates, static_cast<int64_t>(i)) == 0) {
        answers[row] = Answer::kTrue;
      } else {
        still_open->push_back(row);
      }
    }
    open = std::move(still_open);
  }
  arrow::BooleanBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(batch.num_rows));
  for (size_t row = 0; row < answers.size(); ++row) {
    if (answers[row] == Answer::kTrue) {
      builder.UnsafeAppend(true);
    } else if (answers[row] == Answer::kNull || saw_null[row]) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(false);
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto result, builder.Finish());
  return arrow::Datum(std::move(result));
}

ExpressionPtr In::WithChildren(std::vector<ExpressionPtr> children) const {
  return Make(children[0], {children.begin() + 1, children.end()});
}

std::string In::ToString() const {
  std::string items;
  for (size_t i = 1; i < children().size(); ++i) {
    items += (i == 1 ? "" : ", ") + children()[i]->ToString();
  }
  return fmt::format("({} IN ({}))", children()[0]->ToString(), items);
}

std::string In::ToPrettyString() const {
  std::string items;
  for (size_t i = 1; i < children().size(); ++i) {
    items += (i == 1 ? "" : ", ") + children()[i]->ToPrettyString();
  }
  return fmt::format("({} IN ({}))", children()[0]->ToPrettyString(), items);
}

}  // namespace thalweg::expr
