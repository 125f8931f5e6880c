#pragma once

#include <string>

#include "thalweg/base/status.h"

namespace thalweg::cli {

/// The whole file; "-" is standard input. Errors: PATH_NOT_FOUND, the system's.
Result<std::string> ReadTextFile(const std::string& path);

}  // namespace thalweg::cli
