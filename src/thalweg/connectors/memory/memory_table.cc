#include "thalweg/connectors/memory/memory_table.h"

#include <functional>

#include <arrow/api.h>

#include "thalweg/connectors/batch_readers.h"

namespace thalweg::connectors {
namespace {

struct BatchSplit : io::Split {
  explicit BatchSplit(Batch rows) : batch(std::move(rows)) {}
  Batch batch;
};

class SnapshotScan : public io::Scan {
 public:
  SnapshotScan(SchemaPtr schema, std::function<std::vector<Batch>()> snapshot)
      : schema_(std::move(schema)), snapshot_(std::move(snapshot)) {}

  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override { return "MemoryScan"; }

  Result<std::vector<io::SplitPtr>> PlanSplits() override {
    std::vector<io::SplitPtr> splits;
    for (auto& batch : snapshot_()) {
      splits.push_back(std::make_shared<BatchSplit>(std::move(batch)));
    }
    return splits;
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    return MakeVectorReader({static_cast<const BatchSplit&>(*split).batch}, request);
  }

 private:
  const SchemaPtr schema_;
  const std::function<std::vector<Batch>()> snapshot_;
};

}  // namespace

std::vector<Batch> MemoryTable::Snapshot() const {
  const std::lock_guard lock(mutex_);
  return batches_;
}

void MemoryTable::Append(int64_t epoch, std::vector<Batch> batches) {
  const std::lock_guard lock(mutex_);
  if (epoch <= latest_epoch_) return;
  latest_epoch_ = epoch;
  batches_.insert(batches_.end(), std::make_move_iterator(batches.begin()),
                  std::make_move_iterator(batches.end()));
}

void MemoryTable::Replace(int64_t epoch, std::vector<Batch> batches) {
  const std::lock_guard lock(mutex_);
  if (epoch <= latest_epoch_) return;
  latest_epoch_ = epoch;
  batches_ = std::move(batches);
}

int64_t MemoryTable::latest_epoch() const {
  const std::lock_guard lock(mutex_);
  return latest_epoch_;
}

void MemoryTableRegistry::Register(const std::string& name, std::shared_ptr<MemoryTable> table) {
  const std::lock_guard lock(mutex_);
  tables_[name] = std::move(table);
}

std::shared_ptr<MemoryTable> MemoryTableRegistry::Find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : found->second;
}

std::shared_ptr<io::Scan> MakeMemoryScan(std::shared_ptr<MemoryTable> table) {
  SchemaPtr schema = table->schema();
  return std::make_shared<SnapshotScan>(std::move(schema),
                                        [table = std::move(table)] { return table->Snapshot(); });
}

std::shared_ptr<io::Scan> MakeRowsScan(SchemaPtr schema, std::vector<Batch> batches) {
  return std::make_shared<SnapshotScan>(std::move(schema),
                                        [batches = std::move(batches)] { return batches; });
}

}  // namespace thalweg::connectors
