#include "thalweg/connect/rpc/handlers.h"

namespace thalweg::connect {
namespace {

using proto::InterruptRequest;

/// Streaming queries that were started under the tag.
void StopTaggedQueries(ConnectSession* session, const std::string& tag) {
  const auto run_ids = session->QueriesOfTag(tag);
  for (const auto& query : session->engine().queries().active()) {
    if (run_ids.count(query->run_id()) > 0) query->RequestGracefulStop();
  }
}

}  // namespace

Status InterruptOperations(ConnectSession* session, const InterruptRequest& request,
                           proto::InterruptResponse* response) {
  std::vector<std::string> ids;
  switch (request.interrupt_type()) {
    case InterruptRequest::INTERRUPT_TYPE_ALL:
      ids = session->Interrupt([](const Operation&) { return true; });
      break;
    case InterruptRequest::INTERRUPT_TYPE_TAG: {
      const std::string& tag = request.operation_tag();
      if (tag.empty() || tag.find(',') != std::string::npos) {
        return Status::Invalid("Spark Connect tag cannot be ",
                               tag.empty() ? "an empty string." : "contain ','.");
      }
      ids = session->Interrupt([&](const Operation& o) { return o.tags().count(tag) > 0; });
      StopTaggedQueries(session, tag);
      break;
    }
    case InterruptRequest::INTERRUPT_TYPE_OPERATION_ID:
      ids =
          session->Interrupt([&](const Operation& o) { return o.id() == request.operation_id(); });
      break;
    default:
      return MakeError("CONNECT_INVALID_PLAN.INVALID_ENUM",
                       {{"fullName", "spark.connect.InterruptRequest.InterruptType"},
                        {"name", InterruptRequest::InterruptType_Name(request.interrupt_type())},
                        {"number", std::to_string(request.interrupt_type())}});
  }
  for (std::string& id : ids) response->add_interrupted_ids(std::move(id));
  return Status::OK();
}

}  // namespace thalweg::connect
