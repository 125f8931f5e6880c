#include <thalweg/writer.h>

#include "thalweg/api/callback_sinks.h"
#include "thalweg/api/frame.h"
#include "thalweg/base/file_system.h"
#include "thalweg/formats/format.h"
#include "thalweg/plan/analyzer/path_option.h"
#include "thalweg/plan/catalog/catalog.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg {
namespace {

Result<stream::Trigger> EngineTrigger(const Trigger& trigger) {
  switch (trigger.kind()) {
    case Trigger::Kind::kOnce:
      return stream::Trigger::Once();
    case Trigger::Kind::kAvailableNow:
      return stream::Trigger::AvailableNow();
    case Trigger::Kind::kProcessingTime:
      break;
  }
  return stream::Trigger::ProcessingTime(trigger.interval());
}

std::string FindOption(const std::map<std::string, std::string>& options, const std::string& key) {
  for (const auto& [name, value] : options) {
    if (ToLowerAscii(name) == key) return value;
  }
  return "";
}

}  // namespace

DataStreamWriter& DataStreamWriter::Format(const std::string& format) {
  format_ = format;
  return *this;
}
DataStreamWriter& DataStreamWriter::OutputMode(const std::string& mode) {
  output_mode_ = mode;
  return *this;
}
DataStreamWriter& DataStreamWriter::Option(const std::string& key, const OptionValue& value) {
  options_[key] = value.text();
  return *this;
}
DataStreamWriter& DataStreamWriter::Options(const std::map<std::string, std::string>& options) {
  for (const auto& [key, value] : options) options_[key] = value;
  return *this;
}
DataStreamWriter& DataStreamWriter::PartitionBy(std::vector<std::string> columns) {
  partition_by_ = std::move(columns);
  return *this;
}
DataStreamWriter& DataStreamWriter::QueryName(const std::string& name) {
  query_name_ = name;
  return *this;
}
DataStreamWriter& DataStreamWriter::Trigger(const thalweg::Trigger& trigger) {
  trigger_ = trigger;
  return *this;
}
DataStreamWriter& DataStreamWriter::Foreach(ForeachFactory factory) {
  foreach_ = std::move(factory);
  foreach_batch_ = nullptr;
  return *this;
}
DataStreamWriter& DataStreamWriter::ForeachBatch(ForeachBatchFunction function) {
  foreach_batch_ = std::move(function);
  foreach_ = nullptr;
  return *this;
}

Result<std::shared_ptr<StreamingQuery>> DataStreamWriter::Start(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto relation, api::RelationOf(frame_));
  api::SessionCore& core = *frame_.frame()->core;
  ARROW_ASSIGN_OR_RAISE(auto analyzed, core.engine->Analyze(relation));
  session::StreamWrite write;
  ARROW_ASSIGN_OR_RAISE(write.trigger, EngineTrigger(trigger_));
  write.format = format_;
  write.options = options_;
  if (!path.empty()) {
    ARROW_RETURN_NOT_OK(plan::CheckPathOption(plan::PathCall::kStartStream, options_,
                                              core.engine->SettingsSnapshot()));
    std::erase_if(write.options,
                  [](const auto& option) { return ToLowerAscii(option.first) == "path"; });
    write.options["path"] = path;
  }
  write.partition_by = partition_by_;
  write.query_name = query_name_;
  write.output_mode = output_mode_;
  const SchemaPtr schema = plan::OutputSchema(*analyzed);
  if (foreach_) {
    write.sink = api::MakeProgramForeachSink(foreach_, schema);
    write.sink_name = "foreach";
  } else if (foreach_batch_) {
    write.sink = api::MakeProgramForeachBatchSink(foreach_batch_, schema, &core);
    write.sink_name = "foreachBatch";
  }
  ARROW_ASSIGN_OR_RAISE(auto query, core.engine->StartPlan(analyzed, std::move(write)));
  return api::WrapQuery(std::move(query));
}

Result<std::shared_ptr<StreamingQuery>> DataStreamWriter::ToTable(const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(auto schema, frame_.Schema());
  session::Session& engine = *frame_.frame()->core->engine;
  DataStreamWriter writer = *this;
  writer.foreach_ = nullptr;
  writer.foreach_batch_ = nullptr;
  if (const auto table = engine.catalog().FindTable({name})) {
    if (table->view != nullptr) {
      return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                       {{"operation", "toTable"}, {"viewName", name}});
    }
    writer.format_ = table->format;
    writer.partition_by_ = table->partition_by;
    return writer.Start(table->location);
  }
  if (writer.format_.empty()) writer.format_ = engine.settings().Get("spark.sql.sources.default");
  if (!formats::IsSupportedFormat(writer.format_)) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "A table of the format " + format_}});
  }
  std::string location = FindOption(options_, "path");
  if (location.empty()) location = JoinPath(engine.settings().Get("spark.sql.warehouse.dir"), name);
  ARROW_RETURN_NOT_OK(engine.providers().Find(writer.format_).status());
  ARROW_ASSIGN_OR_RAISE(auto query, writer.Start(location));
  ARROW_RETURN_NOT_OK(
      engine.catalog().CreateTable({.name = name,
                                    .format = writer.format_,
                                    .schema = schema,
                                    .location = location,
                                    .partition_by = partition_by_,
                                    .options = {},
                                    .comment = "",
                                    .is_streaming_table = true,
                                    .database = engine.catalog().current_database()}));
  return query;
}

}  // namespace thalweg
