#include "thalweg/python/data_source_provider.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "thalweg/python/data_source_scan.h"
#include "thalweg/python/data_source_sink.h"
#include "thalweg/python/data_source_stream.h"

namespace thalweg::python {
namespace {

/// The options as the class gets them: paths are options to it.
io::Options OptionsOf(const io::ReadArguments& arguments) {
  io::Options options = arguments.options;
  if (arguments.paths.size() == 1) options.emplace("path", arguments.paths[0]);
  if (arguments.paths.size() > 1) {
    options.emplace("paths", nlohmann::json(arguments.paths).dump());
  }
  return options;
}

io::Options OptionsOf(const io::WriteArguments& arguments) {
  io::Options options = arguments.options;
  if (!arguments.path.empty()) options.emplace("path", arguments.path);
  return options;
}

class DataSourceProvider : public io::Provider {
 public:
  explicit DataSourceProvider(std::shared_ptr<const DataSourceClass> source)
      : source_(std::move(source)) {}

  std::string name() const override { return source_->name; }

  Result<SchemaPtr> InferSchema(const io::ReadArguments& arguments, bool) override {
    if (arguments.schema != nullptr) return arguments.schema;
    ARROW_ASSIGN_OR_RAISE(const auto instance,
                          CreateDataSource(*source_, nullptr, OptionsOf(arguments)));
    return instance.schema;
  }

  Result<std::shared_ptr<io::Scan>> MakeScan(const io::ReadArguments& arguments) override {
    ARROW_ASSIGN_OR_RAISE(auto instance,
                          CreateDataSource(*source_, arguments.schema, OptionsOf(arguments)));
    return MakeDataSourceScan(source_, std::move(instance));
  }

  Result<std::unique_ptr<io::StreamSource>> MakeStreamSource(
      const io::StreamArguments& arguments) override {
    ARROW_ASSIGN_OR_RAISE(auto instance,
                          CreateDataSource(*source_, arguments.schema, OptionsOf(arguments)));
    return MakeDataSourceStream(source_, std::move(instance));
  }

  Result<std::unique_ptr<io::StreamSink>> MakeStreamSink(
      const io::WriteArguments& arguments) override {
    return MakeDataSourceSink(source_, arguments.schema, OptionsOf(arguments),
                              arguments.session_time_zone, SinkUse::kStream);
  }

  Result<std::unique_ptr<io::StreamSink>> MakeBatchSink(
      const io::WriteArguments& arguments) override {
    switch (arguments.save_mode) {
      case io::SaveMode::kAppend:
        return MakeDataSourceSink(source_, arguments.schema, OptionsOf(arguments),
                                  arguments.session_time_zone, SinkUse::kAppend);
      case io::SaveMode::kOverwrite:
        return MakeDataSourceSink(source_, arguments.schema, OptionsOf(arguments),
                                  arguments.session_time_zone, SinkUse::kOverwrite);
      default:
        break;
    }
    const bool ignore = arguments.save_mode == io::SaveMode::kIgnore;
    return MakeError(
        "UNSUPPORTED_DATA_SOURCE_SAVE_MODE",
        {{"source", source_->name}, {"createMode", ignore ? "\"Ignore\"" : "\"ErrorIfExists\""}});
  }

 private:
  const std::shared_ptr<const DataSourceClass> source_;
};

}  // namespace

std::unique_ptr<io::Provider> MakeDataSourceProvider(
    std::shared_ptr<const DataSourceClass> source) {
  return std::make_unique<DataSourceProvider>(std::move(source));
}

}  // namespace thalweg::python
