#include <thalweg/writer.h>

#include "thalweg/api/frame.h"
#include "thalweg/plan/analyzer/path_option.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg {
namespace {

Result<io::SaveMode> ParseSaveMode(const std::string& text) {
  const std::string lower = ToLowerAscii(text);
  if (lower == "append") return io::SaveMode::kAppend;
  if (lower == "overwrite") return io::SaveMode::kOverwrite;
  if (lower == "ignore") return io::SaveMode::kIgnore;
  if (lower == "error" || lower == "errorifexists" || lower == "default") {
    return io::SaveMode::kErrorIfExists;
  }
  return MakeError("INVALID_SAVE_MODE", {{"mode", "\"" + text + "\""}});
}

}  // namespace

DataFrameWriter& DataFrameWriter::Format(const std::string& format) {
  format_ = format;
  return *this;
}
DataFrameWriter& DataFrameWriter::Mode(const std::string& mode) {
  mode_ = mode;
  return *this;
}
DataFrameWriter& DataFrameWriter::Option(const std::string& key, const OptionValue& value) {
  options_[key] = value.text();
  return *this;
}
DataFrameWriter& DataFrameWriter::Options(const std::map<std::string, std::string>& options) {
  for (const auto& [key, value] : options) options_[key] = value;
  return *this;
}
DataFrameWriter& DataFrameWriter::PartitionBy(std::vector<std::string> columns) {
  partition_by_ = std::move(columns);
  return *this;
}

Status DataFrameWriter::Save(const std::string& path) {
  session::BatchWrite write;
  ARROW_ASSIGN_OR_RAISE(write.input, api::RelationOf(frame_));
  ARROW_ASSIGN_OR_RAISE(write.save_mode, ParseSaveMode(mode_));
  write.format = format_;
  write.options = options_;
  if (!path.empty()) {
    ARROW_RETURN_NOT_OK(plan::CheckPathOption(plan::PathCall::kSave, options_,
                                              frame_.frame()->core->engine->SettingsSnapshot()));
    write.path = path;
  }
  write.partition_by = partition_by_;
  return frame_.frame()->core->engine->Write(write);
}

}  // namespace thalweg
