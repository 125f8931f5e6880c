#pragma once

// A server without network, for one request at a time.

#include <memory>
#include <string>
#include <vector>

#include "request.h"

namespace thalweg::tests {

/// What a request came to.
struct RequestOutcome {
  enum class Kind {
    kDone,
    kFailed,     // with the error that is told
    kStopped,    // took long or gave much, and was cancelled
    kLeftAlone,  // would leave the process
  };
  Kind kind = Kind::kDone;
  /// What is wrong with it; empty: nothing.
  std::string finding;
  /// The error as clients see it.
  std::string error;
  /// It does not end: its threads still run, and the process must end.
  bool hangs = false;
};

/// Carries requests out as the server does, each in a session of its own. Files are in memory;
/// requests that would start Python or open a socket are left alone. A query that takes long is
/// cancelled.
///
/// Findings: INTERNAL_ERROR and errors that say nothing; a request that does not end in spite of
/// being cancelled; responses that are none. What crashes takes the process along.
class RequestRunner {
 public:
  /// `recorded`: those that create views run first, for all others.
  static Result<std::unique_ptr<RequestRunner>> Make(const std::vector<Request>& recorded);
  virtual ~RequestRunner() = default;

  virtual RequestOutcome Run(const Request& request) = 0;
  /// Names of the functions that requests may call.
  virtual std::vector<std::string> function_names() const = 0;
};

}  // namespace thalweg::tests
