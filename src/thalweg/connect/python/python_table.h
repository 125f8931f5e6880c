#pragma once

#include <memory>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"
#include "thalweg/plan/spec/external_table.h"

namespace thalweg::connect {

/// A client's Python table function (udtf, arrow_udtf). Errors: types that the protocol does not
/// have, other kinds of functions.
Result<std::shared_ptr<const plan::spec::ExternalTable>> MakePythonTable(
    ConnectSession* session, const proto::CommonInlineUserDefinedTableFunction& message);

}  // namespace thalweg::connect
