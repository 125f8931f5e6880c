#pragma once

// Plays one recorded streaming scenario (tests/stream/scenarios/README.md) on the engine and tells
// what differs from Spark.

#include <map>
#include <string>
#include <vector>

namespace thalweg::tests {

/// Empty when everything is as recorded; else one text a difference. `settings` are set besides
/// the scenario's own.
std::vector<std::string> RunScenario(const std::string& path,
                                     const std::map<std::string, std::string>& settings);

}  // namespace thalweg::tests
