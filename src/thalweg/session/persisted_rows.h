#pragma once

// Rows that stay in memory: persist() and CACHE TABLE.
//
// What is kept has a key: a text that a client's frame has (connect/plan/frame_key.h), or the entry
// of the catalog that a name stands for. The rows are computed at the first use, by the query that
// uses them first, and given to every query that contains the same frame or name, until they are
// dropped. What a frame reads by name is remembered with it: once the name stands for something
// else, the frame is another.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/plan/analyzer/row_cache.h"
#include "thalweg/plan/catalog/catalog.h"

namespace thalweg::session {

class Session;
class PersistedFrame;

/// How a client wants rows to be kept. They are in memory whatever it says; it is told back.
struct StorageLevel {
  bool use_disk = true;
  bool use_memory = true;
  bool use_off_heap = false;
  bool deserialized = true;
  int32_t replication = 1;
  bool is_none() const { return !use_disk && !use_memory; }
};

/// "MEMORY_AND_DISK" and Spark's other names, in any case; nothing for others.
std::optional<StorageLevel> FindStorageLevel(const std::string& name);

/// Tables and views are told apart by their entries in the catalog: one that is made anew is
/// another.
using CatalogEntry = std::shared_ptr<const void>;

/// What is kept, or is to be.
struct PersistTarget {
  std::string frame;   // a key; empty: `entry`
  CatalogEntry entry;  // null: `frame`
};

/// Of one session. Thread-safe.
class PersistedRows {
 public:
  /// The session outlives it.
  explicit PersistedRows(Session* session);
  ~PersistedRows();
  PersistedRows(const PersistedRows&) = delete;
  PersistedRows& operator=(const PersistedRows&) = delete;

  /// `check` refuses more than so many bytes in all; `changed` hears how many they are. Called
  /// while rows are computed, by any thread. Set before the first use.
  void SetAccount(std::function<Status(int64_t bytes)> check,
                  std::function<void(int64_t bytes)> changed);

  /// Whether nothing is kept: queries need not ask.
  bool empty() const { return num_frames_.load(std::memory_order_acquire) == 0; }
  int64_t bytes() const { return bytes_.load(); }

  /// Keeps the rows from their next use on. The first of several levels stays.
  void Persist(const PersistTarget& target, const StorageLevel& level);
  void Unpersist(const PersistTarget& target);
  /// Drops what reads the table or view `entry`, and what is kept of itself.
  void UnpersistAllOf(const CatalogEntry& entry);
  void Clear();
  /// Drops what reads tables and views that are gone.
  void Prune();
  /// Nothing if `target` is not kept.
  std::optional<StorageLevel> FindLevel(const PersistTarget& target) const;

  /// Whether a frame of that kind (any number that the caller has for kinds) is kept: others need
  /// no key. Keys begin with their kind.
  bool KeepsKind(int kind) const;
  static std::string KindPrefix(int kind) { return std::to_string(kind) + ":"; }
  /// `relation` is the frame of that key, for as long as it lives.
  void Bind(const plan::spec::RelationPtr& relation, const std::string& frame);
  /// The view `entry` stands for the frame of that key. What is kept of `replaced`, whose place it
  /// took (null: nobody's), is dropped, unless that was the same frame.
  void NoteView(const CatalogEntry& entry, const std::string& frame, const CatalogEntry& replaced);

  /// The rows of what reads `entry` are computed anew at their next use.
  void Refresh(const CatalogEntry& entry);
  /// The same for what reads files at or below `path`, in every session of the process.
  static void RefreshPath(const std::string& path);

  /// For one analysis; null if nothing is kept.
  std::unique_ptr<plan::RowCache> Look();

 private:
  friend class PersistedFrame;
  class Use;
  using FramePtr = std::shared_ptr<PersistedFrame>;
  using WeakEntry = std::weak_ptr<const void>;
  template <typename T>
  using ByEntry = std::map<WeakEntry, T, std::owner_less<WeakEntry>>;
  struct Binding {
    std::weak_ptr<const plan::spec::Relation> relation;
    std::string frame;
  };

  FramePtr FindLocked(const PersistTarget& target) const;
  FramePtr FindBoundLocked(const plan::spec::Relation* relation) const;
  void RemoveLocked(const PersistTarget& target);
  /// Drops what nobody can name any more.
  void PruneLocked();
  std::vector<FramePtr> FramesLocked() const;
  void RefreshFiles(const std::string& path);
  Status AddBytes(int64_t bytes);
  void RemoveBytes(int64_t bytes);

  Session* const session_;
  std::mutex account_mutex_;
  std::function<Status(int64_t)> check_;  // guarded by account_mutex_
  std::function<void(int64_t)> changed_;  // guarded by account_mutex_
  std::atomic<int64_t> num_frames_{0};
  std::atomic<int64_t> bytes_{0};
  mutable std::mutex mutex_;
  std::map<std::string, FramePtr> frames_;  // by key
  ByEntry<FramePtr> entries_;
  ByEntry<std::string> views_;  // keys of the frames that they stand for
  std::map<const plan::spec::Relation*, Binding> bound_;
};

}  // namespace thalweg::session
