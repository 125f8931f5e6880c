#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "thalweg/connect/proto/messages.h"

namespace thalweg::connect {

/// What a client asked to be kept in memory. Everything is computed anew at each use: only that it
/// was asked, and how, is remembered, for isCached() and storageLevel. Thread-safe.
class CacheMarks {
 public:
  /// Entries of a catalog: a table that is made anew is another.
  void Mark(const std::shared_ptr<const void>& entry);
  void Unmark(const std::shared_ptr<const void>& entry);
  bool IsMarked(const std::shared_ptr<const void>& entry) const;

  /// Frames, by a text that says what they read and do. The first of several levels stays.
  void Persist(const std::string& frame, const proto::StorageLevel& level);
  void Unpersist(const std::string& frame);
  std::optional<proto::StorageLevel> FindLevel(const std::string& frame) const;

  /// Forgets all.
  void Clear();

 private:
  using Entries = std::set<std::weak_ptr<const void>, std::owner_less<std::weak_ptr<const void>>>;

  mutable std::mutex mutex_;
  Entries entries_;
  std::map<std::string, proto::StorageLevel> frames_;
};

}  // namespace thalweg::connect
