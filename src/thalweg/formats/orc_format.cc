#include <utility>

#include <arrow/api.h>
#include <arrow/compute/initialize.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/formats/orc/column_types.h"
#include "thalweg/formats/orc/file_writer.h"
#include "thalweg/formats/orc_reader.h"
#include "thalweg/formats/schema_merge.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/local_time_zone.h"

namespace thalweg::formats {
namespace {

/// A codec by Spark's name.
struct Codec {
  std::string_view name;
  orc::CompressionKind kind;
  std::string_view extension;
};
constexpr Codec kCodecs[] = {
    {"none", orc::CompressionKind::kNone, ".orc"},
    {"uncompressed", orc::CompressionKind::kNone, ".orc"},
    {"snappy", orc::CompressionKind::kSnappy, ".snappy.orc"},
    {"zlib", orc::CompressionKind::kZlib, ".zlib.orc"},
    {"lz4", orc::CompressionKind::kLz4, ".lz4.orc"},
    {"zstd", orc::CompressionKind::kZstd, ".zstd.orc"},
};

struct OrcOptions {
  const Codec* codec = nullptr;
  bool merge_schema = false;
  OrcReadOptions read;
  orc::WriteOptions write;
};

Result<const Codec*> FindCodec(const std::string& text) {
  const std::string name = ToLowerAscii(text);
  for (const Codec& codec : kCodecs) {
    if (codec.name == name) return &codec;
  }
  return MakeError(
      "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
      {{"codecName", name}, {"availableCodecs", "uncompressed, none, snappy, zlib, lz4, zstd"}});
}

/// What ORC itself calls its settings, in bytes. Those of indexes and dictionaries, which are not
/// written, only say how fast others read.
Status SetWriteOptions(const FormatOptions& options, OrcOptions* made) {
  auto& write = made->write;
  constexpr int64_t kMostBlockBytes = int64_t{1} << 23;
  write.compression = made->codec->kind;
  ARROW_ASSIGN_OR_RAISE(write.stripe_bytes,
                        options.GetInteger("orc.stripe.size", write.stripe_bytes));
  ARROW_ASSIGN_OR_RAISE(write.block_bytes,
                        options.GetInteger("orc.compress.size", write.block_bytes));
  const auto refusal = [](const char* name, const char* message) {
    return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                     {{"optionName", name}, {"message", message}});
  };
  if (write.stripe_bytes <= 0) {
    return refusal("orc.stripe.size", "a number of bytes above 0 is expected");
  }
  if (write.block_bytes <= 0 || write.block_bytes > kMostBlockBytes) {
    return refusal("orc.compress.size", "a number of bytes from 1 to 8388608 is expected");
  }
  return Status::OK();
}

class OrcWriter final : public FormatWriter {
 public:
  explicit OrcWriter(std::unique_ptr<orc::FileWriter> writer) : writer_(std::move(writer)) {}

  Status Write(const Batch& batch) override {
    ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
    return writer_->Write(dense);
  }
  Status Finish() override { return writer_->Finish(); }
  int64_t bytes_written() const override { return writer_->bytes_written(); }

 private:
  const std::unique_ptr<orc::FileWriter> writer_;
};

class OrcFormat final : public Format {
 public:
  OrcFormat(OrcOptions options, SchemaPtr schema)
      : options_(std::move(options)), schema_(std::move(schema)) {}

  std::string_view name() const override { return "orc"; }
  std::string extension() const override { return std::string(options_.codec->extension); }
  bool IsSplittable(std::string_view) const override { return true; }
  bool counts_bytes() const override { return true; }
  SchemaPtr schema() const override { return schema_; }

  Result<SchemaPtr> InferSchema(FileSystem* file_system,
                                const std::vector<std::string>& paths) const override {
    SchemaPtr merged;
    for (const std::string& path : paths) {
      ARROW_ASSIGN_OR_RAISE(std::shared_ptr<const ReadableFile> file, file_system->Open(path));
      if (file->size() == 0) continue;
      ARROW_ASSIGN_OR_RAISE(SchemaPtr schema, ReadOrcSchema({path, std::move(file)}));
      if (schema == nullptr) continue;
      if (!options_.merge_schema) return schema;
      ARROW_ASSIGN_OR_RAISE(merged, MergeSchemas(merged, schema, options_.read.case_sensitive));
    }
    return merged;
  }

  Status CheckSchema(const arrow::Schema& schema) const override {
    for (const auto& field : schema.fields()) {
      if (!orc::IsStorable(*field->type())) return UnsupportedColumn("ORC", *field);
    }
    return Status::OK();
  }

  Result<std::unique_ptr<FormatReader>> OpenReader(InputFile file,
                                                   ReadRequest request) const override {
    ARROW_RETURN_NOT_OK(CheckSchema(*request.columns));
    return OpenOrcReader(file, std::move(request), schema_, options_.read);
  }

  Result<std::unique_ptr<FormatWriter>> OpenWriter(WritableFile* file,
                                                   SchemaPtr schema) const override {
    ARROW_RETURN_NOT_OK(CheckSchema(*schema));
    ARROW_ASSIGN_OR_RAISE(auto writer, orc::FileWriter::Make(file, *schema, options_.write));
    return std::make_unique<OrcWriter>(std::move(writer));
  }

 private:
  const OrcOptions options_;
  const SchemaPtr schema_;
};

}  // namespace

Result<FormatPtr> MakeOrcFormat(const FormatOptions& options, SchemaPtr schema,
                                const FormatDefaults& defaults) {
  // Conversions run on Arrow's compute functions.
  static const Status kInitialized = arrow::compute::Initialize();
  ARROW_RETURN_NOT_OK(kInitialized);
  OrcOptions made;
  const std::string codec =
      options.Find("compression", "orc.compress").value_or(defaults.orc_compression);
  ARROW_ASSIGN_OR_RAISE(made.codec, FindCodec(codec));
  ARROW_RETURN_NOT_OK(SetWriteOptions(options, &made));
  ARROW_ASSIGN_OR_RAISE(made.merge_schema,
                        options.GetBoolean("mergeSchema", defaults.orc_merge_schema));
  ARROW_ASSIGN_OR_RAISE(made.read.by_position,
                        options.GetBoolean("orc.force.positional.evolution", false));
  made.read.local_time_zone = LocalTimeZoneId();
  made.write.local_time_zone = made.read.local_time_zone;
  made.read.case_sensitive = defaults.case_sensitive;
  return std::make_shared<OrcFormat>(std::move(made), std::move(schema));
}

}  // namespace thalweg::formats
