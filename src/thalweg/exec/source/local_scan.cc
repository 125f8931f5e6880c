#include "thalweg/exec/source/local_scan.h"

#include <algorithm>

#include <arrow/api.h>

namespace thalweg::exec {
namespace {

struct LocalSplit : io::Split {
  std::vector<Batch> batches;
};

class LocalReader : public io::BatchReader {
 public:
  LocalReader(std::shared_ptr<const LocalSplit> split, std::vector<int> columns, int64_t batch_rows)
      : split_(std::move(split)), columns_(std::move(columns)), batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    while (next_ >= batch_.num_rows) {
      if (next_batch_ >= split_->batches.size()) return std::optional<Batch>();
      ARROW_RETURN_NOT_OK(OpenBatch(split_->batches[next_batch_++]));
    }
    const int64_t rows = std::min(batch_rows_, batch_.num_rows - next_);
    Batch out = next_ == 0 && rows == batch_.num_rows ? batch_ : SliceBatch(batch_, next_, rows);
    next_ += rows;
    return std::optional<Batch>(std::move(out));
  }

 private:
  Status OpenBatch(const Batch& batch) {
    ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
    batch_ = Batch();
    batch_.num_rows = dense.num_rows;
    for (const int column : columns_) batch_.columns.push_back(dense.columns[column]);
    next_ = 0;
    return Status::OK();
  }

  const std::shared_ptr<const LocalSplit> split_;
  const std::vector<int> columns_;
  const int64_t batch_rows_;
  size_t next_batch_ = 0;
  Batch batch_;
  int64_t next_ = 0;
};

class LocalScan : public io::Scan {
 public:
  LocalScan(SchemaPtr schema, std::vector<Batch> batches, int64_t split_rows)
      : schema_(std::move(schema)), batches_(std::move(batches)), split_rows_(split_rows) {}

  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override { return "LocalTableScan"; }

  Result<std::vector<io::SplitPtr>> PlanSplits() override {
    std::vector<io::SplitPtr> splits;
    std::shared_ptr<LocalSplit> open;
    int64_t rows = 0;
    for (const Batch& batch : batches_) {
      if (batch.num_selected() == 0) continue;
      if (open == nullptr || rows >= split_rows_) {
        open = std::make_shared<LocalSplit>();
        splits.push_back(open);
        rows = 0;
      }
      rows += batch.num_selected();
      open->batches.push_back(batch);
    }
    return splits;
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    return std::make_unique<LocalReader>(std::static_pointer_cast<const LocalSplit>(split),
                                         request.columns, request.batch_rows);
  }

 private:
  SchemaPtr schema_;
  std::vector<Batch> batches_;
  int64_t split_rows_;
};

}  // namespace

std::shared_ptr<io::Scan> MakeLocalScan(SchemaPtr schema, std::vector<Batch> batches,
                                        int64_t split_rows) {
  return std::make_shared<LocalScan>(std::move(schema), std::move(batches), split_rows);
}

}  // namespace thalweg::exec
