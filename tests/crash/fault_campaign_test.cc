// Whole streaming queries under faults of the file system, by seed (tests/crash/campaign/).
//
//   fault_campaign_test [--runs N] [--seed S] [--shape NAME] [--store memory|rocksdb]
//                       [--verbose] [--damage | --two-owners | --rewind]
//
// --damage: files of the checkpoint are damaged between two runs; --two-owners: a second run takes
// over from one that is paused, which then goes on; --rewind: the checkpoint is set back to an
// earlier commit. Without --seed, seeds that have found a bug once come first. A failure prints its
// seed; --seed S --runs 1 plays it again. With several workers
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

using Play = SeedOutcome (*)(uint64_t seed, const CampaignOptions& options);

struct Arguments {
  uint64_t seed = 1;
  uint64_t runs = 2000;
  bool known_seeds = true;
  Play play = RunSeed;
  CampaignOptions options;
};

/// Seeds that have found a bug once; with their shape, or they would be other queries when shapes
/// are added.
struct KnownSeed {
  Play play;
  uint64_t seed;
  const char* shape;
  const char* store = "memory";
};

const KnownSeed kKnownSeeds[] = {
    {RunSeed, 9, "by_key_update"},
    {RunSeed, 101, "sliding"},
    {RunSeed, 737, "window_join"},
    {RunSeed, 923, "full_join"},
    {RunSeed, 1462, "session"},
    {RunSeed, 2363, "inner_join_no_time"},
    {RunSeed, 2635, "by_key_update"},
    {RunTwoOwnersSeed, 8, "left_join"},
    {RunTwoOwnersSeed, 156, "inner_join_no_time"},
    {RunTwoOwnersSeed, 183, "window_of_window"},
    {RunDamageSeed, 503, "full_join"},
    {RunRewindSeed, 4, "union"},
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
      arguments->known_seeds = false;
    } else if (i + 1 < argc && name == "--runs") {
      arguments->runs = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && name == "--shape") {
      arguments->options.shape = argv[++i];
    } else if (i + 1 < argc && name == "--store") {
      arguments->options.store = argv[++i];
    } else {
      std::fprintf(stderr, "unknown argument %s\n", argv[i]);
      return false;
    }
  }
  return true;
}

/// Plays seeds one after the other and counts.
class Player {
 public:
  void Play(tests::Play play, uint64_t seed, const CampaignOptions& options) {
    current_seed = seed;
    alarm(kSecondsPerSeed);
    const SeedOutcome outcome = play(seed, options);
    ++played_;
    faults_ += outcome.faults_fired;
    if (outcome.problems.empty()) return;
    ++failed_;
    std::printf("[campaign] seed %llu: %s\n", static_cast<unsigned long long>(seed),
                outcome.description.c_str());
    for (const std::string& problem : outcome.problems)
      std::printf("  PROBLEM %s\n", problem.c_str());
    std::fflush(stdout);
  }
  int failed() const { return failed_; }
  int64_t played() const { return played_; }
  int64_t faults() const { return faults_; }

 private:
  int failed_ = 0;
  int64_t played_ = 0;
  int64_t faults_ = 0;
};

int Main(int argc, char** argv) {
  Arguments arguments;
  if (!Parse(argc, argv, &arguments)) return 2;
  std::signal(SIGALRM, ReportHang);
  thalweg::SetLogLevel(thalweg::LogLevel::kOff);
  Player player;
  for (const KnownSeed& known : kKnownSeeds) {
    if (!arguments.known_seeds || known.play != arguments.play) continue;
    CampaignOptions options = arguments.options;
    options.shape = known.shape;
    options.store = known.store;
    player.Play(known.play, known.seed, options);
  }
  for (uint64_t i = 0; i < arguments.runs && player.failed() < 10; ++i) {
    player.Play(arguments.play, arguments.seed + i, arguments.options);
  }
  std::printf("[campaign] %lld seeds, the last %llu, %lld faults, %d failed\n",
              static_cast<long long>(player.played()),
              static_cast<unsigned long long>(current_seed),
              static_cast<long long>(player.faults()), player.failed());
  return player.failed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace thalweg::tests

int main(int argc, char** argv) { return thalweg::tests::Main(argc, argv); }
