#pragma once

// The rows of one epoch by key: a function over groups gets all rows of a key together.

#include <cstdint>
#include <memory>
#include <vector>

#include <thalweg/group_state.h>

#include "thalweg/data/batch.h"
#include "thalweg/state/row_key.h"

namespace thalweg::exec {

struct KeyedInputOptions {
  /// The columns that functions see: the first ones of the input.
  SchemaPtr schema;
  /// Ordinals of the keys in the input.
  std::vector<int> key_columns;
  std::shared_ptr<const state::RowKeyCodec> keys;
  /// Rows that a function gets at once.
  int64_t batch_rows = kDefaultBatchRows;
};

/// One thread. Holds the rows of the epoch in memory.
class KeyedInput {
 public:
  explicit KeyedInput(KeyedInputOptions options) : options_(std::move(options)) {}

  void Begin();
  /// Takes a dense batch.
  void Add(Batch rows);
  /// Puts the rows in order: groups by the order of their keys, rows of a group as they came.
  /// Errors: UNSUPPORTED_FEATURE for more rows than an int32_t counts.
  Status Finish();

  // After Finish().

  int64_t num_groups() const { return num_groups_; }
  /// The groups' keys, encoded; their values, a row a group.
  const state::KeyBatch& keys() const { return keys_; }
  const std::vector<ArrayPtr>& key_columns() const { return key_columns_; }
  /// The rows of a group, valid until Begin().
  std::unique_ptr<BatchIterator> Rows(int64_t group) const;
  int64_t num_rows(int64_t group) const { return begins_[group + 1] - begins_[group]; }
  /// All rows in order, and where a group's begin.
  const std::shared_ptr<arrow::RecordBatch>& rows() const { return rows_; }
  int64_t begin(int64_t group) const { return begins_[group]; }

 private:
  Status FindGroups(const Batch& all, std::vector<int32_t>* group_of,
                    std::vector<int32_t>* first_rows) const;
  Result<std::vector<int32_t>> SortGroups(const Batch& all,
                                          const std::vector<int32_t>& first_rows) const;
  std::vector<int32_t> SortRows(const std::vector<int32_t>& group_of,
                                const std::vector<int32_t>& order);

  KeyedInputOptions options_;
  std::vector<Batch> batches_;
  int64_t num_groups_ = 0;
  state::KeyBatch keys_;
  std::vector<ArrayPtr> key_columns_;
  std::vector<int64_t> begins_;
  std::shared_ptr<arrow::RecordBatch> rows_;
};

/// No rows at all.
class NoRows : public BatchIterator {
 public:
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override { return nullptr; }
};

}  // namespace thalweg::exec
