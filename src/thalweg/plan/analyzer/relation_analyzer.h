#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/plan/analyzer/analyzed_relation.h"
#include "thalweg/plan/analyzer/analyzer_context.h"
#include "thalweg/plan/analyzer/select_block.h"
#include "thalweg/plan/analyzer/subquery.h"
#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan {

/// Common table expressions in sight, innermost first.
struct CommonTables {
  std::string name;
  spec::RelationPtr relation;
  std::shared_ptr<const CommonTables> outer;
};

/// Resolves one query, relation kind by relation kind. One use, one thread.
class RelationAnalyzer : public SubqueryAnalyzer {
 public:
  /// `with_file_metadata`: scans offer the hidden columns of files.
  RelationAnalyzer(const AnalyzerContext* context, bool with_file_metadata)
      : own_context_(*context), with_file_metadata_(with_file_metadata) {
    own_context_.subqueries = this;
  }
  RelationAnalyzer(const RelationAnalyzer&) = delete;
  RelationAnalyzer& operator=(const RelationAnalyzer&) = delete;

  Result<AnalyzedRelation> Analyze(const spec::RelationPtr& relation);

  Result<AnalyzedRelation> AnalyzeSubquery(const spec::RelationPtr& relation,
                                           const OuterQuery& outer) override;

 private:
  using Relation = spec::Relation;

  Result<AnalyzedRelation> AnalyzeNode(const spec::RelationPtr& relation);

  // leaves: analyze_table.cc, analyze_leaf.cc
  Result<AnalyzedRelation> AnalyzeTable(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeNamed(const Relation& relation);
  /// None while the query of a view of the catalog is resolved.
  std::shared_ptr<const ViewEntry> FindTemporaryView(const std::vector<std::string>& name) const;
  std::shared_ptr<const TableEntry> FindInCatalog(const std::vector<std::string>& name) const;
  /// Reads what is kept of `entry`, which was resolved to `found`, if anything is.
  /// `num_entries`: those met before it.
  void UseKeptRows(const std::shared_ptr<const void>& entry, size_t num_entries,
                   AnalyzedRelation* found) const;
  Result<AnalyzedRelation> UseView(const ViewEntry& view, bool as_stream);
  Result<AnalyzedRelation> UseCatalogView(const TableEntry& entry);
  /// Resolves the query of a view: nothing of the query around its use is in sight there. `key`: of
  /// the view; `database`: what names without one mean, empty: as in the session.
  Result<AnalyzedRelation> AnalyzeViewQuery(const spec::RelationPtr& query, EvalMode mode,
                                            const std::string& key, const std::string& database);
  Result<AnalyzedRelation> UseTable(const Relation& relation, const TableEntry& table);
  Result<AnalyzedRelation> AnalyzeRead(const spec::RelationPtr& relation);
  Result<AnalyzedRelation> AnalyzeLocal(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeValues(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeRange(int64_t start, int64_t end, int64_t step);
  // analyze_table_function.cc
  Result<AnalyzedRelation> AnalyzeTableFunction(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeExternalTable(
      const std::shared_ptr<const spec::ExternalTable>& function, const spec::Expression& call);

  // sql_function_call.cc
  Result<AnalyzedRelation> AnalyzeSqlTable(const SqlFunction& function,
                                           const spec::Expression& call);

  // SELECT: analyze_select.cc
  static bool IsSelect(const spec::RelationPtr& relation);
  /// Whether `relation` is read from memory, and so is no part of the clauses around it.
  bool IsKept(const spec::RelationPtr& relation) const;
  Result<std::unique_ptr<SelectBlock>> MakeSelectBlock(const spec::RelationPtr& relation);
  Result<AnalyzedRelation> AnalyzeFilter(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeSort(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeTotalSort(const Relation& relation);
  /// What does not belong to a SELECT.
  Result<AnalyzedRelation> SortRows(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeLimit(const Relation& relation, NodeKind kind);
  Result<AnalyzedRelation> AnalyzeDistinct(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeNamedWindows(const Relation& relation);

  // joins and set operations: analyze_join.cc, analyze_set_operation.cc
  Result<AnalyzedRelation> AnalyzeJoin(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeLateralJoin(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeNearestJoin(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeSetOperation(const Relation& relation);

  // the rest: analyze_unary.cc
  Result<AnalyzedRelation> AnalyzeDeduplicate(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeAlias(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeWith(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeWatermark(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeLateralView(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeWithColumns(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeDrop(const Relation& relation);

  // programs' functions: analyze_callback.cc
  Result<AnalyzedRelation> AnalyzeCallback(const Relation& relation);

  // whole columns, samples, what changes no row: analyze_null.cc
  Result<AnalyzedRelation> AnalyzeFillNull(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeDropNull(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeReplace(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeRename(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeRepartition(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeSample(const Relation& relation);

  // analyze_pivot.cc
  Result<AnalyzedRelation> AnalyzePivot(const Relation& relation);
  Result<AnalyzedRelation> AnalyzeUnpivot(const Relation& relation);

  // metrics on the side: analyze_observe.cc
  Result<AnalyzedRelation> AnalyzeObserve(const Relation& relation);

  io::ReadArguments MakeReadArguments(const io::Options& options) const;

  /// Adds the hidden columns that `provider` has to a scan.
  AnalyzedRelation OfferMetadata(const io::Provider& provider, AnalyzedRelation relation) const;

  AnalyzerContext own_context_;
  const AnalyzerContext* const context_ = &own_context_;
  const bool with_file_metadata_;
  /// The WINDOW clause around the query that is being resolved.
  const std::vector<spec::NamedWindow>* named_windows_ = nullptr;
  std::shared_ptr<const CommonTables> common_tables_;
  std::vector<std::string> open_views_;  // being resolved, in lower case
  /// While the query of a view of the catalog is resolved: where its names belong.
  std::string view_database_;
};

/// The relation of a node whose output columns are its names, qualified by `qualifier` if any.
AnalyzedRelation MakeRelation(NodePtr node, const std::string& qualifier = "");

/// The node with exactly the visible columns of `relation`, by their names.
NodePtr ProjectToScope(const AnalyzedRelation& relation);

/// SELECT DISTINCT: an aggregation on all columns. Errors:
/// UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE.
Result<NodePtr> BuildDistinct(NodePtr node);

/// INTERSECT ALL and EXCEPT ALL of two nodes whose columns have the same types.
/// Errors: UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE.
Result<NodePtr> BuildMembershipOfAll(const AnalyzerContext& context, spec::SetOperation operation,
                                     NodePtr left, NodePtr right);

/// UNION ALL. Errors: none.
NodePtr BuildUnion(NodePtr left, NodePtr right);

/// A column of the input, for names that must be plain columns (dropDuplicates, drop).
std::vector<const Attribute*> FindColumns(const Scope& scope, const std::string& name);

/// What is special about a SELECT that stands for a pipe operator. Errors: PIPE_OPERATOR_*.
Status CheckPipeOperator(const AnalyzerContext& context, const spec::Relation& relation);

/// Resolves a filter or join condition; checks nothing about its type.
Result<Resolved> ResolveCondition(const AnalyzerContext& context, const Scope& scope,
                                  const spec::Expression& condition, ClauseHooks* hooks);

}  // namespace thalweg::plan
