#include "thalweg/stream/state_reader/state_view.h"

#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg::stream {
namespace {

struct NamedJoinStore {
  std::string_view name;
  int side;
  JoinStore store;
};

constexpr NamedJoinStore kJoinStores[] = {
    {"left-keyToNumValues", 0, JoinStore::kCounts},
    {"left-keyWithIndexToValue", 0, JoinStore::kIndexedRows},
    {"right-keyToNumValues", 1, JoinStore::kCounts},
    {"right-keyWithIndexToValue", 1, JoinStore::kIndexedRows},
};

}  // namespace

Result<std::unique_ptr<StateView>> MakeStateView(state::StateLocation location,
                                                 const OperatorState& state,
                                                 const StoreSelection& selection,
                                                 const std::string& options) {
  const auto failed = [&] {
    return MakeError("STDS_FAILED_TO_READ_STATE_SCHEMA", {{"sourceOptions", options}});
  };
  if (state.rows[0] != nullptr) {
    if (selection.join_side != "none") {
      return MakeJoinView(std::move(location), state, selection.join_side == "left" ? 0 : 1,
                          JoinStore::kRows);
    }
    for (const NamedJoinStore& named : kJoinStores) {
      if (selection.store != named.name) continue;
      return MakeJoinView(std::move(location), state, named.side, named.store);
    }
    return failed();
  }
  if (selection.join_side != "none") return failed();
  if (selection.store != "default") {
    return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                     {{"optionName", "storeName"},
                      {"message", "the operator has one store, which is called default"}});
  }
  return state.schema.session_column >= 0 ? MakeSessionView(std::move(location), state)
                                          : MakeTableView(std::move(location), state);
}

}  // namespace thalweg::stream
