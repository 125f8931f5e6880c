#include "thalweg/base/cancel_scope.h"

#include <utility>

namespace thalweg {
namespace {

thread_local const std::atomic<bool>* current = nullptr;

}  // namespace

CancelScope::CancelScope(const std::atomic<bool>* cancelled)
    : outer_(std::exchange(current, cancelled)) {}

CancelScope::~CancelScope() { current = outer_; }

const std::atomic<bool>* CurrentCancelFlag() { return current; }

Status CheckCancelled() {
  if (current == nullptr || !current->load(std::memory_order_acquire)) return Status::OK();
  return Status::Cancelled("nobody waits for it any more");
}

}  // namespace thalweg
