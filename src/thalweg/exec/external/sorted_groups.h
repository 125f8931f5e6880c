#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// The rows of one input of an epoch, put in order of their keys once all have come: rows of equal
/// keys lie side by side, groups in ascending order (NULL first).
class SortedGroups {
 public:
  /// Dense rows.
  void Add(Batch rows);
  /// Sorts. `keys` are evaluated over the rows that were added; the sort is stable.
  Status Sort(const std::vector<expr::ExpressionPtr>& keys, const expr::EvalContext& context);
  void Clear();

  /// After Sort(): the group at the cursor.
  bool AtEnd() const { return begin_ >= keys_.size(); }
  /// Bytes that compare as the keys do, also against those of another input.
  const std::string& key() const { return keys_[begin_]; }
  Batch rows() const;
  void Next();

 private:
  void FindEnd();

  std::vector<Batch> batches_;
  Batch sorted_;
  std::vector<std::string> keys_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace thalweg::exec
