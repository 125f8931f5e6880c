#include "thalweg/python/table_analysis.h"

#include <arrow/api.h>
#include <nlohmann/json.hpp>

#include "thalweg/python/planner_worker.h"
#include "thalweg/python/row_pickler.h"

namespace thalweg::python {
namespace {

std::string TypeJson(const TypePtr& type) {
  const auto schema =
      nlohmann::json::parse(SchemaToJson(*arrow::schema({arrow::field("v", type)})));
  return schema["fields"][0]["type"].dump();
}

Result<std::string> PickledValue(const PythonSettings& settings, const TypePtr& type,
                                 const arrow::Scalar& value) {
  const auto found = settings.runner_conf.find("spark.sql.execution.pyspark.binaryAsBytes");
  const bool as_bytes = found == settings.runner_conf.end() || found->second == "true";
  const SchemaPtr schema = arrow::schema({arrow::field("v", type)});
  ARROW_ASSIGN_OR_RAISE(auto pickler,
                        RowPickler::Make(schema, RowPickler::Rows::kTuplesIfPossible, as_bytes));
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr array, arrow::MakeArrayFromScalar(value, 1));
  return pickler->PickleValue(*array, 0);
}

Status PutArguments(const PythonSettings& settings, const std::vector<AnalyzeArgument>& arguments,
                    WireWriter* out) {
  out->Int(static_cast<int64_t>(arguments.size()));
  for (const AnalyzeArgument& argument : arguments) {
    out->Text(TypeJson(argument.type));
    out->Bool(argument.value != nullptr);
    if (argument.value != nullptr) {
      ARROW_ASSIGN_OR_RAISE(const std::string pickled,
                            PickledValue(settings, argument.type, *argument.value));
      out->Text(pickled);
    }
    out->Bool(argument.is_table);
    out->Bool(argument.name.has_value());
    if (argument.name) out->Text(*argument.name);
  }
  return Status::OK();
}

Result<AnalyzeAnswer> ReadAnswer(PlannerWorker* worker) {
  AnalyzeAnswer answer;
  ARROW_ASSIGN_OR_RAISE(const std::string schema, worker->ReadText());
  ARROW_ASSIGN_OR_RAISE(answer.schema, SchemaFromJson(schema));
  ARROW_ASSIGN_OR_RAISE(answer.pickled, worker->ReadText());
  ARROW_ASSIGN_OR_RAISE(const int32_t single, worker->ReadInt());
  answer.single_partition = single == 1;
  ARROW_ASSIGN_OR_RAISE(const int32_t num_keys, worker->ReadInt());
  for (int32_t i = 0; i < num_keys; ++i) {
    ARROW_ASSIGN_OR_RAISE(answer.partition_by.emplace_back(), worker->ReadText());
  }
  ARROW_ASSIGN_OR_RAISE(const int32_t num_orders, worker->ReadInt());
  for (int32_t i = 0; i < num_orders; ++i) {
    AnalyzeAnswer::Ordering& order = answer.order_by.emplace_back();
    ARROW_ASSIGN_OR_RAISE(order.text, worker->ReadText());
    ARROW_ASSIGN_OR_RAISE(const int32_t ascending, worker->ReadInt());
    order.ascending = ascending == 1;
    ARROW_ASSIGN_OR_RAISE(const int32_t nulls, worker->ReadInt());
    if (nulls != 0) order.nulls_first = nulls == 1;
  }
  ARROW_ASSIGN_OR_RAISE(const int32_t num_selected, worker->ReadInt());
  for (int32_t i = 0; i < num_selected; ++i) {
    auto& [text, alias] = answer.selected.emplace_back();
    ARROW_ASSIGN_OR_RAISE(text, worker->ReadText());
    ARROW_ASSIGN_OR_RAISE(alias, worker->ReadText());
  }
  ARROW_RETURN_NOT_OK(worker->Finish());
  return answer;
}

/// What the method said went wrong: a traceback, or PySpark's own sentence without one.
Status FailedToAnalyze(const Status& status) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr || detail->condition() != "PYTHON_EXCEPTION") return status;
  std::string text = detail->parameters().at("traceback");
  constexpr std::string_view kOwn = "PySparkValueError:";
  const size_t own = text.rfind(kOwn);
  if (own != std::string::npos) text = text.substr(own + kOwn.size());
  const size_t begin = text.find_first_not_of(" \n");
  const size_t end = text.find_last_not_of(" \n");
  text = begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
  return MakeError("TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON", {{"msg", text}});
}

}  // namespace

Result<AnalyzeAnswer> AnalyzeTableFunction(std::shared_ptr<WorkerPool> pool,
                                           const PythonSettings& settings,
                                           const PythonFunction& function,
                                           const std::vector<AnalyzeArgument>& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto worker,
                        PlannerWorker::Start(std::move(pool), settings, function, "analyze_udtf"));
  WireWriter* question = worker->question();
  question->Text(function.name);
  question->Text(function.command);
  ARROW_RETURN_NOT_OK(PutArguments(settings, arguments, question));
  ARROW_RETURN_NOT_OK(worker->Send());
  Result<AnalyzeAnswer> answer = ReadAnswer(worker.get());
  return answer.ok() ? std::move(answer) : FailedToAnalyze(answer.status());
}

}  // namespace thalweg::python
