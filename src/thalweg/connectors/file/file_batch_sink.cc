#include "thalweg/connectors/file/file_batch_sink.h"

#include <set>

#include <arrow/api.h>

#include "thalweg/connectors/file/file_sink_writer.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/file/sink_manifest.h"
#include "thalweg/connectors/option_values.h"

namespace thalweg::connectors {
namespace {

constexpr std::string_view kSuccessName = "_SUCCESS";

// All files and directories below `directory`, children after their parents.
Status CollectAll(FileSystem* file_system, const std::string& directory,
                  std::vector<FileInfo>* out) {
  ARROW_ASSIGN_OR_RAISE(auto listed, file_system->List(directory));
  for (auto& info : listed) {
    out->push_back(info);
    if (info.is_directory) ARROW_RETURN_NOT_OK(CollectAll(file_system, info.path, out));
  }
  return Status::OK();
}

// Readers of a streaming query's output see only what its manifest names: rows added beside it
// would never be seen again.
Status CheckNoManifest(const FileTarget& target) {
  const std::string manifest = JoinPath(target.directory, kManifestDirectory);
  ARROW_ASSIGN_OR_RAISE(const bool exists, target.file_system->Exists(manifest));
  if (!exists) return Status::OK();
  return MakeError("THALWEG_APPEND_TO_STREAMING_OUTPUT",
                   {{"path", QualifiedPath(target.directory)}});
}

class FileBatchSink : public io::StreamSink {
 public:
  FileBatchSink(std::shared_ptr<const FileTarget> target, io::SaveMode mode, bool exists,
                bool dynamic_overwrite, std::string replaced_directory)
      : target_(std::move(target)),
        mode_(mode),
        exists_(exists),
        dynamic_overwrite_(dynamic_overwrite),
        replaced_directory_(std::move(replaced_directory)) {}

  std::string Description() const override {
    return "FileSink[" + QualifiedPath(target_->directory) + "]";
  }
  bool SupportsMode(io::OutputMode mode) const override { return true; }
  Result<bool> IsCommitted(int64_t epoch) override {
    return mode_ == io::SaveMode::kIgnore && exists_;
  }

  Status BeginEpoch(int64_t epoch, io::OutputMode mode) override {
    if (mode_ == io::SaveMode::kOverwrite && exists_) {
      ARROW_ASSIGN_OR_RAISE(const bool found, target_->file_system->Exists(replaced_directory_));
      if (found) {
        ARROW_RETURN_NOT_OK(CollectAll(target_->file_system, replaced_directory_, &replaced_));
      }
    }
    return target_->file_system->CreateDirectories(target_->directory);
  }

  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t epoch, int worker) override {
    return MakeFileSinkWriter(target_, worker, job_uuid_);
  }

  Status CommitEpoch(int64_t epoch, std::vector<io::WriterReportPtr> reports) override {
    std::set<std::string> written_directories;
    size_t files = 0;
    rows_ = 0;
    for (const auto& report : reports) {
      rows_ += report->num_rows;
      for (const auto& file : static_cast<const FileWriterReport&>(*report).files) {
        written_directories.insert(ParentPath(file.path));
        ++files;
      }
    }
    if (files == 0 && target_->partition_ordinals.empty()) {
      ARROW_RETURN_NOT_OK(WriteEmptyFile(target_, job_uuid_).status());
    }
    ARROW_RETURN_NOT_OK(RemoveReplaced(written_directories));
    const std::string success = JoinPath(target_->directory, kSuccessName);
    ARROW_RETURN_NOT_OK(target_->file_system->Remove(success));
    ARROW_ASSIGN_OR_RAISE(auto marker, target_->file_system->CreateNew(success));
    return marker->Close();
  }

  int64_t LastOutputRows() const override { return rows_; }

 private:
  // Removes the files of before; with dynamic overwrite only those of partitions written now.
  Status RemoveReplaced(const std::set<std::string>& written_directories) {
    for (auto at = replaced_.rbegin(); at != replaced_.rend(); ++at) {
      if (dynamic_overwrite_) {
        if (!at->is_directory && written_directories.contains(ParentPath(at->path))) {
          ARROW_RETURN_NOT_OK(target_->file_system->Remove(at->path));
        }
      } else if (!at->is_directory) {
        ARROW_RETURN_NOT_OK(target_->file_system->Remove(at->path));
      } else {
        ARROW_ASSIGN_OR_RAISE(const auto left, target_->file_system->List(at->path));
        if (left.empty()) ARROW_RETURN_NOT_OK(target_->file_system->RemoveRecursively(at->path));
      }
    }
    replaced_.clear();
    return Status::OK();
  }

  const std::shared_ptr<const FileTarget> target_;
  const io::SaveMode mode_;
  const bool exists_;
  const bool dynamic_overwrite_;
  const std::string replaced_directory_;  // what an overwrite replaces: all of it, or a partition
  const std::string job_uuid_ = RandomUuid();
  std::vector<FileInfo> replaced_;
  int64_t rows_ = -1;
};

}  // namespace

std::string PartitionPath(const StaticPartition& partition) {
  std::string path;
  for (const auto& [name, value] : partition) {
    path += (path.empty() ? "" : "/") + EscapePartitionText(name) + "=";
    const bool is_null = !value || value->empty();
    path += is_null ? std::string(kDefaultPartitionName) : EscapePartitionText(*value);
  }
  return path;
}

Result<std::unique_ptr<io::StreamSink>> MakeFileBatchSink(const std::string& format_name,
                                                          const io::WriteArguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto target, MakeFileTarget(format_name, arguments, /*durable=*/false));
  ARROW_ASSIGN_OR_RAISE(const bool exists, arguments.file_system->Exists(target->directory));
  if (exists && arguments.save_mode == io::SaveMode::kErrorIfExists) {
    return MakeError("PATH_ALREADY_EXISTS", {{"outputPath", QualifiedPath(target->directory)}});
  }
  if (exists && arguments.save_mode == io::SaveMode::kAppend) {
    ARROW_RETURN_NOT_OK(CheckNoManifest(*target));
  }
  const std::string overwrite_mode =
      FindOption(arguments.options, "partitionOverwriteMode")
          .value_or(SettingText(arguments.settings, "spark.sql.sources.partitionOverwriteMode"));
  const bool dynamic =
      LowerCase(overwrite_mode) == "dynamic" && !target->partition_ordinals.empty();
  const std::string partition = PartitionPath(arguments.static_partition);
  std::string replaced =
      partition.empty() ? target->directory : JoinPath(target->directory, partition);
  return std::make_unique<FileBatchSink>(std::move(target), arguments.save_mode, exists, dynamic,
                                         std::move(replaced));
}

}  // namespace thalweg::connectors
