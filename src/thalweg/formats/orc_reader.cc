#include "thalweg/formats/orc_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/formats/arrow_files.h"
#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/orc/column_types.h"
#include "thalweg/formats/orc/file_tail.h"
#include "thalweg/formats/orc/stripe_reader.h"
#include "thalweg/formats/orc_columns.h"

namespace thalweg::formats {
namespace {

/// Where wanted columns are among those of the file.
struct OrcProjection {
  std::vector<int> indices;    // of the file's columns that are read, ascending
  std::vector<int> positions;  // for each wanted column among `indices`, or -1: not in the file
};

/// Index of the only field of that name, or -1.
Result<int> FindOnly(const std::vector<std::string>& stored, const std::string& name,
                     bool case_sensitive) {
  int found = -1;
  for (int i = 0; i < static_cast<int>(stored.size()); ++i) {
    if (!SameColumnName(stored[static_cast<size_t>(i)], name, case_sensitive)) continue;
    if (found >= 0) {
      return Status::Invalid(
          fmt::format("the file has several columns that are `{}` in some case", name));
    }
    found = i;
  }
  return found;
}

bool HasNoNames(const std::vector<std::string>& stored) {
  return std::all_of(stored.begin(), stored.end(),
                     [](const std::string& name) { return name.starts_with("_col"); });
}

Result<std::vector<int>> FindColumns(const std::vector<std::string>& stored,
                                     const arrow::Schema& wanted, const arrow::Schema& data_schema,
                                     const OrcReadOptions& options) {
  const bool by_position = options.by_position || HasNoNames(stored);
  const auto num_stored = static_cast<int>(stored.size());
  if (by_position && num_stored > data_schema.num_fields()) {
    return Status::Invalid(
        fmt::format("the file has {} columns without names and the schema only {}", num_stored,
                    data_schema.num_fields()));
  }
  std::vector<int> found;
  for (const auto& field : wanted.fields()) {
    int index = -1;
    if (by_position) {
      index = data_schema.GetFieldIndex(field->name());
      if (index >= num_stored) index = -1;
    } else {
      ARROW_ASSIGN_OR_RAISE(index, FindOnly(stored, field->name(), options.case_sensitive));
    }
    found.push_back(index);
  }
  return found;
}

OrcProjection ProjectionOf(const std::vector<int>& found) {
  OrcProjection projection;
  for (const int index : found) {
    if (index >= 0) projection.indices.push_back(index);
  }
  std::sort(projection.indices.begin(), projection.indices.end());
  projection.indices.erase(std::unique(projection.indices.begin(), projection.indices.end()),
                           projection.indices.end());
  for (const int index : found) {
    const auto at = std::lower_bound(projection.indices.begin(), projection.indices.end(), index);
    projection.positions.push_back(index < 0 ? -1
                                             : static_cast<int>(at - projection.indices.begin()));
  }
  return projection;
}

class StripesReader final : public FormatReader {
 public:
  StripesReader(const InputFile& file, ReadRequest request, OrcReadOptions options)
      : request_(std::move(request)),
        options_(std::move(options)),
        file_(MakeArrowFile(file.file)) {}

  Status Open(const arrow::Schema& data_schema) {
    ARROW_ASSIGN_OR_RAISE(tail_, orc::ReadFileTail(file_.get()));
    const orc::Type& root = tail_.footer.types[0];
    if (root.subtypes.empty()) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const std::vector<int> found,
                          FindColumns(root.field_names, *request_.columns, data_schema, options_));
    projection_ = ProjectionOf(found);
    for (const int index : projection_.indices) {
      const uint64_t column = root.subtypes[static_cast<size_t>(index)];
      if (orc::EngineType(tail_.footer.types, column) == nullptr) {
        return Status::Invalid(fmt::format("the column `{}` has a type that cannot be read",
                                           root.field_names[static_cast<size_t>(index)]));
      }
      columns_.push_back(column);
    }
    for (const orc::StripeInformation& stripe : tail_.footer.stripes) {
      const auto offset = static_cast<int64_t>(stripe.offset);
      if (offset < request_.range_begin || offset >= request_.range_end) continue;
      stripes_.push_back(stripe);
    }
    return Status::OK();
  }

  Result<std::optional<Batch>> Next() override {
    return columns_.empty() ? CountRows() : ReadRows();
  }

 private:
  Result<std::optional<Batch>> CountRows() {
    while (rows_left_ == 0) {
      if (next_stripe_ == stripes_.size()) return std::optional<Batch>();
      rows_left_ = static_cast<int64_t>(stripes_[next_stripe_++].num_rows);
    }
    const int64_t rows = std::min(rows_left_, request_.batch_rows);
    rows_left_ -= rows;
    return ToBatch({}, rows);
  }

  Result<std::optional<Batch>> ReadRows() {
    while (stripe_ == nullptr || stripe_->rows_left() == 0) {
      stripe_ = nullptr;
      if (next_stripe_ == stripes_.size()) return std::optional<Batch>();
      ARROW_ASSIGN_OR_RAISE(
          stripe_, orc::StripeReader::Open(file_.get(), tail_, stripes_[next_stripe_++], columns_,
                                           options_.local_time_zone));
    }
    const int64_t rows = std::min(stripe_->rows_left(), request_.batch_rows);
    ARROW_ASSIGN_OR_RAISE(const auto arrays, stripe_->Next(rows));
    return ToBatch(arrays, rows);
  }

  /// The wanted columns out of those that were read.
  Result<std::optional<Batch>> ToBatch(const std::vector<ArrayDataPtr>& arrays,
                                       int64_t rows) const {
    Batch batch;
    batch.num_rows = rows;
    for (int i = 0; i < request_.columns->num_fields(); ++i) {
      const auto& field = *request_.columns->field(i);
      const int position =
          projection_.positions.empty() ? -1 : projection_.positions[static_cast<size_t>(i)];
      ArrayPtr column;
      if (position < 0) {
        ARROW_ASSIGN_OR_RAISE(column, arrow::MakeArrayOfNull(field.type(), rows));
      } else {
        ARROW_ASSIGN_OR_RAISE(
            ArrayDataPtr data,
            ConvertFromOrc(arrays[static_cast<size_t>(position)], field, options_.case_sensitive));
        column = arrow::MakeArray(std::move(data));
      }
      batch.columns.push_back(std::move(column));
    }
    return std::optional<Batch>(std::move(batch));
  }

  const ReadRequest request_;
  const OrcReadOptions options_;
  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
  orc::FileTail tail_;
  OrcProjection projection_;
  std::vector<uint64_t> columns_;  // as the projection's indices
  std::vector<orc::StripeInformation> stripes_;
  size_t next_stripe_ = 0;
  std::unique_ptr<orc::StripeReader> stripe_;
  int64_t rows_left_ = 0;
};

}  // namespace

Result<std::unique_ptr<FormatReader>> OpenOrcReader(const InputFile& file, ReadRequest request,
                                                    SchemaPtr data_schema,
                                                    const OrcReadOptions& options) {
  auto reader = std::make_unique<StripesReader>(file, std::move(request), options);
  ARROW_RETURN_NOT_OK(reader->Open(*data_schema));
  return std::unique_ptr<FormatReader>(std::move(reader));
}

Result<SchemaPtr> ReadOrcSchema(const InputFile& file) {
  const auto tail = orc::ReadFileTail(MakeArrowFile(file.file).get());
  if (IsCondition(tail.status(), "UNSUPPORTED_FEATURE")) return tail.status();
  if (!tail.ok()) {
    return MakeError("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", {{"path", file.path}});
  }
  const orc::Type& root = tail->footer.types[0];
  if (root.subtypes.empty()) return SchemaPtr();
  arrow::FieldVector fields;
  for (size_t i = 0; i < root.subtypes.size(); ++i) {
    TypePtr type = orc::EngineType(tail->footer.types, root.subtypes[i]);
    if (type == nullptr) {
      return MakeError("UNSUPPORTED_FEATURE",
                       {{"feature", fmt::format("The type of the column `{}` in the ORC file {}",
                                                root.field_names[i], file.path)}});
    }
    fields.push_back(arrow::field(root.field_names[i], std::move(type)));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace thalweg::formats
