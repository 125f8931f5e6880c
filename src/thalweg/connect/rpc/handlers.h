#pragma once

// One handler per call with one request and one response. The ids of the session are filled in by
// the caller. All run on task threads.

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/service/server_state.h"

namespace thalweg::connect {

// analyze_plan.cc
Status AnalyzePlan(ConnectSession* session, const proto::AnalyzePlanRequest& request,
                   proto::AnalyzePlanResponse* response);
// config.cc
Status ConfigureSession(ConnectSession* session, const proto::ConfigRequest& request,
                        proto::ConfigResponse* response);
// artifacts.cc
Status ReportArtifacts(ConnectSession* session, const proto::ArtifactStatusesRequest& request,
                       proto::ArtifactStatusesResponse* response);
// interrupt.cc
Status InterruptOperations(ConnectSession* session, const proto::InterruptRequest& request,
                           proto::InterruptResponse* response);
// release.cc
Status ReleaseResponses(ConnectSession* session, const proto::ReleaseExecuteRequest& request,
                        proto::ReleaseExecuteResponse* response);
// error_details.cc
Status GiveErrorDetails(ConnectSession* session, const proto::FetchErrorDetailsRequest& request,
                        proto::FetchErrorDetailsResponse* response);
// operation_status.cc
Status ReportOperations(ConnectSession* session, const proto::GetStatusRequest& request,
                        proto::GetStatusResponse* response);

}  // namespace thalweg::connect
