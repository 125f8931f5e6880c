#include "thalweg/session/persisted_rows.h"

#include <algorithm>
#include <set>

#include "thalweg/connectors/file/path_text.h"
#include "thalweg/session/persisted_frame.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

/// All of the process: files that one session writes are read by others.
struct Registry {
  std::mutex mutex;
  std::set<PersistedRows*> all;
};

Registry& AllRows() {
  static Registry registry;
  return registry;
}

}  // namespace

std::optional<StorageLevel> FindStorageLevel(const std::string& name) {
  static const std::map<std::string, StorageLevel> kLevels = {
      {"none", {false, false, false, false, 1}},
      {"disk_only", {true, false, false, false, 1}},
      {"disk_only_2", {true, false, false, false, 2}},
      {"disk_only_3", {true, false, false, false, 3}},
      {"memory_only", {false, true, false, true, 1}},
      {"memory_only_2", {false, true, false, true, 2}},
      {"memory_only_ser", {false, true, false, false, 1}},
      {"memory_only_ser_2", {false, true, false, false, 2}},
      {"memory_and_disk", {true, true, false, true, 1}},
      {"memory_and_disk_2", {true, true, false, true, 2}},
      {"memory_and_disk_ser", {true, true, false, false, 1}},
      {"memory_and_disk_ser_2", {true, true, false, false, 2}},
      {"off_heap", {true, true, true, false, 1}}};
  const auto found = kLevels.find(ToLowerAscii(name));
  if (found == kLevels.end()) return std::nullopt;
  return found->second;
}

/// What one analysis sees of the rows.
class PersistedRows::Use : public plan::RowCache {
 public:
  explicit Use(PersistedRows* rows) : rows_(rows) {}

  bool Keeps(const plan::spec::Relation& relation) const override {
    const std::lock_guard lock(rows_->mutex_);
    return rows_->FindBoundLocked(&relation) != nullptr;
  }
  size_t num_entries() const override { return entries_.size(); }

  plan::NodePtr UseRelation(const plan::spec::RelationPtr& relation, plan::NodePtr node,
                            size_t num_entries) override {
    FramePtr frame;
    {
      const std::lock_guard lock(rows_->mutex_);
      frame = rows_->FindBoundLocked(relation.get());
    }
    if (frame == nullptr || node->is_streaming()) return node;
    const auto first = entries_.begin() + static_cast<int64_t>(num_entries);
    if (!frame->ReadsExactly({first, entries_.end()})) return node;
    return frame->Reader(node);
  }

  plan::NodePtr UseEntry(const std::shared_ptr<const void>& entry, plan::NodePtr node,
                         size_t num_entries) override {
    const std::vector<CatalogEntry> below(entries_.begin() + static_cast<int64_t>(num_entries),
                                          entries_.end());
    entries_.push_back(entry);
    FramePtr frame;
    {
      const std::lock_guard lock(rows_->mutex_);
      frame = rows_->FindLocked({"", entry});
    }
    if (frame == nullptr || node->is_streaming() || !frame->ReadsExactly(below)) return node;
    return frame->Reader(node);
  }

 private:
  PersistedRows* const rows_;
  std::vector<CatalogEntry> entries_;  // in the order in which they were met
};

PersistedRows::PersistedRows(Session* session) : session_(session) {
  const std::lock_guard lock(AllRows().mutex);
  AllRows().all.insert(this);
}

PersistedRows::~PersistedRows() {
  {
    const std::lock_guard lock(AllRows().mutex);
    AllRows().all.erase(this);
  }
  SetAccount(nullptr, nullptr);
  Clear();
}

void PersistedRows::SetAccount(std::function<Status(int64_t bytes)> check,
                               std::function<void(int64_t bytes)> changed) {
  const std::lock_guard lock(account_mutex_);
  check_ = std::move(check);
  changed_ = std::move(changed);
}

Status PersistedRows::AddBytes(int64_t bytes) {
  const std::lock_guard lock(account_mutex_);
  const int64_t all = bytes_.fetch_add(bytes) + bytes;
  if (changed_) changed_(all);
  return check_ ? check_(all) : Status::OK();
}

void PersistedRows::RemoveBytes(int64_t bytes) {
  const std::lock_guard lock(account_mutex_);
  const int64_t all = bytes_.fetch_sub(bytes) - bytes;
  if (changed_) changed_(all);
}

PersistedRows::FramePtr PersistedRows::FindLocked(const PersistTarget& target) const {
  const std::string* key = &target.frame;
  if (target.entry != nullptr) {
    const auto view = views_.find(target.entry);
    if (view == views_.end()) {
      const auto found = entries_.find(target.entry);
      return found == entries_.end() ? nullptr : found->second;
    }
    key = &view->second;
  }
  const auto found = frames_.find(*key);
  return found == frames_.end() ? nullptr : found->second;
}

PersistedRows::FramePtr PersistedRows::FindBoundLocked(const plan::spec::Relation* relation) const {
  const auto bound = bound_.find(relation);
  if (bound == bound_.end() || bound->second.relation.expired()) return nullptr;
  return FindLocked({bound->second.frame, nullptr});
}

void PersistedRows::PruneLocked() {
  std::erase_if(views_, [](const auto& item) { return item.first.expired(); });
  std::erase_if(bound_, [](const auto& item) { return item.second.relation.expired(); });
  const auto is_gone = [this](const FramePtr& frame, bool expired) {
    if (!expired && !frame->IsOrphan()) return false;
    frame->Drop();
    num_frames_.fetch_sub(1);
    return true;
  };
  std::erase_if(entries_, [&](auto& item) { return is_gone(item.second, item.first.expired()); });
  std::erase_if(frames_, [&](auto& item) { return is_gone(item.second, false); });
}

void PersistedRows::Persist(const PersistTarget& target, const StorageLevel& level) {
  if (level.is_none()) return;
  const std::lock_guard lock(mutex_);
  PruneLocked();
  if (FindLocked(target) != nullptr) return;
  auto frame = std::make_shared<PersistedFrame>(session_->weak_from_this(), this, level);
  if (target.entry == nullptr) {
    frames_[target.frame] = std::move(frame);
  } else if (const auto view = views_.find(target.entry); view != views_.end()) {
    frames_[view->second] = std::move(frame);
  } else {
    entries_[target.entry] = std::move(frame);
  }
  num_frames_.fetch_add(1, std::memory_order_release);
}

void PersistedRows::RemoveLocked(const PersistTarget& target) {
  const FramePtr frame = FindLocked(target);
  if (frame == nullptr) return;
  std::erase_if(entries_, [&](const auto& item) { return item.second == frame; });
  std::erase_if(frames_, [&](const auto& item) { return item.second == frame; });
  num_frames_.fetch_sub(1);
  frame->Drop();
}

void PersistedRows::Unpersist(const PersistTarget& target) {
  const std::lock_guard lock(mutex_);
  RemoveLocked(target);
  PruneLocked();
}

void PersistedRows::UnpersistAllOf(const CatalogEntry& entry) {
  const std::lock_guard lock(mutex_);
  RemoveLocked({"", entry});
  const auto reads = [&](auto& item) {
    if (!item.second->Reads(entry)) return false;
    item.second->Drop();
    num_frames_.fetch_sub(1);
    return true;
  };
  std::erase_if(entries_, reads);
  std::erase_if(frames_, reads);
  PruneLocked();
}

void PersistedRows::Prune() {
  if (empty()) return;
  const std::lock_guard lock(mutex_);
  PruneLocked();
}

void PersistedRows::Clear() {
  const std::lock_guard lock(mutex_);
  for (const FramePtr& frame : FramesLocked()) frame->Drop();
  entries_.clear();
  frames_.clear();
  bound_.clear();
  num_frames_.store(0);
}

std::optional<StorageLevel> PersistedRows::FindLevel(const PersistTarget& target) const {
  const std::lock_guard lock(mutex_);
  const FramePtr frame = FindLocked(target);
  if (frame == nullptr || frame->IsOrphan()) return std::nullopt;
  return frame->level();
}

bool PersistedRows::KeepsKind(int kind) const {
  const std::lock_guard lock(mutex_);
  const std::string prefix = KindPrefix(kind);
  const auto first = frames_.lower_bound(prefix);
  return first != frames_.end() && first->first.starts_with(prefix);
}

void PersistedRows::Bind(const plan::spec::RelationPtr& relation, const std::string& frame) {
  const std::lock_guard lock(mutex_);
  std::erase_if(bound_, [](const auto& item) { return item.second.relation.expired(); });
  if (frames_.contains(frame)) bound_[relation.get()] = {relation, frame};
}

void PersistedRows::NoteView(const CatalogEntry& entry, const std::string& frame,
                             const CatalogEntry& replaced) {
  const std::lock_guard lock(mutex_);
  if (replaced != nullptr) {
    const auto known = views_.find(replaced);
    if (known == views_.end() || known->second != frame) RemoveLocked({"", replaced});
  }
  std::erase_if(views_, [](const auto& item) { return item.first.expired(); });
  views_[entry] = frame;
}

std::vector<PersistedRows::FramePtr> PersistedRows::FramesLocked() const {
  std::vector<FramePtr> frames;
  for (const auto& [key, frame] : frames_) frames.push_back(frame);
  for (const auto& [entry, frame] : entries_) frames.push_back(frame);
  return frames;
}

void PersistedRows::Refresh(const CatalogEntry& entry) {
  const std::lock_guard lock(mutex_);
  const FramePtr own = FindLocked({"", entry});
  for (const FramePtr& frame : FramesLocked()) {
    if (frame == own || frame->Reads(entry)) frame->Refresh();
  }
}

void PersistedRows::RefreshFiles(const std::string& path) {
  const std::lock_guard lock(mutex_);
  for (const FramePtr& frame : FramesLocked()) {
    if (frame->ReadsFilesBelow(path)) frame->Refresh();
  }
}

void PersistedRows::RefreshPath(const std::string& path) {
  const std::string absolute = connectors::AbsolutePath(path);
  const std::lock_guard lock(AllRows().mutex);
  for (PersistedRows* rows : AllRows().all) {
    if (!rows->empty()) rows->RefreshFiles(absolute);
  }
}

std::unique_ptr<plan::RowCache> PersistedRows::Look() {
  if (empty()) return nullptr;
  return std::make_unique<Use>(this);
}

}  // namespace thalweg::session
