#include "query_wait.h"

#include "interrupt.h"

namespace thalweg::cli {
namespace {

constexpr int64_t kPollMillis = 20;
constexpr int64_t kWakeMillis = 5;

/// The failure of the first failed query, with the place of its cause; OK when none has failed.
Status FirstFailure(const std::vector<stream::StreamingQueryPtr>& queries) {
  for (const auto& query : queries) {
    const auto failure = query->exception();
    if (!failure) continue;
    const ErrorDetail* cause = GetErrorDetail(failure->cause);
    const Status status = failure->ToStatus();
    return cause && cause->position() ? WithPosition(status, *cause->position()) : status;
  }
  return Status::OK();
}

}  // namespace

void StopQueries(session::Session* session, const std::vector<stream::StreamingQueryPtr>& queries) {
  for (const auto& query : queries) query->RequestGracefulStop();
  for (const auto& query : queries) {
    while (true) {
      const auto ended = query->AwaitTermination(kWakeMillis);
      if (!ended.ok() || *ended) break;
      if (interrupt_count() > 1) {
        // What goes wrong here is seen when the query is asked for its failure.
        if (!query->Stop().ok()) break;
      }
      session->clock()->Wake();
    }
  }
}

Result<RunEnd> WaitForQueries(session::Session* session,
                              const std::vector<stream::StreamingQueryPtr>& queries) {
  size_t at = 0;
  while (at < queries.size()) {
    if (IsInterrupted()) {
      StopQueries(session, queries);
      ARROW_RETURN_NOT_OK(FirstFailure(queries));
      return RunEnd::kInterrupted;
    }
    const Status failure = FirstFailure(queries);
    if (!failure.ok()) {
      StopQueries(session, queries);
      return failure;
    }
    const auto ended = queries[at]->AwaitTermination(kPollMillis);
    if (ended.ok() && *ended) ++at;
  }
  ARROW_RETURN_NOT_OK(FirstFailure(queries));
  return RunEnd::kFinished;
}

}  // namespace thalweg::cli
