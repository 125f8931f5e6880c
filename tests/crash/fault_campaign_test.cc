// Whole streaming queries under faults of the file system, by seed (tests/crash/campaign/).
//
//   fault_campaign_test [--runs N] [--seed S] [--shape NAME] [--verbose]
//                       [--damage | --two-owners | --rewind]
//
// --damage: files of the checkpoint are damaged between two runs; --two-owners: a second run takes
// over from one that is paused, which then goes on; --rewind: the checkpoint is set back to an
// earlier commit. A failure prints its seed; --seed S --runs 1 plays it again. With several workers
// the order of their operations is the machine's: such a seed may have to be played more than once.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include <unistd.h>

#include "campaign/campaign.h"
#include "thalweg/base/log.h"

namespace thalweg::tests {
namespace {

constexpr unsigned kSecondsPerSeed = 60;

volatile uint64_t current_seed = 0;

void ReportHang(int) {
  std::fprintf(stderr, "[campaign] seed %llu hangs\n",
               static_cast<unsigned long long>(current_seed));
  std::_Exit(3);
}

struct Arguments {
  uint64_t seed = 1;
  uint64_t runs = 2000;
  SeedOutcome (*play)(uint64_t seed, const CampaignOptions& options) = RunSeed;
  CampaignOptions options;
};

bool Parse(int argc, char** argv, Arguments* arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--damage") {
      arguments->play = RunDamageSeed;
    } else if (name == "--rewind") {
      arguments->play = RunRewindSeed;
    } else if (name == "--two-owners") {
      arguments->play = RunTwoOwnersSeed;
    } else if (name == "--verbose") {
      arguments->options.verbose = true;
    } else if (i + 1 < argc && name == "--seed") {
      arguments->seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && name == "--runs") {
      arguments->runs = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && name == "--shape") {
      arguments->options.shape = argv[++i];
    } else {
      std::fprintf(stderr, "unknown argument %s\n", argv[i]);
      return false;
    }
  }
  return true;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  if (!Parse(argc, argv, &arguments)) return 2;
  std::signal(SIGALRM, ReportHang);
  thalweg::SetLogLevel(thalweg::LogLevel::kOff);
  int failed = 0;
  int64_t faults = 0;
  for (uint64_t i = 0; i < arguments.runs && failed < 10; ++i) {
    current_seed = arguments.seed + i;
    alarm(kSecondsPerSeed);
    const SeedOutcome outcome = arguments.play(current_seed, arguments.options);
    faults += outcome.faults_fired;
    if (outcome.problems.empty()) continue;
    ++failed;
    std::printf("[campaign] seed %llu: %s\n", static_cast<unsigned long long>(current_seed),
                outcome.description.c_str());
    for (const std::string& problem : outcome.problems)
      std::printf("  PROBLEM %s\n", problem.c_str());
    std::fflush(stdout);
  }
  std::printf("[campaign] seeds %llu to %llu, %lld faults, %d failed\n",
              static_cast<unsigned long long>(arguments.seed),
              static_cast<unsigned long long>(current_seed), static_cast<long long>(faults),
              failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace thalweg::tests

int main(int argc, char** argv) { return thalweg::tests::Main(argc, argv); }
