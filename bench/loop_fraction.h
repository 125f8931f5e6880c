#pragma once

// Prints what the engine reaches of the loops that stand beside it.

#include <iomanip>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace thalweg::bench {

/// The usual table; remembers the rate of each benchmark that counts items.
class LoopFractionReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const auto rate = run.counters.find("items_per_second");
      if (rate == run.counters.end()) continue;
      std::string name = run.run_name.function_name;
      if (name.ends_with("Engine")) name.resize(name.size() - 6);
      const std::string arguments = run.run_name.args.empty() ? "" : "/" + run.run_name.args;
      rates_[name + arguments] = rate->second;
      if (!name.ends_with("Loop")) order_.push_back({name, arguments});
    }
  }

  /// A line for each benchmark `X` or `XEngine` that has an `XLoop` with the same arguments.
  void Finalize() override {
    ConsoleReporter::Finalize();
    for (const auto& [name, arguments] : order_) {
      const auto loop = rates_.find(name + "Loop" + arguments);
      if (loop == rates_.end() || loop->second <= 0) continue;
      GetOutputStream() << std::left << std::setw(32) << name + arguments << std::fixed
                        << std::setprecision(2) << rates_[name + arguments] / loop->second
                        << " of the loop's rate\n";
    }
  }

 private:
  std::map<std::string, double> rates_;
  std::vector<std::pair<std::string, std::string>> order_;
};

/// The body of a main().
inline int RunBesideLoops(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  LoopFractionReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}

}  // namespace thalweg::bench
