#pragma once

// Responses that carry Arrow data, without copies of it.

#include <memory>
#include <vector>

#include <arrow/buffer.h>
#include <grpcpp/support/byte_buffer.h>

#include "thalweg/connect/proto/messages.h"

namespace thalweg::connect {

/// The bytes of `response`, whose arrow_batch (set, but without data) gets `data`, one buffer after
/// the other. The result shares the buffers.
grpc::ByteBuffer SerializeWithData(const proto::ExecutePlanResponse& response,
                                   const std::vector<std::shared_ptr<arrow::Buffer>>& data);

}  // namespace thalweg::connect
