// Grouping and deduplication.

#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {
namespace {

using plan::spec::GroupingKind;
using proto::Aggregate;

Result<GroupingKind> KindOf(const Aggregate& aggregate) {
  switch (aggregate.group_type()) {
    case Aggregate::GROUP_TYPE_GROUPBY:
      return GroupingKind::kPlain;
    case Aggregate::GROUP_TYPE_ROLLUP:
      return GroupingKind::kRollup;
    case Aggregate::GROUP_TYPE_CUBE:
      return GroupingKind::kCube;
    case Aggregate::GROUP_TYPE_GROUPING_SETS:
      return GroupingKind::kGroupingSets;
    default:
      return MissingPart("Aggregate", "group_type");
  }
}

}  // namespace

Result<RelationDraft> TranslateAggregate(Translator* translator, const Aggregate& aggregate) {
  if (aggregate.group_type() == Aggregate::GROUP_TYPE_PIVOT) {
    return TranslatePivot(translator, aggregate);
  }
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(aggregate.input()));
  RelationDraft relation = Derive(RelationKind::kAggregate, std::move(input));
  ARROW_ASSIGN_OR_RAISE(relation->grouping_kind, KindOf(aggregate));
  ARROW_ASSIGN_OR_RAISE(auto keys, translator->TranslateAll(aggregate.grouping_expressions()));
  ARROW_ASSIGN_OR_RAISE(auto outputs, translator->TranslateAll(aggregate.aggregate_expressions()));
  relation->outputs = keys;
  relation->outputs.insert(relation->outputs.end(), outputs.begin(), outputs.end());
  for (const ExpressionPtr& key : keys) {
    const bool aliased = key->kind == ExpressionKind::kAlias;
    relation->expressions.push_back(aliased ? key->children[0] : key);
  }
  for (const auto& set : aggregate.grouping_sets()) {
    ARROW_ASSIGN_OR_RAISE(auto row, translator->TranslateAll(set.grouping_set()));
    relation->rows.push_back(std::move(row));
  }
  return relation;
}

Result<RelationDraft> TranslateDeduplicate(Translator* translator,
                                           const proto::Deduplicate& deduplicate) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(deduplicate.input()));
  RelationDraft relation = Derive(RelationKind::kDeduplicate, std::move(input));
  if (!deduplicate.all_columns_as_keys()) {
    relation->column_names = {deduplicate.column_names().begin(), deduplicate.column_names().end()};
  }
  relation->within_watermark = deduplicate.within_watermark();
  return relation;
}

}  // namespace thalweg::connect
