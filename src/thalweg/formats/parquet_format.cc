#include <algorithm>
#include <cctype>

#include <arrow/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/parquet_columns.h"
#include "thalweg/formats/arrow_files.h"
#include "thalweg/formats/parquet_reader.h"
#include "thalweg/formats/schema_merge.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats {
namespace {

/// A codec by Spark's name.
struct Codec {
  std::string_view name;
  arrow::Compression::type type;
  std::string_view extension;
};
constexpr Codec kCodecs[] = {
    {"none", arrow::Compression::UNCOMPRESSED, ".parquet"},
    {"uncompressed", arrow::Compression::UNCOMPRESSED, ".parquet"},
    {"snappy", arrow::Compression::SNAPPY, ".snappy.parquet"},
    {"gzip", arrow::Compression::GZIP, ".gz.parquet"},
    {"zstd", arrow::Compression::ZSTD, ".zstd.parquet"},
    {"lz4", arrow::Compression::LZ4_HADOOP, ".lz4hadoop.parquet"},
    {"lz4_raw", arrow::Compression::LZ4, ".lz4raw.parquet"},
    {"brotli", arrow::Compression::BROTLI, ".br.parquet"},
};

struct ParquetOptions {
  const Codec* codec = nullptr;
  bool merge_schema = false;
  bool case_sensitive = false;
};

Result<const Codec*> FindCodec(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Codec& codec : kCodecs) {
    if (codec.name == name && arrow::util::Codec::IsAvailable(codec.type)) return &codec;
  }
  return MakeError(
      "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
      {{"codecName", name},
       {"availableCodecs", "uncompressed, none, snappy, gzip, zstd, lz4, lz4_raw, brotli"}});
}

class ParquetWriter final : public FormatWriter {
 public:
  Status Open(WritableFile* file, const SchemaPtr& schema, const ParquetOptions& options) {
    output_ = MakeArrowOutput(file);
    arrow::FieldVector fields;
    for (const auto& field : schema->fields()) {
      fields.push_back(field->WithType(TypeToParquet(field->type())));
    }
    schema_ = arrow::schema(std::move(fields));
    parquet::WriterProperties::Builder properties;
    properties.compression(options.codec->type)->enable_store_decimal_as_integer();
    ARROW_ASSIGN_OR_RAISE(
        writer_, parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(), output_,
                                                  properties.build()));
    return writer_->AddKeyValueMetadata(arrow::key_value_metadata(
        {"org.apache.spark.version", kSparkSchemaKey}, {"4.3.0", SchemaToJson(*schema)}));
  }

  Status Write(const Batch& batch) override {
    ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
    std::vector<ArrayPtr> columns;
    for (const ArrayPtr& column : dense.columns) columns.push_back(ConvertToParquet(column));
    const auto rows = arrow::RecordBatch::Make(schema_, dense.num_rows, std::move(columns));
    return writer_->WriteRecordBatch(*rows);
  }

  Status Finish() override { return writer_->Close(); }
  int64_t bytes_written() const override { return output_->Tell().ValueOr(0); }

 private:
  std::shared_ptr<arrow::io::OutputStream> output_;
  SchemaPtr schema_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

class ParquetFormat final : public Format {
 public:
  ParquetFormat(ParquetOptions options, SchemaPtr schema)
      : options_(options), schema_(std::move(schema)) {}

  std::string_view name() const override { return "parquet"; }
  std::string extension() const override { return std::string(options_.codec->extension); }
  bool IsSplittable(std::string_view) const override { return true; }
  bool counts_bytes() const override { return true; }
  SchemaPtr schema() const override { return schema_; }

  Result<SchemaPtr> InferSchema(FileSystem* file_system,
                                const std::vector<std::string>& paths) const override {
    SchemaPtr merged;
    for (const std::string& path : paths) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const ReadableFile> file, file_system->Open(path));
      ARROW_ASSIGN_OR_RAISE(SchemaPtr schema, ReadParquetSchema({path, std::move(file)}));
      if (!options_.merge_schema) return schema;
      ARROW_ASSIGN_OR_RAISE(merged, MergeSchemas(merged, schema, options_.case_sensitive));
    }
    return merged;
  }

  Status CheckSchema(const arrow::Schema& schema) const override {
    for (const auto& field : schema.fields()) {
      if (!IsParquetType(*field->type())) return UnsupportedColumn("Parquet", *field);
    }
    return Status::OK();
  }

  Result<std::unique_ptr<FormatReader>> OpenReader(InputFile file,
                                                   ReadRequest request) const override {
    ARROW_RETURN_NOT_OK(CheckSchema(*request.columns));
    return OpenParquetReader(file, std::move(request), options_.case_sensitive);
  }

  Result<std::unique_ptr<FormatWriter>> OpenWriter(WritableFile* file,
                                                   SchemaPtr schema) const override {
    ARROW_RETURN_NOT_OK(CheckSchema(*schema));
    auto writer = std::make_unique<ParquetWriter>();
    ARROW_RETURN_NOT_OK(writer->Open(file, schema, options_));
    return std::unique_ptr<FormatWriter>(std::move(writer));
  }

 private:
  ParquetOptions options_;
  SchemaPtr schema_;
};

}  // namespace

Result<FormatPtr> MakeParquetFormat(const FormatOptions& options, SchemaPtr schema,
                                    const FormatDefaults& defaults) {
  // Conversions run on Arrow's compute functions.
  static const Status kInitialized = arrow::compute::Initialize();
  ARROW_RETURN_NOT_OK(kInitialized);
  ParquetOptions parquet;
  ARROW_ASSIGN_OR_RAISE(parquet.codec,
                        FindCodec(options.Get("compression", defaults.parquet_compression)));
  ARROW_ASSIGN_OR_RAISE(parquet.merge_schema,
                        options.GetBoolean("mergeSchema", defaults.parquet_merge_schema));
  parquet.case_sensitive = defaults.case_sensitive;
  return std::make_shared<ParquetFormat>(parquet, std::move(schema));
}

}  // namespace thalweg::formats
