#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <grpcpp/generic/async_generic_service.h>

#include "thalweg/connect/execution/operation.h"
#include "thalweg/connect/runtime/task_threads.h"

namespace thalweg::connect {

/// The responses a call wants: those of `operation` that follow `last_response_id` (empty: all).
struct ResponsePosition {
  OperationPtr operation;
  std::string last_response_id;
  /// For errors of the attachment.
  std::function<grpc::Status(const Status&)> reply;
  /// Makes the responses. Called once the call is attached, on the same thread; the call may have
  /// ended then. Null: they are made elsewhere.
  std::function<void()> start;
  /// Appends a response that says how far the execution has come; null if nobody makes them.
  /// Called each `report_interval` in which nothing else came.
  std::function<void()> report;
  std::chrono::milliseconds report_interval{0};
  /// Called when the call has ended.
  std::function<void()> on_done;
};

/// Finds out from the request, on a task thread, what to send.
using PositionHandler =
    std::function<grpc::Status(const grpc::ByteBuffer& request, ResponsePosition* position)>;

/// A call that sends the responses of an execution. The stream of a reattachable execution is cut
/// after two minutes or a gibibyte; the client comes back for the rest.
grpc::ServerGenericBidiReactor* MakeResponseCall(TaskThreads* threads, PositionHandler handler);

}  // namespace thalweg::connect
