#pragma once

// Messages as bytes of a gRPC call.

#include <string>

#include <grpcpp/support/byte_buffer.h>

#include "thalweg/base/status.h"

namespace google::protobuf {
class MessageLite;
}

namespace thalweg::connect {

/// Levels of messages within each other that a request may have. Every DataFrame operation costs
/// two or more; protobuf alone stops at 100. What handles a message of this depth needs the stack
/// of a BigStackThread.
inline constexpr int kMaxMessageDepth = 4096;

/// Errors: CONNECT_INVALID_PLAN.CANNOT_PARSE for bytes that are no such message or lie too deep.
Status ParseMessage(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message);
Status ParseMessage(const std::string& bytes, google::protobuf::MessageLite* message);

grpc::ByteBuffer SerializeMessage(const google::protobuf::MessageLite& message);

}  // namespace thalweg::connect
