// The parts of DataFrame and GroupedData that take functions of the program.

#include <thalweg/dataframe.h>

#include <utility>

#include "thalweg/api/arrow_input.h"
#include "thalweg/api/column_node.h"
#include "thalweg/api/frame.h"
#include "thalweg/base/settings.h"
#include "thalweg/base/unsupported_call.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg {

using plan::spec::Callback;
using plan::spec::CallbackKind;
using plan::spec::CallbackMode;
using plan::spec::GroupFunction;
using plan::spec::Relation;
using plan::spec::RelationKind;
using ParserOptions = sql::ParserOptions;

namespace {

using Complete = std::function<Status(Callback* callback)>;

Result<SchemaPtr> ResolveSchema(const RowSchema& schema) {
  if (schema.schema() != nullptr) return api::EngineSchema(*schema.schema());
  return ParseSchema(schema.ddl());
}

Result<CallbackMode> ParseMode(const std::string& text) {
  const std::string lower = ToLowerAscii(text);
  if (lower == "append") return CallbackMode::kAppend;
  if (lower == "update") return CallbackMode::kUpdate;
  if (lower == "complete") return CallbackMode::kComplete;
  return MakeError("STREAMING_OUTPUT_MODE.INVALID", {{"outputMode", text}});
}

/// A function without state.
class PlainFunction : public GroupFunction {
 public:
  explicit PlainFunction(const FlatMapGroupsFunction* function) : function_(*function) {}
  Status Call(const Row& key, BatchIterator* rows, GroupState*, RowCollector* out) override {
    return function_(key, rows, out);
  }

 private:
  const FlatMapGroupsFunction& function_;
};

class FunctionWithState : public GroupFunction {
 public:
  explicit FunctionWithState(const FlatMapGroupsWithStateFunction* function)
      : function_(*function) {}
  Status Call(const Row& key, BatchIterator* rows, GroupState* state, RowCollector* out) override {
    return function_(key, rows, state, out);
  }

 private:
  const FlatMapGroupsWithStateFunction& function_;
};

/// The relation of a function over the groups of `grouped`.
DataFrame OverGroups(const GroupedData& grouped, const GroupedData* initial_state,
                     const Complete& complete) {
  return api::Derive(
      grouped.input(), RelationKind::kCallback,
      [&](Relation* relation, const ParserOptions& options) -> Status {
        auto callback = std::make_shared<Callback>();
        ARROW_RETURN_NOT_OK(complete(callback.get()));
        relation->callback = std::move(callback);
        ARROW_ASSIGN_OR_RAISE(relation->expressions,
                              api::BuildSelectList(grouped.grouping(), options));
        if (initial_state == nullptr) return Status::OK();
        ARROW_ASSIGN_OR_RAISE(relation->right, api::RelationOf(initial_state->input()));
        if (initial_state->input().frame()->core->engine != grouped.input().frame()->core->engine) {
          return UnsupportedCall("GroupBy", "frames of two sessions cannot meet in one query");
        }
        ARROW_ASSIGN_OR_RAISE(relation->outputs,
                              api::BuildSelectList(initial_state->grouping(), options));
        return Status::OK();
      });
}

DataFrame WithState(const GroupedData& grouped, const GroupedData* initial_state, CallbackKind kind,
                    FlatMapGroupsWithStateFunction function, const RowSchema& state,
                    const RowSchema& output, const std::string& mode, GroupStateTimeout timeout) {
  return OverGroups(grouped, initial_state, [&](Callback* callback) -> Status {
    callback->kind = kind;
    callback->timeout = timeout;
    ARROW_ASSIGN_OR_RAISE(callback->state_schema, ResolveSchema(state));
    ARROW_ASSIGN_OR_RAISE(callback->output_schema, ResolveSchema(output));
    ARROW_ASSIGN_OR_RAISE(callback->output_mode, ParseMode(mode));
    if (callback->output_mode == CallbackMode::kComplete) {
      return UnsupportedCall("FlatMapGroupsWithState", "the output mode is append or update");
    }
    auto shared = std::make_shared<const FlatMapGroupsWithStateFunction>(std::move(function));
    callback->make_group_function = [shared] {
      return std::make_unique<FunctionWithState>(shared.get());
    };
    return Status::OK();
  });
}

DataFrame MapWithState(const GroupedData& grouped, const GroupedData* initial_state,
                       MapGroupsWithStateFunction function, const RowSchema& state,
                       const RowSchema& output, GroupStateTimeout timeout) {
  auto one_row = [function = std::move(function)](const Row& key, BatchIterator* rows,
                                                  GroupState* group, RowCollector* out) -> Status {
    ARROW_ASSIGN_OR_RAISE(const Row row, function(key, rows, group));
    return out->Emit(row);
  };
  return WithState(grouped, initial_state, CallbackKind::kMapGroupsWithState, std::move(one_row),
                   state, output, "update", timeout);
}

DataFrame Transform(const GroupedData& grouped, const GroupedData* initial_state,
                    StatefulProcessorFactory factory, const RowSchema& output,
                    const std::string& mode, TimeMode time_mode,
                    const std::string& event_time_column) {
  return OverGroups(grouped, initial_state, [&](Callback* callback) -> Status {
    callback->kind = CallbackKind::kTransformWithState;
    callback->time_mode = time_mode;
    callback->event_time_column = event_time_column;
    ARROW_ASSIGN_OR_RAISE(callback->output_schema, ResolveSchema(output));
    ARROW_ASSIGN_OR_RAISE(callback->output_mode, ParseMode(mode));
    callback->make_processor = std::move(factory);
    return Status::OK();
  });
}

}  // namespace

DataFrame DataFrame::MapPartitions(std::function<std::unique_ptr<PartitionFunction>()> factory,
                                   const RowSchema& output) const {
  return api::Derive(*this, RelationKind::kCallback,
                     [&](Relation* relation, const ParserOptions&) -> Status {
                       auto callback = std::make_shared<Callback>();
                       callback->kind = CallbackKind::kMapPartitions;
                       ARROW_ASSIGN_OR_RAISE(callback->output_schema, ResolveSchema(output));
                       callback->make_partition_function = std::move(factory);
                       relation->callback = std::move(callback);
                       return Status::OK();
                     });
}

DataFrame GroupedData::FlatMapGroups(FlatMapGroupsFunction function,
                                     const RowSchema& output) const {
  return OverGroups(*this, nullptr, [&](Callback* callback) -> Status {
    callback->kind = CallbackKind::kFlatMapGroups;
    ARROW_ASSIGN_OR_RAISE(callback->output_schema, ResolveSchema(output));
    auto shared = std::make_shared<const FlatMapGroupsFunction>(std::move(function));
    callback->make_group_function = [shared] {
      return std::make_unique<PlainFunction>(shared.get());
    };
    return Status::OK();
  });
}

DataFrame GroupedData::MapGroupsWithState(MapGroupsWithStateFunction function,
                                          const RowSchema& state, const RowSchema& output,
                                          GroupStateTimeout timeout) const {
  return MapWithState(*this, nullptr, std::move(function), state, output, timeout);
}
DataFrame GroupedData::MapGroupsWithState(MapGroupsWithStateFunction function,
                                          const RowSchema& state, const RowSchema& output,
                                          GroupStateTimeout timeout,
                                          const GroupedData& initial_state) const {
  return MapWithState(*this, &initial_state, std::move(function), state, output, timeout);
}

DataFrame GroupedData::FlatMapGroupsWithState(FlatMapGroupsWithStateFunction function,
                                              const RowSchema& state, const RowSchema& output,
                                              const std::string& output_mode,
                                              GroupStateTimeout timeout) const {
  return WithState(*this, nullptr, CallbackKind::kFlatMapGroupsWithState, std::move(function),
                   state, output, output_mode, timeout);
}
DataFrame GroupedData::FlatMapGroupsWithState(FlatMapGroupsWithStateFunction function,
                                              const RowSchema& state, const RowSchema& output,
                                              const std::string& output_mode,
                                              GroupStateTimeout timeout,
                                              const GroupedData& initial_state) const {
  return WithState(*this, &initial_state, CallbackKind::kFlatMapGroupsWithState,
                   std::move(function), state, output, output_mode, timeout);
}

DataFrame GroupedData::TransformWithState(StatefulProcessorFactory factory, const RowSchema& output,
                                          const std::string& output_mode,
                                          TimeMode time_mode) const {
  return Transform(*this, nullptr, std::move(factory), output, output_mode, time_mode, "");
}
DataFrame GroupedData::TransformWithState(StatefulProcessorFactory factory, const RowSchema& output,
                                          const std::string& output_mode, TimeMode time_mode,
                                          const GroupedData& initial_state) const {
  return Transform(*this, &initial_state, std::move(factory), output, output_mode, time_mode, "");
}
DataFrame GroupedData::TransformWithState(StatefulProcessorFactory factory, const RowSchema& output,
                                          const std::string& output_mode,
                                          const std::string& event_time_column) const {
  return Transform(*this, nullptr, std::move(factory), output, output_mode, TimeMode::kEventTime,
                   event_time_column);
}
DataFrame GroupedData::TransformWithState(StatefulProcessorFactory factory, const RowSchema& output,
                                          const std::string& output_mode,
                                          const std::string& event_time_column,
                                          const GroupedData& initial_state) const {
  return Transform(*this, &initial_state, std::move(factory), output, output_mode,
                   TimeMode::kEventTime, event_time_column);
}

}  // namespace thalweg
