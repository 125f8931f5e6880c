#pragma once

#include <memory>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"
#include "thalweg/plan/spec/external.h"

namespace thalweg::connect {

/// A client's Python function over rows (mapInPandas, applyInPandas, cogroup and their Arrow
/// forms).
Result<std::shared_ptr<const plan::spec::ExternalRows>> MakePythonRows(
    ConnectSession* session, const proto::CommonInlineUserDefinedFunction& message);

/// The function of foreach(): a map that gives no rows.
Result<std::shared_ptr<const plan::spec::ExternalRows>> MakePythonForeach(
    ConnectSession* session, const proto::PythonUDF& message);

}  // namespace thalweg::connect
