#include "thalweg/connectors/connector_fixture.h"

#include "thalweg/testing/manual_clock.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::connectors {

ConnectorTest::ConnectorTest()
    : owned_directory_(std::make_shared<testing::TemporaryDirectory>()),
      owned_clock_(std::make_shared<testing::ManualClock>(1'700'000'000'000)),
      directory_(*owned_directory_),
      clock_(*owned_clock_) {
  RegisterBuiltinProviders(&registry_, {.memory_tables = tables_, .console = &console_});
}

ConnectorTest::~ConnectorTest() = default;

io::StreamArguments ConnectorTest::Arguments(io::Options options, const std::string& path,
                                             SchemaPtr schema) {
  io::StreamArguments out;
  for (const auto& [name, value] : options) {
    std::string key = name;
    std::transform(key.begin(), key.end(), key.begin(), ::tolower);
    out.options[key] = value;
  }
  if (!path.empty()) out.paths = {path};
  out.schema = std::move(schema);
  out.settings = settings_;
  out.file_system = files_.get();
  out.clock = &clock_;
  out.metadata_path = directory_.Child("checkpoint/sources/0");
  return out;
}

io::WriteArguments ConnectorTest::WriteTo(const std::string& path, io::Options options,
                                          std::vector<std::string> partition_by) {
  io::WriteArguments out;
  out.schema = PairSchema();
  out.options = std::move(options);
  out.path = path;
  out.partition_by = std::move(partition_by);
  out.settings = settings_;
  out.file_system = files_.get();
  out.clock = &clock_;
  out.to_text = [](const ArrayPtr& array) -> Result<ArrayPtr> {
    arrow::StringBuilder builder;
    for (int64_t i = 0; i < array->length(); ++i) {
      if (array->IsNull(i)) {
        ARROW_RETURN_NOT_OK(builder.AppendNull());
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(auto scalar, array->GetScalar(i));
      ARROW_RETURN_NOT_OK(builder.Append(scalar->ToString()));
    }
    return builder.Finish();
  };
  return out;
}

}  // namespace thalweg::connectors
