#pragma once

// For the tests of this room: a directory, a clock that stands, and rows as text.

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/connectors/builtin_providers.h"
#include "thalweg/types/data_types.h"

namespace thalweg::testing {
class ManualClock;
class TemporaryDirectory;
}  // namespace thalweg::testing

namespace thalweg::connectors {

/// "1,x": the row's values; NULL for null.
inline std::string RowText(const Batch& batch, int64_t row) {
  std::string out;
  for (const auto& column : batch.columns) {
    if (!out.empty()) out += ",";
    out += column->IsNull(row) ? "NULL" : column->GetScalar(row).ValueOrDie()->ToString();
  }
  return out;
}

/// All rows of the splits, in their order.
template <typename Source>
std::vector<std::string> ReadRows(const Source& source, const std::vector<io::SplitPtr>& splits) {
  io::ReadRequest request;
  for (int i = 0; i < source.schema()->num_fields(); ++i) request.columns.push_back(i);
  std::vector<std::string> rows;
  for (const auto& split : splits) {
    auto reader = source.Open(split, request);
    if (!reader.ok()) return {reader.status().ToString()};
    while (true) {
      auto batch = (*reader)->Next();
      if (!batch.ok()) return {batch.status().ToString()};
      if (!*batch) break;
      const Batch dense = Compact(**batch).ValueOrDie();
      for (int64_t row = 0; row < dense.num_rows; ++row) rows.push_back(RowText(dense, row));
    }
  }
  return rows;
}

/// Columns n INT, s STRING; a row for each pair.
inline Batch PairBatch(const std::vector<std::pair<int, std::string>>& rows) {
  arrow::Int32Builder numbers;
  arrow::StringBuilder texts;
  for (const auto& [number, text] : rows) {
    EXPECT_TRUE(numbers.Append(number).ok());
    EXPECT_TRUE((text == "NULL" ? texts.AppendNull() : texts.Append(text)).ok());
  }
  Batch batch;
  batch.num_rows = static_cast<int64_t>(rows.size());
  batch.columns = {numbers.Finish().ValueOrDie(), texts.Finish().ValueOrDie()};
  return batch;
}

class ConnectorTest : public ::testing::Test {
 protected:
  ConnectorTest();
  ~ConnectorTest() override;

  io::StreamArguments Arguments(io::Options options = {}, const std::string& path = "",
                                SchemaPtr schema = nullptr);
  io::WriteArguments WriteTo(const std::string& path, io::Options options = {},
                             std::vector<std::string> partition_by = {});

  static SchemaPtr PairSchema() { return ParseSchema("n INT, s STRING").ValueOrDie(); }

  io::Provider* Find(const std::string& name) { return registry_.Find(name).ValueOrDie(); }

  void WriteFile(const std::string& path, const std::string& text, int64_t mtime_millis = 0) {
    ASSERT_TRUE(files_->CreateDirectories(ParentPath(path)).ok());
    auto file = files_->CreateNew(path).ValueOrDie();
    ASSERT_TRUE(file->Append(text).ok());
    ASSERT_TRUE(file->Close().ok());
    if (mtime_millis > 0) {
      ASSERT_TRUE(files_->SetModificationTime(path, mtime_millis).ok());
    }
  }

  /// Runs one epoch of a sink with the rows of each worker.
  Status RunEpoch(io::StreamSink* sink, int64_t epoch, const std::vector<Batch>& by_worker,
                  io::OutputMode mode = io::OutputMode::kAppend) {
    ARROW_RETURN_NOT_OK(sink->BeginEpoch(epoch, mode));
    std::vector<io::WriterReportPtr> reports;
    for (size_t worker = 0; worker < by_worker.size(); ++worker) {
      ARROW_ASSIGN_OR_RAISE(auto writer, sink->OpenWriter(epoch, static_cast<int>(worker)));
      ARROW_RETURN_NOT_OK(writer->Write(by_worker[worker]));
      ARROW_ASSIGN_OR_RAISE(auto report, writer->Finish());
      reports.push_back(std::move(report));
    }
    return sink->CommitEpoch(epoch, std::move(reports));
  }

  const std::shared_ptr<testing::TemporaryDirectory> owned_directory_;
  const std::shared_ptr<testing::ManualClock> owned_clock_;
  testing::TemporaryDirectory& directory_;
  testing::ManualClock& clock_;
  std::unique_ptr<FileSystem> files_ = MakeLocalFileSystem();
  std::map<std::string, std::string> settings_;
  std::ostringstream console_;
  std::shared_ptr<MemoryTableRegistry> tables_ = std::make_shared<MemoryTableRegistry>();
  io::ProviderRegistry registry_;
};

}  // namespace thalweg::connectors
