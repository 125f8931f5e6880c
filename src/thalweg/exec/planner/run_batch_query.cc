#include <mutex>

#include "thalweg/exec/planner/query_plan.h"

namespace thalweg::exec {
namespace {

using Consumer = std::function<Status(const Batch&)>;

/// Hands batches of all workers to one consumer, one at a time.
class ConsumerSink : public io::StreamSink {
 public:
  explicit ConsumerSink(const Consumer& consume) : consume_(consume) {}

  std::string Description() const override { return "Consumer"; }
  bool SupportsMode(io::OutputMode) const override { return true; }
  Status BeginEpoch(int64_t, io::OutputMode) override { return Status::OK(); }
  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t, int) override {
    return std::make_unique<Writer>(this);
  }
  Status CommitEpoch(int64_t, std::vector<io::WriterReportPtr>) override { return Status::OK(); }

 private:
  class Writer : public io::SinkWriter {
   public:
    explicit Writer(ConsumerSink* sink) : sink_(sink) {}
    Status Write(const Batch& batch) override {
      ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
      const std::lock_guard<std::mutex> lock(sink_->mutex_);
      return sink_->consume_(dense);
    }
    Result<io::WriterReportPtr> Finish() override { return io::WriterReportPtr(); }
    void Abort() override {}

   private:
    ConsumerSink* sink_;
  };

  const Consumer& consume_;
  std::mutex mutex_;
};

}  // namespace

Result<std::vector<ObservedMetrics>> RunBatchQuery(const plan::NodePtr& plan,
                                                   const PlanOptions& options,
                                                   const EpochContext& context,
                                                   const Consumer& consume) {
  PlanOptions in_order = options;
  in_order.in_order = true;
  ARROW_ASSIGN_OR_RAISE(const auto query, MakeQueryPlan(plan, in_order));
  if (!query->stream_relations().empty()) {
    return Status::Invalid("a query over a stream cannot run as a batch");
  }
  ConsumerSink sink(consume);
  ARROW_ASSIGN_OR_RAISE(EpochResult result, query->RunEpoch(context, {}, &sink));
  return std::move(result.observed);
}

}  // namespace thalweg::exec
