#include "thalweg/connectors/file/file_sink.h"

#include <arrow/api.h>

#include "thalweg/base/fault_point.h"
#include "thalweg/connectors/file/file_sink_writer.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/file/sink_manifest.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/io/commit_check.h"
#include "thalweg/io/compactible_log.h"

namespace thalweg::connectors {
namespace {

class FileStreamSink : public io::StreamSink, public io::CommitCheck {
 public:
  FileStreamSink(std::shared_ptr<const FileTarget> target,
                 std::unique_ptr<io::CompactibleLog> manifest)
      : target_(std::move(target)), manifest_(std::move(manifest)) {}

  std::string Description() const override {
    return "FileSink[" + QualifiedPath(target_->directory) + "]";
  }
  bool SupportsMode(io::OutputMode mode) const override { return mode == io::OutputMode::kAppend; }
  Result<bool> IsCommitted(int64_t epoch) override {
    // An earlier run may have been killed before it could make its last entry durable; a commit
    // that rests on it must not outlive it.
    if (!manifest_durable_) ARROW_RETURN_NOT_OK(manifest_->MakeDurable());
    manifest_durable_ = true;
    return epoch <= manifest_->latest_id().value_or(-1);
  }

  Status CheckCommitted(int64_t epoch) override {
    const std::string directory = JoinPath(target_->directory, kManifestDirectory);
    ARROW_ASSIGN_OR_RAISE(const bool used, target_->file_system->Exists(directory));
    if (!used || manifest_->latest_id().value_or(-1) >= epoch) return Status::OK();
    return MakeError("BATCH_METADATA_NOT_FOUND",
                     {{"batchMetadataFile", JoinPath(directory, std::to_string(epoch))}});
  }

  Status BeginEpoch(int64_t epoch, io::OutputMode mode) override {
    if (!SupportsMode(mode)) {
      return MakeError("STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE",
                       {{"className", std::string(target_->format->name())},
                        {"outputMode", mode == io::OutputMode::kUpdate ? "update" : "complete"}});
    }
    return target_->file_system->CreateDirectories(target_->directory);
  }

  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t epoch, int worker) override {
    return MakeFileSinkWriter(target_, worker, /*job_uuid=*/"");
  }

  Status CommitEpoch(int64_t epoch, std::vector<io::WriterReportPtr> reports) override {
    ARROW_ASSIGN_OR_RAISE(const bool committed, IsCommitted(epoch));
    if (committed) return Status::OK();
    std::vector<std::string> entries;
    for (const auto& report : reports) {
      for (const auto& file : static_cast<const FileWriterReport&>(*report).files) {
        entries.push_back(ManifestEntry(file));
      }
    }
    FAULT_POINT("sink.before_manifest");
    if (internal::fault_points_enabled.load(std::memory_order_relaxed)) {
      ARROW_RETURN_NOT_OK(LeaveHalfManifest(epoch, entries));
    }
    ARROW_RETURN_NOT_OK(manifest_->Add(epoch, entries));
    FAULT_POINT("sink.after_manifest");
    return Status::OK();
  }

 private:
  // What a crash in the middle of writing the manifest leaves: half of it under a temporary name.
  Status LeaveHalfManifest(int64_t epoch, const std::vector<std::string>& entries) const {
    std::string text = "v1";
    for (const auto& entry : entries) text += "\n" + entry;
    const std::string directory = JoinPath(target_->directory, kManifestDirectory);
    const std::string path =
        JoinPath(directory, "." + std::to_string(epoch) + "." + RandomUuid() + ".tmp");
    ARROW_RETURN_NOT_OK(target_->file_system->CreateDirectories(directory));
    {
      ARROW_ASSIGN_OR_RAISE(auto file, target_->file_system->CreateNew(path));
      ARROW_RETURN_NOT_OK(file->Append(std::string_view(text).substr(0, text.size() / 2)));
      ARROW_RETURN_NOT_OK(file->Close());
    }
    FAULT_POINT("sink.manifest_half");
    return target_->file_system->Remove(path);
  }

  const std::shared_ptr<const FileTarget> target_;
  const std::unique_ptr<io::CompactibleLog> manifest_;
  bool manifest_durable_ = false;
};

}  // namespace

Result<std::unique_ptr<io::StreamSink>> MakeFileStreamSink(const std::string& format_name,
                                                           const io::WriteArguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto target, MakeFileTarget(format_name, arguments, /*durable=*/true));
  std::optional<int64_t> retention;
  if (FindOption(arguments.options, "retention")) {
    ARROW_ASSIGN_OR_RAISE(retention, MillisOption(arguments.options, "retention", 0, 1));
  }
  ARROW_ASSIGN_OR_RAISE(auto manifest,
                        OpenManifest(arguments.file_system, arguments.clock, target->directory,
                                     arguments.settings, retention));
  return std::make_unique<FileStreamSink>(std::move(target), std::move(manifest));
}

}  // namespace thalweg::connectors
