#pragma once

// What the state of one operator consists of, for those who look into it without the query
// (semantics 3.7 and 9.6). Written beside the state files: docs/formats/state.md.

#include <array>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/types/data_types.h"

namespace thalweg::state {

/// An aggregate whose slots are part of the value: by its name and the types its arguments are cast
/// to, it can be bound again.
struct StateFunction {
  std::string name;
  std::vector<TypePtr> argument_types;
};

/// Names and types as Spark's state has them. A join of two streams has a value field for each
/// side, a struct of its columns. Value type.
struct StateSchema {
  std::vector<FieldPtr> key_fields;
  std::vector<FieldPtr> value_fields;
  /// In the order of their slots; empty for operators that aggregate nothing.
  std::vector<StateFunction> functions;
  /// Of sessions: which of the value fields is the window; -1 for other operators.
  int session_column = -1;
  /// Of a join: for each side whether its rows say if they have found a match.
  std::array<bool, 2> notes_matches{};
  /// False: the operator does not say what its state consists of.
  bool is_known() const { return !key_fields.empty() || !value_fields.empty(); }
};

}  // namespace thalweg::state
