#pragma once

#include <cstdint>

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// Bits of one bitmap: 4 KiB.
inline constexpr int64_t kBitsOfBitmap = 32768;

/// Functions of the bitmap family.
void RegisterBitmapFunctions(FunctionRegistry* registry);

}  // namespace thalweg::functions
