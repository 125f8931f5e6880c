#include "thalweg/connectors/memory/memory_stream.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/connectors/batch_readers.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/io/malformed_offset.h"

namespace thalweg::connectors {
namespace {

struct BatchSplit : io::Split {
  explicit BatchSplit(Batch rows) : batch(std::move(rows)) {}
  Batch batch;
};

class MemoryStreamSource : public io::StreamSource {
 public:
  MemoryStreamSource(std::shared_ptr<MemoryStream> stream, std::string description)
      : stream_(std::move(stream)), description_(std::move(description)) {}

  const SchemaPtr& schema() const override { return stream_->schema(); }
  std::string Description() const override { return description_; }

  Result<std::optional<io::Offset>> LatestOffset(const std::optional<io::Offset>& start,
                                                 const io::ReadLimit& limit) override {
    int64_t latest = stream_->latest_offset();
    if (fixed_end_) latest = std::min(latest, *fixed_end_);
    if (latest < 0) return std::optional<io::Offset>();
    return std::optional<io::Offset>(std::to_string(latest));
  }

  Result<std::optional<io::Offset>> ReportLatestOffset() override {
    const int64_t latest = stream_->latest_offset();
    if (latest < 0) return std::optional<io::Offset>();
    return std::optional<io::Offset>(std::to_string(latest));
  }

  Status PrepareForAvailableNow() override {
    fixed_end_ = stream_->latest_offset();
    return Status::OK();
  }

  Result<std::vector<io::SplitPtr>> PlanSplits(const std::optional<io::Offset>& start,
                                               const io::Offset& end) override {
    const auto from = start ? ParseInteger(*start) : std::optional<int64_t>(-1);
    const auto to = ParseInteger(end);
    if (!from || !to) return io::MalformedOffset(end, "the memory stream");
    ARROW_ASSIGN_OR_RAISE(auto batches, stream_->Rows(*from, *to));
    std::vector<io::SplitPtr> splits;
    for (auto& batch : batches) splits.push_back(std::make_shared<BatchSplit>(std::move(batch)));
    return splits;
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    return MakeVectorReader({static_cast<const BatchSplit&>(*split).batch}, request);
  }

  Status Commit(const io::Offset& end) override {
    const auto to = ParseInteger(end);
    if (!to) return io::MalformedOffset(end, "the memory stream");
    stream_->Commit(*to);
    return Status::OK();
  }

 private:
  const std::shared_ptr<MemoryStream> stream_;
  const std::string description_;
  std::optional<int64_t> fixed_end_;
};

}  // namespace

int64_t MemoryStream::AddData(Batch batch) {
  const std::lock_guard lock(mutex_);
  batches_.push_back(std::move(batch));
  return first_offset_ + static_cast<int64_t>(batches_.size()) - 1;
}

int64_t MemoryStream::latest_offset() const {
  const std::lock_guard lock(mutex_);
  return first_offset_ + static_cast<int64_t>(batches_.size()) - 1;
}

Result<std::vector<Batch>> MemoryStream::Rows(int64_t start, int64_t end) const {
  const std::lock_guard lock(mutex_);
  const int64_t next = first_offset_ + static_cast<int64_t>(batches_.size());
  if (start + 1 < first_offset_ || end >= next) {
    return Status::Invalid("rows of offsets (", start, ", ", end,
                           "] of a memory stream that holds ", first_offset_, " to ", next - 1);
  }
  if (end <= start) return std::vector<Batch>();
  const auto begin = batches_.begin() + (start + 1 - first_offset_);
  return std::vector<Batch>(begin, begin + (end - start));
}

void MemoryStream::Commit(int64_t end) {
  const std::lock_guard lock(mutex_);
  const int64_t count = std::clamp<int64_t>(end - first_offset_ + 1, 0, batches_.size());
  batches_.erase(batches_.begin(), batches_.begin() + count);
  first_offset_ += count;
}

std::unique_ptr<io::StreamSource> MakeMemoryStreamSource(std::shared_ptr<MemoryStream> stream,
                                                         std::string name) {
  std::string description = "MemoryStream[";
  const auto names = stream->schema()->field_names();
  for (size_t i = 0; i < names.size(); ++i) description += (i > 0 ? "," : "") + names[i];
  if (!name.empty()) description = "MemoryStream[" + name;
  return std::make_unique<MemoryStreamSource>(std::move(stream), description + "]");
}

}  // namespace thalweg::connectors
