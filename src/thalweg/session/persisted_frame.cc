#include "thalweg/session/persisted_frame.h"

#include <algorithm>
#include <chrono>

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include "thalweg/base/cancel_scope.h"
#include "thalweg/connectors/file/file_scan.h"

namespace thalweg::session {
namespace {

/// Batches with fewer rows are put together before they are kept.
constexpr int64_t kKeptBatchRows = 8192;
constexpr std::chrono::milliseconds kCancelCheckInterval(50);

struct KeptSplit : io::Split {
  Batch batch;
};

class KeptReader : public io::BatchReader {
 public:
  KeptReader(Batch batch, int64_t batch_rows) : batch_(std::move(batch)), batch_rows_(batch_rows) {}

  Result<std::optional<Batch>> Next() override {
    if (next_ >= batch_.num_rows) return std::optional<Batch>();
    const int64_t rows = std::min(batch_rows_, batch_.num_rows - next_);
    Batch out = rows == batch_.num_rows ? batch_ : SliceBatch(batch_, next_, rows);
    next_ += rows;
    return std::optional<Batch>(std::move(out));
  }

 private:
  const Batch batch_;
  const int64_t batch_rows_;
  int64_t next_ = 0;
};

/// Reads the rows of a frame, which are there once its splits are.
class PersistedScan : public io::Scan {
 public:
  PersistedScan(std::shared_ptr<PersistedFrame> frame, plan::NodePtr plan)
      : frame_(std::move(frame)), plan_(std::move(plan)), schema_(plan::OutputSchema(*plan_)) {}

  const plan::NodePtr& plan() const { return plan_; }
  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override { return frame_->Description(); }

  Result<std::vector<io::SplitPtr>> PlanSplits() override {
    ARROW_ASSIGN_OR_RAISE(const PersistedFrame::Rows rows, frame_->Get(plan_));
    std::vector<io::SplitPtr> splits;
    for (const Batch& batch : *rows) {
      auto split = std::make_shared<KeptSplit>();
      split->batch = batch;
      splits.push_back(std::move(split));
    }
    return splits;
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    const Batch& kept = static_cast<const KeptSplit&>(*split).batch;
    Batch batch;
    batch.num_rows = kept.num_rows;
    for (const int column : request.columns) {
      batch.columns.push_back(kept.columns[static_cast<size_t>(column)]);
    }
    return std::make_unique<KeptReader>(std::move(batch), request.batch_rows);
  }

 private:
  const std::shared_ptr<PersistedFrame> frame_;
  const plan::NodePtr plan_;
  const SchemaPtr schema_;
};

/// Of the files that `node` and what is below it read.
void CollectDirectories(const plan::Node& node, std::set<std::string>* directories) {
  if (const auto* kept = dynamic_cast<const PersistedScan*>(node.scan.get())) {
    CollectDirectories(*kept->plan(), directories);
  } else if (node.scan != nullptr) {
    for (const std::string& path : connectors::FilesOfScan(*node.scan)) {
      directories->insert(path.substr(0, path.rfind('/')));
    }
  }
  for (const plan::NodePtr& child : node.children) CollectDirectories(*child, directories);
}

/// Whether `path` is `directory`, or lies below or above it.
bool AreRelated(const std::string& path, const std::string& directory) {
  const auto is_below = [](const std::string& inner, const std::string& outer) {
    return inner.starts_with(outer) &&
           (inner.size() == outer.size() || outer.ends_with('/') || inner[outer.size()] == '/');
  };
  return is_below(path, directory) || is_below(directory, path);
}

/// Puts small batches together on their way into memory.
class BatchKeeper {
 public:
  Status Add(const Batch& batch) {
    if (batch.num_rows == 0) return Status::OK();
    waiting_.push_back(batch);
    num_waiting_ += batch.num_rows;
    return num_waiting_ < kKeptBatchRows ? Status::OK() : Flush();
  }
  Status Flush() {
    if (waiting_.empty()) return Status::OK();
    if (waiting_.size() == 1) {
      batches_.push_back(std::move(waiting_[0]));
    } else {
      ARROW_ASSIGN_OR_RAISE(Batch all, ConcatenateBatches(waiting_));
      batches_.push_back(std::move(all));
    }
    waiting_.clear();
    num_waiting_ = 0;
    return Status::OK();
  }
  std::vector<Batch>& batches() { return batches_; }

 private:
  std::vector<Batch> waiting_;
  int64_t num_waiting_ = 0;
  std::vector<Batch> batches_;
};

Result<int64_t> BytesOf(const Batch& batch) {
  int64_t bytes = 0;
  for (const ArrayPtr& column : batch.columns) {
    ARROW_ASSIGN_OR_RAISE(const int64_t size, arrow::util::ReferencedBufferSize(*column));
    bytes += size;
  }
  return bytes;
}

}  // namespace

std::string PersistedFrame::Description() const {
  std::string level;
  if (level_.use_disk) level += "disk, ";
  if (level_.use_memory) level += "memory, ";
  if (level_.use_off_heap) level += "offheap, ";
  if (level_.deserialized) level += "deserialized, ";
  return "InMemoryTableScan InMemoryRelation StorageLevel(" + level +
         std::to_string(level_.replication) + " replicas)";
}

plan::NodePtr PersistedFrame::Reader(const plan::NodePtr& plan) {
  auto node = std::make_shared<plan::Node>();
  node->kind = plan::NodeKind::kScan;
  node->scan = std::make_shared<PersistedScan>(shared_from_this(), plan);
  node->output = plan->output;
  for (size_t i = 0; i < plan->output.size(); ++i) {
    node->source_columns.push_back(static_cast<int>(i));
  }
  return node;
}

plan::NodePtr WithoutPersisted(const plan::NodePtr& plan) {
  return plan::TransformUp(plan, [](const plan::NodePtr& node) -> plan::NodePtr {
    const auto* kept = dynamic_cast<const PersistedScan*>(node->scan.get());
    return kept == nullptr ? node : WithoutPersisted(kept->plan());
  });
}

bool PersistedFrame::FitsLocked(const plan::NodePtr& plan) const {
  return std::equal(types_.begin(), types_.end(), plan->output.begin(), plan->output.end(),
                    [](const TypePtr& type, const plan::Attribute& attribute) {
                      return type->Equals(*attribute.type);
                    });
}

Result<PersistedFrame::Rows> PersistedFrame::Get(const plan::NodePtr& plan) {
  const std::shared_ptr<Session> session = session_.lock();
  if (session == nullptr) return MakeError("INVALID_HANDLE.SESSION_CLOSED", {{"handle", ""}});
  std::unique_lock lock(mutex_);
  while (owner_ != nullptr) {
    if (rows_ != nullptr && FitsLocked(plan)) return rows_;
    if (rows_ != nullptr) ReleaseLocked();
    if (!is_computing_) break;
    changed_.wait_for(lock, kCancelCheckInterval);
    ARROW_RETURN_NOT_OK(CheckCancelled());
  }
  const bool keeps = owner_ != nullptr;
  const int64_t generation = generation_;
  if (keeps) is_computing_ = true;
  lock.unlock();
  int64_t bytes = 0;
  Result<Rows> rows = Compute(session.get(), plan, keeps ? &bytes : nullptr);
  std::set<std::string> directories;
  if (keeps && rows.ok()) CollectDirectories(*plan, &directories);
  lock.lock();
  if (!keeps) return rows;
  is_computing_ = false;
  changed_.notify_all();
  if (owner_ == nullptr || generation != generation_ || !rows.ok()) {
    session->persisted().RemoveBytes(bytes);
    return rows;
  }
  rows_ = *rows;
  bytes_ = bytes;
  directories_ = std::move(directories);
  types_.clear();
  for (const plan::Attribute& attribute : plan->output) types_.push_back(attribute.type);
  return rows;
}

Result<PersistedFrame::Rows> PersistedFrame::Compute(Session* session, const plan::NodePtr& plan,
                                                     int64_t* bytes) {
  BatchKeeper keeper;
  BatchRun run;
  run.cancelled = CurrentCancelFlag();
  const auto keep = [&](const Batch& batch) -> Status {
    if (bytes != nullptr) {
      ARROW_ASSIGN_OR_RAISE(const int64_t size, BytesOf(batch));
      *bytes += size;
      ARROW_RETURN_NOT_OK(session->persisted().AddBytes(size));
    }
    return keeper.Add(batch);
  };
  ARROW_RETURN_NOT_OK(session->RunBatchPlan(plan, keep, run));
  ARROW_RETURN_NOT_OK(keeper.Flush());
  return std::make_shared<const std::vector<Batch>>(std::move(keeper.batches()));
}

bool PersistedFrame::ReadsExactly(const std::vector<CatalogEntry>& entries) {
  const std::lock_guard lock(mutex_);
  if (!knows_entries_) {
    knows_entries_ = true;
    entries_.assign(entries.begin(), entries.end());
  }
  return std::equal(entries_.begin(), entries_.end(), entries.begin(), entries.end(),
                    [](const auto& left, const auto& right) { return left.lock() == right; });
}

bool PersistedFrame::Reads(const CatalogEntry& entry) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const auto& known) { return known.lock() == entry; });
}

bool PersistedFrame::IsOrphan() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const auto& known) { return known.expired(); });
}

bool PersistedFrame::ReadsFilesBelow(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(directories_.begin(), directories_.end(),
                     [&](const std::string& directory) { return AreRelated(path, directory); });
}

void PersistedFrame::Refresh() {
  const std::lock_guard lock(mutex_);
  ReleaseLocked();
}

void PersistedFrame::Drop() {
  const std::lock_guard lock(mutex_);
  ReleaseLocked();
  owner_ = nullptr;
  changed_.notify_all();
}

void PersistedFrame::ReleaseLocked() {
  ++generation_;
  rows_ = nullptr;
  directories_.clear();
  if (owner_ != nullptr && bytes_ > 0) owner_->RemoveBytes(bytes_);
  bytes_ = 0;
}

}  // namespace thalweg::session
