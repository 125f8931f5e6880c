#include "thalweg/connectors/file/file_sink_writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/base/fault_point.h"
#include "thalweg/connectors/batch_readers.h"
#include "thalweg/connectors/file/file_relation.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/distinct_names.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/nullability.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::connectors {
namespace {

// More partitions than this at a time are written in several files each.
constexpr size_t kMaxOpenFiles = 200;

struct OpenFile {
  std::string path;
  std::unique_ptr<WritableFile> file;
  std::unique_ptr<formats::FormatWriter> writer;
  int64_t rows = 0;
};

class FileSinkWriter : public io::SinkWriter {
 public:
  FileSinkWriter(std::shared_ptr<const FileTarget> target, int worker, std::string job_uuid)
      : target_(std::move(target)), worker_(worker), job_uuid_(std::move(job_uuid)) {}

  Status Write(const Batch& batch) override {
    ARROW_ASSIGN_OR_RAISE(const Batch rows, Compact(batch));
    if (rows.num_rows == 0) return Status::OK();
    report_->num_rows += rows.num_rows;
    Batch data = ProjectColumns(rows, target_->data_ordinals);
    if (target_->partition_ordinals.empty()) return WriteRows("", data);
    ARROW_ASSIGN_OR_RAISE(const auto groups, GroupByDirectory(rows));
    for (const auto& [directory, selection] : groups) {
      if (static_cast<int64_t>(selection->size()) < data.num_rows) data.selection = selection;
      ARROW_RETURN_NOT_OK(WriteRows(directory, data));
    }
    return Status::OK();
  }

  Result<io::WriterReportPtr> Finish() override {
    for (auto& [directory, file] : open_) ARROW_RETURN_NOT_OK(FinishFile(&file));
    open_.clear();
    if (target_->durable) {
      std::set<std::string> directories;
      for (const auto& file : report_->files) directories.insert(ParentPath(file.path));
      for (const auto& directory : directories) {
        ARROW_RETURN_NOT_OK(target_->durable_directories->Sync(directory));
      }
    }
    for (const auto& file : report_->files) finished_.push_back(file.path);
    return std::move(report_);
  }

  void Abort() override {
    // Best effort: a file that stays is in no manifest.
    for (auto& [directory, file] : open_) {
      file.writer.reset();
      file.file.reset();
      (void)target_->file_system->Remove(file.path);
    }
    open_.clear();
    if (!report_) return;
    for (const auto& file : report_->files) (void)target_->file_system->Remove(file.path);
    report_->files.clear();
  }

  void Discard() override {
    for (const std::string& path : finished_) (void)target_->file_system->Remove(path);
    finished_.clear();
  }

  // A file in `directory`, also if no row comes.
  Status OpenIn(const std::string& directory) { return FileFor(directory).status(); }

 private:
  // The partition directory of each row ("day=1/hour=2") with its rows.
  Result<std::map<std::string, Selection>> GroupByDirectory(const Batch& rows) const {
    std::vector<std::shared_ptr<arrow::StringArray>> texts;
    for (const int ordinal : target_->partition_ordinals) {
      ArrayPtr text = rows.columns[ordinal];
      if (target_->to_text && !IsString(*text->type())) {
        ARROW_ASSIGN_OR_RAISE(text, target_->to_text(text));
      }
      if (text->type_id() != arrow::Type::STRING) {
        return Status::TypeError("cannot partition by a column of type ", text->type()->ToString());
      }
      texts.push_back(std::static_pointer_cast<arrow::StringArray>(text));
    }
    // By the values with their lengths, so that escaping happens once a directory.
    std::unordered_map<std::string, std::vector<int32_t>> by_values;
    std::vector<int32_t>* current = nullptr;
    std::string key;
    std::string last_key;
    for (int64_t row = 0; row < rows.num_rows; ++row) {
      key.clear();
      for (const auto& text : texts) {
        if (!text->IsNull(row)) key += text->GetView(row);
        key.push_back('\0');
      }
      if (!current || key != last_key) {
        current = &by_values[key];
        last_key = key;
      }
      current->push_back(static_cast<int32_t>(row));
    }
    std::map<std::string, Selection> groups;
    for (auto& [values, selected] : by_values) {
      const int64_t row = selected[0];
      std::string directory;
      for (size_t c = 0; c < texts.size(); ++c) {
        const std::string_view value = texts[c]->IsNull(row) ? "" : texts[c]->GetView(row);
        if (c > 0) directory.push_back('/');
        directory +=
            EscapePartitionText(target_->partition_names[c]) + "=" +
            (value.empty() ? std::string(kDefaultPartitionName) : EscapePartitionText(value));
      }
      groups.emplace(std::move(directory),
                     std::make_shared<const std::vector<int32_t>>(std::move(selected)));
    }
    return groups;
  }

  Status WriteRows(const std::string& directory, const Batch& batch) {
    if (target_->max_records_per_file <= 0) {
      ARROW_ASSIGN_OR_RAISE(OpenFile * file, FileFor(directory));
      file->rows += batch.num_selected();
      return file->writer->Write(batch);
    }
    ARROW_ASSIGN_OR_RAISE(const Batch rows, Compact(batch));
    for (int64_t at = 0; at < rows.num_rows;) {
      ARROW_ASSIGN_OR_RAISE(OpenFile * file, FileFor(directory));
      const int64_t count =
          std::min(rows.num_rows - at, target_->max_records_per_file - file->rows);
      ARROW_RETURN_NOT_OK(file->writer->Write(SliceBatch(rows, at, count)));
      file->rows += count;
      at += count;
      if (file->rows == target_->max_records_per_file) {
        ARROW_RETURN_NOT_OK(FinishFile(file));
        open_.erase(directory);
      }
    }
    return Status::OK();
  }

  Result<OpenFile*> FileFor(const std::string& directory) {
    const auto found = open_.find(directory);
    if (found != open_.end()) return &found->second;
    if (open_.size() >= kMaxOpenFiles) {
      for (auto& [name, file] : open_) ARROW_RETURN_NOT_OK(FinishFile(&file));
      open_.clear();
    }
    const std::string parent =
        directory.empty() ? target_->directory : JoinPath(target_->directory, directory);
    if (created_directories_.insert(directory).second) {
      ARROW_RETURN_NOT_OK(target_->file_system->CreateDirectories(parent));
    }
    OpenFile file;
    file.path =
        JoinPath(parent, fmt::format("part-{:05d}-{}{}c{:03d}{}", worker_,
                                     job_uuid_.empty() ? RandomUuid() : job_uuid_,
                                     target_->partition_ordinals.empty() ? "-" : ".",
                                     file_counts_[directory]++, target_->format->extension()));
    ARROW_ASSIGN_OR_RAISE(file.file, target_->file_system->CreateNew(file.path));
    auto writer = target_->format->OpenWriter(file.file.get(), target_->data_schema);
    OpenFile& kept = open_[directory] = std::move(file);
    ARROW_ASSIGN_OR_RAISE(kept.writer, std::move(writer));
    return &kept;
  }

  Status FinishFile(OpenFile* file) {
    ARROW_RETURN_NOT_OK(file->writer->Finish());
    const int64_t size = file->writer->bytes_written();
    file->writer.reset();
    FAULT_POINT("sink.before_file_sync");
    if (target_->durable) ARROW_RETURN_NOT_OK(file->file->Sync());
    ARROW_RETURN_NOT_OK(file->file->Close());
    ARROW_ASSIGN_OR_RAISE(const auto info, target_->file_system->GetInfo(file->path));
    report_->files.push_back({file->path, size, info.modification_millis});
    return Status::OK();
  }

  const std::shared_ptr<const FileTarget> target_;
  const int worker_;
  const std::string job_uuid_;
  std::map<std::string, OpenFile> open_;  // by partition directory, "" without partitions
  std::map<std::string, int> file_counts_;
  std::set<std::string> created_directories_;
  std::unique_ptr<FileWriterReport> report_ = std::make_unique<FileWriterReport>();
  std::vector<std::string> finished_;  // files of the report, once it is given
};

// Whether a directory can be named after values of the type.
Status CheckPartitionType(const TypePtr& type) {
  const bool has_text = !IsNested(*type) && type->id() != arrow::Type::NA && !IsVariant(*type) &&
                        type->id() != arrow::Type::INTERVAL_MONTH_DAY_NANO;
  if (has_text) return Status::OK();
  return MakeError("INVALID_PARTITION_COLUMN_DATA_TYPE",
                   {{"type", "\"" + SqlTypeName(*AllNullable(type)) + "\""}});
}

// Splits the columns of `arguments` into data and partition columns.
Status AssignColumns(const io::WriteArguments& arguments, FileTarget* target) {
  const arrow::Schema& schema = *arguments.schema;
  for (const auto& wanted : arguments.partition_by) {
    int found = -1;
    for (int i = 0; i < schema.num_fields(); ++i) {
      if (LowerCase(schema.field(i)->name()) == LowerCase(wanted)) found = i;
    }
    if (found < 0) {
      std::string names;
      for (const auto& name : schema.field_names()) names += (names.empty() ? "" : ", ") + name;
      return MakeError("_LEGACY_ERROR_TEMP_1155",
                       {{"col", wanted}, {"schemaCatalog", "(" + names + ")"}});
    }
    ARROW_RETURN_NOT_OK(CheckPartitionType(schema.field(found)->type()));
    target->partition_ordinals.push_back(found);
    target->partition_names.push_back(schema.field(found)->name());
  }
  const auto& partitions = target->partition_ordinals;
  arrow::FieldVector data_fields;
  for (int i = 0; i < schema.num_fields(); ++i) {
    if (std::find(partitions.begin(), partitions.end(), i) != partitions.end()) continue;
    target->data_ordinals.push_back(i);
    data_fields.push_back(schema.field(i));
  }
  if (!partitions.empty() && data_fields.empty()) {
    return MakeError("ALL_PARTITION_COLUMNS_NOT_ALLOWED");
  }
  target->data_schema = arrow::schema(std::move(data_fields));
  return Status::OK();
}

}  // namespace

Result<std::shared_ptr<const FileTarget>> MakeFileTarget(const std::string& format_name,
                                                         const io::WriteArguments& arguments,
                                                         bool durable) {
  if (arguments.path.empty()) return MakeError("_LEGACY_ERROR_TEMP_2047");
  auto target = std::make_shared<FileTarget>();
  target->file_system = arguments.file_system;
  target->directory = AbsolutePath(arguments.path);
  target->to_text = arguments.to_text;
  target->durable = durable;
  target->durable_directories =
      std::make_shared<DurableDirectories>(target->file_system, target->directory);
  const bool case_sensitive =
      ToLowerAscii(SettingText(arguments.settings, "spark.sql.caseSensitive")) == "true";
  // Nobody could read the columns apart again; of CSV they have places.
  if (ToLowerAscii(format_name) != "csv") {
    ARROW_RETURN_NOT_OK(CheckDistinctNames(arguments.schema->field_names(), case_sensitive));
  }
  ARROW_RETURN_NOT_OK(CheckDistinctNames(arguments.partition_by, case_sensitive));
  ARROW_RETURN_NOT_OK(AssignColumns(arguments, target.get()));
  ARROW_ASSIGN_OR_RAISE(target->format,
                        BindFormat(format_name, arguments.options, arguments.settings,
                                   arguments.session_time_zone, target->data_schema));
  if (!target->format->is_writable()) {
    return MakeError("UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE", {});
  }
  ARROW_RETURN_NOT_OK(target->format->CheckSchema(*target->data_schema));
  const auto of_session =
      ParseInteger(SettingText(arguments.settings, "spark.sql.files.maxRecordsPerFile"));
  ARROW_ASSIGN_OR_RAISE(
      target->max_records_per_file,
      IntegerOption(arguments.options, "maxRecordsPerFile", of_session.value_or(0)));
  return target;
}

std::unique_ptr<io::SinkWriter> MakeFileSinkWriter(std::shared_ptr<const FileTarget> target,
                                                   int worker, std::string job_uuid) {
  return std::make_unique<FileSinkWriter>(std::move(target), worker, std::move(job_uuid));
}

Result<ListedFile> WriteEmptyFile(std::shared_ptr<const FileTarget> target,
                                  const std::string& job_uuid) {
  FileSinkWriter writer(std::move(target), 0, job_uuid);
  ARROW_RETURN_NOT_OK(writer.OpenIn(""));
  ARROW_ASSIGN_OR_RAISE(auto report, writer.Finish());
  return static_cast<FileWriterReport&>(*report).files[0];
}

}  // namespace thalweg::connectors
