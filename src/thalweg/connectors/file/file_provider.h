#pragma once

#include <memory>
#include <string>

#include "thalweg/io/provider.h"

namespace thalweg::connectors {

/// Files of the format of that name: batch and stream, to read and to write.
std::unique_ptr<io::Provider> MakeFileProvider(std::string format_name);

}  // namespace thalweg::connectors
