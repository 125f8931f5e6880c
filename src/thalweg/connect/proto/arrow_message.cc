#include "thalweg/connect/proto/arrow_message.h"

#include <string>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace thalweg::connect {
namespace {

using google::protobuf::io::CodedOutputStream;
using BufferPtr = std::shared_ptr<arrow::Buffer>;

/// The tag of a field that has a length: a message or bytes.
constexpr uint32_t LengthTag(int field) { return static_cast<uint32_t>(field) << 3 | 2; }

constexpr uint32_t kBatchTag = LengthTag(proto::ExecutePlanResponse::kArrowBatchFieldNumber);
constexpr uint32_t kDataTag = LengthTag(proto::ExecutePlanResponse::ArrowBatch::kDataFieldNumber);

grpc::Slice Share(const BufferPtr& buffer) {
  auto* held = new BufferPtr(buffer);
  return grpc::Slice(
      const_cast<uint8_t*>(buffer->data()), static_cast<size_t>(buffer->size()),
      [](void* kept) { delete static_cast<BufferPtr*>(kept); }, held);
}

/// Everything up to the data: the other fields, then the batch as far as its data's length.
std::string Head(const proto::ExecutePlanResponse& response, size_t data_size) {
  const proto::ExecutePlanResponse::ArrowBatch& batch = response.arrow_batch();
  const size_t batch_size = batch.ByteSizeLong() + CodedOutputStream::VarintSize32(kDataTag) +
                            CodedOutputStream::VarintSize64(data_size) + data_size;
  proto::ExecutePlanResponse rest = response;
  rest.clear_arrow_batch();
  std::string head;
  google::protobuf::io::StringOutputStream stream(&head);
  CodedOutputStream out(&stream);
  rest.SerializeToCodedStream(&out);
  out.WriteTag(kBatchTag);
  out.WriteVarint64(batch_size);
  batch.SerializeToCodedStream(&out);
  out.WriteTag(kDataTag);
  out.WriteVarint64(data_size);
  out.Trim();
  return head;
}

}  // namespace

grpc::ByteBuffer SerializeWithData(const proto::ExecutePlanResponse& response,
                                   const std::vector<BufferPtr>& data) {
  size_t data_size = 0;
  for (const BufferPtr& buffer : data) data_size += static_cast<size_t>(buffer->size());
  std::vector<grpc::Slice> slices;
  slices.reserve(data.size() + 1);
  slices.emplace_back(Head(response, data_size));
  for (const BufferPtr& buffer : data) slices.push_back(Share(buffer));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace thalweg::connect
