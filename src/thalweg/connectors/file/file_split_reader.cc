#include "thalweg/connectors/file/file_split_reader.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/base/execution_progress.h"
#include "thalweg/connectors/file/file_metadata.h"
#include "thalweg/connectors/file/path_text.h"

namespace thalweg::connectors {
namespace {

class FileSplitReader : public io::BatchReader {
 public:
  FileSplitReader(std::shared_ptr<const FileSplit> split, FileReadPlan plan)
      : split_(std::move(split)), plan_(std::move(plan)) {}

  Result<std::optional<Batch>> Next() override {
    while (true) {
      if (!reader_) {
        if (next_range_ == split_->ranges.size()) return std::optional<Batch>();
        const Status opened = OpenNext();
        if (!opened.ok()) {
          reader_.reset();
          ARROW_RETURN_NOT_OK(Judge(opened));
          continue;
        }
      }
      auto batch = reader_->Next();
      if (!batch.ok()) {
        reader_.reset();
        ARROW_RETURN_NOT_OK(Judge(batch.status()));
        continue;
      }
      if (*batch) {
        ARROW_ASSIGN_OR_RAISE(Batch rows, AddPartitionColumns(std::move(**batch)));
        return std::optional(std::move(rows));
      }
      reader_.reset();
      CountBytes();
    }
  }

 private:
  const FileRange& range() const { return split_->ranges[next_range_ - 1]; }

  Status OpenNext() {
    ++next_range_;
    partition_columns_.clear();
    metadata_column_.reset();
    ARROW_ASSIGN_OR_RAISE(auto file, plan_.file_system->Open(range().path));
    formats::ReadRequest request = plan_.request;
    request.range_begin = range().begin;
    request.range_end = range().end;
    ARROW_ASSIGN_OR_RAISE(reader_, plan_.format->OpenReader(
                                       {range().path, std::move(file), range().modification_millis},
                                       std::move(request)));
    return Status::OK();
  }

  void CountBytes() const {
    if (CurrentStage() == nullptr || plan_.format->counts_bytes()) return;
    CurrentStage()->AddBytesRead(std::min(range().end, range().file_size) - range().begin);
  }

  // Whether an error is one of the columns that are wanted, whatever is in the file.
  static bool IsOfRequest(const Status& status) {
    for (const char* condition : {"INVALID_CORRUPT_RECORD_TYPE", "INVALID_XML_SCHEMA_MAP_TYPE",
                                  "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN"}) {
      if (IsCondition(status, condition)) return true;
    }
    return false;
  }

  // Whether a failure is passed over (OK), and what it is called if not.
  Status Judge(const Status& status) const {
    if (status.IsCancelled()) return status;
    const bool missing = IsNotFound(status);
    const ErrorDetail* detail = GetErrorDetail(status);
    if (IsOfRequest(status)) return status;
    // The user asked for this error: it is no damage of the file.
    const bool demanded =
        detail != nullptr && detail->condition().starts_with("MALFORMED_RECORD_IN_PARSING");
    if (missing ? plan_.ignore_missing : plan_.ignore_corrupt && !demanded) return Status::OK();
    if (missing) {
      return MakeError("FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", PathToUri(range().path)}});
    }
    if (IsCondition(status, "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH")) return status;
    return MakeError("FAILED_READ_FILE.NO_HINT",
                     {{"path", PathToUri(range().path)},
                      {"reason", detail != nullptr ? RenderError(status) : status.message()}});
  }

  Result<ArrayPtr> PartitionColumn(int ordinal, int64_t rows) {
    if (partition_columns_.empty()) partition_columns_.resize(range().partition_values->size());
    ArrayPtr& cached = partition_columns_[ordinal];
    if (!cached || cached->length() < rows) {
      ARROW_ASSIGN_OR_RAISE(
          cached, arrow::MakeArrayFromScalar(*(*range().partition_values)[ordinal], rows));
    }
    return cached->length() == rows ? cached : cached->Slice(0, rows);
  }

  Result<ArrayPtr> MetadataColumn(int64_t rows) {
    if (!metadata_column_ || metadata_column_->length() < rows) {
      const FileRange& file = range();
      const int64_t end = std::min(file.end, file.file_size);
      ARROW_ASSIGN_OR_RAISE(metadata_column_,
                            FileMetadataColumn({file.path, file.file_size, file.begin,
                                                end - file.begin, file.modification_millis},
                                               rows));
    }
    return metadata_column_->length() == rows ? metadata_column_ : metadata_column_->Slice(0, rows);
  }

  Result<Batch> AddPartitionColumns(Batch batch) {
    Batch out;
    out.num_rows = batch.num_rows;
    out.selection = batch.selection;
    size_t data = 0;
    for (const int ordinal : plan_.partition_ordinals) {
      if (ordinal == kMetadataColumn) {
        ARROW_ASSIGN_OR_RAISE(auto column, MetadataColumn(batch.num_rows));
        out.columns.push_back(std::move(column));
        continue;
      }
      if (ordinal < 0) {
        out.columns.push_back(std::move(batch.columns[data++]));
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(auto column, PartitionColumn(ordinal, batch.num_rows));
      out.columns.push_back(std::move(column));
    }
    return out;
  }

  const std::shared_ptr<const FileSplit> split_;
  const FileReadPlan plan_;
  size_t next_range_ = 0;
  std::unique_ptr<formats::FormatReader> reader_;
  // Of the current range, long enough for the longest batch so far.
  std::vector<ArrayPtr> partition_columns_;
  ArrayPtr metadata_column_;
};

}  // namespace

std::unique_ptr<io::BatchReader> MakeFileSplitReader(std::shared_ptr<const FileSplit> split,
                                                     FileReadPlan plan) {
  return std::make_unique<FileSplitReader>(std::move(split), std::move(plan));
}

}  // namespace thalweg::connectors
