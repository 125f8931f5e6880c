#pragma once

// Errors as clients of Spark Connect expect them: a gRPC status with ErrorInfo, and the details
// that FetchErrorDetails gives.

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/support/status.h>

#include "thalweg/base/status.h"

namespace thalweg::connect {

/// One error and what caused it, outermost first.
struct ErrorRecord {
  /// Names of the exception's class and its superclasses, as Spark's JVM has them.
  std::vector<std::string> classes;
  std::string message;
  std::string condition;  // empty: none
  std::string sql_state;
  ErrorParameters parameters;
  std::optional<SqlPosition> position;
};
using ErrorChain = std::vector<ErrorRecord>;

/// The details of errors that were sent, by error id, until they are fetched. Keeps the last
/// kMaxErrors, and of those kMaxBytes of text. Thread-safe.
class ErrorStore {
 public:
  static constexpr size_t kMaxErrors = 1000;
  static constexpr size_t kMaxBytes = size_t{16} << 20;

  /// Gives the id.
  std::string Add(ErrorChain chain);
  /// Takes the entry out; empty when there is none.
  ErrorChain Take(const std::string& id);

 private:
  void Drop(const std::string& id);

  std::mutex mutex_;
  std::map<std::string, ErrorChain> errors_;
  std::vector<std::string> order_;  // oldest first
  size_t bytes_ = 0;
};

/// The error and its causes as Spark would throw them.
ErrorChain DescribeError(const Status& error);

/// The reply for `error`, whose details go to `store`.
grpc::Status ErrorReply(const Status& error, ErrorStore* store);
grpc::Status ErrorReply(const ErrorChain& chain, ErrorStore* store);
/// The reply without details to fetch, for calls that belong to no session.
grpc::Status PlainErrorReply(const Status& error);

}  // namespace thalweg::connect
