#pragma once

// ValueState, ListState and MapState over the entries of a VariableTable.

#include <memory>
#include <string>

#include <thalweg/stateful_processor.h>

#include "thalweg/exec/callback/row_image.h"
#include "thalweg/state/row_key.h"
#include "thalweg/state/variable_table.h"

namespace thalweg::exec {

class ProcessorHandle;

struct StoredVariable {
  std::string name;
  state::VariableKind kind = state::VariableKind::kValue;
  int64_t ttl_millis = 0;  // 0: for ever
};

/// `handle` outlives the variables.
std::unique_ptr<ValueState> MakeValueState(ProcessorHandle* handle, StoredVariable variable,
                                           std::shared_ptr<const RowImage> values);
std::unique_ptr<ListState> MakeListState(ProcessorHandle* handle, StoredVariable variable,
                                         std::shared_ptr<const RowImage> values);
std::unique_ptr<MapState> MakeMapState(ProcessorHandle* handle, StoredVariable variable,
                                       SchemaPtr key_schema,
                                       std::shared_ptr<const state::RowKeyCodec> keys,
                                       std::shared_ptr<const RowImage> values);

}  // namespace thalweg::exec
