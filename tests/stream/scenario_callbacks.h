#pragma once

// The functions over groups that streaming scenarios name: what tools/stream_callbacks.py does too.

#include <nlohmann/json.hpp>

#include "thalweg/plan/spec/relation.h"
#include "thalweg/sql/parser.h"

namespace thalweg::tests {

/// The relation of `callback` (tests/stream/scenarios/README.md) over `input`.
Result<plan::spec::RelationPtr> ApplyCallback(const plan::spec::RelationPtr& input,
                                              const nlohmann::json& callback,
                                              const sql::ParserOptions& options);

}  // namespace thalweg::tests
