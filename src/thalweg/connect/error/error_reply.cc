#include "thalweg/connect/error/error_reply.h"

#include <algorithm>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <nlohmann/json.hpp>

#include "thalweg/connect/error/exception_class.h"
#include "thalweg/connect/runtime/identifier.h"

namespace thalweg::connect {
namespace {

using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

// Trailers must stay below 8 KiB in all, and the message travels twice.
constexpr size_t kMaxMessageBytes = 2048;
constexpr size_t kMaxParametersBytes = 1024;

/// A length-delimited field of a message.
void AppendField(int number, const std::string& value, std::string* out) {
  StringOutputStream stream(out);
  CodedOutputStream coded(&stream);
  coded.WriteTag(static_cast<uint32_t>(number) << 3 | 2);
  coded.WriteVarint32(static_cast<uint32_t>(value.size()));
  coded.WriteString(value);
}

/// Bytes that one byte of a message takes in the trailers, where most are written as %XX.
size_t TrailerBytes(unsigned char byte) {
  return byte >= 0x20 && byte <= 0x7E && byte != '%' ? 1 : 3;
}

std::string ShortMessage(const std::string& message) {
  size_t end = 0;
  size_t size = 0;
  for (size_t i = 0; i < message.size() && size <= kMaxMessageBytes; ++i) {
    size += TrailerBytes(static_cast<unsigned char>(message[i]));
    if (size <= kMaxMessageBytes - 3) end = i + 1;
  }
  if (size <= kMaxMessageBytes) return message;
  // Not in the middle of a character.
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  return message.substr(0, end) + "...";
}

std::map<std::string, std::string> InfoOf(const ErrorRecord& error, const std::string& id) {
  std::map<std::string, std::string> info;
  info["classes"] = nlohmann::json(error.classes).dump();
  if (!error.sql_state.empty()) info["sqlState"] = error.sql_state;
  if (!error.condition.empty()) {
    const std::string parameters =
        nlohmann::json(error.parameters)
            .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (parameters.size() <= kMaxParametersBytes) {
      info["errorClass"] = error.condition;
      info["messageParameters"] = parameters;
    }
  }
  if (!id.empty()) info["errorId"] = id;
  return info;
}

/// google.rpc.ErrorInfo: reason = 1, domain = 2, metadata = 3.
std::string SerializeErrorInfo(const ErrorRecord& error, const std::string& id) {
  std::string bytes;
  AppendField(1, error.classes.front(), &bytes);
  AppendField(2, "org.apache.spark", &bytes);
  for (const auto& [key, value] : InfoOf(error, id)) {
    std::string entry;
    AppendField(1, key, &entry);
    AppendField(2, value, &entry);
    AppendField(3, entry, &bytes);
  }
  return bytes;
}

/// google.rpc.Status: code = 1, message = 2, details = 3 (Any: type_url = 1, value = 2).
std::string SerializeStatus(const std::string& message, const std::string& error_info) {
  std::string bytes;
  {
    StringOutputStream stream(&bytes);
    CodedOutputStream coded(&stream);
    coded.WriteTag(1 << 3);
    coded.WriteVarint32(grpc::StatusCode::INTERNAL);
  }
  AppendField(2, message, &bytes);
  std::string any;
  AppendField(1, "type.googleapis.com/google.rpc.ErrorInfo", &any);
  AppendField(2, error_info, &any);
  AppendField(3, any, &bytes);
  return bytes;
}

grpc::Status MakeReply(const ErrorRecord& error, const std::string& id) {
  const std::string message = ShortMessage(error.message);
  return grpc::Status(grpc::StatusCode::INTERNAL, message,
                      SerializeStatus(message, SerializeErrorInfo(error, id)));
}

/// Casts of text fail with the exception of the type they aim at.
std::vector<std::string> ClassesOf(const ErrorDetail& detail) {
  if (detail.condition() == "CAST_INVALID_INPUT") {
    const auto target = detail.parameters().find("targetType");
    const std::string type = target == detail.parameters().end() ? "" : target->second;
    if (type.find("DATE") != std::string::npos || type.find("TIME") != std::string::npos) {
      return SuperclassesOf("SparkDateTimeException");
    }
    if (type.find("BOOLEAN") != std::string::npos) return SuperclassesOf("SparkRuntimeException");
  }
  return ExceptionClasses(detail.condition());
}

size_t TextBytes(const ErrorChain& chain) {
  size_t bytes = 0;
  for (const ErrorRecord& record : chain) {
    bytes += record.message.size();
    for (const auto& [name, value] : record.parameters) bytes += name.size() + value.size();
  }
  return bytes;
}

}  // namespace

std::string ErrorStore::Add(ErrorChain chain) {
  std::string id = MakeIdentifier();
  const std::lock_guard lock(mutex_);
  bytes_ += TextBytes(chain);
  errors_[id] = std::move(chain);
  order_.push_back(id);
  while (order_.size() > kMaxErrors || (order_.size() > 1 && bytes_ > kMaxBytes)) {
    Drop(std::string(order_.front()));
  }
  return id;
}

void ErrorStore::Drop(const std::string& id) {
  const auto found = errors_.find(id);
  bytes_ -= TextBytes(found->second);
  errors_.erase(found);
  std::erase(order_, id);
}

ErrorChain ErrorStore::Take(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = errors_.find(id);
  if (found == errors_.end()) return {};
  ErrorChain chain = found->second;
  Drop(id);
  return chain;
}

ErrorChain DescribeError(const Status& error) {
  ErrorRecord record;
  if (const ErrorDetail* detail = GetErrorDetail(error)) {
    record.classes = ClassesOf(*detail);
    record.message = RenderError(error);
    record.condition = detail->condition();
    record.sql_state = detail->sql_state();
    record.parameters = detail->parameters();
    record.position = detail->position();
  } else if (error.IsCancelled()) {
    return DescribeError(MakeError("OPERATION_CANCELED"));
  } else if (error.IsInvalid() || error.IsTypeError()) {
    record.classes = SuperclassesOf("IllegalArgumentException");
    record.message = error.message();
  } else {
    record.classes = SuperclassesOf("SparkException");
    record.message = RenderError(error);
    record.condition = "INTERNAL_ERROR";
    record.sql_state = "XX000";
    record.parameters = {{"message", error.message()}};
  }
  return {std::move(record)};
}

grpc::Status ErrorReply(const Status& error, ErrorStore* store) {
  return ErrorReply(DescribeError(error), store);
}

grpc::Status ErrorReply(const ErrorChain& chain, ErrorStore* store) {
  const std::string id = store == nullptr ? "" : store->Add(chain);
  return MakeReply(chain.front(), id);
}

grpc::Status PlainErrorReply(const Status& error) { return ErrorReply(error, nullptr); }

}  // namespace thalweg::connect
