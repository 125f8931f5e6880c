// fillna, dropna and replace: written out over the columns of the input.

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/literal.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using google::protobuf::RepeatedPtrField;
using plan::spec::MakeAlias;
using plan::spec::MakeAttribute;
using plan::spec::MakeCast;
using plan::spec::MakeFunction;
using plan::spec::MakeLiteral;

bool Wants(const RepeatedPtrField<std::string>& names, const std::string& name) {
  if (names.empty()) return true;
  return std::any_of(names.begin(), names.end(), [&](const std::string& wanted) {
    return ToLowerAscii(wanted) == ToLowerAscii(name);
  });
}

/// Names that are no columns are errors, as of any other column.
Status CheckNames(const RepeatedPtrField<std::string>& names, const arrow::Schema& schema) {
  for (const std::string& name : names) {
    const bool known = std::any_of(
        schema.fields().begin(), schema.fields().end(),
        [&](const FieldPtr& field) { return ToLowerAscii(field->name()) == ToLowerAscii(name); });
    if (known) continue;
    std::string fields;
    for (const FieldPtr& field : schema.fields()) {
      fields += (fields.empty() ? "" : ", ") + field->name();
    }
    return MakeError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
                     {{"colName", QuoteIdentifier(name)}, {"fieldNames", fields}});
  }
  return Status::OK();
}

/// A value fills columns of its kind: numbers, texts or booleans.
bool IsOfKind(const arrow::DataType& value, const arrow::DataType& column) {
  if (IsNumeric(value)) return IsNumeric(column);
  return value.id() == column.id();
}

ExpressionPtr IsMissing(const FieldPtr& field) {
  ExpressionPtr missing = MakeFunction("isnull", {MakeAttribute({field->name()})});
  if (!IsFloating(*field->type())) return missing;
  return MakeFunction("or", {missing, MakeFunction("isnan", {MakeAttribute({field->name()})})});
}

ExpressionPtr Case(std::vector<ExpressionPtr> children) {
  Expression made;
  made.kind = ExpressionKind::kCase;
  made.has_else = true;
  made.children = std::move(children);
  return std::make_shared<const Expression>(std::move(made));
}

}  // namespace

Result<RelationDraft> TranslateFill(Translator* translator, const proto::NAFill& fill) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(fill.input()));
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(input));
  ARROW_RETURN_NOT_OK(CheckNames(fill.cols(), *schema));
  if (fill.values().empty()) return MissingPart("NAFill", "values");
  const bool one_for_all = fill.values_size() == 1;
  std::vector<ExpressionPtr> columns;
  for (const FieldPtr& field : schema->fields()) {
    ExpressionPtr column = MakeAttribute({field->name()});
    for (int i = 0; i < fill.values_size(); ++i) {
      const bool named = one_for_all ? Wants(fill.cols(), field->name())
                                     : i < fill.cols_size() && ToLowerAscii(fill.cols(i)) ==
                                                                   ToLowerAscii(field->name());
      if (!named) continue;
      ARROW_ASSIGN_OR_RAISE(auto value, ScalarFromProto(fill.values(i)));
      if (!IsOfKind(*value->type, *field->type())) continue;
      column = MakeAlias(
          Case({IsMissing(field), MakeCast(MakeLiteral(std::move(value)), field->type()), column}),
          field->name());
      break;
    }
    columns.push_back(std::move(column));
  }
  return Select(std::move(input), std::move(columns));
}

Result<RelationDraft> TranslateDropMissing(Translator* translator, const proto::NADrop& drop) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(drop.input()));
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(input));
  ARROW_RETURN_NOT_OK(CheckNames(drop.cols(), *schema));
  ExpressionPtr present;
  int num_columns = 0;
  for (const FieldPtr& field : schema->fields()) {
    if (!Wants(drop.cols(), field->name())) continue;
    ++num_columns;
    const auto one = MakeLiteral(std::make_shared<arrow::Int32Scalar>(1));
    const auto zero = MakeLiteral(std::make_shared<arrow::Int32Scalar>(0));
    ExpressionPtr count = Case({IsMissing(field), zero, one});
    present = present == nullptr ? count : MakeFunction("+", {present, count});
  }
  if (present == nullptr) return PassThrough(std::move(input));
  const int wanted = drop.has_min_non_nulls() ? drop.min_non_nulls() : num_columns;
  RelationDraft relation = Derive(RelationKind::kFilter, PassThrough(std::move(input)));
  relation->condition =
      MakeFunction(">=", {present, MakeLiteral(std::make_shared<arrow::Int32Scalar>(wanted))});
  return relation;
}

Result<RelationDraft> TranslateReplace(Translator* translator, const proto::NAReplace& replace) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(replace.input()));
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(input));
  ARROW_RETURN_NOT_OK(CheckNames(replace.cols(), *schema));
  std::vector<ExpressionPtr> columns;
  for (const FieldPtr& field : schema->fields()) {
    ExpressionPtr column = MakeAttribute({field->name()});
    std::vector<ExpressionPtr> branches;
    for (const auto& replacement : replace.replacements()) {
      ARROW_ASSIGN_OR_RAISE(auto old_value, ScalarFromProto(replacement.old_value()));
      ARROW_ASSIGN_OR_RAISE(auto new_value, ScalarFromProto(replacement.new_value()));
      if (!IsOfKind(*old_value->type, *field->type())) continue;
      branches.push_back(
          MakeFunction("<=>", {column, MakeCast(MakeLiteral(old_value), field->type())}));
      branches.push_back(MakeCast(MakeLiteral(new_value), field->type()));
    }
    if (Wants(replace.cols(), field->name()) && !branches.empty()) {
      branches.push_back(column);
      column = MakeAlias(Case(std::move(branches)), field->name());
    }
    columns.push_back(std::move(column));
  }
  return Select(std::move(input), std::move(columns));
}

}  // namespace thalweg::connect
