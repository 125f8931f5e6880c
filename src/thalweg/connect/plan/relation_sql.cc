// SQL text inside plans.

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/literal.h"

// Old clients fill fields that the protocol has given up since.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace thalweg::connect {

Result<plan::spec::Statement> ParseSql(Translator* translator, const proto::SQL& sql) {
  sql::ParserOptions options = translator->parser_options();
  for (const auto& [name, argument] : sql.named_arguments()) {
    ARROW_ASSIGN_OR_RAISE(options.named_parameters[name], translator->Translate(argument));
  }
  for (const auto& [name, argument] : sql.args()) {
    ARROW_ASSIGN_OR_RAISE(auto scalar, ScalarFromProto(argument));
    options.named_parameters[name] = plan::spec::MakeLiteral(std::move(scalar));
  }
  ARROW_ASSIGN_OR_RAISE(options.positional_parameters,
                        translator->TranslateAll(sql.pos_arguments()));
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
