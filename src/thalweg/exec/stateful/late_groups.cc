#include "thalweg/exec/stateful/late_groups.h"

namespace thalweg::exec {

Result<int64_t> LateGroups::CountNew(const Batch& batch, const std::vector<int32_t>& late) {
  const size_t num_keys = keys_->types().size();
  const std::vector<ArrayPtr> columns(batch.columns.begin(), batch.columns.begin() + num_keys);
  ARROW_RETURN_NOT_OK(keys_->Encode(columns, batch.num_rows, &key_batch_));
  if (groups_ == nullptr) {
    groups_ = std::make_unique<state::GroupTable>(0, keys_->words_per_key());
  }
  found_.resize(batch.num_rows);
  inserted_.clear();
  groups_->FindOrInsert(key_batch_, late.data(), static_cast<int64_t>(late.size()), found_.data(),
                        &inserted_);
  return static_cast<int64_t>(inserted_.size());
}

Result<int64_t> LateGroups::Drop(int64_t watermark, Batch* batch, std::vector<int64_t>* times) {
  std::vector<int32_t> late;
  auto kept = std::make_shared<std::vector<int32_t>>();
  for (int64_t row = 0; row < batch->num_rows; ++row) {
    ((*times)[row] <= watermark ? late : *kept).push_back(static_cast<int32_t>(row));
  }
  if (late.empty()) return 0;
  ARROW_ASSIGN_OR_RAISE(const int64_t dropped, CountNew(*batch, late));
  for (size_t i = 0; i < kept->size(); ++i) (*times)[i] = (*times)[(*kept)[i]];
  times->resize(kept->size());
  batch->selection = std::move(kept);
  ARROW_ASSIGN_OR_RAISE(*batch, Compact(*batch));
  return dropped;
}

}  // namespace thalweg::exec
