#include "query_log.h"

#include <fmt/format.h>

#include "thalweg/base/log.h"

namespace thalweg::cli {

void QueryLog::OnQueryStarted(const stream::QueryStartedEvent& event) {
  Log(LogLevel::kInfo, fmt::format("streaming query {} starts: id {}, run {}",
                                   event.name.value_or("without a name"), event.id, event.run_id));
}

void QueryLog::OnQueryProgress(const stream::QueryProgressEvent& event) {
  Log(LogLevel::kDebug, "progress: " + stream::ToJson(*event.progress));
}

void QueryLog::OnQueryTerminated(const stream::QueryTerminatedEvent& event) {
  Log(LogLevel::kInfo, fmt::format("streaming query {} ended, run {}: {}", event.id, event.run_id,
                                   event.exception.value_or("without an error")));
}

}  // namespace thalweg::cli
