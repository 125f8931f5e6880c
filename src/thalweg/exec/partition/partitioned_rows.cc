#include "thalweg/exec/partition/partitioned_rows.h"

#include <algorithm>
#include <utility>

#include <arrow/util/byte_size.h>

namespace thalweg::exec {
namespace {

constexpr int64_t kLeastBytes = int64_t{1} << 20;
constexpr int64_t kMostBytes = int64_t{64} << 20;

struct PartitionSplit : io::Split {
  // The reader takes them: each split is opened once.
  mutable std::vector<Batch> batches;
};

/// Small pieces are put together, large ones cut.
class PartitionReader : public io::BatchReader {
 public:
  PartitionReader(std::vector<Batch> pieces, std::vector<int> columns, int64_t batch_rows)
      : pieces_(std::move(pieces)), columns_(std::move(columns)), batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    std::vector<Batch> taken;
    for (int64_t rows = 0; rows < batch_rows_ && next_ < pieces_.size();) {
      Batch& piece = pieces_[next_];
      const int64_t left = piece.num_rows - offset_;
      const int64_t wanted = std::min(left, batch_rows_ - rows);
      taken.push_back(SliceBatch(Selected(piece), offset_, wanted));
      rows += wanted;
      offset_ += wanted;
      if (wanted < left) break;
      piece = Batch();
      offset_ = 0;
      ++next_;
    }
    if (taken.empty()) return std::optional<Batch>();
    if (taken.size() == 1) return std::optional<Batch>(std::move(taken[0]));
    ARROW_ASSIGN_OR_RAISE(Batch batch, ConcatenateBatches(taken));
    return std::optional<Batch>(std::move(batch));
  }

 private:
  Batch Selected(const Batch& piece) const {
    Batch selected;
    selected.num_rows = piece.num_rows;
    for (const int column : columns_) {
      selected.columns.push_back(piece.columns[static_cast<size_t>(column)]);
    }
    return selected;
  }

  std::vector<Batch> pieces_;
  const std::vector<int> columns_;
  const int64_t batch_rows_;
  size_t next_ = 0;
  int64_t offset_ = 0;
};

// About what Spark counts, which compresses what it shuffles.
int64_t EstimatedBytes(const Batch& batch) {
  int64_t bytes = 0;
  for (const ArrayPtr& column : batch.columns) {
    bytes += arrow::util::ReferencedBufferSize(*column).ValueOr(0);
  }
  return bytes / 2;
}

}  // namespace

PartitionedRows::PartitionedRows(SchemaPtr schema, PartitionCount count, int num_workers)
    : schema_(std::move(schema)), count_(count), workers_(static_cast<size_t>(num_workers)) {}

void PartitionedRows::BeginEpoch() {
  const auto count = static_cast<size_t>(count_.count);
  for (WorkerRows& worker : workers_) {
    worker.partitions.assign(count, {});
    worker.bytes.assign(count_.merges_small ? count : 0, 0);
  }
}

void PartitionedRows::Add(int worker, int partition, Batch batch) {
  WorkerRows& rows = workers_[static_cast<size_t>(worker)];
  const auto place = static_cast<size_t>(partition);
  if (count_.merges_small) rows.bytes[place] += EstimatedBytes(batch);
  rows.partitions[place].push_back(std::move(batch));
}

int64_t PartitionedRows::BytesOf(size_t partition) const {
  int64_t bytes = 0;
  for (const WorkerRows& worker : workers_) bytes += worker.bytes[partition];
  return bytes;
}

int64_t PartitionedRows::TargetBytes() const {
  int64_t total = 0;
  for (size_t i = 0; i < static_cast<size_t>(count_.count); ++i) total += BytesOf(i);
  return std::clamp(total / static_cast<int64_t>(workers_.size()), kLeastBytes, kMostBytes);
}

void PartitionedRows::TakePartition(size_t partition, std::vector<Batch>* batches) {
  for (WorkerRows& worker : workers_) {
    for (Batch& batch : worker.partitions[partition]) batches->push_back(std::move(batch));
    worker.partitions[partition].clear();
  }
}

Result<std::vector<io::SplitPtr>> PartitionedRows::PlanSplits() {
  std::vector<io::SplitPtr> splits;
  const int64_t target = count_.merges_small ? TargetBytes() : 0;
  std::shared_ptr<PartitionSplit> open;
  int64_t bytes = 0;
  for (size_t i = 0; i < static_cast<size_t>(count_.count); ++i) {
    const int64_t more = count_.merges_small ? BytesOf(i) : 0;
    if (open == nullptr || !count_.merges_small || bytes + more > target) {
      open = std::make_shared<PartitionSplit>();
      splits.push_back(open);
      bytes = 0;
    }
    bytes += more;
    TakePartition(i, &open->batches);
  }
  return splits;
}

Result<std::unique_ptr<io::BatchReader>> PartitionedRows::Open(
    const io::SplitPtr& split, const io::ReadRequest& request) const {
  const auto& partition = static_cast<const PartitionSplit&>(*split);
  return std::make_unique<PartitionReader>(std::move(partition.batches), request.columns,
                                           request.batch_rows);
}

}  // namespace thalweg::exec
