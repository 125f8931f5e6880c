#pragma once

#include <vector>

#include <arrow/api.h>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"
#include "thalweg/data/retype.h"
#include "thalweg/expr/kernel_support.h"
#include "thalweg/expr/value_order.h"
#include "thalweg/functions/map_key_policy.h"

namespace thalweg::functions {

/// Collects maps row by row as indices into an array of keys and one of values. Checks keys: none
/// is NULL, and none occurs twice unless the policy allows it.
class MapAssembler {
 public:
  MapAssembler(ArrayPtr keys, ArrayPtr values, MapKeyPolicy policy)
      : keys_(std::move(keys)), values_(std::move(values)), policy_(policy) {}

  Status Add(int64_t key, int64_t value) {
    if (keys_->IsNull(key)) return MakeError("NULL_MAP_KEY");
    for (size_t i = row_start_; i < key_indices_.size(); ++i) {
      if (expr::CompareValues(*keys_, key_indices_[i], *keys_, key) != 0) continue;
      if (policy_ == MapKeyPolicy::kLastWin) {
        value_indices_[i] = static_cast<int32_t>(value);
        return Status::OK();
      }
      ARROW_ASSIGN_OR_RAISE(const auto text, keys_->GetScalar(key));
      return MakeError(
          "DUPLICATED_MAP_KEY",
          {{"key", text->ToString()}, {"mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\""}});
    }
    key_indices_.push_back(static_cast<int32_t>(key));
    value_indices_.push_back(static_cast<int32_t>(value));
    return Status::OK();
  }
  Status FinishRow(bool valid = true) {
    row_start_ = key_indices_.size();
    offsets_.push_back(static_cast<int32_t>(row_start_));
    return validity_.Append(valid);
  }
  Result<arrow::Datum> Finish(const TypePtr& type, bool as_scalar) {
    ARROW_ASSIGN_OR_RAISE(auto keys, TakeRows(keys_, key_indices_));
    ARROW_ASSIGN_OR_RAISE(auto values, TakeRows(values_, value_indices_));
    const auto& map = static_cast<const arrow::MapType&>(*type);
    ARROW_ASSIGN_OR_RAISE(keys, Retype(keys, map.key_type()));
    ARROW_ASSIGN_OR_RAISE(values, Retype(values, map.item_type()));
    const auto rows = static_cast<int64_t>(offsets_.size()) - 1;
    ARROW_ASSIGN_OR_RAISE(auto validity, validity_.Finish());
    const ArrayPtr array = std::make_shared<arrow::MapArray>(
        type, rows, arrow::Buffer::FromVector(std::move(offsets_)), keys, values, validity);
    return expr::FinishDatum(array, as_scalar);
  }

 private:
  ArrayPtr keys_;
  ArrayPtr values_;
  MapKeyPolicy policy_;
  std::vector<int32_t> key_indices_;
  std::vector<int32_t> value_indices_;
  std::vector<int32_t> offsets_ = {0};
  arrow::TypedBufferBuilder<bool> validity_;
  size_t row_start_ = 0;
};

}  // namespace thalweg::functions
