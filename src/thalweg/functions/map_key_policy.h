#pragma once

// spark.sql.mapKeyDedupPolicy. A function that makes maps of keys has a form for each value, so
// that which one counts is settled when a call is bound.

#include <string>
#include <string_view>

namespace thalweg::functions {

/// What becomes of a key that a map gets twice.
enum class MapKeyPolicy {
  kException,
  /// It stays where it was first, with the last value.
  kLastWin,
};

/// The name of the form of `name` under kLastWin; `name` if it has none. The blank in it keeps it
/// from SQL text.
std::string LastWinForm(std::string_view name);

}  // namespace thalweg::functions
