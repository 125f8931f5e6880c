#pragma once

// One fault of the fault campaign, drawn by seed, and what makes it happen.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "coverage.h"
#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::tests {

enum class FaultKind {
  kError,      // one operation fails, the next ones work
  kCrash,      // the process is gone from this operation on
  kDiskFull,   // appends fail once a number of bytes is written
  kShortRead,  // one read gives too little
};
enum class Aftermath { kNone, kPowerCut, kTornPowerCut };

struct FaultPlan {
  FaultKind kind = FaultKind::kError;
  /// The operation of the file system or the fault point ("point:commit.before"); empty: any.
  std::string operation;
  /// Which of these operations since the start of the run; bytes until the disk is full.
  int64_t countdown = 1;
  Aftermath aftermath = Aftermath::kNone;
  uint64_t seed = 0;  // of a torn power cut, of the length of a short read

  std::string ToString() const;
};

/// Number of passes by operation and fault point.
using PassCounts = std::map<std::string, int64_t>;

/// `counts`: what a run without faults does.
FaultPlan DrawFault(std::mt19937_64* random, const PassCounts& counts);

/// One fault at that operation or fault point, which is in `counts`.
FaultPlan DrawFaultAt(const std::string& place, std::mt19937_64* random, const PassCounts& counts);

/// Two faults that belong together: a run ends before it has synced a directory, so that what it
/// made there is seen and not durable; the next run builds on it until the power is cut.
std::vector<FaultPlan> DrawUnsyncedEntry(std::mt19937_64* random, const PassCounts& counts);

/// Stands between the engine and a file system. Thread-safe. One at a time: fault points belong to
/// the process.
class Injector {
 public:
  explicit Injector(testing::FaultInjectingFileSystem* file_system);
  ~Injector();

  /// Counts anew; null: no fault.
  void Arm(const FaultPlan* plan);
  /// Takes faults away and lets the aftermath of the plan happen.
  void Disarm();

  bool fired() const;
  /// What has happened since Arm(), the aftermath to come included; none: nothing.
  std::optional<FiredFault> fault() const;
  bool crashed() const { return crashed_; }
  /// Where it happened.
  std::string place() const;
  PassCounts counts() const;
  /// Reads of files that nobody may read.
  std::string forbidden_read() const;

 private:
  Status Pass(const std::string& operation, const std::string& path);

  testing::FaultInjectingFileSystem* file_system_;
  mutable std::mutex mutex_;
  const FaultPlan* plan_ = nullptr;
  int64_t left_ = 0;
  int64_t refused_before_ = 0;  // appends to a full disk
  PassCounts counts_;
  std::string operation_;
  std::string place_;
  std::string forbidden_read_;
  std::atomic<bool> fired_{false};
  std::atomic<bool> crashed_{false};
};

}  // namespace thalweg::tests
