#include "thalweg/formats/parquet_reader.h"

#include <algorithm>

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include "thalweg/formats/parquet_columns.h"
#include "thalweg/formats/arrow_files.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/nullability.h"

namespace thalweg::formats {
namespace {

using ParquetReader = std::unique_ptr<parquet::arrow::FileReader>;

Result<ParquetReader> OpenFile(const InputFile& file, int64_t batch_rows) {
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_batch_size(batch_rows);
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  parquet::arrow::FileReaderBuilder builder;
  const Status opened = builder.Open(MakeArrowFile(file.file));
  if (!opened.ok()) {
    return MakeError("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", {{"path", file.path}});
  }
  return builder.properties(properties)->Build();
}

/// Where a row group's data begins in the file.
int64_t RowGroupBegin(const parquet::RowGroupMetaData& group) {
  if (group.num_columns() == 0) return group.file_offset();
  const auto column = group.ColumnChunk(0);
  int64_t begin = column->data_page_offset();
  if (column->has_dictionary_page() && column->dictionary_page_offset() > 0) {
    begin = std::min(begin, column->dictionary_page_offset());
  }
  return begin;
}

/// -1, 0, 1, or nothing when the scalars cannot be compared.
std::optional<int> CompareScalars(const arrow::Scalar& left, const arrow::Scalar& right) {
  const auto sign = [](const auto& a, const auto& b) { return a < b ? -1 : (b < a ? 1 : 0); };
  switch (left.type->id()) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP: {
      const auto as_int64 = [](const arrow::Scalar& scalar) -> std::optional<int64_t> {
        auto value = scalar.CastTo(arrow::int64());
        if (!value.ok()) return std::nullopt;
        return static_cast<const arrow::Int64Scalar&>(**value).value;
      };
      const auto a = as_int64(left);
      const auto b = as_int64(right);
      if (!a || !b) return std::nullopt;
      return sign(*a, *b);
    }
    case arrow::Type::FLOAT:
      return sign(static_cast<const arrow::FloatScalar&>(left).value,
                  static_cast<const arrow::FloatScalar&>(right).value);
    case arrow::Type::DOUBLE:
      return sign(static_cast<const arrow::DoubleScalar&>(left).value,
                  static_cast<const arrow::DoubleScalar&>(right).value);
    case arrow::Type::STRING:
      return sign(static_cast<const arrow::StringScalar&>(left).view(),
                  static_cast<const arrow::StringScalar&>(right).view());
    default:
      return std::nullopt;
  }
}

/// Whether rows between `low` and `high` may satisfy the filter.
bool MayMatch(const ColumnFilter& filter, const arrow::Scalar& low, const arrow::Scalar& high) {
  using Comparison = ColumnFilter::Comparison;
  const auto low_side = CompareScalars(low, *filter.value);
  const auto high_side = CompareScalars(high, *filter.value);
  if (!low_side || !high_side) return true;
  switch (filter.comparison) {
    case Comparison::kEqual:
      return *low_side <= 0 && *high_side >= 0;
    case Comparison::kLess:
      return *low_side < 0;
    case Comparison::kLessEqual:
      return *low_side <= 0;
    case Comparison::kGreater:
      return *high_side > 0;
    case Comparison::kGreaterEqual:
      return *high_side >= 0;
    case Comparison::kNotNull:
      return true;
  }
  return true;
}

bool RowGroupMayMatch(const parquet::RowGroupMetaData& group, int leaf,
                      const ColumnFilter& filter) {
  const auto statistics = group.ColumnChunk(leaf)->statistics();
  if (statistics == nullptr) return true;
  if (statistics->HasNullCount() && statistics->null_count() == group.num_rows()) return false;
  if (filter.comparison == ColumnFilter::Comparison::kNotNull || filter.value == nullptr ||
      !filter.value->is_valid || !statistics->HasMinMax()) {
    return true;
  }
  std::shared_ptr<arrow::Scalar> low;
  std::shared_ptr<arrow::Scalar> high;
  if (!parquet::arrow::StatisticsAsScalars(*statistics, &low, &high).ok()) return true;
  // Statistics of floats leave out NaN, which counts as the largest value.
  const bool floating = arrow::is_floating(low->type->id());
  if (floating && (filter.comparison == ColumnFilter::Comparison::kGreater ||
                   filter.comparison == ColumnFilter::Comparison::kGreaterEqual ||
                   filter.comparison == ColumnFilter::Comparison::kEqual)) {
    return true;
  }
  if (!low->type->Equals(*filter.value->type)) return true;
  return MayMatch(filter, *low, *high);
}

/// Compressed bytes of a row group's columns.
int64_t RowGroupBytes(const parquet::RowGroupMetaData& group) {
  int64_t bytes = 0;
  for (int i = 0; i < group.num_columns(); ++i) {
    bytes += group.ColumnChunk(i)->total_compressed_size();
  }
  return bytes;
}

std::vector<int> SelectRowGroups(const parquet::arrow::FileReader& reader,
                                 const ReadRequest& request, bool case_sensitive) {
  const auto metadata = reader.parquet_reader()->metadata();
  std::vector<int> selected;
  for (int i = 0; i < metadata->num_row_groups(); ++i) {
    const auto group = metadata->RowGroup(i);
    const int64_t middle = RowGroupBegin(*group) + RowGroupBytes(*group) / 2;
    if (middle < request.range_begin || middle >= request.range_end) continue;
    bool wanted = true;
    for (const ColumnFilter& filter : request.filters) {
      const auto column = arrow::schema({arrow::field(filter.column, arrow::int64())});
      const auto projection = ProjectParquet(reader.manifest(), *column, case_sensitive);
      if (projection.leaves.size() != 1) continue;
      wanted = wanted && RowGroupMayMatch(*group, projection.leaves[0], filter);
    }
    if (wanted) selected.push_back(i);
  }
  return selected;
}

class ColumnsReader final : public FormatReader {
 public:
  ColumnsReader(std::string path, ReadRequest request, bool case_sensitive)
      : path_(std::move(path)), request_(std::move(request)), case_sensitive_(case_sensitive) {}

  Status Open(const InputFile& file) {
    ARROW_ASSIGN_OR_RAISE(reader_, OpenFile(file, request_.batch_rows));
    const auto row_groups = SelectRowGroups(*reader_, request_, case_sensitive_);
    projection_ = ProjectParquet(reader_->manifest(), *request_.columns, case_sensitive_);
    if (projection_.leaves.empty()) {
      const auto metadata = reader_->parquet_reader()->metadata();
      for (const int i : row_groups) rows_left_ += metadata->RowGroup(i)->num_rows();
      return Status::OK();
    }
    return reader_->GetRecordBatchReader(row_groups, projection_.leaves).Value(&batches_);
  }

  Result<std::optional<Batch>> Next() override {
    try {
      return NextBatch();
    } catch (const std::exception& error) {
      return Status::IOError("cannot read ", path_, ": ", error.what());
    }
  }

 private:
  Result<std::optional<Batch>> NextBatch() {
    Batch batch;
    std::shared_ptr<arrow::RecordBatch> read;
    if (batches_ == nullptr) {
      batch.num_rows = std::min(rows_left_, request_.batch_rows);
      rows_left_ -= batch.num_rows;
    } else {
      do {
        ARROW_RETURN_NOT_OK(batches_->ReadNext(&read));
      } while (read != nullptr && read->num_rows() == 0);
      batch.num_rows = read == nullptr ? 0 : read->num_rows();
    }
    if (batch.num_rows == 0) return std::nullopt;
    for (int i = 0; i < request_.columns->num_fields(); ++i) {
      const auto& field = *request_.columns->field(i);
      const int position = projection_.positions[static_cast<size_t>(i)];
      ArrayPtr column;
      if (position < 0) {
        ARROW_ASSIGN_OR_RAISE(column, arrow::MakeArrayOfNull(field.type(), batch.num_rows));
      } else {
        ARROW_ASSIGN_OR_RAISE(
            column, ConvertFromParquet(read->column(position), field, path_, case_sensitive_));
      }
      batch.columns.push_back(std::move(column));
    }
    return batch;
  }

  std::string path_;
  ReadRequest request_;
  bool case_sensitive_;
  ParquetReader reader_;
  ParquetProjection projection_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  int64_t rows_left_ = 0;
};

/// INT96 columns are timestamps of an instant, which Arrow's schema does not say.
TypePtr ColumnType(const parquet::arrow::SchemaField& field,
                   const parquet::FileMetaData& metadata) {
  if (field.is_leaf() &&
      metadata.schema()->Column(field.column_index)->physical_type() == parquet::Type::INT96) {
    return TimestampType();
  }
  return TypeFromParquet(*field.field->type());
}

Result<SchemaPtr> SchemaOf(const parquet::arrow::FileReader& reader,
                           const parquet::FileMetaData& metadata, const std::string& path) {
  arrow::FieldVector fields;
  const auto& key_values = metadata.key_value_metadata();
  if (key_values != nullptr) {
    const auto json = key_values->Get(kSparkSchemaKey);
    if (json.ok()) {
      const auto schema = SchemaFromJson(*json);
      if (schema.ok()) {
        for (const auto& field : (*schema)->fields())
          fields.push_back(field->WithType(AllNullable(field->type()))->WithNullable(true));
        return arrow::schema(std::move(fields));
      }
    }
  }
  for (const auto& field : reader.manifest().schema_fields) {
    TypePtr type = ColumnType(field, metadata);
    if (type == nullptr) {
      return MakeError("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
                       {{"path", path},
                        {"column", "[" + field.field->name() + "]"},
                        {"expectedType", "any"},
                        {"actualType", field.field->type()->ToString()}});
    }
    fields.push_back(arrow::field(field.field->name(), std::move(type)));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace

Result<std::unique_ptr<FormatReader>> OpenParquetReader(const InputFile& file, ReadRequest request,
                                                        bool case_sensitive) {
  try {
    auto reader = std::make_unique<ColumnsReader>(file.path, std::move(request), case_sensitive);
    ARROW_RETURN_NOT_OK(reader->Open(file));
    return std::unique_ptr<FormatReader>(std::move(reader));
  } catch (const std::exception& error) {
    return Status::IOError("cannot read ", file.path, ": ", error.what());
  }
}

Result<SchemaPtr> ReadParquetSchema(const InputFile& file) {
  try {
    ARROW_ASSIGN_OR_RAISE(ParquetReader reader, OpenFile(file, kDefaultBatchRows));
    const auto metadata = reader->parquet_reader()->metadata();
    return SchemaOf(*reader, *metadata, file.path);
  } catch (const std::exception& error) {
    return Status::IOError("cannot read ", file.path, ": ", error.what());
  }
}

}  // namespace thalweg::formats
