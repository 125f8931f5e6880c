#pragma once

// A Column is an expression over the columns of a frame: built here, resolved when an action runs.
// Values are cheap to copy, immutable and free to share between threads. Nothing here fails: a bad
// name, type or SQL text is reported by the action that uses the column.

#include <chrono>
#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

namespace thalweg {

namespace api {
struct ColumnNode;
}

class Operand;

/// Text where a Column is asked for is a name ("a", "t.a", "a.field", "`a b`", "*"); text where an
/// Operand is asked for is a string constant.
class Column {
 public:
  Column(const char* name);         // NOLINT: names stand for columns
  Column(const std::string& name);  // NOLINT
  explicit Column(std::shared_ptr<const api::ColumnNode> node) : node_(std::move(node)) {}

  Column As(const std::string& name) const;
  Column Alias(const std::string& name) const { return As(name); }
  /// To a type by its SQL name: "bigint", "decimal(10,2)", "array<string>".
  Column Cast(const std::string& type) const;
  /// As Cast(), but NULL where a value does not fit.
  Column TryCast(const std::string& type) const;

  Column IsNull() const;
  Column IsNotNull() const;
  Column IsNaN() const;
  /// <=>: true when both are NULL.
  Column EqualNullSafe(const Operand& other) const;
  Column Like(const std::string& pattern) const;
  Column ILike(const std::string& pattern) const;
  Column RLike(const std::string& pattern) const;
  Column Contains(const Operand& other) const;
  Column StartsWith(const Operand& other) const;
  Column EndsWith(const Operand& other) const;
  /// Positions count from 1.
  Column Substr(const Operand& position, const Operand& length) const;
  Column IsIn(const std::vector<Operand>& values) const;
  /// Both bounds belong to the range.
  Column Between(const Operand& lower, const Operand& upper) const;
  Column BitwiseAnd(const Operand& other) const;
  Column BitwiseOr(const Operand& other) const;
  Column BitwiseXor(const Operand& other) const;

  /// A field of a struct.
  Column GetField(const std::string& name) const;
  /// An element of an array (from 0) or the value of a map's key.
  Column GetItem(const Operand& key) const;

  /// A further branch of fn::When(); its default. Only on what When() gave.
  Column When(const Column& condition, const Operand& value) const;
  Column Otherwise(const Operand& value) const;

  /// For OrderBy() only. NULLs come first ascending and last descending unless told otherwise.
  Column Asc() const;
  Column AscNullsFirst() const;
  Column AscNullsLast() const;
  Column Desc() const;
  Column DescNullsFirst() const;
  Column DescNullsLast() const;

  Column operator!() const;
  Column operator-() const;

  const std::shared_ptr<const api::ColumnNode>& node() const { return node_; }

 private:
  std::shared_ptr<const api::ColumnNode> node_;
};

/// A column or a constant: what stands beside an operator.
class Operand {
 public:
  Operand(const Column& column) : column_(column) {}  // NOLINT: that is its purpose, as below
  Operand(std::nullptr_t);                            // NOLINT: NULL
  Operand(bool value);                                // NOLINT
  template <typename T>
  requires(std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>)
      Operand(T value)  // NOLINT: int up to 32 bits, else bigint
      : column_(sizeof(T) < 4 || std::same_as<T, int32_t>
                    ? Integer(static_cast<int32_t>(value))
                    : LongInteger(static_cast<int64_t>(value))) {}
  Operand(float value);                                    // NOLINT
  Operand(double value);                                   // NOLINT
  Operand(const char* value);                              // NOLINT
  Operand(const std::string& value);                       // NOLINT
  Operand(std::chrono::system_clock::time_point instant);  // NOLINT: timestamp
  /// Any value, of one of the engine's types.
  Operand(const std::shared_ptr<arrow::Scalar>& value);  // NOLINT

  const Column& column() const { return column_; }

 private:
  static Column Integer(int32_t value);
  static Column LongInteger(int64_t value);

  Column column_;
};

namespace api {

/// `left symbol right`.
Column BinaryOperation(const char* symbol, const Operand& left, const Operand& right);

template <typename Left, typename Right>
concept OperatorSides =
    (std::same_as<Left, Column> || std::same_as<Right, Column>)&&std::convertible_to<
        const Left&, Operand>&& std::convertible_to<const Right&, Operand>;

}  // namespace api

/// Operators mean what they mean in SQL: 7 / 2 is 3.5, NULL in gives NULL out, == compares values.
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator+(const L& left, const R& right) {
  return api::BinaryOperation("+", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator-(const L& left, const R& right) {
  return api::BinaryOperation("-", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator*(const L& left, const R& right) {
  return api::BinaryOperation("*", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator/(const L& left, const R& right) {
  return api::BinaryOperation("/", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator%(const L& left, const R& right) {
  return api::BinaryOperation("%", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator==(const L& left, const R& right) {
  return api::BinaryOperation("=", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator!=(const L& left, const R& right) {
  return !api::BinaryOperation("=", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator<(const L& left, const R& right) {
  return api::BinaryOperation("<", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator<=(const L& left, const R& right) {
  return api::BinaryOperation("<=", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator>(const L& left, const R& right) {
  return api::BinaryOperation(">", left, right);
}
template <typename L, typename R>
requires api::OperatorSides<L, R> Column operator>=(const L& left, const R& right) {
  return api::BinaryOperation(">=", left, right);
}

/// SQL's AND and OR: both sides belong to the expression, there is no short cut.
inline Column operator&&(const Column& left, const Column& right) {
  return api::BinaryOperation("and", left, right);
}
inline Column operator||(const Column& left, const Column& right) {
  return api::BinaryOperation("or", left, right);
}

/// Arguments that are all columns or names of columns.
template <typename... T>
concept ColumnList = sizeof...(T) > 0 && (std::convertible_to<const T&, Column> && ...);

}  // namespace thalweg
