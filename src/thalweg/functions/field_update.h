#pragma once

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// "with field" (structure, name, value) and "drop field" (structure, name): what
/// Column.withField() and dropFields() become. SQL text cannot name them.
void RegisterFieldUpdates(FunctionRegistry* registry);

}  // namespace thalweg::functions
