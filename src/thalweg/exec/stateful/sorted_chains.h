#pragma once

// For joins of two streams with a time range: kept rows of keys that have very many, in order of
// time. A batch puts the rows of such a key in order once, when the first of its probing rows has
// walked past many rows in vain; the others find theirs by search.

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "thalweg/state/row_table.h"

namespace thalweg::exec {

/// Serves the probing rows of one batch. One thread.
class SortedChains {
 public:
  using Rows = std::vector<state::StoredRow*>;

  bool empty() const { return chains_.empty(); }
  void Clear() { chains_.clear(); }

  /// Takes in the rows of the chain that begins with `first`.
  void Add(state::StoredRow* first) {
    const auto [place, is_new] = chains_.try_emplace(first);
    if (!is_new) return;
    Rows& rows = place->second;
    for (state::StoredRow* row = first; row != nullptr; row = row->next) rows.push_back(row);
    const auto earlier = [](const state::StoredRow* left, const state::StoredRow* right) {
      return left->time < right->time;
    };
    if (!std::is_sorted(rows.begin(), rows.end(), earlier)) {
      std::stable_sort(rows.begin(), rows.end(), earlier);
    }
  }

  /// The rows of the chain that begins with `first`, or null. Rows that were taken out meanwhile
  /// are among them.
  const Rows* Find(state::StoredRow* first) const {
    const auto found = chains_.find(first);
    return found == chains_.end() ? nullptr : &found->second;
  }

 private:
  std::unordered_map<state::StoredRow*, Rows> chains_;
};

}  // namespace thalweg::exec
