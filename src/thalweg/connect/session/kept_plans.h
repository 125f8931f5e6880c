#pragma once

// How much of what a session keeps for its client comes from that client's plans.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::connect {

/// What clients give a name to use it later.
enum class KeptKind {
  kView,
  kGlobalView,
  kFunction,
  kTableFunction,
  kSqlFunction,
  kVariable,
  kDataSource,
  kSetting,
  kFrame
};

/// A name that a client chose, in lower case where case does not count.
struct KeptName {
  KeptKind kind = KeptKind::kView;
  std::string name;
  auto operator<=>(const KeptName&) const = default;
};

/// What one name costs.
struct KeptSize {
  /// Of the plan itself: text, functions, nodes.
  int64_t plan_bytes = 0;
  /// Rows that came with it, by column. Those that several names have in common count once.
  std::map<const void*, int64_t> columns;
};

/// Bytes of a text that becomes a plan: a tree is larger than its text.
KeptSize SizeOfText(size_t text_bytes);
/// `size` and the bytes of a value.
KeptSize WithValue(KeptSize size, const arrow::Scalar& value);
/// The nodes of an analysed plan and the rows in it.
KeptSize SizeOfPlan(const plan::NodePtr& plan);

/// An account of names and bytes; it owns nothing. Thread-safe.
class KeptPlans {
 public:
  /// `exists` tells whether a name still stands for something: names that went by another way (DROP
  /// VIEW in SQL text) are found with it when room is short. It must not call this object.
  KeptPlans(int64_t limit, std::function<bool(const KeptName&)> exists);

  /// Whether there is room for `size` under `name`, in place of what it has now.
  /// Errors: THALWEG_PLANS_TOO_LARGE.
  Status Check(const KeptName& name, const KeptSize& size);
  /// Counts `size` for `name`, in place of what it had before: it stands for something else now.
  void Keep(const KeptName& name, KeptSize size);
  void Forget(const KeptName& name);
  /// Takes over the names of `other`, the account of a session that this one was cloned from.
  void CopyFrom(const KeptPlans& other);
  int64_t bytes() const;

 private:
  struct SharedColumn {
    int64_t bytes = 0;
    int names = 0;
  };

  void AddLocked(const KeptName& name, KeptSize size);
  void RemoveLocked(const KeptName& name);
  void RemoveMissingLocked();
  /// All bytes if `name` had `size`.
  int64_t BytesWithLocked(const KeptName& name, const KeptSize& size) const;

  const int64_t limit_;
  const std::function<bool(const KeptName&)> exists_;
  mutable std::mutex mutex_;
  std::map<KeptName, KeptSize> names_;
  std::map<const void*, SharedColumn> columns_;
  int64_t bytes_ = 0;
};

}  // namespace thalweg::connect
