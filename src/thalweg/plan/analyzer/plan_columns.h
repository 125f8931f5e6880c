#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/plan/analyzer/analyzed_relation.h"

namespace thalweg::plan {

/// The columns of those relations of a query that have an id (spec/plan_id.h), so that names can
/// say which relation they mean. One analysis, one thread.
class PlanColumns {
 public:
  /// The relation `id` has been analysed. An id may occur several times: a DataFrame may be used
  /// several times in a query.
  void Add(int64_t id, const AnalyzedRelation& relation);
  /// The relation `id` is resolved together with the one around it: its names are those in sight.
  void AddMerged(int64_t id) { merged_.insert(id); }

  /// The relations that the operator being resolved joins, with their ids (nothing: none). Of a
  /// DataFrame that occurs several times in a query the one that is joined here is meant. Lasts as
  /// long as the object; `columns` may be null.
  class InputScope {
   public:
    using Inputs = std::vector<std::pair<std::optional<int64_t>, const Scope*>>;
    InputScope(PlanColumns* columns, Inputs inputs);
    ~InputScope();
    InputScope(const InputScope&) = delete;
    InputScope& operator=(const InputScope&) = delete;

   private:
    PlanColumns* columns_;
    Inputs before_;
  };

  /// What `parts` is in the relation `id`, if `scope` still has that column under its name. Nothing
  /// when it has not. Errors: CANNOT_RESOLVE_DATAFRAME_COLUMN when the query has no such relation
  /// or the relation no such name, and AMBIGUOUS_COLUMN_REFERENCE when it has the column several
  /// times.
  Result<std::optional<NameMatch>> Find(int64_t id, const std::vector<std::string>& parts,
                                        const Scope& scope) const;
  /// All columns of the relation `id`, in order. Errors: CANNOT_RESOLVE_DATAFRAME_COLUMN when the
  /// query has no such relation or `scope` not all of its columns any more, and
  /// AMBIGUOUS_COLUMN_REFERENCE when it has them several times.
  Result<std::vector<Attribute>> Columns(int64_t id, const Scope& scope) const;

  /// Whether the plain name counts for columns of the relation `id`.
  bool IsMerged(int64_t id) const { return relations_.count(id) == 0 && merged_.count(id) > 0; }
  /// What relations with the id, or with the node, offer. As long as nothing is added.
  std::vector<const Scope*> ScopesOf(int64_t id) const;
  std::vector<const Scope*> ScopesOf(const Node& node) const;

 private:
  /// The one input of the operator that has the id, or null.
  const Scope* FindInput(int64_t id) const;

  InputScope::Inputs inputs_;
  std::map<int64_t, std::vector<AnalyzedRelation>> relations_;
  std::set<int64_t> merged_;
};

}  // namespace thalweg::plan
