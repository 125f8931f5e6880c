#pragma once

#include <memory>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"
#include "thalweg/plan/spec/external_processor.h"

namespace thalweg::connect {

/// A client's processor for transformWithState.
Result<std::shared_ptr<const plan::spec::ExternalProcessorMaker>> MakePythonProcessor(
    ConnectSession* session, const proto::CommonInlineUserDefinedFunction& message);

}  // namespace thalweg::connect
