#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "thalweg/python/task_header.h"

namespace thalweg::python {

/// What workers measured of a session's functions (spark.sql.pyspark.udf.profiler), until its
/// client takes it. Thread-safe.
class FunctionProfiles {
 public:
  /// The number by which the profile of the call at `position` of a task of that kind goes. Equal
  /// calls have the same each time, so that what a frame takes when it runs again adds up.
  int64_t IdOf(EvalType type, const FunctionChain& chain, size_t position);
  /// A pickled pair (id of an accumulator, value), as a worker sends it.
  void Add(std::string update);
  /// Gives what has come since the last call.
  std::vector<std::string> Take();

 private:
  std::mutex mutex_;
  /// By hashes of calls.
  std::map<size_t, int64_t> ids_;
  std::vector<std::string> updates_;
};

}  // namespace thalweg::python
