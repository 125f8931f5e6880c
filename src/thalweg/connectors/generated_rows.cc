#include "thalweg/connectors/generated_rows.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include <arrow/api.h>

#include "thalweg/connectors/batch_readers.h"
#include "thalweg/types/data_types.h"

namespace thalweg::connectors {
namespace {

Result<Batch> GenerateRows(const GeneratedSplit& split, int64_t first, int64_t rows) {
  ARROW_ASSIGN_OR_RAISE(auto times, arrow::AllocateBuffer(rows * sizeof(int64_t)));
  ARROW_ASSIGN_OR_RAISE(auto values, arrow::AllocateBuffer(rows * sizeof(int64_t)));
  auto* time = reinterpret_cast<int64_t*>(times->mutable_data());
  auto* value = reinterpret_cast<int64_t*>(values->mutable_data());
  for (int64_t i = 0; i < rows; ++i) {
    value[i] = first + i * split.partitions;
    // As Java's Math.round: half goes up.
    const double millis = static_cast<double>(value[i] - split.first) * split.millis_per_value;
    time[i] = (split.start_millis + static_cast<int64_t>(std::floor(millis + 0.5))) * 1000;
  }
  Batch batch;
  batch.num_rows = rows;
  batch.columns = {
      std::make_shared<arrow::TimestampArray>(TimestampType(), rows,
                                              std::shared_ptr<arrow::Buffer>(std::move(times))),
      std::make_shared<arrow::Int64Array>(rows, std::shared_ptr<arrow::Buffer>(std::move(values)))};
  return batch;
}

}  // namespace

SchemaPtr GeneratedRowsSchema() {
  return arrow::schema(
      {arrow::field("timestamp", TimestampType()), arrow::field("value", arrow::int64())});
}

std::vector<io::SplitPtr> SplitGeneratedRange(const GeneratedSplit& range) {
  std::vector<io::SplitPtr> splits;
  for (int64_t p = 0; p < range.partitions && range.first + p < range.end; ++p) {
    auto split = std::make_shared<GeneratedSplit>(range);
    split->partition = p;
    splits.push_back(std::move(split));
  }
  return splits;
}

Result<std::unique_ptr<io::BatchReader>> OpenGeneratedSplit(const io::SplitPtr& split,
                                                            const io::ReadRequest& request) {
  const auto& generated = static_cast<const GeneratedSplit&>(*split);
  const int64_t batch_rows = std::max<int64_t>(1, request.batch_rows);
  auto next = [generated, at = generated.first + generated.partition,
               batch_rows]() mutable -> Result<std::optional<Batch>> {
    if (at >= generated.end) return std::optional<Batch>();
    const int64_t left = (generated.end - at + generated.partitions - 1) / generated.partitions;
    const int64_t rows = std::min(left, batch_rows);
    ARROW_ASSIGN_OR_RAISE(Batch batch, GenerateRows(generated, at, rows));
    at += rows * generated.partitions;
    return std::optional(std::move(batch));
  };
  return MakeFunctionReader(std::move(next), request);
}

int64_t DefaultParallelism() {
  return std::max<int64_t>(1, static_cast<int64_t>(std::thread::hardware_concurrency()));
}

}  // namespace thalweg::connectors
