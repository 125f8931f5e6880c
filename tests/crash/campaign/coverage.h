#pragma once

// Which faults have happened, over many seeds: what never fires is not tested.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace thalweg::tests {

/// One fault that has happened.
struct FiredFault {
  /// "crash", "error", "disk full" or "short read".
  std::string kind;
  /// The operation of the file system, or the fault point as "point:commit.before".
  std::string place;
  /// "power cut", "torn power cut", or empty: the disk stayed as it was.
  std::string aftermath;
};

/// Operations of the file system and fault points (THALWEG_FAULT_POINTS), as FiredFault::place.
const std::vector<std::string>& AllPlaces();
/// Whether only some sources, sinks, operators or stores come to the place.
bool IsSeldom(const std::string& place);

/// One thread.
class FaultCoverage {
 public:
  void Add(const FiredFault& fault);
  /// That a query gave so many rows.
  void AddAnswer(const std::string& shape, int64_t rows) { rows_[shape] += rows; }
  /// Prints every place and kind with the number of its faults.
  void Print() const;
  /// Kinds and places (AllPlaces()) that never came, points that fired but stand in no list, and
  /// queries (AllShapes()) that gave no row; as texts.
  /// `few_seeds`: of the seldom places only those of state stores must have come.
  std::vector<std::string> Gaps(bool few_seeds) const;

 private:
  std::map<std::string, int64_t> kinds_;
  std::map<std::string, std::map<std::string, int64_t>> places_;  // then by kind
  std::map<std::string, int64_t> rows_;                           // by shape
};

}  // namespace thalweg::tests
