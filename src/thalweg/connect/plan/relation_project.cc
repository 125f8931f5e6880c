// Columns chosen, added, renamed and dropped.

#include <arrow/api.h>

#include "thalweg/connect/plan/rare_relations.h"
#include "thalweg/plan/spec/alias_metadata.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/types/identifier_text.h"

// Old clients fill fields that the protocol has given up since.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace thalweg::connect {

Result<RelationDraft> TranslateProject(Translator* translator, const proto::Project& project) {
  RelationPtr input;
  if (project.has_input()) {
    ARROW_ASSIGN_OR_RAISE(input, translator->Translate(project.input()));
  }
  std::vector<ExpressionPtr> expressions;
  for (const proto::Expression& expression : project.expressions()) {
    if (expression.has_unresolved_regex()) {
      ARROW_ASSIGN_OR_RAISE(auto columns,
                            TranslatePattern(translator, input, expression.unresolved_regex()));
      expressions.insert(expressions.end(), columns.begin(), columns.end());
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(auto translated, translator->Translate(expression));
    expressions.push_back(std::move(translated));
  }
  return Select(std::move(input), std::move(expressions));
}

Result<RelationDraft> TranslateFilter(Translator* translator, const proto::Filter& filter) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(filter.input()));
  // A filter is no HAVING: it sees what the aggregation gives, and nothing else.
  if (input->kind == RelationKind::kAggregate) input = PassThrough(std::move(input));
  RelationDraft relation = Derive(RelationKind::kFilter, std::move(input));
  ARROW_ASSIGN_OR_RAISE(relation->condition, translator->Translate(filter.condition()));
  return relation;
}

namespace {

/// withColumns() gives a column the metadata that it names and no other.
ExpressionPtr WithoutMetadata(const Expression& alias) {
  Expression made = alias;
  plan::spec::SetAliasMetadata("{}", &made);
  return std::make_shared<const Expression>(std::move(made));
}

}  // namespace

Result<RelationDraft> TranslateWithColumns(Translator* translator,
                                           const proto::WithColumns& with_columns) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(with_columns.input()));
  RelationDraft relation = Derive(RelationKind::kWithColumns, std::move(input));
  for (const auto& alias : with_columns.aliases()) {
    if (alias.name_size() != 1) {
      return MakeError("CONNECT_INVALID_PLAN.WITH_COLUMNS_REQUIRE_SINGLE_NAME_PART",
                       {{"got", std::to_string(alias.name_size())}});
    }
    ARROW_ASSIGN_OR_RAISE(auto column, TranslateAlias(translator, alias));
    if (!alias.has_metadata()) column = WithoutMetadata(*column);
    relation->expressions.push_back(std::move(column));
  }
  return relation;
}

Result<RelationDraft> TranslateRenamed(Translator* translator,
                                       const proto::WithColumnsRenamed& renamed) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(renamed.input()));
  RelationDraft relation = Derive(RelationKind::kRename, std::move(input));
  auto arguments = std::make_shared<plan::spec::RelationArguments>();
  const auto rename = [&](const std::string& from, const std::string& to) {
    relation->column_names.push_back(from);
    arguments->new_names.push_back(to);
  };
  for (const auto& step : renamed.renames()) rename(step.col_name(), step.new_col_name());
  for (const auto& [from, to] : renamed.rename_columns_map()) rename(from, to);
  relation->arguments = std::move(arguments);
  return relation;
}

Result<RelationDraft> TranslateDrop(Translator* translator, const proto::Drop& drop) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(drop.input()));
  RelationDraft relation = Derive(RelationKind::kDrop, std::move(input));
  relation->column_names = {drop.column_names().begin(), drop.column_names().end()};
  for (const proto::Expression& column : drop.columns()) {
    // What is no column of the input is passed over.
    if (!column.has_unresolved_attribute()) continue;
    ARROW_ASSIGN_OR_RAISE(auto attribute, translator->Translate(column));
    relation->expressions.push_back(std::move(attribute));
  }
  return relation;
}

Result<RelationDraft> TranslateObserve(Translator* translator,
                                       const proto::CollectMetrics& metrics) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(metrics.input()));
  RelationDraft relation = Derive(RelationKind::kObserve, std::move(input));
  relation->alias = metrics.name();
  ARROW_ASSIGN_OR_RAISE(relation->expressions, translator->TranslateAll(metrics.metrics()));
  return relation;
}

}  // namespace thalweg::connect
