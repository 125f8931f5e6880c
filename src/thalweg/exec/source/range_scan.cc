#include <algorithm>
#include <cstdint>
#include <thread>

#include <arrow/api.h>

#include "thalweg/exec/source/local_scan.h"

namespace thalweg::exec {
namespace {

constexpr int64_t kRowsPerSplit = 1 << 20;
/// Longer ranges have longer splits: each costs some time where a function outside is called for
/// it.
constexpr int64_t kSplitsPerCore = 2;

int64_t NumCores() { return std::max(1U, std::thread::hardware_concurrency()); }

/// Positions [begin, end) of the range.
struct RangeSplit : io::Split {
  int64_t begin = 0;
  int64_t end = 0;
};

class RangeReader : public io::BatchReader {
 public:
  RangeReader(const RangeSplit& split, int64_t start, int64_t step, const io::ReadRequest& request)
      : next_(split.begin),
        end_(split.end),
        start_(start),
        step_(step),
        batch_rows_(request.batch_rows),
        num_columns_(request.columns.size()) {}

  Result<std::optional<Batch>> Next() override {
    if (next_ >= end_) return std::optional<Batch>();
    Batch batch;
    batch.num_rows = std::min(batch_rows_, end_ - next_);
    if (num_columns_ > 0) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                            arrow::AllocateBuffer(batch.num_rows * 8));
      auto* values = reinterpret_cast<uint64_t*>(buffer->mutable_data());
      // Unsigned: wraps where a range spans more than half of all numbers.
      const auto first = static_cast<uint64_t>(start_) +
                         static_cast<uint64_t>(next_) * static_cast<uint64_t>(step_);
      for (int64_t i = 0; i < batch.num_rows; ++i) {
        values[i] = first + static_cast<uint64_t>(i) * static_cast<uint64_t>(step_);
      }
      const auto column = std::make_shared<arrow::Int64Array>(batch.num_rows, std::move(buffer));
      batch.columns.assign(num_columns_, column);
    }
    next_ += batch.num_rows;
    return std::optional<Batch>(std::move(batch));
  }

 private:
  int64_t next_;
  int64_t end_;
  int64_t start_;
  int64_t step_;
  int64_t batch_rows_;
  size_t num_columns_;
};

class RangeScan : public io::Scan {
 public:
  RangeScan(int64_t start, int64_t end, int64_t step, SchemaPtr schema)
      : start_(start), end_(end), step_(step), schema_(std::move(schema)) {}

  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override {
    return "Range (" + std::to_string(start_) + ", " + std::to_string(end_) +
           ", step=" + std::to_string(step_) + ")";
  }

  Result<std::vector<io::SplitPtr>> PlanSplits() override {
    std::vector<io::SplitPtr> splits;
    const int64_t rows = NumRows();
    const int64_t split_rows = std::max(kRowsPerSplit, rows / (kSplitsPerCore * NumCores()) + 1);
    for (int64_t begin = 0; begin < rows;) {
      auto split = std::make_shared<RangeSplit>();
      split->begin = begin;
      split->end = begin += std::min(split_rows, rows - begin);
      splits.push_back(std::move(split));
    }
    return splits;
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    return std::make_unique<RangeReader>(static_cast<const RangeSplit&>(*split), start_, step_,
                                         request);
  }

 private:
  int64_t NumRows() const {
    const __int128 distance = static_cast<__int128>(end_) - start_;
    if (step_ == 0 || (distance > 0) != (step_ > 0) || distance == 0) return 0;
    const __int128 step = step_;
    const __int128 rows = (distance + step + (step > 0 ? -1 : 1)) / step;
    // Nobody gets to the end of more.
    return static_cast<int64_t>(std::min<__int128>(rows, INT64_MAX));
  }

  int64_t start_;
  int64_t end_;
  int64_t step_;
  SchemaPtr schema_;
};

}  // namespace

std::shared_ptr<io::Scan> MakeRangeScan(int64_t start, int64_t end, int64_t step,
                                        SchemaPtr schema) {
  return std::make_shared<RangeScan>(start, end, step, std::move(schema));
}

}  // namespace thalweg::exec
