#include "thalweg/connect/rpc/handlers.h"

namespace thalweg::connect {

Status ReportArtifacts(ConnectSession* session, const proto::ArtifactStatusesRequest& request,
                       proto::ArtifactStatusesResponse* response) {
  for (const std::string& name : request.names()) {
    (*response->mutable_statuses())[name].set_exists(session->artifacts().Contains(name));
  }
  return Status::OK();
}

}  // namespace thalweg::connect
