#include "thalweg/plan/spec/field_alignment.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/types/identifier_text.h"

namespace thalweg::plan::spec {
namespace {

bool SameName(const arrow::Field& a, const arrow::Field& b) {
  return ToLowerAscii(a.name()) == ToLowerAscii(b.name());
}

FieldPtr FindField(const arrow::DataType& type, const arrow::Field& wanted) {
  for (const FieldPtr& field : type.fields()) {
    if (SameName(*field, wanted)) return field;
  }
  return nullptr;
}

/// Whether all structs have fields of the same names in the same order.
bool SameFields(const arrow::DataType& from, const arrow::DataType& to) {
  if (from.id() != to.id() || !arrow::is_nested(from.id())) return true;
  if (from.num_fields() != to.num_fields()) return false;
  for (int i = 0; i < from.num_fields(); ++i) {
    // The names of what is in an array or a map do not count.
    if (from.id() == arrow::Type::STRUCT && !SameName(*from.field(i), *to.field(i))) return false;
    if (!SameFields(*from.field(i)->type(), *to.field(i)->type())) return false;
  }
  return true;
}

ExpressionPtr FieldOf(const ExpressionPtr& value, const std::string& name) {
  Expression access;
  access.kind = ExpressionKind::kField;
  access.name = {name};
  access.children = {value};
  return std::make_shared<const Expression>(std::move(access));
}

ExpressionPtr NullOf(const TypePtr& type) {
  return MakeCast(MakeLiteral(arrow::MakeNullScalar(arrow::null())), type);
}

/// One alignment; `depth_` tells the parameters of lambdas in lambdas apart.
class Aligner {
 public:
  explicit Aligner(bool allow_missing) : allow_missing_(allow_missing) {}

  /// `value` itself if nothing is to be done.
  Result<ExpressionPtr> Align(const ExpressionPtr& value, const TypePtr& from, bool nullable,
                              const TypePtr& to) {
    if (SameFields(*from, *to)) return value;
    if (from->id() == arrow::Type::STRUCT) return AlignStruct(value, *from, nullable, *to);
    if (from->id() == arrow::Type::LIST) return AlignElements(value, *from, *to);
    return value;
  }

 private:
  Result<ExpressionPtr> AlignStruct(const ExpressionPtr& value, const arrow::DataType& from,
                                    bool nullable, const arrow::DataType& to) {
    std::vector<ExpressionPtr> parts;
    const auto add = [&parts](const std::string& name, ExpressionPtr part) {
      parts.push_back(MakeLiteral(std::make_shared<arrow::StringScalar>(name)));
      parts.push_back(std::move(part));
    };
    for (const FieldPtr& wanted : to.fields()) {
      const FieldPtr found = FindField(from, *wanted);
      if (found == nullptr && !allow_missing_) return NotAmong(*wanted, from);
      if (found == nullptr) {
        add(wanted->name(), NullOf(wanted->type()));
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(auto part, Align(FieldOf(value, found->name()), found->type(),
                                             found->nullable(), wanted->type()));
      add(wanted->name(), std::move(part));
    }
    for (const FieldPtr& field : from.fields()) {
      if (FindField(to, *field) == nullptr) add(field->name(), FieldOf(value, field->name()));
    }
    ExpressionPtr made = MakeFunction("named_struct", std::move(parts));
    if (!nullable) return made;
    return MakeFunction("if", {MakeFunction("isnull", {value}),
                               MakeLiteral(arrow::MakeNullScalar(arrow::null())), std::move(made)});
  }

  Result<ExpressionPtr> AlignElements(const ExpressionPtr& value, const arrow::DataType& from,
                                      const arrow::DataType& to) {
    const std::string parameter = fmt::format("x_{}", ++depth_);
    ARROW_ASSIGN_OR_RAISE(auto body, Align(MakeAttribute({parameter}), from.field(0)->type(),
                                           from.field(0)->nullable(), to.field(0)->type()));
    Expression lambda;
    lambda.kind = ExpressionKind::kLambda;
    lambda.name = {parameter};
    lambda.children = {std::move(body)};
    return MakeFunction("transform",
                        {value, std::make_shared<const Expression>(std::move(lambda))});
  }

  static Status NotAmong(const arrow::Field& wanted, const arrow::DataType& from) {
    std::vector<std::string> names;
    for (const FieldPtr& field : from.fields()) names.push_back(QuoteIdentifier(field->name()));
    return MakeError("FIELD_NOT_FOUND", {{"fieldName", QuoteIdentifier(wanted.name())},
                                         {"fields", fmt::format("{}", fmt::join(names, ", "))}});
  }

  bool allow_missing_;
  int depth_ = 0;
};

}  // namespace

Result<ExpressionPtr> AlignFields(const ExpressionPtr& value, const TypePtr& from, bool nullable,
                                  const TypePtr& to, bool allow_missing) {
  ARROW_ASSIGN_OR_RAISE(auto aligned, Aligner(allow_missing).Align(value, from, nullable, to));
  return aligned == value ? nullptr : aligned;
}

}  // namespace thalweg::plan::spec
