#pragma once

#include <string>

namespace thalweg::cli {

/// "thalweg 0.1.0 (Spark 4.3.0 semantics)".
std::string VersionText();

}  // namespace thalweg::cli
