#pragma once

#include <random>
#include <string>

#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::tests {

/// Damages one file of the checkpoint or of the sink's manifest: cuts it, empties it, changes a
/// bit, appends or overwrites bytes, takes it away, puts a directory in its place. Gives its path,
/// empty when there is no file, and adds what was done to `description`.
std::string DamageSomeFile(std::mt19937_64* random, testing::FaultInjectingFileSystem* file_system,
                           std::string* description);

}  // namespace thalweg::tests
