#pragma once

#include <exception>
#include <functional>

#include "thalweg/connect/error/error_reply.h"

namespace thalweg::connect {

/// What `call` gives. What a library throws in it, as when no memory is left, ends this call only.
inline grpc::Status GuardedCall(const std::function<grpc::Status()>& call) {
  try {
    return call();
  } catch (const std::exception& error) {
    return PlainErrorReply(Status::UnknownError(error.what()));
  }
}

}  // namespace thalweg::connect
