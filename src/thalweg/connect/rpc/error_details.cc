#include "thalweg/connect/rpc/handlers.h"

namespace thalweg::connect {
namespace {

using proto::FetchErrorDetailsResponse;

void DescribePosition(const SqlPosition& position,
                      FetchErrorDetailsResponse::SparkThrowable* throwable) {
  if (position.start < 0) return;
  auto* context = throwable->add_query_contexts();
  context->set_context_type(FetchErrorDetailsResponse::QueryContext::SQL);
  context->set_start_index(position.start);
  context->set_stop_index(position.stop);
}

void DescribeRecord(const ErrorRecord& record, FetchErrorDetailsResponse::Error* error) {
  for (const std::string& name : record.classes) error->add_error_type_hierarchy(name);
  error->set_message(record.message);
  if (record.condition.empty() && record.sql_state.empty()) return;
  auto* throwable = error->mutable_spark_throwable();
  if (!record.condition.empty()) throwable->set_error_class(record.condition);
  if (!record.sql_state.empty()) throwable->set_sql_state(record.sql_state);
  for (const auto& [name, value] : record.parameters) {
    (*throwable->mutable_message_parameters())[name] = value;
  }
  if (record.position) DescribePosition(*record.position, throwable);
}

}  // namespace

Status GiveErrorDetails(ConnectSession* session, const proto::FetchErrorDetailsRequest& request,
                        FetchErrorDetailsResponse* response) {
  const ErrorChain chain = session->errors().Take(request.error_id());
  if (chain.empty()) return Status::OK();
  response->set_root_error_idx(0);
  for (size_t i = 0; i < chain.size(); ++i) {
    auto* error = response->add_errors();
    DescribeRecord(chain[i], error);
    if (i + 1 < chain.size()) error->set_cause_idx(static_cast<int32_t>(i + 1));
  }
  return Status::OK();
}

}  // namespace thalweg::connect
