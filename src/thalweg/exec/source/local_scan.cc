#include "thalweg/exec/source/local_scan.h"

#include <algorithm>

#include <arrow/api.h>

namespace thalweg::exec {
namespace {

struct LocalSplit : io::Split {
  Batch batch;
};

class LocalReader : public io::BatchReader {
 public:
  LocalReader(Batch batch, int64_t batch_rows)
      : batch_(std::move(batch)), batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    if (next_ >= batch_.num_rows) return std::optional<Batch>();
    const int64_t rows = std::min(batch_rows_, batch_.num_rows - next_);
    Batch out = next_ == 0 && rows == batch_.num_rows ? batch_ : SliceBatch(batch_, next_, rows);
    next_ += rows;
    return std::optional<Batch>(std::move(out));
  }

 private:
  Batch batch_;
  int64_t batch_rows_;
  int64_t next_ = 0;
};

class LocalScan : public io::Scan {
 public:
  LocalScan(SchemaPtr schema, std::vector<Batch> batches)
      : schema_(std::move(schema)), batches_(std::move(batches)) {}

  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override { return "LocalTableScan"; }

  Result<std::vector<io::SplitPtr>> PlanSplits() override {
    std::vector<io::SplitPtr> splits;
    for (const Batch& batch : batches_) {
      auto split = std::make_shared<LocalSplit>();
      split->batch = batch;
      splits.push_back(std::move(split));
    }
    return splits;
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(static_cast<const LocalSplit&>(*split).batch));
    std::vector<ArrayPtr> columns;
    for (const int column : request.columns) columns.push_back(dense.columns[column]);
    dense.columns = std::move(columns);
    return std::make_unique<LocalReader>(std::move(dense), request.batch_rows);
  }

 private:
  SchemaPtr schema_;
  std::vector<Batch> batches_;
};

}  // namespace

std::shared_ptr<io::Scan> MakeLocalScan(SchemaPtr schema, std::vector<Batch> batches) {
  return std::make_shared<LocalScan>(std::move(schema), std::move(batches));
}

}  // namespace thalweg::exec
