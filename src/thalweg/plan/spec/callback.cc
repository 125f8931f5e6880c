#include "thalweg/plan/spec/callback.h"

namespace thalweg::plan::spec {

std::string OperatorName(const Callback& callback) {
  if (!callback.operator_name.empty()) return callback.operator_name;
  switch (callback.kind) {
    case CallbackKind::kMapPartitions:
      return "mapPartitions";
    case CallbackKind::kFlatMapGroups:
      return "flatMapGroups";
    case CallbackKind::kMapGroupsWithState:
    case CallbackKind::kFlatMapGroupsWithState:
      return "flatMapGroupsWithState";
    case CallbackKind::kTransformWithState:
      return "transformWithStateExec";
    case CallbackKind::kCoGroups:
      return "coGroup";
    case CallbackKind::kTable:
      return "EvaluateTable";
    case CallbackKind::kEvaluate:
      return "EvaluateExternal";
    case CallbackKind::kAggregateGroups:
      return "AggregateExternal";
  }
  return "";
}

const char* TimeoutName(GroupStateTimeout timeout) {
  switch (timeout) {
    case GroupStateTimeout::kNoTimeout:
      return "NoTimeout";
    case GroupStateTimeout::kProcessingTimeTimeout:
      return "ProcessingTimeTimeout";
    case GroupStateTimeout::kEventTimeTimeout:
      return "EventTimeTimeout";
  }
  return "";
}

const char* ModeName(CallbackMode mode) {
  switch (mode) {
    case CallbackMode::kAppend:
      return "Append";
    case CallbackMode::kUpdate:
      return "Update";
    case CallbackMode::kComplete:
      return "Complete";
  }
  return "";
}

const char* TimeModeName(TimeMode mode) {
  switch (mode) {
    case TimeMode::kNone:
      return "None";
    case TimeMode::kProcessingTime:
      return "ProcessingTime";
    case TimeMode::kEventTime:
      return "EventTime";
  }
  return "";
}

}  // namespace thalweg::plan::spec
