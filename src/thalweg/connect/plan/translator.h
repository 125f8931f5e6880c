#pragma once

// From the client's plan to plan/spec. Nothing is resolved here, but for operations that are
// defined by the columns of their input (dropna, unionByName): those ask the session.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"
#include "thalweg/plan/spec/relation.h"
#include "thalweg/sql/parser.h"

namespace thalweg::connect {

using plan::spec::Expression;
using plan::spec::ExpressionKind;
using plan::spec::ExpressionPtr;
using plan::spec::Relation;
using plan::spec::RelationKind;
using plan::spec::RelationPtr;
using plan::spec::SortOrder;

/// A relation under construction.
using RelationDraft = std::shared_ptr<Relation>;

/// Translates the plan of one request. One thread, whose stack is as deep as the plan may be.
///
/// Errors: those of SQL text and names in the plan; CONNECT_INVALID_PLAN.* for messages that lack
/// something; UNSUPPORTED_FEATURE for what the engine does not do.
class Translator {
 public:
  explicit Translator(ConnectSession* session);

  Result<RelationPtr> Translate(const proto::Relation& relation);
  Result<ExpressionPtr> Translate(const proto::Expression& expression);
  Result<std::vector<ExpressionPtr>> TranslateAll(
      const google::protobuf::RepeatedPtrField<proto::Expression>& expressions);
  Result<SortOrder> TranslateOrder(const proto::Expression::SortOrder& order);

  ConnectSession* session() const { return session_; }
  /// How SQL text in the plan is read.
  const sql::ParserOptions& parser_options() const { return parser_options_; }
  /// DataFrames that expressions use as subqueries, by their ids. Null if there is none.
  void AddSubquery(int64_t plan_id, RelationPtr relation) {
    subqueries_[plan_id] = std::move(relation);
  }
  RelationPtr FindSubquery(int64_t plan_id) const;
  /// The columns of a relation.
  Result<SchemaPtr> SchemaOf(const RelationPtr& relation);

 private:
  Result<ExpressionPtr> TranslateKind(const proto::Expression& expression);
  Result<RelationDraft> TranslateNode(const proto::Relation& relation);

  ConnectSession* const session_;
  sql::ParserOptions parser_options_;
  std::map<int64_t, RelationPtr> subqueries_;
};

/// A relation of `kind` over `input`.
RelationDraft Derive(RelationKind kind, RelationPtr input);
/// The same relation again, so that it can be given an id of its own.
RelationDraft PassThrough(RelationPtr input);
/// The columns `names` of `input`, and possibly others.
RelationDraft Select(RelationPtr input, std::vector<ExpressionPtr> expressions);
ExpressionPtr NullOf(const TypePtr& type);

Status UnsupportedFeature(const std::string& feature);
Status MissingPart(const std::string& message, const std::string& part);

// relation_read.cc
Result<RelationDraft> TranslateRead(Translator* translator, const proto::Read& read);
Result<RelationDraft> TranslateRange(const proto::Range& range);
Result<RelationDraft> TranslateTableFunction(Translator* translator,
                                             const proto::UnresolvedTableValuedFunction& call);
// relation_parse.cc
/// The input is run now where its texts say which columns there are.
Result<RelationDraft> TranslateParse(Translator* translator, const proto::Parse& parse);
// relation_local.cc
Result<RelationDraft> TranslateLocal(Translator* translator, const proto::LocalRelation& local);
Result<RelationDraft> TranslateCachedLocal(Translator* translator,
                                           const proto::CachedLocalRelation& cached);
Result<RelationDraft> TranslateChunkedLocal(Translator* translator,
                                            const proto::ChunkedCachedLocalRelation& cached);
Result<RelationDraft> TranslateRemote(Translator* translator,
                                      const proto::CachedRemoteRelation& remote);
// relation_sql.cc
Result<RelationDraft> TranslateSql(Translator* translator, const proto::SQL& sql);
Result<RelationDraft> TranslateWithRelations(Translator* translator,
                                             const proto::WithRelations& with);
/// The text of a query with its arguments bound.
Result<plan::spec::Statement> ParseSql(Translator* translator, const proto::SQL& sql);
// relation_project.cc
Result<RelationDraft> TranslateProject(Translator* translator, const proto::Project& project);
Result<RelationDraft> TranslateFilter(Translator* translator, const proto::Filter& filter);
Result<RelationDraft> TranslateWithColumns(Translator* translator,
                                           const proto::WithColumns& with_columns);
Result<RelationDraft> TranslateRenamed(Translator* translator,
                                       const proto::WithColumnsRenamed& renamed);
Result<RelationDraft> TranslateDrop(Translator* translator, const proto::Drop& drop);
Result<RelationDraft> TranslateToSchema(Translator* translator, const proto::ToSchema& to_schema);
Result<RelationDraft> TranslateObserve(Translator* translator,
                                       const proto::CollectMetrics& metrics);
// relation_aggregate.cc
Result<RelationDraft> TranslateAggregate(Translator* translator, const proto::Aggregate& aggregate);
Result<RelationDraft> TranslateDeduplicate(Translator* translator,
                                           const proto::Deduplicate& deduplicate);
// relation_statistics.cc
Result<RelationDraft> TranslateDescribe(Translator* translator,
                                        const proto::StatDescribe& describe);
Result<RelationDraft> TranslateSummary(Translator* translator, const proto::StatSummary& summary);
Result<RelationDraft> TranslateCovariance(Translator* translator, const proto::StatCov& cov);
Result<RelationDraft> TranslateCorrelation(Translator* translator, const proto::StatCorr& corr);
Result<RelationDraft> TranslateCrosstab(Translator* translator,
                                        const proto::StatCrosstab& crosstab);
Result<RelationDraft> TranslateSampleBy(Translator* translator, const proto::StatSampleBy& sample);
// relation_reshape.cc
Result<RelationDraft> TranslateSample(Translator* translator, const proto::Sample& sample);
Result<RelationDraft> TranslatePivot(Translator* translator, const proto::Aggregate& aggregate);
Result<RelationDraft> TranslateUnpivot(Translator* translator, const proto::Unpivot& unpivot);
/// The values of `column`, in order: the query that finds them runs now.
Result<std::vector<ExpressionPtr>> FindPivotValues(Translator* translator, const RelationPtr& input,
                                                   const ExpressionPtr& column);
// relation_python.cc
Result<RelationDraft> TranslateMapPartitions(Translator* translator,
                                             const proto::MapPartitions& map);
Result<RelationDraft> TranslateGroupMap(Translator* translator, const proto::GroupMap& map);
Result<RelationDraft> TranslateCoGroupMap(Translator* translator, const proto::CoGroupMap& map);
Result<RelationDraft> TranslateApplyWithState(Translator* translator,
                                              const proto::ApplyInPandasWithState& apply);
Result<RelationDraft> TranslatePythonTable(
    Translator* translator, const proto::CommonInlineUserDefinedTableFunction& function);
// relation_combine.cc
Result<RelationDraft> TranslateLateralJoin(Translator* translator, const proto::LateralJoin& join);
Result<RelationDraft> TranslateJoin(Translator* translator, const proto::Join& join);
Result<RelationDraft> TranslateSetOperation(Translator* translator,
                                            const proto::SetOperation& operation);
// relation_order.cc
Result<RelationDraft> TranslateSort(Translator* translator, const proto::Sort& sort);
Result<RelationDraft> TranslateLimit(Translator* translator, const proto::Relation& input,
                                     RelationKind kind, int32_t count);
Result<RelationDraft> TranslateWatermark(Translator* translator,
                                         const proto::WithWatermark& watermark);
// relation_missing.cc
Result<RelationDraft> TranslateFill(Translator* translator, const proto::NAFill& fill);
Result<RelationDraft> TranslateDropMissing(Translator* translator, const proto::NADrop& drop);
Result<RelationDraft> TranslateReplace(Translator* translator, const proto::NAReplace& replace);
// relation_catalog.cc
Result<RelationDraft> TranslateCatalog(Translator* translator, const proto::Catalog& catalog);

// expression_function.cc
Result<ExpressionPtr> TranslateFunction(Translator* translator,
                                        const proto::Expression::UnresolvedFunction& function);
Result<ExpressionPtr> TranslateCall(Translator* translator, const proto::CallFunction& call);
Result<ExpressionPtr> TranslateLambda(Translator* translator,
                                      const proto::Expression::LambdaFunction& lambda);
// expression_window.cc
Result<ExpressionPtr> TranslateWindow(Translator* translator,
                                      const proto::Expression::Window& window);
// expression_python.cc
Result<ExpressionPtr> TranslateInlineFunction(
    Translator* translator, const proto::CommonInlineUserDefinedFunction& function);
/// Arguments of a call, by position or by name.
Result<std::vector<ExpressionPtr>> TranslateArguments(
    Translator* translator, const google::protobuf::RepeatedPtrField<proto::Expression>& arguments);
// expression_subquery.cc
Result<ExpressionPtr> TranslateSubquery(Translator* translator,
                                        const proto::SubqueryExpression& subquery);
// expression_name.cc
Result<ExpressionPtr> TranslateAttribute(const proto::Expression::UnresolvedAttribute& attribute);
Result<ExpressionPtr> TranslateStar(const proto::Expression::UnresolvedStar& star);
Result<ExpressionPtr> TranslateAlias(Translator* translator, const proto::Expression::Alias& alias);
Result<ExpressionPtr> TranslateCast(Translator* translator, const proto::Expression::Cast& cast);

}  // namespace thalweg::connect
