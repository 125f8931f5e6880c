#include "thalweg/stream/available_now_source.h"

namespace thalweg::stream {
namespace {

class AvailableNowSource : public io::StreamSource {
 public:
  explicit AvailableNowSource(std::unique_ptr<io::StreamSource> inner) : inner_(std::move(inner)) {}

  Status PrepareForAvailableNow() override {
    ARROW_ASSIGN_OR_RAISE(end_, inner_->LatestOffset(std::nullopt, {}));
    is_fixed_ = true;
    return Status::OK();
  }
  io::ReadLimit DefaultReadLimit() const override { return inner_->DefaultReadLimit(); }
  Result<std::optional<io::Offset>> LatestOffset(const std::optional<io::Offset>& start,
                                                 const io::ReadLimit& limit) override {
    return is_fixed_ ? end_ : inner_->LatestOffset(start, limit);
  }
  io::SourceCapabilities capabilities() const override {
    io::SourceCapabilities capabilities = inner_->capabilities();
    capabilities.available_now = true;
    return capabilities;
  }

  const SchemaPtr& schema() const override { return inner_->schema(); }
  std::string Description() const override { return inner_->Description(); }
  Result<std::optional<io::Offset>> ReportLatestOffset() override {
    return inner_->ReportLatestOffset();
  }
  Result<std::vector<io::SplitPtr>> PlanSplits(const std::optional<io::Offset>& start,
                                               const io::Offset& end) override {
    return inner_->PlanSplits(start, end);
  }
  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    return inner_->Open(split, request);
  }
  Status Commit(const io::Offset& end) override { return inner_->Commit(end); }
  std::map<std::string, std::string> Metrics() const override { return inner_->Metrics(); }
  Status Stop() override { return inner_->Stop(); }

 private:
  const std::unique_ptr<io::StreamSource> inner_;
  bool is_fixed_ = false;
  std::optional<io::Offset> end_;
};

}  // namespace

std::unique_ptr<io::StreamSource> WrapForAvailableNow(std::unique_ptr<io::StreamSource> inner) {
  return std::make_unique<AvailableNowSource>(std::move(inner));
}

}  // namespace thalweg::stream
