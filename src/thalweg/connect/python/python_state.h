#pragma once

#include <memory>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"
#include "thalweg/plan/spec/external_state.h"

namespace thalweg::connect {

/// A client's function for applyInPandasWithState.
Result<std::shared_ptr<const plan::spec::ExternalGroupState>> MakePythonGroupState(
    ConnectSession* session, const proto::CommonInlineUserDefinedFunction& message);

}  // namespace thalweg::connect
