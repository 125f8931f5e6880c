#include "thalweg/connect/plan/translator.h"

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/connect/plan/frame_key.h"
#include "thalweg/connect/plan/rare_relations.h"
#include "thalweg/connect/proto/literal.h"
#include "thalweg/plan/spec/plan_id.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {

Translator::Translator(ConnectSession* session) : session_(session) {
  session::Session& engine = session->engine();
  parser_options_ = engine.MakeParserOptions();
}

Result<SchemaPtr> Translator::SchemaOf(const RelationPtr& relation) {
  return session_->engine().SchemaOf(relation);
}

RelationDraft Derive(RelationKind kind, RelationPtr input) {
  auto relation = std::make_shared<Relation>();
  relation->kind = kind;
  relation->input = std::move(input);
  return relation;
}

RelationDraft PassThrough(RelationPtr input) {
  return Derive(RelationKind::kAlias, std::move(input));
}

RelationDraft Select(RelationPtr input, std::vector<ExpressionPtr> expressions) {
  RelationDraft relation = Derive(RelationKind::kProject, std::move(input));
  relation->expressions = std::move(expressions);
  return relation;
}

ExpressionPtr NullOf(const TypePtr& type) {
  return plan::spec::MakeLiteral(arrow::MakeNullScalar(type));
}

Status UnsupportedFeature(const std::string& feature) {
  return MakeError("UNSUPPORTED_FEATURE", {{"feature", feature}});
}

Status MissingPart(const std::string& message, const std::string& part) {
  return MakeError("CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET",
                   {{"fullName", "spark.connect." + message}, {"name", part}});
}

RelationPtr Translator::FindSubquery(int64_t plan_id) const {
  const auto found = subqueries_.find(plan_id);
  return found == subqueries_.end() ? nullptr : found->second;
}

Result<RelationPtr> Translator::Translate(const proto::Relation& relation) {
  ARROW_ASSIGN_OR_RAISE(RelationDraft draft, TranslateNode(relation));
  if (relation.has_common() && relation.common().has_plan_id()) {
    plan::spec::SetPlanId(relation.common().plan_id(), draft.get());
  }
  RelationPtr translated(std::move(draft));
  BindFrame(*this, relation, translated);
  return translated;
}

namespace {

using Case = proto::Relation::RelTypeCase;

Result<RelationDraft> Repartition(Translator* translator,
                                  const proto::RepartitionByExpression& repartition) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(repartition.input()));
  RelationDraft draft = Derive(RelationKind::kRepartition, std::move(input));
  for (const proto::Expression& key : repartition.partition_exprs()) {
    if (key.has_sort_order()) {
      ARROW_ASSIGN_OR_RAISE(auto order, translator->TranslateOrder(key.sort_order()));
      draft->order.push_back(std::move(order));
      continue;
    }
    draft->all = key.has_direct_shuffle_partition_id();
    const proto::Expression& written = draft->all ? key.direct_shuffle_partition_id().child() : key;
    ARROW_ASSIGN_OR_RAISE(auto expression, translator->Translate(written));
    draft->expressions.push_back(std::move(expression));
  }
  if (repartition.has_num_partitions()) {
    draft->condition =
        plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(repartition.num_partitions()));
  }
  return draft;
}

/// What says how to compute and changes no row.
Result<RelationDraft> Unchanged(Translator* translator, const proto::Relation& input) {
  ARROW_ASSIGN_OR_RAISE(auto relation, translator->Translate(input));
  return PassThrough(std::move(relation));
}

/// Of hints only those about partitions say something that counts here.
Result<RelationDraft> Hint(Translator* translator, const proto::Hint& hint) {
  const std::string name = ToLowerAscii(hint.name());
  if (name != "coalesce" && name != "repartition" && name != "repartition_by_range") {
    return Unchanged(translator, hint.input());
  }
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(hint.input()));
  RelationDraft draft = Derive(RelationKind::kHint, std::move(input));
  draft->alias = name;
  ARROW_ASSIGN_OR_RAISE(draft->expressions, translator->TranslateAll(hint.parameters()));
  return draft;
}

Result<RelationDraft> Alias(Translator* translator, const proto::Relation& input,
                            const std::string& alias, std::vector<std::string> names) {
  ARROW_ASSIGN_OR_RAISE(auto relation, translator->Translate(input));
  RelationDraft draft = PassThrough(std::move(relation));
  draft->alias = alias;
  draft->column_names = std::move(names);
  return draft;
}

/// Relations that the engine has no operator for.
Status Refuse(const proto::Relation& relation) {
  switch (relation.rel_type_case()) {
    case Case::kCommonInlineUserDefinedDataSource:
      return UnsupportedFeature("a Python function in a query");
    case Case::kShowString:
    case Case::kHtmlString:
    case Case::kTail:
      return UnsupportedFeature("show() or tail() inside a query");
    case Case::REL_TYPE_NOT_SET:
      return MissingPart("Relation", "rel_type");
    default: {
      const auto* field =
          proto::Relation::descriptor()->FindFieldByNumber(relation.rel_type_case());
      return UnsupportedFeature("the operation '" + field->name() + "' of DataFrames");
    }
  }
}

/// What is written out as other relations.
Result<RelationDraft> TranslateStatistics(Translator* translator, const proto::Relation& relation) {
  switch (relation.rel_type_case()) {
    case Case::kDescribe:
      return TranslateDescribe(translator, relation.describe());
    case Case::kSummary:
      return TranslateSummary(translator, relation.summary());
    case Case::kCov:
      return TranslateCovariance(translator, relation.cov());
    case Case::kCorr:
      return TranslateCorrelation(translator, relation.corr());
    case Case::kCrosstab:
      return TranslateCrosstab(translator, relation.crosstab());
    case Case::kSampleBy:
      return TranslateSampleBy(translator, relation.sample_by());
    case Case::kApproxQuantile:
      return TranslateQuantiles(translator, relation.approx_quantile());
    case Case::kFreqItems:
      return TranslateFrequentItems(translator, relation.freq_items());
    case Case::kTranspose:
      return TranslateTranspose(translator, relation.transpose());
    case Case::kAsOfJoin:
      return TranslateAsOfJoin(translator, relation.as_of_join());
    case Case::kNearestByJoin:
      return TranslateNearestJoin(translator, relation.nearest_by_join());
    default:
      return Refuse(relation);
  }
}

/// The client sends createTable() again with every use of the frame that it gives: the table is
/// made once.
Result<RelationDraft> TranslateCatalogOnce(Translator* translator,
                                           const proto::Relation& relation) {
  const proto::Catalog& call = relation.catalog();
  const bool creates = call.has_create_table() || call.has_create_external_table();
  if (!creates || !relation.common().has_plan_id()) return TranslateCatalog(translator, call);
  ConnectSession* session = translator->session();
  const std::string key = fmt::format("createTable {}", relation.common().plan_id());
  if (auto known = session->FindRemoteRelation(key)) return PassThrough(std::move(known));
  ARROW_ASSIGN_OR_RAISE(RelationDraft made, TranslateCatalog(translator, call));
  session->PutRemoteRelation(key, made);
  return PassThrough(std::move(made));
}

/// The kinds of rel_type beyond those in TranslateNode().
Result<RelationDraft> TranslateOther(Translator* translator, const proto::Relation& relation) {
  switch (relation.rel_type_case()) {
    case Case::kRepartition: {
      const proto::Repartition& repartition = relation.repartition();
      ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(repartition.input()));
      auto count = plan::spec::MakeLiteral(
          std::make_shared<arrow::Int32Scalar>(repartition.num_partitions()));
      const bool merges = repartition.has_shuffle() && !repartition.shuffle();
      RelationDraft draft =
          Derive(merges ? RelationKind::kHint : RelationKind::kRepartition, std::move(input));
      if (merges) {
        draft->alias = "coalesce";
        draft->expressions = {std::move(count)};
      } else {
        draft->condition = std::move(count);
      }
      return draft;
    }
    case Case::kRepartitionByExpression:
      return Repartition(translator, relation.repartition_by_expression());
    case Case::kHint:
      return Hint(translator, relation.hint());
    case Case::kSubqueryAlias:
      return Alias(translator, relation.subquery_alias().input(), relation.subquery_alias().alias(),
                   {});
    case Case::kToDf:
      return Alias(
          translator, relation.to_df().input(), "",
          {relation.to_df().column_names().begin(), relation.to_df().column_names().end()});
    case Case::kSample:
      return TranslateSample(translator, relation.sample());
    case Case::kUnpivot:
      return TranslateUnpivot(translator, relation.unpivot());
    case Case::kParse:
      return TranslateParse(translator, relation.parse());
    case Case::kMapPartitions:
      return TranslateMapPartitions(translator, relation.map_partitions());
    case Case::kGroupMap:
      return TranslateGroupMap(translator, relation.group_map());
    case Case::kCoGroupMap:
      return TranslateCoGroupMap(translator, relation.co_group_map());
    case Case::kApplyInPandasWithState:
      return TranslateApplyWithState(translator, relation.apply_in_pandas_with_state());
    case Case::kCommonInlineUserDefinedTableFunction:
      return TranslatePythonTable(translator, relation.common_inline_user_defined_table_function());
    case Case::kLateralJoin:
      return TranslateLateralJoin(translator, relation.lateral_join());
    case Case::kToSchema:
      return TranslateToSchema(translator, relation.to_schema());
    case Case::kCollectMetrics:
      return TranslateObserve(translator, relation.collect_metrics());
    case Case::kFillNa:
      return TranslateFill(translator, relation.fill_na());
    case Case::kDropNa:
      return TranslateDropMissing(translator, relation.drop_na());
    case Case::kReplace:
      return TranslateReplace(translator, relation.replace());
    case Case::kCatalog:
      return TranslateCatalogOnce(translator, relation);
    case Case::kCachedLocalRelation:
      return TranslateCachedLocal(translator, relation.cached_local_relation());
    case Case::kChunkedCachedLocalRelation:
      return TranslateChunkedLocal(translator, relation.chunked_cached_local_relation());
    case Case::kCachedRemoteRelation:
      return TranslateRemote(translator, relation.cached_remote_relation());
    case Case::kUnresolvedTableValuedFunction:
      return TranslateTableFunction(translator, relation.unresolved_table_valued_function());
    case Case::kWithRelations:
      return TranslateWithRelations(translator, relation.with_relations());
    default:
      return TranslateStatistics(translator, relation);
  }
}

}  // namespace

Result<RelationDraft> Translator::TranslateNode(const proto::Relation& relation) {
  switch (relation.rel_type_case()) {
    case Case::kRead:
      return TranslateRead(this, relation.read());
    case Case::kProject:
      return TranslateProject(this, relation.project());
    case Case::kFilter:
      return TranslateFilter(this, relation.filter());
    case Case::kJoin:
      return TranslateJoin(this, relation.join());
    case Case::kSetOp:
      return TranslateSetOperation(this, relation.set_op());
    case Case::kSort:
      return TranslateSort(this, relation.sort());
    case Case::kLimit:
      return TranslateLimit(this, relation.limit().input(), RelationKind::kLimit,
                            relation.limit().limit());
    case Case::kOffset:
      return TranslateLimit(this, relation.offset().input(), RelationKind::kOffset,
                            relation.offset().offset());
    case Case::kAggregate:
      return TranslateAggregate(this, relation.aggregate());
    case Case::kSql:
      return TranslateSql(this, relation.sql());
    case Case::kLocalRelation:
      return TranslateLocal(this, relation.local_relation());
    case Case::kDeduplicate:
      return TranslateDeduplicate(this, relation.deduplicate());
    case Case::kRange:
      return TranslateRange(relation.range());
    case Case::kWithColumns:
      return TranslateWithColumns(this, relation.with_columns());
    case Case::kWithColumnsRenamed:
      return TranslateRenamed(this, relation.with_columns_renamed());
    case Case::kDrop:
      return TranslateDrop(this, relation.drop());
    case Case::kWithWatermark:
      return TranslateWatermark(this, relation.with_watermark());
    default:
      return TranslateOther(this, relation);
  }
}

}  // namespace thalweg::connect
