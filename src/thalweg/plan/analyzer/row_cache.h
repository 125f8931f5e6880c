#pragma once

// What an analysis asks about rows that are kept.

#include <cstddef>
#include <memory>

#include "thalweg/plan/logical/node.h"
#include "thalweg/plan/spec/relation.h"

namespace thalweg::plan {

/// Finds the parts of one query whose rows are kept in memory. One analysis, one thread.
class RowCache {
 public:
  virtual ~RowCache() = default;

  /// Whether rows of `relation` are kept, whatever it is resolved to.
  virtual bool Keeps(const spec::Relation& relation) const = 0;
  /// How many entries of the catalog the analysis has met so far.
  virtual size_t num_entries() const = 0;
  /// A node that reads what is kept of `relation`, with the output of `node`, which `relation` was
  /// resolved to; `node` itself if nothing is kept. `num_entries`: those met before `relation`.
  virtual NodePtr UseRelation(const spec::RelationPtr& relation, NodePtr node,
                              size_t num_entries) = 0;
  /// The same for a table or view of the catalog, which the analysis has met.
  virtual NodePtr UseEntry(const std::shared_ptr<const void>& entry, NodePtr node,
                           size_t num_entries) = 0;
};

}  // namespace thalweg::plan
