#include "thalweg/connect/result/arrow_sender.h"

#include <algorithm>

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include "thalweg/connect/proto/data_type.h"
#include "thalweg/connect/result/client_arrays.h"

namespace thalweg::connect {
namespace {

constexpr int64_t kMaxRows = 32768;
constexpr int64_t kMaxBatchBytes = int64_t{8} << 20;
// A message may have 128 MiB in all.
constexpr int64_t kMaxChunkBytes = int64_t{115} << 20;
constexpr int64_t kMinChunkBytes = 1024;

int64_t ChunkBytes(const ChunkingOptions& options) {
  if (!options.allowed) return INT64_MAX;
  if (options.preferred_bytes >= kMinChunkBytes && options.preferred_bytes <= kMaxChunkBytes) {
    return options.preferred_bytes;
  }
  return kMaxChunkBytes;
}

}  // namespace

ArrowSender::ArrowSender(Execution* execution, SchemaPtr schema)
    : execution_(execution),
      schema_(std::move(schema)),
      client_schema_(ClientSchema(
          *schema_, execution->engine().SettingsSnapshot().Get("spark.sql.session.timeZone"))) {}

Status ArrowSender::SendSchema() {
  proto::ExecutePlanResponse response;
  ARROW_RETURN_NOT_OK(SchemaToProto(*schema_, response.mutable_schema()));
  return execution_->Send(&response);
}

Status ArrowSender::SendRows(const Batch& batch) {
  if (batch.num_selected() == 0) return Status::OK();
  waiting_rows_ += batch.num_selected();
  waiting_.push_back(batch);
  return waiting_rows_ >= kMaxRows ? Flush() : Status::OK();
}

Status ArrowSender::Finish() {
  ARROW_RETURN_NOT_OK(Flush());
  if (sent_any_) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const Batch empty, EmptyBatch(*schema_));
  waiting_.push_back(empty);
  return Flush();
}

Status ArrowSender::Flush() {
  if (waiting_.empty()) return Status::OK();
  Batch rows = waiting_.front();
  if (waiting_.size() > 1) {
    ARROW_ASSIGN_OR_RAISE(rows, ConcatenateBatches(waiting_));
  }
  waiting_.clear();
  waiting_rows_ = 0;
  ARROW_ASSIGN_OR_RAISE(const auto whole, ToClientBatch(rows, client_schema_));
  ARROW_ASSIGN_OR_RAISE(const int64_t bytes, arrow::util::ReferencedBufferSize(*whole));
  const int64_t parts = std::max<int64_t>(1, std::min(whole->num_rows(), bytes / kMaxBatchBytes));
  const int64_t part_rows = (whole->num_rows() + parts - 1) / parts;
  for (int64_t begin = 0; begin == 0 || begin < whole->num_rows(); begin += part_rows) {
    const auto part = whole->Slice(begin, part_rows);
    ARROW_ASSIGN_OR_RAISE(const auto stream, WriteIpcStream(*part));
    ARROW_RETURN_NOT_OK(SendStream(stream, part->num_rows()));
    if (part_rows == 0) break;
  }
  return Status::OK();
}

Status ArrowSender::SendStream(const std::shared_ptr<arrow::Buffer>& stream, int64_t num_rows) {
  const int64_t chunk_bytes = ChunkBytes(execution_->chunking());
  const int64_t num_chunks = std::max<int64_t>(1, (stream->size() - 1) / chunk_bytes + 1);
  for (int64_t chunk = 0; chunk < num_chunks; ++chunk) {
    const int64_t begin = chunk * (num_chunks == 1 ? 0 : chunk_bytes);
    const int64_t size =
        num_chunks == 1 ? stream->size() : std::min(chunk_bytes, stream->size() - begin);
    proto::ExecutePlanResponse response;
    auto* message = response.mutable_arrow_batch();
    message->set_row_count(num_rows);
    message->set_start_offset(sent_rows_);
    message->set_data(stream->data() + begin, static_cast<size_t>(size));
    if (execution_->chunking().allowed) {
      message->set_chunk_index(chunk);
      message->set_num_chunks_in_batch(num_chunks);
    }
    ARROW_RETURN_NOT_OK(execution_->Send(&response));
  }
  sent_rows_ += num_rows;
  sent_any_ = true;
  return Status::OK();
}

}  // namespace thalweg::connect
