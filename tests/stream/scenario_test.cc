// Every recorded streaming scenario, under several settings that must not change what is seen.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include "scenario_runner.h"

namespace thalweg::tests {
namespace {

using Settings = std::map<std::string, std::string>;

class ScenarioTest : public ::testing::Test {
 public:
  ScenarioTest(std::string path, Settings settings, bool known)
      : path_(std::move(path)), settings_(std::move(settings)), known_(known) {}

  void TestBody() override {
    const auto differences = RunScenario(path_, settings_);
    if (known_) {
      EXPECT_FALSE(differences.empty()) << "agrees now: take it out of known_differences.txt";
      return;
    }
    for (const std::string& difference : differences) ADD_FAILURE() << path_ << "\n" << difference;
  }

 private:
  std::string path_;
  Settings settings_;
  bool known_;
};

/// Whether the scenario shows how Spark's store in memory names what it reports.
bool ShowsMemoryStore(const std::string& path) {
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return text.find("loadedMapCacheHitCount") != std::string::npos;
}

void RegisterTests(const std::string& directory) {
  std::set<std::string> known;
  std::ifstream in(directory + "/../known_differences.txt");
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && !line.starts_with("#")) known.insert(line);
  }
  const std::map<std::string, Settings> configurations = {
      {"default", {{"thalweg.execution.workers", "1"}}},
      {"batch_size_1", {{"thalweg.execution.workers", "1"}, {"thalweg.execution.batchRows", "1"}}},
      {"four_workers", {{"thalweg.execution.workers", "4"}}},
      // No state stays in memory from epoch to epoch.
      {"on_disk",
       {{"thalweg.execution.workers", "2"},
        {"spark.sql.streaming.stateStore.providerClass",
         "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"},
        {"thalweg.streaming.stateStore.maxMemory", "1"}}}};
  for (const auto& [name, settings] : configurations) {
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      if (entry.path().extension() != ".json") continue;
      const std::string path = entry.path().string();
      const std::string scenario = entry.path().stem().string();
      if (name == "on_disk" && ShowsMemoryStore(path)) continue;
      ::testing::RegisterTest(("Scenario_" + name).c_str(), scenario.c_str(), nullptr, nullptr,
                              __FILE__, __LINE__, [=]() -> ScenarioTest* {
                                return new ScenarioTest(path, settings, known.contains(scenario));
                              });
    }
  }
}

}  // namespace
}  // namespace thalweg::tests

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  thalweg::tests::RegisterTests(argc > 1 ? argv[1] : THALWEG_SCENARIOS);
  return RUN_ALL_TESTS();
}
