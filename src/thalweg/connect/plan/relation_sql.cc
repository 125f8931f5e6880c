// SQL text inside plans.

#include <algorithm>

#include <arrow/scalar.h>
#include <arrow/util/decimal.h>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/literal.h"
#include "thalweg/types/data_types.h"

// Old clients fill fields that the protocol has given up since.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace thalweg::connect {

namespace {

/// An argument stands for the text of its value, which of a decimal has no more digits than there
/// are.
ExpressionPtr AsWritten(const ExpressionPtr& argument) {
  if (argument->kind != ExpressionKind::kLiteral || !argument->literal->is_valid ||
      argument->literal->type->id() != arrow::Type::DECIMAL128) {
    return argument;
  }
  const auto& decimal = static_cast<const arrow::Decimal128Scalar&>(*argument->literal);
  const int scale = static_cast<const arrow::DecimalType&>(*decimal.type).scale();
  const std::string digits =
      arrow::Decimal128(arrow::Decimal128::Abs(decimal.value)).ToIntegerString();
  const int precision = std::max(static_cast<int>(digits.size()), std::max(scale, 1));
  return plan::spec::MakeLiteral(
      std::make_shared<arrow::Decimal128Scalar>(decimal.value, DecimalOf(precision, scale)));
}

}  // namespace

Result<plan::spec::Statement> ParseSql(Translator* translator, const proto::SQL& sql) {
  sql::ParserOptions options = translator->parser_options();
  for (const auto& [name, argument] : sql.named_arguments()) {
    ARROW_ASSIGN_OR_RAISE(const auto value, translator->Translate(argument));
    options.named_parameters[name] = AsWritten(value);
  }
  for (const auto& [name, argument] : sql.args()) {
    ARROW_ASSIGN_OR_RAISE(auto scalar, ScalarFromProto(argument));
    options.named_parameters[name] = plan::spec::MakeLiteral(std::move(scalar));
  }
  ARROW_ASSIGN_OR_RAISE(options.positional_parameters,
                        translator->TranslateAll(sql.pos_arguments()));
  for (ExpressionPtr& value : options.positional_parameters) value = AsWritten(value);
  for (const auto& argument : sql.pos_args()) {
    ARROW_ASSIGN_OR_RAISE(auto scalar, ScalarFromProto(argument));
    options.positional_parameters.push_back(plan::spec::MakeLiteral(std::move(scalar)));
  }
  return sql::ParseStatement(sql.query(), options);
}

Result<RelationDraft> TranslateSql(Translator* translator, const proto::SQL& sql) {
  ARROW_ASSIGN_OR_RAISE(const auto statement, ParseSql(translator, sql));
  if (statement.kind != plan::spec::StatementKind::kQuery) {
    // Its rows came when the client sent it as a command: here only the columns are wanted.
    return UnsupportedFeature("a SQL command inside a query");
  }
  return PassThrough(statement.query);
}

Result<RelationDraft> TranslateWithRelations(Translator* translator,
                                             const proto::WithRelations& with) {
  std::vector<std::pair<std::string, RelationPtr>> definitions;
  for (const proto::Relation& reference : with.references()) {
    const bool aliased = reference.has_subquery_alias();
    ARROW_ASSIGN_OR_RAISE(
        auto definition,
        translator->Translate(aliased ? reference.subquery_alias().input() : reference));
    // What has no name is a subquery of an expression, which says its id.
    translator->AddSubquery(reference.common().plan_id(), definition);
    if (aliased)
      definitions.emplace_back(reference.subquery_alias().alias(), std::move(definition));
  }
  ARROW_ASSIGN_OR_RAISE(auto root, translator->Translate(with.root()));
  RelationDraft relation = Derive(RelationKind::kWith, std::move(root));
  relation->definitions = std::move(definitions);
  return relation;
}

}  // namespace thalweg::connect
