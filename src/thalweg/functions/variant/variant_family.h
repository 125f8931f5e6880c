#pragma once

// The functions of VARIANT, one file for each kind.

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// All of them, aggregates and generators included.
void RegisterVariantFunctions(FunctionRegistry* registry);

void RegisterVariantParsing(FunctionRegistry* registry);
void RegisterVariantAccess(FunctionRegistry* registry);
void RegisterVariantSchema(FunctionRegistry* registry);
void RegisterVariantExplode(FunctionRegistry* registry);

}  // namespace thalweg::functions
