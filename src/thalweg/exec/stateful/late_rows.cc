#include "thalweg/exec/stateful/late_rows.h"

namespace thalweg::exec {

Result<int64_t> DropLateRows(int64_t watermark, Batch* batch, std::vector<int64_t>* times) {
  auto kept = std::make_shared<std::vector<int32_t>>();
  for (int64_t row = 0; row < batch->num_rows; ++row) {
    if ((*times)[row] > watermark) kept->push_back(static_cast<int32_t>(row));
  }
  const auto num_kept = static_cast<int64_t>(kept->size());
  const int64_t dropped = batch->num_rows - num_kept;
  if (dropped == 0) return 0;
  for (int64_t i = 0; i < num_kept; ++i) (*times)[i] = (*times)[(*kept)[i]];
  times->resize(num_kept);
  batch->selection = std::move(kept);
  ARROW_ASSIGN_OR_RAISE(*batch, Compact(*batch));
  return dropped;
}

}  // namespace thalweg::exec
