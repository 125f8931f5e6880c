// Python functions over groups that keep state.

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/python/python_state.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using plan::spec::Callback;
using plan::spec::CallbackKind;
using plan::spec::CallbackMode;

Result<CallbackMode> ModeOf(const std::string& text) {
  const std::string lower = ToLowerAscii(text);
  if (lower == "append") return CallbackMode::kAppend;
  if (lower == "update") return CallbackMode::kUpdate;
  if (lower == "complete") return CallbackMode::kComplete;
  return MakeError("STREAMING_OUTPUT_MODE.INVALID", {{"outputMode", text}});
}

Result<GroupStateTimeout> TimeoutOf(const std::string& text) {
  for (const auto timeout :
       {GroupStateTimeout::kNoTimeout, GroupStateTimeout::kProcessingTimeTimeout,
        GroupStateTimeout::kEventTimeTimeout}) {
    if (text == plan::spec::TimeoutName(timeout)) return timeout;
  }
  return UnsupportedFeature("the timeout '" + text + "' of applyInPandasWithState");
}

}  // namespace

Result<RelationDraft> TranslateApplyWithState(Translator* translator,
                                              const proto::ApplyInPandasWithState& apply) {
  auto callback = std::make_shared<Callback>();
  callback->kind = CallbackKind::kFlatMapGroupsWithState;
  callback->operator_name = "applyInPandasWithState";
  ARROW_ASSIGN_OR_RAISE(callback->output_schema, ParseSchema(apply.output_schema()));
  ARROW_ASSIGN_OR_RAISE(callback->state_schema, ParseSchema(apply.state_schema()));
  ARROW_ASSIGN_OR_RAISE(callback->timeout, TimeoutOf(apply.timeout_conf()));
  ARROW_ASSIGN_OR_RAISE(callback->output_mode, ModeOf(apply.output_mode()));
  if (callback->output_mode == CallbackMode::kComplete) {
    return MakeError("UNSUPPORTED_CALL",
                     {{"call", callback->operator_name},
                      {"reason", "The output mode of function should be append or update"}});
  }
  ARROW_ASSIGN_OR_RAISE(callback->external_state,
                        MakePythonGroupState(translator->session(), apply.func()));
  RelationDraft relation = Derive(RelationKind::kCallback, nullptr);
  relation->callback = std::move(callback);
  ARROW_ASSIGN_OR_RAISE(relation->input, translator->Translate(apply.input()));
  ARROW_ASSIGN_OR_RAISE(relation->expressions,
                        translator->TranslateAll(apply.grouping_expressions()));
  return relation;
}

}  // namespace thalweg::connect
