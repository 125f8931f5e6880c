#pragma once

#include <memory>
#include <string>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"
#include "thalweg/plan/spec/external.h"
#include "thalweg/python/python_settings.h"

namespace thalweg::connect {

/// A client's Python function as part of expressions. `message` is of a scalar kind or aggregates
/// (pandas_udf, arrow_udf). Errors: types that the protocol does not have, other kinds.
Result<std::shared_ptr<const plan::spec::ExternalScalar>> MakePythonScalar(
    ConnectSession* session, const proto::CommonInlineUserDefinedFunction& message);

}  // namespace thalweg::connect
