#include <algorithm>
#include <numeric>

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <fmt/format.h>

#include "thalweg/data/retype.h"
#include "thalweg/expr/expression.h"
#include "thalweg/expr/kernel_support.h"
#include "thalweg/types/nullability.h"

namespace thalweg::expr {
namespace {

using Rows = std::vector<int32_t>;

/// An expression's values for some rows of a batch.
struct PartialValues {
  arrow::Datum values;
  /// True: values are of all rows of the batch; else value i is of the i-th row asked for.
  bool all_rows = false;
  int64_t IndexOf(int64_t position, int32_t row) const {
    if (values.is_scalar()) return 0;
    return all_rows ? row : position;
  }
};

/// Evaluates for `rows` only, unless it is safe and cheaper to do all.
Result<PartialValues> EvaluateForRows(const Expression& expression, const EvalContext& context,
                                      const Batch& batch, const std::shared_ptr<Rows>& rows) {
  const int64_t count = static_cast<int64_t>(rows->size());
  PartialValues partial;
  if (count == batch.num_rows || (!expression.CanFail() && count * 2 > batch.num_rows)) {
    ARROW_ASSIGN_OR_RAISE(partial.values, expression.Evaluate(context, batch));
    partial.all_rows = true;
    return partial;
  }
  ARROW_ASSIGN_OR_RAISE(auto subset, GatherForExpression(expression, batch, rows));
  ARROW_ASSIGN_OR_RAISE(partial.values, expression.Evaluate(context, subset));
  return partial;
}

/// Puts a result together from values of branches, each for some of the rows.
class Assembler {
 public:
  Assembler(TypePtr type, int64_t num_rows)
      : type_(std::move(type)), sources_(static_cast<size_t>(num_rows), -1) {}

  /// rows[i] gets value index_of(i, rows[i]) of `values`.
  Status Add(const PartialValues& partial, const Rows& rows, const Rows& positions) {
    if (rows.empty()) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(auto piece, partial.values.is_scalar()
                                          ? ToArray(partial.values, 1)
                                          : Result<ArrayPtr>(partial.values.make_array()));
    for (size_t i = 0; i < rows.size(); ++i) {
      sources_[rows[i]] = static_cast<int32_t>(base_ + partial.IndexOf(positions[i], rows[i]));
    }
    base_ += piece->length();
    pieces_.push_back(std::move(piece));
    return Status::OK();
  }

  /// Rows nothing was added for are NULL.
  Result<ArrayPtr> Finish() {
    const int64_t num_rows = static_cast<int64_t>(sources_.size());
    if (pieces_.empty()) return arrow::MakeArrayOfNull(type_, num_rows);
    if (pieces_.size() == 1 && IsIdentity()) return pieces_[0];
    arrow::ArrayVector typed;
    for (const ArrayPtr& piece : pieces_) {
      ARROW_ASSIGN_OR_RAISE(auto retyped, Retype(piece, type_));
      typed.push_back(std::move(retyped));
    }
    ARROW_ASSIGN_OR_RAISE(
        auto all, typed.size() == 1 ? Result<ArrayPtr>(typed[0]) : arrow::Concatenate(typed));
    arrow::Int32Builder indices;
    ARROW_RETURN_NOT_OK(indices.Reserve(num_rows));
    for (const int32_t source : sources_) {
      if (source < 0) {
        indices.UnsafeAppendNull();
      } else {
        indices.UnsafeAppend(source);
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto index_array, indices.Finish());
    return arrow::compute::Take(*all, *index_array, arrow::compute::TakeOptions::NoBoundsCheck());
  }

 private:
  bool IsIdentity() const {
    if (pieces_[0]->length() != static_cast<int64_t>(sources_.size()) ||
        !pieces_[0]->type()->Equals(*type_)) {
      return false;
    }
    for (size_t row = 0; row < sources_.size(); ++row) {
      if (sources_[row] != static_cast<int32_t>(row)) return false;
    }
    return true;
  }

  TypePtr type_;
  std::vector<int32_t> sources_;
  arrow::ArrayVector pieces_;
  int64_t base_ = 0;
};

Rows Positions(size_t count) {
  Rows positions(count);
  std::iota(positions.begin(), positions.end(), 0);
  return positions;
}

/// The type of the result where a value of either type may come out, which are one SQL type.
TypePtr LooserType(const TypePtr& left, const TypePtr& right) {
  TypePtr merged = MergeNullability(left, right);
  return merged == nullptr ? left : merged;
}

bool AnyValueNullable(const std::vector<ExpressionPtr>& branches) {
  for (size_t i = 1; i < branches.size(); i += 2) {
    if (branches[i]->nullable()) return true;
  }
  return branches.back()->nullable();
}

}  // namespace

Case::Case(CaseForm form, TypePtr type, bool nullable, std::vector<ExpressionPtr> children)
    : Expression(ExpressionKind::kCase, std::move(type), nullable, std::move(children)),
      form_(form) {}

ExpressionPtr Case::Make(std::vector<ExpressionPtr> conditions_and_values,
                         ExpressionPtr otherwise) {
  TypePtr type = conditions_and_values[1]->type();
  for (size_t i = 3; i < conditions_and_values.size(); i += 2) {
    type = LooserType(type, conditions_and_values[i]->type());
  }
  if (otherwise != nullptr) type = LooserType(type, otherwise->type());
  const bool has_else = otherwise != nullptr;
  conditions_and_values.push_back(has_else ? std::move(otherwise) : Literal::Null(type));
  const bool nullable = AnyValueNullable(conditions_and_values);
  auto* made = new Case(CaseForm::kCase, type, nullable, std::move(conditions_and_values));
  made->has_else_ = has_else;
  return ExpressionPtr(made);
}

ExpressionPtr Case::If(ExpressionPtr condition, ExpressionPtr then, ExpressionPtr otherwise) {
  const TypePtr type = LooserType(then->type(), otherwise->type());
  const bool nullable = then->nullable() || otherwise->nullable();
  return ExpressionPtr(new Case(CaseForm::kIf, type, nullable,
                                {std::move(condition), std::move(then), std::move(otherwise)}));
}

ExpressionPtr Case::Coalesce(std::vector<ExpressionPtr> arguments, std::string name) {
  TypePtr type = arguments[0]->type();
  for (const ExpressionPtr& argument : arguments) type = LooserType(type, argument->type());
  const bool nullable = std::all_of(arguments.begin(), arguments.end(),
                                    [](const auto& argument) { return argument->nullable(); });
  auto* made = new Case(CaseForm::kCoalesce, type, nullable, std::move(arguments));
  made->name_ = std::move(name);
  return ExpressionPtr(made);
}

ExpressionPtr Case::WithPrettyText(const Case& original, std::string text) {
  auto* made = new Case(original.form_, original.type(), original.nullable(), original.children());
  made->has_else_ = original.has_else_;
  made->name_ = original.name_;
  made->pretty_text_ = std::move(text);
  return ExpressionPtr(made);
}

Result<arrow::Datum> Case::Evaluate(const EvalContext& context, const Batch& batch) const {
  if (batch.num_rows == 0) return NullResult(type(), 0, false);
  return form_ == CaseForm::kCoalesce ? EvaluateCoalesce(context, batch)
                                      : EvaluateBranches(context, batch);
}

Result<arrow::Datum> Case::EvaluateBranches(const EvalContext& context, const Batch& batch) const {
  auto remaining = std::make_shared<Rows>(Positions(static_cast<size_t>(batch.num_rows)));
  Assembler assembler(type(), batch.num_rows);
  const size_t num_branches = children().size() / 2;
  for (size_t branch = 0; branch < num_branches && !remaining->empty(); ++branch) {
    ARROW_ASSIGN_OR_RAISE(auto condition,
                          EvaluateForRows(*children()[branch * 2], context, batch, remaining));
    const BooleanView view(condition.values);
    auto chosen = std::make_shared<Rows>();
    auto rest = std::make_shared<Rows>();
    for (size_t i = 0; i < remaining->size(); ++i) {
      const int32_t row = (*remaining)[i];
      const int64_t at = condition.IndexOf(static_cast<int64_t>(i), row);
      (view.Value(at) && !view.IsNull(at) ? chosen : rest)->push_back(row);
    }
    remaining = std::move(rest);
    if (chosen->empty()) continue;
    ARROW_ASSIGN_OR_RAISE(auto values,
                          EvaluateForRows(*children()[branch * 2 + 1], context, batch, chosen));
    ARROW_RETURN_NOT_OK(assembler.Add(values, *chosen, Positions(chosen->size())));
  }
  if (!remaining->empty()) {
    ARROW_ASSIGN_OR_RAISE(auto values,
                          EvaluateForRows(*children().back(), context, batch, remaining));
    ARROW_RETURN_NOT_OK(assembler.Add(values, *remaining, Positions(remaining->size())));
  }
  ARROW_ASSIGN_OR_RAISE(auto result, assembler.Finish());
  return arrow::Datum(std::move(result));
}

Result<arrow::Datum> Case::EvaluateCoalesce(const EvalContext& context, const Batch& batch) const {
  auto remaining = std::make_shared<Rows>(Positions(static_cast<size_t>(batch.num_rows)));
  Assembler assembler(type(), batch.num_rows);
  for (const ExpressionPtr& argument : children()) {
    if (remaining->empty()) break;
    ARROW_ASSIGN_OR_RAISE(auto values, EvaluateForRows(*argument, context, batch, remaining));
    const NullView view(values.values);
    Rows chosen;
    Rows positions;
    auto rest = std::make_shared<Rows>();
    for (size_t i = 0; i < remaining->size(); ++i) {
      const int32_t row = (*remaining)[i];
      if (view.IsNull(values.IndexOf(static_cast<int64_t>(i), row))) {
        rest->push_back(row);
      } else {
        chosen.push_back(row);
        positions.push_back(static_cast<int32_t>(i));
      }
    }
    ARROW_RETURN_NOT_OK(assembler.Add(values, chosen, positions));
    remaining = std::move(rest);
  }
  ARROW_ASSIGN_OR_RAISE(auto result, assembler.Finish());
  return arrow::Datum(std::move(result));
}

ExpressionPtr Case::WithChildren(std::vector<ExpressionPtr> children) const {
  bool nullable = children.back()->nullable();
  if (form_ == CaseForm::kCoalesce) {
    nullable = std::all_of(children.begin(), children.end(),
                           [](const auto& argument) { return argument->nullable(); });
  } else {
    nullable = AnyValueNullable(children);
  }
  auto* made = new Case(form_, type(), nullable, std::move(children));
  made->has_else_ = has_else_;
  made->name_ = name_;
  made->pretty_text_ = pretty_text_;
  return ExpressionPtr(made);
}

std::string Case::Print(bool pretty) const {
  const auto text = [&](size_t i) {
    return pretty ? children()[i]->ToPrettyString() : children()[i]->ToString();
  };
  if (form_ == CaseForm::kIf) return fmt::format("(IF({}, {}, {}))", text(0), text(1), text(2));
  if (form_ == CaseForm::kCoalesce) {
    std::string arguments;
    for (size_t i = 0; i < children().size(); ++i) arguments += (i == 0 ? "" : ", ") + text(i);
    return name_ + "(" + arguments + ")";
  }
  std::string whole = "CASE";
  for (size_t i = 0; i + 1 < children().size(); i += 2) {
    whole += " WHEN " + text(i) + " THEN " + text(i + 1);
  }
  if (has_else_) whole += " ELSE " + text(children().size() - 1);
  return whole + " END";
}

std::string Case::ToString() const { return Print(false); }

std::string Case::ToPrettyString() const {
  return pretty_text_.empty() ? Print(true) : pretty_text_;
}

}  // namespace thalweg::expr
