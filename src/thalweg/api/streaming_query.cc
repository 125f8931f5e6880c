#include <thalweg/streaming_query.h>

#include "thalweg/api/session_core.h"
#include "thalweg/stream/progress_json.h"
#include "thalweg/stream/streaming_query.h"

namespace thalweg {

StreamingQueryProgress api::ConvertProgress(const stream::StreamingQueryProgress& progress) {
  StreamingQueryProgress made;
  made.id = progress.id;
  made.run_id = progress.run_id;
  made.name = progress.name;
  made.timestamp = progress.timestamp;
  made.batch_id = progress.batch_id;
  made.batch_duration_millis = progress.batch_duration_millis;
  made.num_input_rows = progress.num_input_rows();
  made.input_rows_per_second = progress.input_rows_per_second();
  made.processed_rows_per_second = progress.processed_rows_per_second();
  made.duration_millis = progress.duration_millis;
  made.event_time = progress.event_time;
  for (const auto& state : progress.state_operators) {
    made.state_operators.push_back(
        {.operator_name = state.operator_name,
         .num_rows_total = state.num_rows_total,
         .num_rows_updated = state.num_rows_updated,
         .num_rows_removed = state.num_rows_removed,
         .num_rows_dropped_by_watermark = state.num_rows_dropped_by_watermark,
         .memory_used_bytes = state.memory_used_bytes,
         .all_updates_time_millis = state.all_updates_time_millis,
         .all_removals_time_millis = state.all_removals_time_millis,
         .commit_time_millis = state.commit_time_millis,
         .num_shuffle_partitions = state.num_shuffle_partitions,
         .num_state_store_instances = state.num_state_store_instances,
         .custom_metrics = state.custom_metrics});
  }
  for (const auto& source : progress.sources) {
    made.sources.push_back({.description = source.description,
                            .start_offset = source.start_offset,
                            .end_offset = source.end_offset,
                            .latest_offset = source.latest_offset,
                            .num_input_rows = source.num_input_rows,
                            .input_rows_per_second = source.input_rows_per_second,
                            .processed_rows_per_second = source.processed_rows_per_second,
                            .metrics = source.metrics});
  }
  made.sink = {.description = progress.sink.description,
               .num_output_rows = progress.sink.num_output_rows,
               .metrics = progress.sink.metrics};
  made.observed_metrics = progress.observed_metrics;
  made.json = stream::ToJson(progress);
  made.pretty_json = stream::ToPrettyJson(progress);
  return made;
}

std::shared_ptr<StreamingQuery> api::WrapQuery(std::shared_ptr<stream::StreamingQuery> query) {
  if (query == nullptr) return nullptr;
  return std::make_shared<StreamingQuery>(std::move(query));
}

std::string StreamingQuery::Id() const { return query_->id(); }
std::string StreamingQuery::RunId() const { return query_->run_id(); }
std::optional<std::string> StreamingQuery::Name() const { return query_->name(); }
bool StreamingQuery::IsActive() const { return query_->IsActive(); }

StreamingQueryStatus StreamingQuery::GetStatus() const {
  auto status = query_->status();
  return {.message = std::move(status.message),
          .is_data_available = status.is_data_available,
          .is_trigger_active = status.is_trigger_active};
}

std::optional<StreamingQueryProgress> StreamingQuery::LastProgress() const {
  const auto progress = query_->last_progress();
  if (progress == nullptr) return std::nullopt;
  return api::ConvertProgress(*progress);
}

std::vector<StreamingQueryProgress> StreamingQuery::RecentProgress() const {
  std::vector<StreamingQueryProgress> made;
  for (const auto& progress : query_->recent_progress()) {
    made.push_back(api::ConvertProgress(*progress));
  }
  return made;
}

std::optional<StreamingQueryException> StreamingQuery::Exception() const {
  const auto exception = query_->exception();
  if (!exception) return std::nullopt;
  return StreamingQueryException{.status = exception->ToStatus(),
                                 .cause = exception->cause,
                                 .start_offset = exception->start_offset,
                                 .end_offset = exception->end_offset};
}

Status StreamingQuery::AwaitTermination() const { return query_->AwaitTermination(); }
Result<bool> StreamingQuery::AwaitTermination(std::chrono::milliseconds timeout) const {
  return query_->AwaitTermination(timeout.count());
}
Status StreamingQuery::ProcessAllAvailable() const { return query_->ProcessAllAvailable(); }
Status StreamingQuery::Stop() { return query_->Stop(); }
Status StreamingQuery::StopGracefully() { return query_->StopGracefully(); }
std::string StreamingQuery::Explain(bool extended) const { return query_->Explain(extended); }

}  // namespace thalweg
