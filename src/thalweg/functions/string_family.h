#pragma once

// The parts of the string family; RegisterStringFunctions() calls them all.

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

void RegisterStringCaseFunctions(FunctionRegistry* registry);
void RegisterStringPaddingFunctions(FunctionRegistry* registry);
void RegisterStringSearchFunctions(FunctionRegistry* registry);
void RegisterUtf8Validation(FunctionRegistry* registry);
void RegisterStringMasks(FunctionRegistry* registry);
void RegisterJaroWinkler(FunctionRegistry* registry);
void RegisterSentences(FunctionRegistry* registry);
void RegisterLuhnCheck(FunctionRegistry* registry);
void RegisterUrlFunctions(FunctionRegistry* registry);
void RegisterStringConcatenation(FunctionRegistry* registry);
void RegisterStringFormatFunctions(FunctionRegistry* registry);
void RegisterNumberTextFunctions(FunctionRegistry* registry);
void RegisterLikeFunctions(FunctionRegistry* registry);

}  // namespace thalweg::functions
