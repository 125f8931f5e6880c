#include "thalweg/python/ipc_encoder.h"

#include <arrow/api.h>
#include <arrow/io/api.h>
#include <arrow/ipc/api.h>

namespace thalweg::python {
namespace {

/// Below this a copy is cheaper than a buffer of its own.
constexpr int64_t kSharedBytes = 4096;

/// An output stream that fills a ByteQueue.
class QueueStream : public arrow::io::OutputStream {
 public:
  explicit QueueStream(ByteQueue* queue) : queue_(queue) {}

  Status Close() override { return Status::OK(); }
  bool closed() const override { return false; }
  Result<int64_t> Tell() const override { return position_; }
  Status Write(const void* data, int64_t size) override {
    queue_->Append(std::string_view(static_cast<const char*>(data), static_cast<size_t>(size)));
    position_ += size;
    return Status::OK();
  }
  Status Write(const BufferPtr& buffer) override {
    position_ += buffer->size();
    queue_->Append(buffer);
    return Status::OK();
  }

 private:
  ByteQueue* queue_;
  int64_t position_ = 0;
};

}  // namespace

void ByteQueue::CloseTail() {
  if (tail_.empty()) return;
  buffers_.push_back(arrow::Buffer::FromString(std::move(tail_)));
  tail_.clear();
}

void ByteQueue::Append(BufferPtr buffer) {
  if (buffer->size() < kSharedBytes) {
    tail_.append(reinterpret_cast<const char*>(buffer->data()),
                 static_cast<size_t>(buffer->size()));
    return;
  }
  CloseTail();
  buffers_.push_back(std::move(buffer));
}

void ByteQueue::MoveTo(std::vector<BufferPtr>* out) {
  CloseTail();
  std::move(buffers_.begin(), buffers_.end(), std::back_inserter(*out));
  buffers_.clear();
}

Result<std::unique_ptr<IpcEncoder>> IpcEncoder::Make(const std::shared_ptr<arrow::Schema>& schema) {
  auto encoder = std::make_unique<IpcEncoder>();
  ARROW_ASSIGN_OR_RAISE(const BufferPtr message, arrow::ipc::SerializeSchema(*schema));
  encoder->schema_message_ = message->ToString();
  return encoder;
}

Status IpcEncoder::Put(const arrow::RecordBatch& batch, ByteQueue* out) const {
  const auto options = arrow::ipc::IpcWriteOptions::Defaults();
  arrow::ipc::IpcPayload payload;
  ARROW_RETURN_NOT_OK(arrow::ipc::GetRecordBatchPayload(batch, options, &payload));
  QueueStream stream(out);
  int32_t metadata_length = 0;
  return arrow::ipc::WriteIpcPayload(payload, options, &stream, &metadata_length);
}

void IpcEncoder::End(ByteQueue* out) const {
  constexpr char kEndOfStream[] = "\xff\xff\xff\xff\0\0\0\0";
  out->Append(std::string_view(kEndOfStream, 8));
}

}  // namespace thalweg::python
