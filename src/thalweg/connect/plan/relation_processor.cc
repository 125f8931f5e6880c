#include "thalweg/connect/plan/relation_processor.h"

#include "thalweg/connect/proto/data_type.h"
#include "thalweg/connect/python/python_processor.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/python/eval_type.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using plan::spec::Callback;
using plan::spec::CallbackKind;
using plan::spec::CallbackMode;
using python::EvalType;

Result<CallbackMode> ModeOf(const std::string& text) {
  const std::string lower = ToLowerAscii(text);
  if (lower == "append") return CallbackMode::kAppend;
  if (lower == "update") return CallbackMode::kUpdate;
  if (lower == "complete") return CallbackMode::kComplete;
  return MakeError("STREAMING_OUTPUT_MODE.INVALID", {{"outputMode", text}});
}

Result<TimeMode> TimeModeOf(const std::string& text) {
  const std::string lower = ToLowerAscii(text);
  if (lower == "none") return TimeMode::kNone;
  if (lower == "processingtime") return TimeMode::kProcessingTime;
  if (lower == "eventtime") return TimeMode::kEventTime;
  return MakeError("STATEFUL_PROCESSOR_UNKNOWN_TIME_MODE", {{"timeMode", text}});
}

/// Spark's names of the operators.
const char* NameOf(EvalType type) {
  const bool pandas = type == EvalType::kTransformWithStatePandas ||
                      type == EvalType::kTransformWithStatePandasInitState;
  return pandas ? "transformWithStateInPandasExec" : "transformWithStateInPySparkExec";
}

}  // namespace

Result<RelationDraft> TranslateTransformWithState(Translator* translator,
                                                  const proto::GroupMap& map) {
  const proto::TransformWithStateInfo& info = map.transform_with_state_info();
  auto callback = std::make_shared<Callback>();
  callback->kind = CallbackKind::kTransformWithState;
  callback->operator_name = NameOf(static_cast<EvalType>(map.func().python_udf().eval_type()));
  ARROW_ASSIGN_OR_RAISE(callback->output_schema, SchemaFromProto(info.output_schema()));
  ARROW_ASSIGN_OR_RAISE(callback->output_mode, ModeOf(map.output_mode()));
  ARROW_ASSIGN_OR_RAISE(callback->time_mode, TimeModeOf(info.time_mode()));
  callback->event_time_column = info.event_time_column_name();
  ARROW_ASSIGN_OR_RAISE(callback->external_processor,
                        MakePythonProcessor(translator->session(), map.func()));
  RelationDraft relation = Derive(RelationKind::kCallback, nullptr);
  relation->callback = std::move(callback);
  ARROW_ASSIGN_OR_RAISE(relation->input, translator->Translate(map.input()));
  ARROW_ASSIGN_OR_RAISE(relation->expressions,
                        translator->TranslateAll(map.grouping_expressions()));
  if (!map.has_initial_input()) return relation;
  ARROW_ASSIGN_OR_RAISE(relation->right, translator->Translate(map.initial_input()));
  ARROW_ASSIGN_OR_RAISE(relation->outputs,
                        translator->TranslateAll(map.initial_grouping_expressions()));
  return relation;
}

}  // namespace thalweg::connect
