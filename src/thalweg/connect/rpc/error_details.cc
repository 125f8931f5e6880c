#include "thalweg/base/query_context.h"
#include "thalweg/connect/rpc/handlers.h"

namespace thalweg::connect {
namespace {

using proto::FetchErrorDetailsResponse;

void DescribePosition(const SqlPosition& position,
                      FetchErrorDetailsResponse::SparkThrowable* throwable) {
  if (position.start < 0 && position.origin == nullptr) return;
  auto* context = throwable->add_query_contexts();
  context->set_fragment(QueryContextFragment(position));
  context->set_summary(QueryContextSummary(position));
  if (position.start < 0) {
    context->set_context_type(FetchErrorDetailsResponse::QueryContext::DATAFRAME);
    context->set_call_site(position.origin->call_site);
    return;
  }
  context->set_context_type(FetchErrorDetailsResponse::QueryContext::SQL);
  context->set_start_index(QueryContextIndex(position, position.start));
  context->set_stop_index(QueryContextIndex(position, position.stop));
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
  // As in Spark the place of a syntax error is in its text only.
  const bool is_syntax = !record.classes.empty() && record.classes[0].ends_with("ParseException");
  if (record.position && !is_syntax) DescribePosition(*record.position, throwable);
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
