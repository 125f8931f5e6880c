#pragma once

// Where in a query an error lies, as Spark tells clients: the fragment, and a drawing of it.

#include <string>

#include "thalweg/base/status.h"

namespace thalweg {

/// The part of the SQL text between `start` and `stop`, or the name of what the program called;
/// empty when the origin is unknown.
std::string QueryContextFragment(const SqlPosition& position);

/// For SQL text the lines of the fragment with carets below it, cut 32 characters before and after;
/// for a call of a program its name and where it stands. Ends with a line feed; empty when the
/// origin is unknown.
std::string QueryContextSummary(const SqlPosition& position);

/// How many UTF-16 units of the SQL text precede the byte `offset`; `offset` itself when the text
/// is unknown.
int QueryContextIndex(const SqlPosition& position, int offset);

}  // namespace thalweg
