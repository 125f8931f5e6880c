#pragma once

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// Functions of vectors, which are arrays of floats: products, distances, norms.
void RegisterVectorFunctions(FunctionRegistry* registry);

}  // namespace thalweg::functions
