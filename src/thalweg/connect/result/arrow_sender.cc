#include "thalweg/connect/result/arrow_sender.h"

#include <algorithm>

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include "thalweg/connect/proto/data_type.h"
#include "thalweg/connect/result/client_arrays.h"

namespace thalweg::connect {
namespace {

using python::BufferPtr;
using Buffers = std::vector<BufferPtr>;

// Rows of a message: few at first, so that who reads as the rows come need not wait for long.
constexpr int64_t kFirstRows = 32768;
constexpr int64_t kMaxRows = 131072;
constexpr int64_t kMaxBatchBytes = int64_t{8} << 20;
// A message may have 128 MiB in all.
constexpr int64_t kMaxChunkBytes = int64_t{115} << 20;
constexpr int64_t kMinChunkBytes = 1024;
constexpr const char* kMaxRecords = "spark.sql.execution.arrow.maxRecordsPerBatch";

/// Rows of a message: the client's limit, if it has set one.
int64_t MaxRows(const Settings& settings) {
  if (settings.values().count(kMaxRecords) == 0) return kMaxRows;
  const int64_t limit = settings.GetInteger(kMaxRecords);
  return limit <= 0 ? kMaxRows : std::min(limit, kMaxRows);
}

int64_t ChunkBytes(const ChunkingOptions& options) {
  if (!options.allowed) return INT64_MAX;
  if (options.preferred_bytes >= kMinChunkBytes && options.preferred_bytes <= kMaxChunkBytes) {
    return options.preferred_bytes;
  }
  return kMaxChunkBytes;
}

/// The bytes of `stream` in pieces of `chunk_bytes`, the last one shorter; buffers are shared.
std::vector<Buffers> Split(const Buffers& stream, int64_t chunk_bytes) {
  std::vector<Buffers> chunks(1);
  int64_t room = chunk_bytes;
  for (const BufferPtr& buffer : stream) {
    for (int64_t begin = 0; begin < buffer->size();) {
      if (room == 0) {
        chunks.emplace_back();
        room = chunk_bytes;
      }
      const int64_t size = std::min(room, buffer->size() - begin);
      chunks.back().push_back(arrow::SliceBuffer(buffer, begin, size));
      begin += size;
      room -= size;
    }
  }
  return chunks;
}

}  // namespace

ArrowSender::ArrowSender(Execution* execution, SchemaPtr schema)
    : execution_(execution),
      schema_(std::move(schema)),
      client_schema_(ClientSchema(
          *schema_, execution->engine().SettingsSnapshot().Get("spark.sql.session.timeZone"))),
      max_rows_(MaxRows(execution->engine().SettingsSnapshot())) {}

Status ArrowSender::SendRows(const Batch& batch) {
  if (batch.num_selected() == 0) return Status::OK();
  waiting_rows_ += batch.num_selected();
  for (const ArrayPtr& column : batch.columns) {
    ARROW_ASSIGN_OR_RAISE(const int64_t bytes, arrow::util::ReferencedBufferSize(*column));
    waiting_bytes_ += bytes;
  }
  waiting_.push_back(batch);
  const int64_t wanted_rows = std::clamp(sent_rows_, std::min(kFirstRows, max_rows_), max_rows_);
  const bool is_enough = waiting_rows_ >= wanted_rows || waiting_bytes_ >= kMaxBatchBytes;
  return is_enough ? Flush(Delivery::kNow) : Status::OK();
}

Status ArrowSender::Finish() {
  if (waiting_.empty() && !sent_any_) {
    ARROW_ASSIGN_OR_RAISE(const Batch empty, EmptyBatch(*schema_));
    waiting_.push_back(empty);
  }
  return Flush(Delivery::kWithNext);
}

Status ArrowSender::Flush(Delivery delivery) {
  if (waiting_.empty()) return Status::OK();
  Batch rows = waiting_.front();
  if (waiting_.size() > 1) {
    ARROW_ASSIGN_OR_RAISE(rows, ConcatenateBatches(waiting_));
  }
  waiting_.clear();
  waiting_rows_ = 0;
  waiting_bytes_ = 0;
  ARROW_ASSIGN_OR_RAISE(const auto whole, ToClientBatch(rows, client_schema_));
  ARROW_ASSIGN_OR_RAISE(const int64_t bytes, arrow::util::ReferencedBufferSize(*whole));
  const int64_t num_rows = whole->num_rows();
  const int64_t parts = std::max<int64_t>(1, std::min(num_rows, bytes / kMaxBatchBytes));
  const int64_t part_rows = std::min((num_rows + parts - 1) / parts, max_rows_);
  int64_t begin = 0;
  for (; begin + part_rows < num_rows; begin += part_rows) {
    ARROW_RETURN_NOT_OK(SendBatch(*whole->Slice(begin, part_rows), Delivery::kNow));
  }
  return SendBatch(*whole->Slice(begin), delivery);
}

Status ArrowSender::SendBatch(const arrow::RecordBatch& batch, Delivery delivery) {
  if (encoder_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(encoder_, python::IpcEncoder::Make(client_schema_));
  }
  python::ByteQueue queue;
  encoder_->Begin(&queue);
  ARROW_RETURN_NOT_OK(encoder_->Put(batch, &queue));
  encoder_->End(&queue);
  Buffers stream;
  queue.MoveTo(&stream);
  const std::vector<Buffers> chunks = Split(stream, ChunkBytes(execution_->chunking()));
  const auto num_chunks = static_cast<int64_t>(chunks.size());
  for (int64_t chunk = 0; chunk < num_chunks; ++chunk) {
    proto::ExecutePlanResponse response;
    if (!sent_any_) ARROW_RETURN_NOT_OK(SchemaToProto(*schema_, response.mutable_schema()));
    auto* message = response.mutable_arrow_batch();
    message->set_row_count(batch.num_rows());
    message->set_start_offset(sent_rows_);
    if (execution_->chunking().allowed) {
      message->set_chunk_index(chunk);
      message->set_num_chunks_in_batch(num_chunks);
    }
    ARROW_RETURN_NOT_OK(execution_->SendArrow(&response, chunks[chunk], delivery));
    sent_any_ = true;
  }
  sent_rows_ += batch.num_rows();
  return Status::OK();
}

}  // namespace thalweg::connect
