#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "thalweg/session/persisted_rows.h"
#include "thalweg/session/session.h"

namespace thalweg::session {

/// What one key of PersistedRows stands for. Thread-safe. Plans that read it keep it alive, maybe
/// for longer than its session.
class PersistedFrame : public std::enable_shared_from_this<PersistedFrame> {
 public:
  using Rows = std::shared_ptr<const std::vector<Batch>>;

  PersistedFrame(std::weak_ptr<Session> session, PersistedRows* owner, StorageLevel level)
      : session_(std::move(session)), level_(level), owner_(owner) {}

  const StorageLevel& level() const { return level_; }
  /// "InMemoryTableScan ...": for EXPLAIN.
  std::string Description() const;

  /// A node in place of `plan`, which the frame was resolved to, with the same output.
  plan::NodePtr Reader(const plan::NodePtr& plan);
  /// The rows: those that are kept, else those of `plan`, which are kept from now on. Who comes
  /// while they are computed waits. Errors: those of the query; Cancelled;
  /// INVALID_HANDLE.SESSION_CLOSED.
  Result<Rows> Get(const plan::NodePtr& plan);

  /// Whether the frame reads these entries of the catalog; the first call says which.
  bool ReadsExactly(const std::vector<CatalogEntry>& entries);
  bool Reads(const CatalogEntry& entry) const;
  /// Whether an entry that it reads has gone.
  bool IsOrphan() const;
  bool ReadsFilesBelow(const std::string& path) const;

  /// The rows go; the next use computes them anew.
  void Refresh();
  /// The rows go, and none are kept any more.
  void Drop();

 private:
  /// Adds to `bytes` (may be null) what is accounted for.
  static Result<Rows> Compute(Session* session, const plan::NodePtr& plan, int64_t* bytes);
  void ReleaseLocked();
  bool FitsLocked(const plan::NodePtr& plan) const;

  const std::weak_ptr<Session> session_;
  const StorageLevel level_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  PersistedRows* owner_;  // null once dropped
  Rows rows_;
  std::vector<TypePtr> types_;  // of rows_
  int64_t bytes_ = 0;
  int64_t generation_ = 0;  // how often the rows were told to go
  bool is_computing_ = false;
  bool knows_entries_ = false;
  std::vector<std::weak_ptr<const void>> entries_;
  std::set<std::string> directories_;  // of the files that rows_ came from
};

/// `plan` that computes what it reads from memory: for a session that does not keep it.
plan::NodePtr WithoutPersisted(const plan::NodePtr& plan);

}  // namespace thalweg::session
