#include "thalweg/python/data_source.h"

#include <utility>

#include <arrow/api.h>

#include "thalweg/base/error_conditions.h"

namespace thalweg::python {
namespace {

using Options = std::map<std::string, std::string>;

/// The traceback, if the program raised an exception.
std::optional<std::string> Traceback(const Status& status) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr || detail->condition() != "PYTHON_EXCEPTION") return std::nullopt;
  return detail->parameters().at("traceback");
}

bool BinaryAsBytes(const PythonSettings& settings) {
  const auto found = settings.runner_conf.find("spark.sql.execution.pyspark.binaryAsBytes");
  return found == settings.runner_conf.end() || found->second == "true";
}

std::string OneBinaryColumn(const char* name) {
  return SchemaToJson(*arrow::schema({arrow::field(name, arrow::binary())}));
}

void PutOptions(const Options& options, WireWriter* out) {
  out->Int(static_cast<int64_t>(options.size()));
  for (const auto& [key, value] : options) {
    out->Text(key);
    out->Text(value);
  }
}

void PutMessages(const CommitMessages& messages, WireWriter* out) {
  out->Int(static_cast<int64_t>(messages.size()));
  for (const auto& message : messages) {
    if (message) {
      out->Text(*message);
    } else {
      out->Put(Mark::kNull);
    }
  }
}

/// A worker of a module, with the settings it was started with.
struct Question {
  PythonSettings settings;
  std::unique_ptr<PlannerWorker> worker;
};

Result<Question> Begin(const DataSourceClass& source, const std::string& module) {
  Question question;
  ARROW_ASSIGN_OR_RAISE(question.settings, source.settings());
  ARROW_ASSIGN_OR_RAISE(question.worker, PlannerWorker::Start(source.pool, question.settings,
                                                              source.function, module));
  return question;
}

Result<DataSourceInstance> ReadInstance(const DataSourceClass& source, PlannerWorker* worker) {
  DataSourceInstance instance;
  ARROW_ASSIGN_OR_RAISE(instance.pickled, worker->ReadText());
  ARROW_ASSIGN_OR_RAISE(const int32_t is_text, worker->ReadInt());
  ARROW_ASSIGN_OR_RAISE(const std::string schema, worker->ReadText());
  ARROW_RETURN_NOT_OK(worker->Finish());
  ARROW_ASSIGN_OR_RAISE(instance.schema,
                        is_text == 1 ? source.parse_schema(schema) : SchemaFromJson(schema));
  return instance;
}

Result<DataSourceRead> ReadReadPlan(PlannerWorker* worker) {
  DataSourceRead read;
  ARROW_ASSIGN_OR_RAISE(read.function, worker->ReadText());
  const Result<int32_t> count = worker->ReadInt();
  if (!count.ok()) return DataSourceError(count.status(), "generate", "read partitions");
  for (int32_t i = 0; i < *count; ++i) {
    ARROW_ASSIGN_OR_RAISE(read.partitions.emplace_back(), worker->ReadText());
  }
  ARROW_RETURN_NOT_OK(worker->Finish());
  return read;
}

Status ReadSuccess(PlannerWorker* worker) {
  ARROW_RETURN_NOT_OK(worker->ReadInt().status());
  return worker->Finish();
}

}  // namespace

PythonFunction WithCommand(const DataSourceClass& source, std::string command) {
  PythonFunction function = source.function;
  function.command = std::move(command);
  return function;
}

Status DataSourceError(const Status& status, const std::string& action, const std::string& type) {
  const auto traceback = Traceback(status);
  if (!traceback) return status;
  return MakeError("PYTHON_DATA_SOURCE_ERROR",
                   {{"action", action}, {"type", type}, {"msg", *traceback}});
}

Status DataSourceRuntimeError(const Status& status, const std::string& action) {
  const auto traceback = Traceback(status);
  if (!traceback) return status;
  return MakeError("PYTHON_STREAMING_DATA_SOURCE_RUNTIME_ERROR",
                   {{"action", action}, {"msg", *traceback}});
}

Result<DataSourceInstance> CreateDataSource(const DataSourceClass& source, const SchemaPtr& schema,
                                            const Options& options) {
  ARROW_ASSIGN_OR_RAISE(const Question question, Begin(source, "create_data_source"));
  WireWriter* out = question.worker->question();
  out->Text(source.function.command);
  out->Text(source.name);
  out->Bool(schema != nullptr);
  if (schema != nullptr) out->Text(SchemaToJson(*schema));
  PutOptions(options, out);
  ARROW_RETURN_NOT_OK(question.worker->Send());
  Result<DataSourceInstance> instance = ReadInstance(source, question.worker.get());
  if (!instance.ok()) return DataSourceError(instance.status(), "create", "instance");
  return instance;
}

Result<DataSourceRead> PlanDataSourceRead(const DataSourceClass& source,
                                          const DataSourceInstance& instance, bool streaming) {
  ARROW_ASSIGN_OR_RAISE(const Question question, Begin(source, "plan_data_source_read"));
  WireWriter* out = question.worker->question();
  out->Text(instance.pickled);
  out->Text(OneBinaryColumn("partition"));
  out->Text(SchemaToJson(*instance.schema));
  out->Int(question.settings.chunks.max_rows > 0 ? question.settings.chunks.max_rows : INT32_MAX);
  const bool is_40 = question.worker->protocol() == Protocol::k40;
  if (!is_40) out->Bool(question.settings.allows_pushed_filters);
  out->Bool(streaming);
  if (!is_40) out->Bool(BinaryAsBytes(question.settings));
  ARROW_RETURN_NOT_OK(question.worker->Send());
  Result<DataSourceRead> read = ReadReadPlan(question.worker.get());
  if (!read.ok()) return DataSourceError(read.status(), "initialize", "reader");
  return read;
}

Result<DataSourceWrite> PlanDataSourceWrite(const DataSourceClass& source,
                                            const arrow::Schema& schema, const Options& options,
                                            bool overwrite, bool streaming) {
  ARROW_ASSIGN_OR_RAISE(const Question question, Begin(source, "write_into_data_source"));
  WireWriter* out = question.worker->question();
  out->Text(source.function.command);
  out->Text(source.name);
  out->Text(SchemaToJson(schema));
  out->Text(OneBinaryColumn("message"));
  PutOptions(options, out);
  out->Bool(overwrite);
  out->Bool(streaming);
  if (question.worker->protocol() != Protocol::k40) out->Bool(BinaryAsBytes(question.settings));
  ARROW_RETURN_NOT_OK(question.worker->Send());
  const auto read = [&]() -> Result<DataSourceWrite> {
    DataSourceWrite write;
    ARROW_ASSIGN_OR_RAISE(write.function, question.worker->ReadText());
    ARROW_ASSIGN_OR_RAISE(write.writer, question.worker->ReadText());
    ARROW_RETURN_NOT_OK(question.worker->Finish());
    return write;
  };
  Result<DataSourceWrite> write = read();
  if (!write.ok()) return DataSourceError(write.status(), "initialize", "writer");
  return write;
}

Status CommitDataSourceWrite(const DataSourceClass& source, const std::string& writer,
                             const CommitMessages& messages, bool abort) {
  ARROW_ASSIGN_OR_RAISE(const Question question, Begin(source, "commit_data_source_write"));
  WireWriter* out = question.worker->question();
  out->Text(writer);
  PutMessages(messages, out);
  out->Bool(abort);
  ARROW_RETURN_NOT_OK(question.worker->Send());
  return DataSourceError(ReadSuccess(question.worker.get()), "commit or abort", "write");
}

Status CommitDataSourceEpoch(const DataSourceClass& source, const DataSourceEpoch& epoch,
                             const CommitMessages& messages, bool abort) {
  ARROW_ASSIGN_OR_RAISE(const Question question, Begin(source, "python_streaming_sink_runner"));
  WireWriter* out = question.worker->question();
  out->Text(epoch.instance.pickled);
  out->Text(SchemaToJson(*epoch.instance.schema));
  out->Bool(epoch.overwrite);
  PutMessages(messages, out);
  out->Long(epoch.epoch);
  out->Bool(abort);
  ARROW_RETURN_NOT_OK(question.worker->Send());
  return DataSourceRuntimeError(ReadSuccess(question.worker.get()), abort ? "abort" : "commit");
}

}  // namespace thalweg::python
