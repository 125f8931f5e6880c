#pragma once

// Bound expressions: typed, immutable trees that evaluate a whole batch at once.
//
// Evaluation is dense: an expression sees a batch without selection and yields either one array of
// that length or one scalar (arrow::Datum). Laziness (CASE, IF, AND, OR, COALESCE) is by gathering:
// the rows that a branch is needed for are gathered into a smaller batch, the branch is evaluated
// there and the answer scattered back, so a row that a condition leaves out never raises an error.
// A branch that cannot fail is evaluated over all rows instead, which is cheaper.
//
// Expressions are shared and stateless: any thread may evaluate one at any time.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/datum.h>
#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"
#include "thalweg/expr/eval_context.h"
#include "thalweg/types/eval_mode.h"

namespace thalweg::expr {

class Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

enum class ExpressionKind {
  kLiteral,    // constant of any type
  kAttribute,  // column of the plan, by attribute id; not evaluable until bound
  kColumn,     // column of the input batch, by ordinal
  kCall,       // scalar function of the registry
  kCast,
  kAnd,
  kOr,
  kNot,
  kCase,  // CASE, IF, COALESCE (rewritten), lazily
  kIn,    // value IN (literals...) or (expressions...)
};

class Expression : public std::enable_shared_from_this<Expression> {
 public:
  virtual ~Expression() = default;

  ExpressionKind kind() const { return kind_; }
  const TypePtr& type() const { return type_; }
  bool nullable() const { return nullable_; }
  const std::vector<ExpressionPtr>& children() const { return children_; }

  /// Evaluates over `batch`, which has no selection. Errors are user-facing (ANSI).
  virtual Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const = 0;

  /// A copy with other children (same number and types).
  virtual ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const = 0;

  /// SQL-like text as Spark prints it in EXPLAIN and in default column names: "(a + 1)".
  virtual std::string ToString() const = 0;
  /// The same for default column names: attributes without id, no implicit casts.
  virtual std::string ToPrettyString() const { return ToString(); }

  /// Whether this node itself (children aside) can raise an error on some input.
  virtual bool SelfCanFail() const { return false; }
  /// False for rand(), uuid() and the like: such a node must not be moved, folded or duplicated.
  virtual bool SelfIsDeterministic() const { return true; }

  bool CanFail() const;
  bool IsDeterministic() const;
  /// No column in it, deterministic, and no context (current_timestamp): may be folded.
  virtual bool IsFoldable() const;

  /// Where the user wrote it, for errors at run time; null: unknown. Copies keep it.
  const std::shared_ptr<const SqlPosition>& place() const { return place_; }

 protected:
  Expression(ExpressionKind kind, TypePtr type, bool nullable, std::vector<ExpressionPtr> children);

  /// `copy`, which nobody else has yet, with this expression's place.
  ExpressionPtr KeepPlace(ExpressionPtr copy) const;
  /// `status` with the place, unless it has one.
  Status Placed(const Status& status) const;

 private:
  friend ExpressionPtr WithPlace(const ExpressionPtr& expression, const SqlPosition& position);

  ExpressionKind kind_;
  TypePtr type_;
  bool nullable_;
  std::vector<ExpressionPtr> children_;
  std::shared_ptr<const SqlPosition> place_;
};

/// `expression` with `position` as the place of those calls and casts in it that have none.
ExpressionPtr WithPlace(const ExpressionPtr& expression, const SqlPosition& position);

/// Kernel of a scalar function: arguments are arrays of `num_rows` or scalars, already of the bound
/// types; the answer is an array of `num_rows` or, if all arguments are scalars, may be a scalar.
using ScalarKernel = std::function<Result<arrow::Datum>(
    const EvalContext& context, const std::vector<arrow::Datum>& arguments, int64_t num_rows)>;

/// A scalar function bound to argument types.
struct BoundFunction {
  /// Lower-case registry name; operators by symbol ("+", "<=", "<=>", "||").
  std::string name;
  /// Types the arguments are cast to before the call.
  std::vector<TypePtr> argument_types;
  TypePtr return_type;
  bool nullable = true;
  bool can_fail = false;
  bool deterministic = true;
  /// True when the answer depends on EvalContext (current_timestamp, rand): not folded.
  bool context_dependent = false;
  ScalarKernel kernel;
  /// What is printed instead of `name` ("SQRT", the alias a user wrote); empty: `name`.
  std::string display_name;
  /// Makes the text of a call from the texts of its arguments; unset: "name(a, b)", or infix for
  /// operators.
  std::function<std::string(const std::vector<std::string>& arguments)> format;
};

class Literal : public Expression {
 public:
  static ExpressionPtr Make(std::shared_ptr<arrow::Scalar> value);
  static ExpressionPtr Null(const TypePtr& type);
  static ExpressionPtr Boolean(bool value);
  static ExpressionPtr Int(int32_t value);
  static ExpressionPtr Long(int64_t value);
  static ExpressionPtr String(std::string value);

  const std::shared_ptr<arrow::Scalar>& value() const { return value_; }

  Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const override;
  ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const override;
  /// Strings as they are, DATE '2024-01-01', X'0AFF', timestamps in UTC.
  std::string ToString() const override;

 private:
  explicit Literal(std::shared_ptr<arrow::Scalar> value);
  std::shared_ptr<arrow::Scalar> value_;
};

/// A reference to a plan attribute (plan/logical/attribute.h) by id. Evaluating it is an internal
/// error: Bind() replaces it by a ColumnReference first.
class AttributeReference : public Expression {
 public:
  static ExpressionPtr Make(uint64_t id, std::string name, TypePtr type, bool nullable);
  uint64_t id() const { return id_; }
  const std::string& name() const { return name_; }
  Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const override;
  ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const override;
  /// "name#id".
  std::string ToString() const override;
  std::string ToPrettyString() const override { return name_; }

 private:
  AttributeReference(uint64_t id, std::string name, TypePtr type, bool nullable);
  uint64_t id_;
  std::string name_;
};

class ColumnReference : public Expression {
 public:
  static ExpressionPtr Make(int ordinal, std::string name, TypePtr type, bool nullable);
  int ordinal() const { return ordinal_; }
  Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const override;
  ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const override;
  std::string ToString() const override;

 private:
  ColumnReference(int ordinal, std::string name, TypePtr type, bool nullable);
  int ordinal_;
  std::string name_;
};

class Call : public Expression {
 public:
  /// `arguments` must have the bound types already (the analyzer inserts casts).
  static ExpressionPtr Make(std::shared_ptr<const BoundFunction> function,
                            std::vector<ExpressionPtr> arguments);
  const BoundFunction& function() const { return *function_; }
  Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const override;
  ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const override;
  std::string ToString() const override;
  std::string ToPrettyString() const override;
  bool SelfCanFail() const override { return function_->can_fail; }
  bool SelfIsDeterministic() const override { return function_->deterministic; }
  bool IsFoldable() const override;

 private:
  Call(std::shared_ptr<const BoundFunction> function, std::vector<ExpressionPtr> arguments);
  std::string Print(bool pretty) const;
  std::shared_ptr<const BoundFunction> function_;
};

class Cast : public Expression {
 public:
  /// Returns `child` itself if it already has the type. The pair must satisfy CanCast().
  /// `implicit` casts were inserted by the analyzer; ToPrettyString() leaves them out.
  static ExpressionPtr Make(ExpressionPtr child, TypePtr to, EvalMode mode = EvalMode::kAnsi,
                            bool implicit = false);
  EvalMode mode() const { return mode_; }
  bool implicit() const { return implicit_; }
  Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const override;
  ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const override;
  std::string ToString() const override;
  std::string ToPrettyString() const override;
  bool SelfCanFail() const override;
  /// False for words like 'now' cast to a time: their value is that of the batch.
  bool IsFoldable() const override;

 private:
  Cast(ExpressionPtr child, TypePtr to, EvalMode mode, bool implicit);
  EvalMode mode_;
  bool implicit_;
};

/// AND / OR with SQL's three-valued logic; the right side is evaluated only for rows that the left
/// side leaves open.
class Conjunction : public Expression {
 public:
  static ExpressionPtr And(ExpressionPtr left, ExpressionPtr right);
  static ExpressionPtr Or(ExpressionPtr left, ExpressionPtr right);
  Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const override;
  ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const override;
  std::string ToString() const override;
  std::string ToPrettyString() const override;

 private:
  Conjunction(ExpressionKind kind, ExpressionPtr left, ExpressionPtr right);
};

class Not : public Expression {
 public:
  static ExpressionPtr Make(ExpressionPtr child);
  Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const override;
  ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const override;
  std::string ToString() const override;
  std::string ToPrettyString() const override;

 private:
  explicit Not(ExpressionPtr child);
};

enum class CaseForm {
  kCase,      // children c1, v1, c2, v2, ..., otherwise (always present)
  kIf,        // children condition, then, otherwise
  kCoalesce,  // children are the arguments: the first that is not NULL
};

/// CASE WHEN c1 THEN v1 ... ELSE e END, IF and COALESCE, evaluated lazily. All values have the same
/// type; a condition that is NULL counts as false.
class Case : public Expression {
 public:
  /// `otherwise` null: no ELSE was written, which gives NULL.
  static ExpressionPtr Make(std::vector<ExpressionPtr> conditions_and_values,
                            ExpressionPtr otherwise);
  static ExpressionPtr If(ExpressionPtr condition, ExpressionPtr then, ExpressionPtr otherwise);
  /// First non-null argument; the arguments have one type. `name` is what it is printed as.
  static ExpressionPtr Coalesce(std::vector<ExpressionPtr> arguments,
                                std::string name = "coalesce");
  /// The same Case with a fixed ToPrettyString() (nullif, nvl2 keep the text the user wrote).
  static ExpressionPtr WithPrettyText(const Case& original, std::string text);

  CaseForm form() const { return form_; }
  Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const override;
  ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const override;
  std::string ToString() const override;
  std::string ToPrettyString() const override;

 private:
  Case(CaseForm form, TypePtr type, bool nullable, std::vector<ExpressionPtr> children);
  std::string Print(bool pretty) const;
  Result<arrow::Datum> EvaluateBranches(const EvalContext& context, const Batch& batch) const;
  Result<arrow::Datum> EvaluateCoalesce(const EvalContext& context, const Batch& batch) const;

  CaseForm form_;
  bool has_else_ = true;
  std::string name_;
  std::string pretty_text_;
};

/// value IN (list): children are the value and the list items, all of one type. Literal lists are
/// looked up in a hash set made once. NULL rules as in SQL.
class In : public Expression {
 public:
  static ExpressionPtr Make(ExpressionPtr value, std::vector<ExpressionPtr> list);
  Result<arrow::Datum> Evaluate(const EvalContext& context, const Batch& batch) const override;
  ExpressionPtr WithChildren(std::vector<ExpressionPtr> children) const override;
  std::string ToString() const override;
  std::string ToPrettyString() const override;

 private:
  In(std::vector<ExpressionPtr> children, bool nullable);
  struct LiteralSet;
  static std::shared_ptr<const LiteralSet> MakeLiteralSet(
      const std::vector<ExpressionPtr>& children);
  Result<arrow::Datum> EvaluateOneByOne(const EvalContext& context, const Batch& batch) const;
  std::shared_ptr<const LiteralSet> literals_;
};

/// The rows of `batch` (which has no selection) at `rows`, holding only the columns that
/// `expression` reads; the other columns are null pointers.
Result<Batch> GatherForExpression(const Expression& expression, const Batch& batch,
                                  const Selection& rows);

/// Evaluates and always gives an array of `batch.num_rows`.
Result<ArrayPtr> EvaluateToArray(const Expression& expression, const EvalContext& context,
                                 const Batch& batch);

/// Evaluates a boolean expression as a filter over a batch that may have a selection; gathers only
/// the columns that the expression reads. Gives the selection of rows that are true (null pointer:
/// all rows of the batch are).
Result<Selection> EvaluateFilter(const Expression& expression, const EvalContext& context,
                                 const Batch& batch);

/// Evaluates expressions over a batch that may have a selection into a dense batch of their
/// results; only referenced columns are gathered.
Result<Batch> EvaluateProjection(const std::vector<ExpressionPtr>& expressions,
                                 const EvalContext& context, const Batch& batch);

/// Value of a foldable expression.
Result<std::shared_ptr<arrow::Scalar>> Fold(const Expression& expression,
                                            const EvalContext& context);

/// Rewrites bottom-up: `rule` gets a node with rewritten children and returns the node to use.
ExpressionPtr Transform(const ExpressionPtr& expression,
                        const std::function<ExpressionPtr(const ExpressionPtr&)>& rule);
/// Replaces attribute references by ordinals: `attribute_ids[i]` is the id of input column i.
/// An id that is missing is an internal error.
Result<ExpressionPtr> Bind(const ExpressionPtr& expression,
                           const std::vector<uint64_t>& attribute_ids);
/// Ids of all attributes / ordinals of all columns read, ascending, without repeats.
std::vector<uint64_t> CollectAttributeIds(const Expression& expression);
std::vector<int> CollectColumns(const Expression& expression);

/// Casts a dense array or scalar (the kernel behind Cast; formats and sinks use it too).
Result<arrow::Datum> CastDatum(const arrow::Datum& value, const TypePtr& to, EvalMode mode,
                               const EvalContext& context);

}  // namespace thalweg::expr
