#pragma once

#include "thalweg/plan/analyzer/expression_resolver.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// A window(...) or session_window(...) call: what the kTimeWindow node below the clause computes.
struct TimeWindowCall {
  Resolved time;
  int64_t size = 0;  // microseconds
  int64_t slide = 0;
  int64_t start = 0;
  Resolved session_end;  // time plus gap; no expression unless session_window
  Attribute output;      // "window" or "session_window", with a new id
};

/// Resolves the arguments with `resolver` and checks them (semantics 4.6).
/// Errors: _LEGACY_ERROR_TEMP_1207, _3231, _1040, DATATYPE_MISMATCH.*.
Result<TimeWindowCall> ResolveTimeWindowCall(ExpressionResolver* resolver,
                                             const spec::Expression& call);

/// Whether both always give the same windows.
bool SameTimeWindow(const TimeWindowCall& left, const TimeWindowCall& right);

/// The node over `child`.
NodePtr BuildTimeWindow(NodePtr child, const TimeWindowCall& call);

}  // namespace thalweg::plan
