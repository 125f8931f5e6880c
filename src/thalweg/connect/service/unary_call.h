#pragma once

#include <functional>
#include <memory>

#include <grpcpp/generic/async_generic_service.h>

#include "thalweg/connect/runtime/task_threads.h"

namespace thalweg::connect {

/// Answers one request.
using UnaryHandler =
    std::function<grpc::Status(const grpc::ByteBuffer& request, grpc::ByteBuffer* response)>;

/// A call with one request and one response. Lives until gRPC is done with it. Without `threads`
/// the library's thread answers: for requests that hold no plan (its depth needs the stack of a
/// task thread) and wait for nothing.
grpc::ServerGenericBidiReactor* MakeUnaryCall(TaskThreads* threads, UnaryHandler handler);

/// Takes the messages of a client stream one after the other, on the library's threads, and answers
/// when it has ended.
class MessageReader {
 public:
  virtual ~MessageReader() = default;
  /// Errors end the call.
  virtual grpc::Status Read(const grpc::ByteBuffer& request) = 0;
  virtual grpc::Status Finish(grpc::ByteBuffer* response) = 0;
};

/// A call with a stream of requests and one response.
grpc::ServerGenericBidiReactor* MakeClientStreamCall(std::unique_ptr<MessageReader> reader);

/// Refuses a call.
grpc::ServerGenericBidiReactor* MakeRefusedCall(const grpc::Status& status);

}  // namespace thalweg::connect
