#include "thalweg/connect/session/kept_plans.h"

#include <set>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/scalar.h>
#include <arrow/util/byte_size.h>

namespace thalweg::connect {
namespace {

/// About what a node of a plan takes with its expressions, and a byte of SQL text when it is
/// parsed.
constexpr int64_t kBytesPerNode = 1024;
constexpr int64_t kBytesPerByteOfText = 16;
/// The least that a name costs: its entries in maps.
constexpr int64_t kBytesPerName = 256;

void AddNode(const plan::Node& node, std::set<const plan::Node*>* seen, KeptSize* size) {
  if (!seen->insert(&node).second) return;
  size->plan_bytes += kBytesPerNode;
  for (const Batch& batch : node.batches) {
    for (const ArrayPtr& column : batch.columns) {
      size->columns[column.get()] = arrow::util::ReferencedBufferSize(*column).ValueOr(0);
    }
  }
  for (const plan::NodePtr& child : node.children) AddNode(*child, seen, size);
}

/// Without the columns.
int64_t BytesOf(const KeptName& name, const KeptSize& size) {
  return kBytesPerName + static_cast<int64_t>(name.name.size()) + size.plan_bytes;
}

}  // namespace

KeptSize SizeOfText(size_t text_bytes) {
  return {.plan_bytes = static_cast<int64_t>(text_bytes) * kBytesPerByteOfText, .columns = {}};
}

KeptSize WithValue(KeptSize size, const arrow::Scalar& value) {
  const auto array = arrow::MakeArrayFromScalar(value, 1);
  if (array.ok()) {
    size.plan_bytes += arrow::util::ReferencedBufferSize(**array).ValueOr(0);
  }
  return size;
}

KeptSize SizeOfPlan(const plan::NodePtr& plan) {
  KeptSize size;
  std::set<const plan::Node*> seen;
  AddNode(*plan, &seen, &size);
  return size;
}

KeptPlans::KeptPlans(int64_t limit, std::function<bool(const KeptName&)> exists)
    : limit_(limit), exists_(std::move(exists)) {}

Status KeptPlans::Check(const KeptName& name, const KeptSize& size) {
  const std::lock_guard lock(mutex_);
  if (BytesWithLocked(name, size) <= limit_) return Status::OK();
  RemoveMissingLocked();
  if (BytesWithLocked(name, size) <= limit_) return Status::OK();
  return MakeError("THALWEG_PLANS_TOO_LARGE", {{"limit", std::to_string(limit_)}});
}

void KeptPlans::Keep(const KeptName& name, KeptSize size) {
  const std::lock_guard lock(mutex_);
  RemoveLocked(name);
  AddLocked(name, std::move(size));
}

void KeptPlans::Forget(const KeptName& name) {
  const std::lock_guard lock(mutex_);
  RemoveLocked(name);
}

void KeptPlans::CopyFrom(const KeptPlans& other) {
  std::map<KeptName, KeptSize> names;
  {
    const std::lock_guard lock(other.mutex_);
    names = other.names_;
  }
  const std::lock_guard lock(mutex_);
  for (auto& [name, size] : names) {
    RemoveLocked(name);
    AddLocked(name, std::move(size));
  }
}

int64_t KeptPlans::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void KeptPlans::AddLocked(const KeptName& name, KeptSize size) {
  bytes_ += BytesOf(name, size);
  for (const auto& [column, bytes] : size.columns) {
    SharedColumn& shared = columns_[column];
    if (shared.names++ > 0) continue;
    shared.bytes = bytes;
    bytes_ += bytes;
  }
  names_.emplace(name, std::move(size));
}

void KeptPlans::RemoveLocked(const KeptName& name) {
  const auto found = names_.find(name);
  if (found == names_.end()) return;
  bytes_ -= BytesOf(name, found->second);
  for (const auto& [column, bytes] : found->second.columns) {
    const auto shared = columns_.find(column);
    if (--shared->second.names > 0) continue;
    bytes_ -= shared->second.bytes;
    columns_.erase(shared);
  }
  names_.erase(found);
}

void KeptPlans::RemoveMissingLocked() {
  std::vector<KeptName> missing;
  for (const auto& [name, size] : names_) {
    if (!exists_(name)) missing.push_back(name);
  }
  for (const KeptName& name : missing) RemoveLocked(name);
}

int64_t KeptPlans::BytesWithLocked(const KeptName& name, const KeptSize& size) const {
  int64_t bytes = bytes_ + BytesOf(name, size);
  for (const auto& [column, column_bytes] : size.columns) {
    if (!columns_.contains(column)) bytes += column_bytes;
  }
  const auto found = names_.find(name);
  if (found == names_.end()) return bytes;
  bytes -= BytesOf(name, found->second);
  for (const auto& [column, column_bytes] : found->second.columns) {
    if (columns_.at(column).names == 1 && !size.columns.contains(column)) bytes -= column_bytes;
  }
  return bytes;
}

}  // namespace thalweg::connect
