#include "thalweg/connect/rpc/handlers.h"

namespace thalweg::connect {
namespace {

using proto::InterruptRequest;

/// Stops the streaming queries that were started under the tag, with "" all that the client
/// started. Adds the ids of the operations that started them.
void StopQueries(ConnectSession* session, const std::string& tag, std::vector<std::string>* ids) {
  for (const auto& query : session->engine().queries().active()) {
    auto origin = session->FindOrigin(query->run_id());
    if (!origin || (!tag.empty() && origin->tags.count(tag) == 0)) continue;
    query->RequestGracefulStop();
    ids->push_back(std::move(origin->operation_id));
  }
}

}  // namespace

Status InterruptOperations(ConnectSession* session, const InterruptRequest& request,
                           proto::InterruptResponse* response) {
  std::vector<std::string> ids;
  switch (request.interrupt_type()) {
    case InterruptRequest::INTERRUPT_TYPE_ALL:
      ids = session->Interrupt([](const Operation&) { return true; });
      StopQueries(session, "", &ids);
      break;
    case InterruptRequest::INTERRUPT_TYPE_TAG: {
      const std::string& tag = request.operation_tag();
      if (tag.empty() || tag.find(',') != std::string::npos) {
        return Status::Invalid("Spark Connect tag cannot be ",
                               tag.empty() ? "an empty string." : "contain ','.");
      }
      ids = session->Interrupt([&](const Operation& o) { return o.tags().count(tag) > 0; });
      StopQueries(session, tag, &ids);
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
