#include "thalweg/connectors/builtin_providers.h"

#include <iostream>

#include "thalweg/connectors/console/console_sink.h"
#include "thalweg/connectors/file/file_provider.h"
#include "thalweg/connectors/memory/memory_sink.h"
#include "thalweg/connectors/noop/noop_sink.h"
#include "thalweg/connectors/rate/rate_source.h"
#include "thalweg/connectors/rate_micro_batch/rate_micro_batch_source.h"
#include "thalweg/connectors/socket/socket_source.h"

namespace thalweg::connectors {
namespace {

// A name that Spark serves and this engine does not.
class RefusedProvider : public io::Provider {
 public:
  explicit RefusedProvider(std::string name) : name_(std::move(name)) {}
  std::string name() const override { return name_; }

  Result<SchemaPtr> InferSchema(const io::ReadArguments&, bool) override { return Refusal(); }
  Result<std::shared_ptr<io::Scan>> MakeScan(const io::ReadArguments&) override {
    return Refusal();
  }
  Result<std::unique_ptr<io::StreamSource>> MakeStreamSource(const io::StreamArguments&) override {
    return Refusal();
  }
  Result<std::unique_ptr<io::StreamSink>> MakeStreamSink(const io::WriteArguments&) override {
    return Refusal();
  }
  Result<std::unique_ptr<io::StreamSink>> MakeBatchSink(const io::WriteArguments&) override {
    return Refusal();
  }

 private:
  Status Refusal() const {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "The data source " + name_}});
  }

  const std::string name_;
};

}  // namespace

void RegisterBuiltinProviders(io::ProviderRegistry* registry,
                              const BuiltinProviderArguments& arguments) {
  for (const char* format : {"csv", "json", "text", "parquet", "orc", "xml", "binaryFile"}) {
    registry->Add(MakeFileProvider(format));
  }
  registry->Add(MakeRateProvider());
  registry->Add(MakeRateMicroBatchProvider());
  registry->Add(MakeSocketProvider());
  registry->Add(MakeConsoleProvider(arguments.console ? arguments.console : &std::cout));
  registry->Add(MakeMemoryProvider(
      arguments.memory_tables ? arguments.memory_tables : std::make_shared<MemoryTableRegistry>()));
  registry->Add(MakeNoopProvider());
  for (const char* name : {"avro", "kafka", "jdbc"}) {
    registry->Add(std::make_unique<RefusedProvider>(name));
  }
}

}  // namespace thalweg::connectors
