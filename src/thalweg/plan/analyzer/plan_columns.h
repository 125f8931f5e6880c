#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "thalweg/plan/analyzer/scope.h"

namespace thalweg::plan {

/// The columns of those relations of a query that have an id (spec/plan_id.h), so that names can
/// say which relation they mean. One analysis, one thread.
class PlanColumns {
 public:
  /// The relation `id` has been analysed. An id may occur several times: a DataFrame may be used
  /// several times in a query.
  void Add(int64_t id, const Scope& scope);
  /// The relation `id` is resolved together with the one around it: its names are those in sight.
  void AddMerged(int64_t id) { merged_.insert(id); }

  /// What `parts` is in the relation `id`, if `scope` still has that column. Nothing when it has
  /// not, or when the relation has no such name: the plain name counts then. Errors:
  /// CANNOT_RESOLVE_DATAFRAME_COLUMN when the query has no such relation, and
  /// AMBIGUOUS_COLUMN_REFERENCE when it has the column several times.
  Result<std::optional<NameMatch>> Find(int64_t id, const std::vector<std::string>& parts,
                                        const Scope& scope) const;
  /// The columns of the relation `id` that `scope` has, in order. Errors: as Find().
  Result<std::vector<Attribute>> Columns(int64_t id, const Scope& scope) const;

 private:
  std::map<int64_t, std::vector<Scope>> scopes_;
  std::set<int64_t> merged_;
};

}  // namespace thalweg::plan
