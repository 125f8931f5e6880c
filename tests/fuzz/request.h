#pragma once

// Requests of Spark Connect clients as files.

#include <memory>
#include <string>
#include <vector>

#include <google/protobuf/message.h>

#include "thalweg/base/status.h"

namespace thalweg::tests {

/// The bytes of one ExecutePlanRequest or AnalyzePlanRequest.
struct Request {
  std::string name;
  bool is_analysis = false;
  std::string bytes;
};

/// The files NAME.execute and NAME.analyze of a directory, by name. Errors: a directory without
/// any.
Result<std::vector<Request>> ReadRequests(const std::string& directory);

/// The request of one file. Errors: a file that cannot be read.
Result<Request> ReadRequest(const std::string& path);

/// The message that the bytes are, or null.
std::unique_ptr<google::protobuf::Message> ParseRequest(const Request& request);

/// The messages directly in `message`, in the order of fields.
std::vector<const google::protobuf::Message*> MessagesIn(const google::protobuf::Message& message);

}  // namespace thalweg::tests
