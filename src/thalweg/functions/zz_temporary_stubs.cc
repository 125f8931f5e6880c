#include "thalweg/functions/function_registry.h"
namespace thalweg::functions {
__attribute__((weak)) void RegisterMathFunctions(FunctionRegistry*) {}
__attribute__((weak)) void RegisterEncodingFunctions(FunctionRegistry*) {}
__attribute__((weak)) void RegisterCollectionFunctions(FunctionRegistry*) {}
__attribute__((weak)) void RegisterStructFunctions(FunctionRegistry*) {}
__attribute__((weak)) void RegisterMiscellaneousFunctions(FunctionRegistry*) {}
__attribute__((weak)) void RegisterRegexFunctions(FunctionRegistry*) {}
__attribute__((weak)) void RegisterStringFunctions(FunctionRegistry*) {}
}
