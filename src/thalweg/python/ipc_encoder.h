#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"

namespace thalweg::python {

using BufferPtr = std::shared_ptr<arrow::Buffer>;

/// Bytes to send: buffers in order. Large ones are shared, small ones gathered.
class ByteQueue {
 public:
  void Append(std::string_view bytes) { tail_.append(bytes); }
  void Append(BufferPtr buffer);
  /// Moves all that was appended to the end of `out`.
  void MoveTo(std::vector<BufferPtr>* out);

 private:
  void CloseTail();

  std::string tail_;
  std::vector<BufferPtr> buffers_;
};

/// Writes Arrow streams of one schema: the beginning once encoded, batches without copying their
/// columns. Thread-compatible.
class IpcEncoder {
 public:
  static Result<std::unique_ptr<IpcEncoder>> Make(const std::shared_ptr<arrow::Schema>& schema);

  void Begin(ByteQueue* out) const { out->Append(schema_message_); }
  Status Put(const arrow::RecordBatch& batch, ByteQueue* out) const;
  void End(ByteQueue* out) const;

 private:
  std::string schema_message_;
};

}  // namespace thalweg::python
