#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg {

/// CRC-32C (Castagnoli) of `bytes`, continued from `crc` (0 at the start). Uses the machine's
/// instruction where there is one.
uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0);

}  // namespace thalweg
