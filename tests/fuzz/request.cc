#include "request.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/proto/wire.h"

namespace thalweg::tests {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Result<Request> ReadRequest(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) return Status::IOError("cannot read ", path);
  const std::filesystem::path name(path);
  return Request{name.stem().string(), name.extension() == ".analyze", content.str()};
}

Result<std::vector<Request>> ReadRequests(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const auto extension = entry.path().extension();
    if (extension == ".execute" || extension == ".analyze") paths.push_back(entry.path().string());
  }
  if (paths.empty()) return Status::IOError("no requests in ", directory);
  std::sort(paths.begin(), paths.end());
  std::vector<Request> requests;
  for (const std::string& path : paths) {
    ARROW_ASSIGN_OR_RAISE(Request request, ReadRequest(path));
    requests.push_back(std::move(request));
  }
  return requests;
}

std::unique_ptr<Message> ParseRequest(const Request& request) {
  std::unique_ptr<Message> message;
  if (request.is_analysis) {
    message = std::make_unique<connect::proto::AnalyzePlanRequest>();
  } else {
    message = std::make_unique<connect::proto::ExecutePlanRequest>();
  }
  return connect::ParseMessage(request.bytes, message.get()).ok() ? std::move(message) : nullptr;
}

std::vector<const Message*> MessagesIn(const Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  std::vector<const Message*> inner;
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      inner.push_back(&reflection->GetMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      inner.push_back(&reflection->GetRepeatedMessage(message, field, i));
    }
  }
  return inner;
}

}  // namespace thalweg::tests
