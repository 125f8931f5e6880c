#include "thalweg/connectors/collected_rows.h"

#include <utility>

namespace thalweg::connectors {
namespace {

class CollectingWriter : public io::SinkWriter {
 public:
  explicit CollectingWriter(int64_t max_rows) : left_(max_rows) {}

  Status Write(const Batch& batch) override {
    ARROW_ASSIGN_OR_RAISE(Batch rows, Compact(batch));
    report_->num_rows += rows.num_rows;
    if (rows.num_rows > left_) rows = SliceBatch(rows, 0, left_);
    left_ -= rows.num_rows;
    if (rows.num_rows > 0) report_->batches.push_back(std::move(rows));
    return Status::OK();
  }
  Result<io::WriterReportPtr> Finish() override { return std::move(report_); }
  void Abort() override { report_ = std::make_unique<CollectedReport>(); }

 private:
  int64_t left_;
  std::unique_ptr<CollectedReport> report_ = std::make_unique<CollectedReport>();
};

}  // namespace

std::unique_ptr<io::SinkWriter> MakeCollectingWriter(int64_t max_rows) {
  return std::make_unique<CollectingWriter>(max_rows);
}

std::vector<Batch> TakeBatches(std::vector<io::WriterReportPtr> reports) {
  std::vector<Batch> all;
  for (auto& report : reports) {
    auto& batches = static_cast<CollectedReport&>(*report).batches;
    all.insert(all.end(), std::make_move_iterator(batches.begin()),
               std::make_move_iterator(batches.end()));
  }
  return all;
}

int64_t TotalRows(const std::vector<io::WriterReportPtr>& reports) {
  int64_t rows = 0;
  for (const auto& report : reports) rows += report->num_rows;
  return rows;
}

}  // namespace thalweg::connectors
