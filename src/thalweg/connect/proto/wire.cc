#include "thalweg/connect/proto/wire.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

namespace thalweg::connect {
namespace {

Status ParseStream(google::protobuf::io::ZeroCopyInputStream* stream,
                   google::protobuf::MessageLite* message) {
  google::protobuf::io::CodedInputStream coded(stream);
  coded.SetRecursionLimit(kMaxMessageDepth);
  if (message->ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage()) return Status::OK();
  return MakeError("CONNECT_INVALID_PLAN.CANNOT_PARSE",
                   {{"errorMsg", "no " + message->GetTypeName() + ", or nested too deeply"}});
}

}  // namespace

Status ParseMessage(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message) {
  // The reader wants a buffer that it may change; copies share the slices.
  grpc::ByteBuffer buffer(bytes);
  grpc::ProtoBufferReader reader(&buffer);
  if (!reader.status().ok()) return Status::Invalid(reader.status().error_message());
  return ParseStream(&reader, message);
}

Status ParseMessage(const std::string& bytes, google::protobuf::MessageLite* message) {
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  return ParseStream(&stream, message);
}

grpc::ByteBuffer SerializeMessage(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  const grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace thalweg::connect
