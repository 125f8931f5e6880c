// Whole streaming queries under faults of the file system, by seed (tests/crash/campaign/).
//
//   fault_campaign_test [--runs N] [--seed S] [--shape NAME] [--store memory|rocksdb]
//                       [--verbose] [--first] [--coverage]
//                       [--damage | --two-owners | --rewind | --no-faults]
//
// Without arguments: as with --runs 2000 --coverage.
// --damage: files of the checkpoint are damaged between two runs; --two-owners: a second run takes
// over from one that is paused, which then goes on; --rewind: the checkpoint is set back to an
// earlier commit; --no-faults: every query merely runs twice. --first ends at the first seed that
// fails. --coverage prints how often each kind of fault happened and each place failed, and fails
// if one never did. Without --seed, seeds that have found a bug once come first. A failure prints
// its seed; --seed S --runs 1 plays it again. With several workers the order of their operations is
// the machine's: such a seed may have to be played more than once.
//
// Exit code: 0 all as it must be, 1 some seed failed or a place was never reached, 2 bad arguments,
// 3 a seed took longer than four minutes.

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

#include "campaign/campaign.h"
#include "thalweg/base/log.h"

namespace thalweg::tests {
namespace {

// A seed takes a few hundredths of a second; on a machine that is busy with other things, far more.
// One that stood still meanwhile finds the time of a look gone at once, but never that of all
// looks.
constexpr unsigned kSecondsPerLook = 60;
constexpr int kLooksPerSeed = 4;

// So many come to every place; fewer may miss those of a few sources, sinks and operators.
constexpr uint64_t kManySeeds = 2000;

volatile uint64_t current_seed = 0;
std::atomic<int> looks_left = 0;

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// What the process has used: whether a seed that takes long waits for what never comes (next to
/// nothing), goes round and round (much time), or has to wait for its own pages (many faults).
struct Used {
  double processor_seconds = 0;
  int64_t major_faults = 0;
};

Used UsedSoFar() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return {Seconds(usage.ru_utime) + Seconds(usage.ru_stime), usage.ru_majflt};
}

Used used_before;  // as the seed began

void LookAtSeed(int) {
  if (--looks_left > 0) {
    alarm(kSecondsPerLook);
    return;
  }
  const Used before = used_before;
  const Used now = UsedSoFar();
  std::fprintf(stderr,
               "[campaign] seed %llu hangs; used: %.3f s of processor time, %lld major faults\n",
               static_cast<unsigned long long>(current_seed),
               now.processor_seconds - before.processor_seconds,
               static_cast<long long>(now.major_faults - before.major_faults));
  std::_Exit(3);
}

using Play = SeedOutcome (*)(uint64_t seed, const CampaignOptions& options);

struct Arguments {
  uint64_t seed = 1;
  uint64_t runs = kManySeeds;
  bool known_seeds = true;
  bool coverage = false;
  int most_failures = 10;
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
    } else if (name == "--no-faults") {
      arguments->options.faults = false;
    } else if (name == "--first") {
      arguments->most_failures = 1;
    } else if (name == "--coverage") {
      arguments->coverage = true;
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
    used_before = UsedSoFar();
    looks_left = kLooksPerSeed;
    alarm(kSecondsPerLook);
    const SeedOutcome outcome = play(seed, options);
    ++played_;
    faults_ += outcome.faults_fired;
    for (const FiredFault& fault : outcome.faults) coverage_.Add(fault);
    coverage_.AddAnswer(outcome.shape, outcome.rows);
    if (outcome.problems.empty()) return;
    ++failed_;
    std::printf("[campaign] seed %llu, number %lld: %s\n", static_cast<unsigned long long>(seed),
                static_cast<long long>(played_), outcome.description.c_str());
    for (const std::string& problem : outcome.problems)
      std::printf("  PROBLEM %s\n", problem.c_str());
    std::fflush(stdout);
  }
  int failed() const { return failed_; }
  int64_t played() const { return played_; }
  int64_t faults() const { return faults_; }
  const FaultCoverage& coverage() const { return coverage_; }

 private:
  int failed_ = 0;
  int64_t played_ = 0;
  int64_t faults_ = 0;
  FaultCoverage coverage_;
};

void PlayAll(const Arguments& arguments, Player* player) {
  for (const KnownSeed& known : kKnownSeeds) {
    if (!arguments.known_seeds || known.play != arguments.play) continue;
    if (player->failed() >= arguments.most_failures) return;
    CampaignOptions options = arguments.options;
    options.shape = known.shape;
    options.store = known.store;
    player->Play(known.play, known.seed, options);
  }
  for (uint64_t i = 0; i < arguments.runs && player->failed() < arguments.most_failures; ++i) {
    player->Play(arguments.play, arguments.seed + i, arguments.options);
  }
}

/// Whether every place was reached; says which were not.
bool CheckCoverage(const FaultCoverage& coverage, bool few_seeds) {
  coverage.Print();
  const std::vector<std::string> gaps = coverage.Gaps(few_seeds);
  for (const std::string& gap : gaps) std::printf("[campaign] NOT COVERED: %s\n", gap.c_str());
  return gaps.empty();
}

int Main(int argc, char** argv) {
  Arguments arguments;
  arguments.coverage = argc == 1;
  if (!Parse(argc, argv, &arguments)) return 2;
  std::signal(SIGALRM, LookAtSeed);
  thalweg::SetLogLevel(thalweg::LogLevel::kOff);
  Player player;
  PlayAll(arguments, &player);
  std::printf("[campaign] %lld seeds, the last %llu, %lld faults, %d failed\n",
              static_cast<long long>(player.played()),
              static_cast<unsigned long long>(current_seed),
              static_cast<long long>(player.faults()), player.failed());
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::printf("[campaign] processor time: %.1f s user, %.1f s system\n", Seconds(usage.ru_utime),
              Seconds(usage.ru_stime));
  const bool covered =
      !arguments.coverage || CheckCoverage(player.coverage(), arguments.runs < kManySeeds);
  return player.failed() == 0 && covered ? 0 : 1;
}

}  // namespace
}  // namespace thalweg::tests

int main(int argc, char** argv) { return thalweg::tests::Main(argc, argv); }
