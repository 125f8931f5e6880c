#pragma once

// What one variable of transformWithState holds, as the columns that Spark's state has.

#include <memory>
#include <string_view>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/exec/callback/row_image.h"
#include "thalweg/state/row_key.h"
#include "thalweg/state/variable_replay.h"
#include "thalweg/stream/operator_properties.h"

namespace thalweg::stream {

/// Immutable and thread-safe.
class VariableColumns {
 public:
  using Entry = state::VariableReplay::Entry;
  using Entries = state::VariableReplay::Entries;

  /// Errors: it is not recorded what the variable holds.
  static Result<VariableColumns> Make(RecordedVariable variable);

  state::VariableKind kind() const { return variable_.kind; }
  /// As its operator's files have it.
  state::VariableName file_name() const;
  /// A struct of the variable's fields, in a struct with ttlExpirationMs where it has a time to
  /// live.
  const TypePtr& value_type() const { return value_type_; }
  /// Of a map.
  const TypePtr& key_type() const { return key_type_; }
  /// Of a whole variable: the value, an array of it, a map; of timers an array of milliseconds.
  TypePtr whole_type() const;

  /// Not of timers. Errors: bytes that are no row.
  Result<ArrayPtr> Values(const std::vector<const Entry*>& entries) const;
  /// The user's keys of a map.
  Result<ArrayPtr> Keys(const std::vector<std::string_view>& sub_keys) const;
  /// Timers, in milliseconds.
  static Result<ArrayPtr> Times(const std::vector<std::string_view>& sub_keys);
  /// NULL where there are no entries.
  Result<ArrayPtr> Whole(const std::vector<const Entries*>& variables) const;

 private:
  Result<ArrayPtr> Elements(const std::vector<std::string_view>& sub_keys,
                            const std::vector<const Entry*>& entries) const;

  RecordedVariable variable_;
  std::shared_ptr<const exec::RowImage> image_;         // not of timers
  std::shared_ptr<const state::RowKeyCodec> map_keys_;  // of a map
  TypePtr value_type_;
  TypePtr key_type_;
};

}  // namespace thalweg::stream
