#include <thalweg/column.h>

#include <arrow/scalar.h>

#include "thalweg/sql/attribute_name.h"
#include "thalweg/api/column_node.h"
#include "thalweg/base/unsupported_call.h"
#include "thalweg/types/data_types.h"

namespace thalweg {

using api::MakeCall;
using plan::spec::Expression;
using plan::spec::ExpressionKind;
using plan::spec::ExpressionPtr;

namespace {

Result<ExpressionPtr> ParseColumnName(const std::string& name) {
  if (name == "*") return plan::spec::MakeStar();
  if (name.ends_with(".*")) {
    ARROW_ASSIGN_OR_RAISE(auto qualifier, sql::ParseAttributeName(name.substr(0, name.size() - 2)));
    return plan::spec::MakeStar(std::move(qualifier));
  }
  ARROW_ASSIGN_OR_RAISE(auto parts, sql::ParseAttributeName(name));
  return plan::spec::MakeAttribute(std::move(parts));
}

Column NameColumn(const std::string& name) {
  return api::MakeColumn([name](const sql::ParserOptions&) { return ParseColumnName(name); });
}

Column CastColumn(const Column& column, const std::string& type, bool try_cast) {
  return api::MakeColumn(
      [column, type, try_cast](const sql::ParserOptions& options) -> Result<ExpressionPtr> {
        ARROW_ASSIGN_OR_RAISE(auto child, api::BuildColumn(column, options));
        ARROW_ASSIGN_OR_RAISE(auto target, ParseDataType(type));
        return plan::spec::MakeCast(std::move(child), std::move(target), try_cast);
      });
}

Column Ordered(const Column& column, bool descending, bool nulls_first) {
  auto node = std::make_shared<api::ColumnNode>(*column.node());
  node->is_sort_order = true;
  node->descending = descending;
  node->nulls_first = nulls_first;
  return Column(std::move(node));
}

Column Misuse(const char* message) {
  return api::MakeColumn([message](const sql::ParserOptions&) -> Result<ExpressionPtr> {
    return UnsupportedCall("Column", message);
  });
}

}  // namespace

Column::Column(const char* name) : node_(NameColumn(name).node()) {}
Column::Column(const std::string& name) : node_(NameColumn(name).node()) {}

Column Column::As(const std::string& name) const {
  return api::MakeColumn(
      [column = *this, name](const sql::ParserOptions& options) -> Result<ExpressionPtr> {
        ARROW_ASSIGN_OR_RAISE(auto child, api::BuildColumn(column, options));
        // A second alias takes the first one's place.
        if (child->kind == ExpressionKind::kAlias) child = child->children[0];
        return plan::spec::MakeAlias(std::move(child), name);
      });
}

Column Column::Cast(const std::string& type) const { return CastColumn(*this, type, false); }
Column Column::TryCast(const std::string& type) const { return CastColumn(*this, type, true); }

Column Column::IsNull() const { return MakeCall("isnull", {*this}); }
Column Column::IsNotNull() const { return MakeCall("isnotnull", {*this}); }
Column Column::IsNaN() const { return MakeCall("isnan", {*this}); }
Column Column::EqualNullSafe(const Operand& other) const {
  return MakeCall("<=>", {*this, other.column()});
}
Column Column::Like(const std::string& pattern) const {
  return MakeCall("like", {*this, Operand(pattern).column()});
}
Column Column::ILike(const std::string& pattern) const {
  return MakeCall("ilike", {*this, Operand(pattern).column()});
}
Column Column::RLike(const std::string& pattern) const {
  return MakeCall("rlike", {*this, Operand(pattern).column()});
}
Column Column::Contains(const Operand& other) const {
  return MakeCall("contains", {*this, other.column()});
}
Column Column::StartsWith(const Operand& other) const {
  return MakeCall("startswith", {*this, other.column()});
}
Column Column::EndsWith(const Operand& other) const {
  return MakeCall("endswith", {*this, other.column()});
}
Column Column::Substr(const Operand& position, const Operand& length) const {
  return MakeCall("substr", {*this, position.column(), length.column()});
}
Column Column::IsIn(const std::vector<Operand>& values) const {
  if (values.empty()) return Operand(false).column();
  std::vector<Column> arguments = {*this};
  for (const Operand& value : values) arguments.push_back(value.column());
  return MakeCall("in", std::move(arguments));
}
Column Column::Between(const Operand& lower, const Operand& upper) const {
  return *this >= lower.column() && *this <= upper.column();
}
Column Column::BitwiseAnd(const Operand& other) const {
  return MakeCall("&", {*this, other.column()});
}
Column Column::BitwiseOr(const Operand& other) const {
  return MakeCall("|", {*this, other.column()});
}
Column Column::BitwiseXor(const Operand& other) const {
  return MakeCall("^", {*this, other.column()});
}

Column Column::GetField(const std::string& name) const {
  return api::MakeColumn(
      [column = *this, name](const sql::ParserOptions& options) -> Result<ExpressionPtr> {
        Expression made;
        made.kind = ExpressionKind::kField;
        made.name = {name};
        ARROW_ASSIGN_OR_RAISE(auto child, api::BuildColumn(column, options));
        made.children = {std::move(child)};
        return std::make_shared<const Expression>(std::move(made));
      });
}

Column Column::GetItem(const Operand& key) const {
  return api::MakeColumn([column = *this, key = key.column()](
                             const sql::ParserOptions& options) -> Result<ExpressionPtr> {
    Expression made;
    made.kind = ExpressionKind::kSubscript;
    ARROW_ASSIGN_OR_RAISE(made.children, api::BuildColumns({column, key}, options));
    return std::make_shared<const Expression>(std::move(made));
  });
}

Column Column::When(const Column& condition, const Operand& value) const {
  if (node_->branches.empty()) return Misuse("When() continues what fn::When() began");
  if (node_->has_otherwise) return Misuse("When() cannot follow Otherwise()");
  std::vector<Column> branches = node_->branches;
  branches.push_back(condition);
  branches.push_back(value.column());
  return api::MakeCase(std::move(branches), nullptr);
}

Column Column::Otherwise(const Operand& value) const {
  if (node_->branches.empty()) return Misuse("Otherwise() ends what fn::When() began");
  if (node_->has_otherwise) return Misuse("Otherwise() cannot follow Otherwise()");
  return api::MakeCase(node_->branches, &value.column());
}

Column Column::Asc() const { return Ordered(*this, false, true); }
Column Column::AscNullsFirst() const { return Ordered(*this, false, true); }
Column Column::AscNullsLast() const { return Ordered(*this, false, false); }
Column Column::Desc() const { return Ordered(*this, true, false); }
Column Column::DescNullsFirst() const { return Ordered(*this, true, true); }
Column Column::DescNullsLast() const { return Ordered(*this, true, false); }

Column Column::operator!() const { return MakeCall("not", {*this}); }
Column Column::operator-() const {
  return api::MakeColumn(
      [column = *this](const sql::ParserOptions& options) -> Result<ExpressionPtr> {
        Expression call;
        call.kind = ExpressionKind::kFunction;
        call.name = {"negative"};
        ARROW_ASSIGN_OR_RAISE(auto child, api::BuildColumn(column, options));
        // As if written so: a minus sign in SQL is named "(- v)".
        call.text = "negative(" + plan::spec::ToString(*child) + ")";
        call.children = {std::move(child)};
        return std::make_shared<const Expression>(std::move(call));
      });
}

Operand::Operand(std::nullptr_t)
    : column_(api::MakeConstant(std::make_shared<arrow::NullScalar>())) {}
Operand::Operand(bool value)
    : column_(api::MakeConstant(std::make_shared<arrow::BooleanScalar>(value))) {}
Operand::Operand(float value)
    : column_(api::MakeConstant(std::make_shared<arrow::FloatScalar>(value))) {}
Operand::Operand(double value)
    : column_(api::MakeConstant(std::make_shared<arrow::DoubleScalar>(value))) {}
Operand::Operand(const char* value) : Operand(std::string(value)) {}
Operand::Operand(const std::string& value)
    : column_(api::MakeConstant(std::make_shared<arrow::StringScalar>(value))) {}
Operand::Operand(std::chrono::system_clock::time_point instant)
    : column_(api::MakeConstant(std::make_shared<arrow::TimestampScalar>(
          std::chrono::floor<std::chrono::microseconds>(instant.time_since_epoch()).count(),
          TimestampType()))) {}
Operand::Operand(const std::shared_ptr<arrow::Scalar>& value)
    : column_(api::MakeConstant(value != nullptr ? value : std::make_shared<arrow::NullScalar>())) {
}

Column Operand::Integer(int32_t value) {
  return api::MakeConstant(std::make_shared<arrow::Int32Scalar>(value));
}
Column Operand::LongInteger(int64_t value) {
  return api::MakeConstant(std::make_shared<arrow::Int64Scalar>(value));
}

namespace api {

Column BinaryOperation(const char* symbol, const Operand& left, const Operand& right) {
  return MakeCall(symbol, {left.column(), right.column()});
}

}  // namespace api

}  // namespace thalweg
