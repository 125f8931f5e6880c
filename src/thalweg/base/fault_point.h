#pragma once

// Named points at which a test makes the process fail. Compiled in always, off by default; a point
// that is off costs one relaxed load of a flag.
//
// The environment variable THALWEG_FAULT turns points on for a process: "name=kill" (SIGKILL at the
// first pass), "name:3=kill" (at the third), "name=stop" (SIGSTOP: it goes on at a
// SIGCONT), "name=error" (the call returns an IOError),
// "random:SEED:MEAN=kill" (at every point, with odds 1/MEAN, by that seed). Several are separated
// by commas.

#include <atomic>
#include <functional>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg {

namespace internal {
extern std::atomic<bool> fault_points_enabled;
Status PassFaultPoint(std::string_view name);
}  // namespace internal

/// Turns points on from a text in the form of THALWEG_FAULT; empty text turns all off. Called by
/// main() with the environment variable, and by tests. Errors: the text does not parse.
Status SetFaultPoints(std::string_view text);

/// Has `handler` asked at every pass of any point: an error it returns is the enclosing function's.
/// Null: none. Called on the thread that passes, one at a time. For tests.
void SetFaultHandler(std::function<Status(std::string_view name)> handler);

/// Every name there is: the fault campaign fails when one of them is not reached.
// clang-format off
#define THALWEG_FAULT_POINTS(POINT) \
  POINT("offsets.before") \
  POINT("offsets.half") \
  POINT("offsets.after") \
  POINT("properties.before") \
  POINT("properties.half") \
  POINT("properties.after") \
  POINT("epoch.mid") \
  POINT("state.before_sync") \
  POINT("state.half") \
  POINT("state.after") \
  POINT("sink.before_file_sync") \
  POINT("sink.before_manifest") \
  POINT("sink.manifest_half") \
  POINT("sink.after_manifest") \
  POINT("sink.after") \
  POINT("commit.before") \
  POINT("commit.half") \
  POINT("commit.after") \
  POINT("source_log.after") \
  POINT("spill.read") \
  POINT("spill.write")
// clang-format on

/// Kills the process, or makes the enclosing function return an error, if the point is on.
#define FAULT_POINT(name)                                                            \
  do {                                                                               \
    if (::thalweg::internal::fault_points_enabled.load(std::memory_order_relaxed)) { \
      ARROW_RETURN_NOT_OK(::thalweg::internal::PassFaultPoint(name));                \
    }                                                                                \
  } while (false)

}  // namespace thalweg
