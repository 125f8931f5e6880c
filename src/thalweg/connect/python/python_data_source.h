#pragma once

#include <memory>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"

namespace thalweg::connect {

/// Makes a client's data source a format of the session. Errors: DATA_SOURCE_ALREADY_EXISTS if a
/// format of the name is not one of these.
Status AddPythonDataSource(const std::shared_ptr<ConnectSession>& session,
                           const proto::CommonInlineUserDefinedDataSource& message);

/// The data sources of one session are formats of another too.
void CopyPythonDataSources(const ConnectSession& from, const std::shared_ptr<ConnectSession>& to);

}  // namespace thalweg::connect
