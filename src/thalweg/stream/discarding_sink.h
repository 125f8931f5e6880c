#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/io/sink.h"

namespace thalweg::stream {

/// Takes the place of a sink that knows a batch already, when the batch must still be run for its
/// state and event times: drops every row.
class DiscardingSink : public io::StreamSink {
 public:
  std::string Description() const override { return "DiscardingSink"; }
  bool SupportsMode(io::OutputMode) const override { return true; }
  Status BeginEpoch(int64_t, io::OutputMode) override { return Status::OK(); }
  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t, int) override {
    return std::make_unique<Writer>();
  }
  Status CommitEpoch(int64_t, std::vector<io::WriterReportPtr>) override { return Status::OK(); }

 private:
  class Writer : public io::SinkWriter {
   public:
    Status Write(const Batch&) override { return Status::OK(); }
    Result<io::WriterReportPtr> Finish() override { return std::make_unique<io::WriterReport>(); }
    void Abort() override {}
  };
};

}  // namespace thalweg::stream
