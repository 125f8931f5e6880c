#include "thalweg/exec/take.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/util/bit_util.h>

namespace thalweg::exec {
namespace {

Result<ArrayPtr> Take(const ArrayPtr& array, const arrow::Int32Array& rows) {
  return arrow::compute::Take(*array, rows, arrow::compute::TakeOptions::NoBoundsCheck());
}

}  // namespace

Result<ArrayPtr> TakeRows(const ArrayPtr& array, const std::vector<int32_t>& rows) {
  return Take(array, arrow::Int32Array(static_cast<int64_t>(rows.size()),
                                       arrow::Buffer::Wrap(rows.data(), rows.size())));
}

Result<ArrayPtr> TakeRowsOrNull(const ArrayPtr& array, const std::vector<int32_t>& rows) {
  const auto size = static_cast<int64_t>(rows.size());
  if (array->length() == 0) return arrow::MakeArrayOfNull(array->type(), size);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> valid, arrow::AllocateEmptyBitmap(size));
  std::vector<int32_t> safe(rows);
  for (int64_t i = 0; i < size; ++i) {
    arrow::bit_util::SetBitTo(valid->mutable_data(), i, rows[i] != kNoRow);
    if (rows[i] == kNoRow) safe[i] = 0;
  }
  return Take(array, arrow::Int32Array(size, arrow::Buffer::Wrap(safe.data(), safe.size()), valid));
}

Status CheckCancelled(const std::atomic<bool>* cancelled) {
  if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed)) {
    return Status::Cancelled("the epoch was stopped");
  }
  return Status::OK();
}

}  // namespace thalweg::exec
