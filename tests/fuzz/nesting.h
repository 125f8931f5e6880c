#pragma once

// Messages wrapped into many of their own kind.

#include <google/protobuf/message.h>

#include "request_mutator.h"

namespace thalweg::tests {

/// Puts what `message` holds several levels deeper, sometimes more than the server takes. False for
/// messages that do not nest.
bool WrapDeeply(google::protobuf::Message* message, RandomChoice* random);

}  // namespace thalweg::tests
