// Python functions over rows and groups.

#include "thalweg/connect/plan/relation_processor.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/data_type.h"
#include "thalweg/connect/python/python_rows.h"
#include "thalweg/connect/python/python_table.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/python/eval_type.h"

namespace thalweg::connect {
namespace {

using plan::spec::Callback;
using plan::spec::CallbackKind;
using proto::CommonInlineUserDefinedFunction;

/// A Python function may be given as a call without arguments, or as one over all columns.
Result<RelationDraft> MakeCallback(Translator* translator, CallbackKind kind, const char* name,
                                   const CommonInlineUserDefinedFunction& function) {
  auto callback = std::make_shared<Callback>();
  callback->kind = kind;
  callback->operator_name = name;
  ARROW_ASSIGN_OR_RAISE(callback->external, MakePythonRows(translator->session(), function));
  ARROW_ASSIGN_OR_RAISE(callback->output_schema,
                        SchemaFromProto(function.python_udf().output_type()));
  RelationDraft relation = Derive(RelationKind::kCallback, nullptr);
  relation->callback = std::move(callback);
  return relation;
}

bool IsArrow(const CommonInlineUserDefinedFunction& function) {
  using python::EvalType;
  switch (static_cast<EvalType>(function.python_udf().eval_type())) {
    case EvalType::kMapArrowIter:
    case EvalType::kGroupedMapArrow:
    case EvalType::kGroupedMapArrowIter:
    case EvalType::kCogroupedMapArrow:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<RelationDraft> TranslateMapPartitions(Translator* translator,
                                             const proto::MapPartitions& map) {
  ARROW_ASSIGN_OR_RAISE(
      RelationDraft relation,
      MakeCallback(translator, CallbackKind::kMapPartitions,
                   IsArrow(map.func()) ? "MapInArrow" : "MapInPandas", map.func()));
  ARROW_ASSIGN_OR_RAISE(relation->input, translator->Translate(map.input()));
  return relation;
}

Result<RelationDraft> TranslateGroupMap(Translator* translator, const proto::GroupMap& map) {
  using python::EvalType;
  const auto type = static_cast<EvalType>(map.func().python_udf().eval_type());
  if (python::IsTransformWithState(type)) return TranslateTransformWithState(translator, map);
  const char* name = IsArrow(map.func()) ? "FlatMapGroupsInArrow" : "FlatMapGroupsInPandas";
  ARROW_ASSIGN_OR_RAISE(RelationDraft relation,
                        MakeCallback(translator, CallbackKind::kFlatMapGroups, name, map.func()));
  ARROW_ASSIGN_OR_RAISE(relation->input, translator->Translate(map.input()));
  ARROW_ASSIGN_OR_RAISE(relation->expressions,
                        translator->TranslateAll(map.grouping_expressions()));
  return relation;
}

Result<RelationDraft> TranslateCoGroupMap(Translator* translator, const proto::CoGroupMap& map) {
  const char* name = IsArrow(map.func()) ? "FlatMapCoGroupsInArrow" : "FlatMapCoGroupsInPandas";
  ARROW_ASSIGN_OR_RAISE(RelationDraft relation,
                        MakeCallback(translator, CallbackKind::kCoGroups, name, map.func()));
  ARROW_ASSIGN_OR_RAISE(relation->input, translator->Translate(map.input()));
  ARROW_ASSIGN_OR_RAISE(relation->right, translator->Translate(map.other()));
  ARROW_ASSIGN_OR_RAISE(relation->expressions,
                        translator->TranslateAll(map.input_grouping_expressions()));
  ARROW_ASSIGN_OR_RAISE(relation->outputs,
                        translator->TranslateAll(map.other_grouping_expressions()));
  return relation;
}

Result<RelationDraft> TranslatePythonTable(
    Translator* translator, const proto::CommonInlineUserDefinedTableFunction& function) {
  auto callback = std::make_shared<Callback>();
  callback->kind = CallbackKind::kTable;
  ARROW_ASSIGN_OR_RAISE(callback->table, MakePythonTable(translator->session(), function));
  ARROW_ASSIGN_OR_RAISE(auto arguments, TranslateArguments(translator, function.arguments()));
  RelationDraft relation = Derive(RelationKind::kTableFunction, nullptr);
  relation->callback = std::move(callback);
  relation->expressions = {
      plan::spec::MakeFunction(function.function_name(), std::move(arguments))};
  return relation;
}

}  // namespace thalweg::connect
