#include "thalweg/connectors/file/file_provider.h"

#include "thalweg/connectors/file/file_batch_sink.h"
#include "thalweg/connectors/file/file_metadata.h"
#include "thalweg/connectors/file/file_scan.h"
#include "thalweg/connectors/file/file_sink.h"
#include "thalweg/connectors/file/file_source.h"

namespace thalweg::connectors {
namespace {

class FileProvider : public io::Provider {
 public:
  explicit FileProvider(std::string format_name) : format_name_(std::move(format_name)) {}
  std::string name() const override { return format_name_; }

  Result<SchemaPtr> InferSchema(const io::ReadArguments& arguments, bool streaming) override {
    return InferFileSchema(format_name_, arguments, streaming);
  }
  SchemaPtr MetadataSchema() const override { return FileMetadataSchema(); }
  Result<std::shared_ptr<io::Scan>> MakeScan(const io::ReadArguments& arguments) override {
    return MakeFileScan(format_name_, arguments);
  }
  Result<std::unique_ptr<io::StreamSource>> MakeStreamSource(
      const io::StreamArguments& arguments) override {
    return MakeFileStreamSource(format_name_, arguments);
  }
  Result<std::unique_ptr<io::StreamSink>> MakeStreamSink(
      const io::WriteArguments& arguments) override {
    return MakeFileStreamSink(format_name_, arguments);
  }
  Result<std::unique_ptr<io::StreamSink>> MakeBatchSink(
      const io::WriteArguments& arguments) override {
    return MakeFileBatchSink(format_name_, arguments);
  }

 private:
  const std::string format_name_;
};

}  // namespace

std::unique_ptr<io::Provider> MakeFileProvider(std::string format_name) {
  return std::make_unique<FileProvider>(std::move(format_name));
}

}  // namespace thalweg::connectors
