#pragma once

// input_file_name(), input_file_block_start() and input_file_block_length(): of the file a row was
// read from.

#include "thalweg/plan/analyzer/expression_resolver.h"

namespace thalweg::plan {

/// The call as what the hidden column `_metadata` of `scope` has of it; nothing if it is a call of
/// none of these functions, or if no source is in reach: the function itself then tells that
/// there is no file. Errors: MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION.
Result<std::optional<Resolved>> ResolveInputFile(ExpressionResolver* resolver, const Scope& scope,
                                                 const spec::Expression& call);

/// UNSUPPORTED_FEATURE where such a function stands above files that are not in its reach (a view,
/// a union).
Status CheckInputFiles(const Node& plan);

}  // namespace thalweg::plan
