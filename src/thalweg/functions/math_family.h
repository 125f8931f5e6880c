#pragma once

// The parts of the math family; RegisterMathFunctions() calls them all.

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

void RegisterRoundingFunctions(FunctionRegistry* registry);
void RegisterIntegerMathFunctions(FunctionRegistry* registry);
void RegisterRandomFunctions(FunctionRegistry* registry);
/// uniform and randstr.
void RegisterRandomRangeFunctions(FunctionRegistry* registry);

/// e^x as java.lang.StrictMath gives it (the last digit may differ from the C library's).
double StrictExp(double x);
/// Likewise.
double StrictLog(double x);
double StrictCosh(double x);

}  // namespace thalweg::functions
