#include "thalweg/connectors/socket/socket_source.h"

#include <algorithm>
#include <deque>
#include <mutex>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/connectors/batch_readers.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/connectors/socket/line_connection.h"
#include "thalweg/io/malformed_offset.h"
#include "thalweg/types/data_types.h"

namespace thalweg::connectors {
namespace {

struct SocketOptions {
  std::string host;
  int port = 0;
  bool include_timestamp = false;
};

struct Line {
  std::string text;
  int64_t millis = 0;
};

struct LinesSplit : io::Split {
  std::vector<Line> lines;
};

Result<SocketOptions> ParseSocketOptions(const io::Options& options) {
  SocketOptions out;
  const auto host = FindOption(options, "host");
  if (!host) return MakeError("_LEGACY_ERROR_TEMP_1295");
  if (!FindOption(options, "port")) return MakeError("_LEGACY_ERROR_TEMP_1296");
  const auto include = FindOption(options, "includeTimestamp");
  if (include && LowerCase(*include) != "true" && LowerCase(*include) != "false") {
    return MakeError("_LEGACY_ERROR_TEMP_1297");
  }
  out.host = *host;
  out.include_timestamp = include && LowerCase(*include) == "true";
  ARROW_ASSIGN_OR_RAISE(const int64_t port, IntegerOption(options, "port", 0));
  if (port < 0 || port > 65535) {
    return InvalidOption("port", fmt::format("port out of range:{}", port));
  }
  out.port = static_cast<int>(port);
  return out;
}

SchemaPtr SocketSchema(const SocketOptions& options) {
  arrow::FieldVector fields = {arrow::field("value", arrow::utf8())};
  if (options.include_timestamp) fields.push_back(arrow::field("timestamp", TimestampType()));
  return arrow::schema(std::move(fields));
}

// Offset n: the lines 0 to n have come; -1 before the first.
class SocketSource : public io::StreamSource {
 public:
  SocketSource(SocketOptions options, Clock* clock)
      : options_(std::move(options)), clock_(clock), schema_(SocketSchema(options_)) {}

  Status Connect() {
    ARROW_ASSIGN_OR_RAISE(
        connection_, LineConnection::Make(options_.host, options_.port,
                                          [this](std::string line) { AddLine(std::move(line)); }));
    return Status::OK();
  }

  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override {
    return fmt::format("TextSocketV2[host: {}, port: {}]", options_.host, options_.port);
  }
  io::SourceCapabilities capabilities() const override {
    return {.replayable = false, .available_now = false};
  }

  Result<std::optional<io::Offset>> LatestOffset(const std::optional<io::Offset>& start,
                                                 const io::ReadLimit& limit) override {
    int64_t from = -1;
    if (start) {
      ARROW_ASSIGN_OR_RAISE(from, ParseOffset(*start));
    }
    StartAfter(from);
    return ReportLatestOffset();
  }

  Result<std::optional<io::Offset>> ReportLatestOffset() override {
    const std::lock_guard lock(mutex_);
    return std::optional<io::Offset>(
        std::to_string(first_ordinal_ + static_cast<int64_t>(lines_.size()) - 1));
  }

  Result<std::vector<io::SplitPtr>> PlanSplits(const std::optional<io::Offset>& start,
                                               const io::Offset& end) override {
    int64_t from = -1;
    if (start) {
      ARROW_ASSIGN_OR_RAISE(from, ParseOffset(*start));
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t to, ParseOffset(end));
    // Asked first for a range after a restart: its lines are gone.
    StartAfter(to);
    auto split = std::make_shared<LinesSplit>();
    const std::lock_guard lock(mutex_);
    for (int64_t at = std::max(from + 1, first_ordinal_); at <= to; ++at) {
      const size_t index = at - first_ordinal_;
      if (index >= lines_.size()) break;
      split->lines.push_back(lines_[index]);
    }
    if (split->lines.empty()) return std::vector<io::SplitPtr>();
    return std::vector<io::SplitPtr>{std::move(split)};
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    const auto& lines = static_cast<const LinesSplit&>(*split).lines;
    arrow::StringBuilder texts;
    arrow::TimestampBuilder times(TimestampType(), arrow::default_memory_pool());
    for (const Line& line : lines) {
      ARROW_RETURN_NOT_OK(texts.Append(line.text));
      ARROW_RETURN_NOT_OK(times.Append(line.millis * 1000));
    }
    Batch batch;
    batch.num_rows = static_cast<int64_t>(lines.size());
    batch.columns.resize(1);
    ARROW_RETURN_NOT_OK(texts.Finish(&batch.columns[0]));
    if (options_.include_timestamp) {
      batch.columns.emplace_back();
      ARROW_RETURN_NOT_OK(times.Finish(&batch.columns[1]));
    }
    return MakeVectorReader({std::move(batch)}, request);
  }

  Status Commit(const io::Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t to, ParseOffset(end));
    const std::lock_guard lock(mutex_);
    while (!lines_.empty() && first_ordinal_ <= to) {
      lines_.pop_front();
      ++first_ordinal_;
    }
    return Status::OK();
  }

  Status Stop() override {
    if (connection_) connection_->Close();
    return Status::OK();
  }

 private:
  static Result<int64_t> ParseOffset(const io::Offset& offset) {
    const auto value = ParseInteger(offset);
    if (!value) return io::MalformedOffset(offset, "the socket source");
    return *value;
  }

  void AddLine(std::string text) {
    const int64_t now = clock_->NowMillis();
    const std::lock_guard lock(mutex_);
    lines_.push_back({std::move(text), now});
  }

  // Lines of this run count on from `offset`, if an earlier run got that far.
  void StartAfter(int64_t offset) {
    const std::lock_guard lock(mutex_);
    if (!started_) first_ordinal_ = std::max(first_ordinal_, offset + 1);
    started_ = true;
  }

  const SocketOptions options_;
  Clock* const clock_;
  const SchemaPtr schema_;
  std::mutex mutex_;
  bool started_ = false;       // guarded by mutex_
  std::deque<Line> lines_;     // guarded by mutex_
  int64_t first_ordinal_ = 0;  // of lines_.front(); guarded by mutex_
  // Last: its thread ends before the members it fills go.
  std::unique_ptr<LineConnection> connection_;
};

class SocketProvider : public io::Provider {
 public:
  std::string name() const override { return "socket"; }

  Result<SchemaPtr> InferSchema(const io::ReadArguments& arguments, bool streaming) override {
    if (!streaming) return Provider::InferSchema(arguments, streaming);
    if (arguments.schema) {
      return MakeError("_LEGACY_ERROR_TEMP_2242", {{"provider", "TextSocketSourceProvider"}});
    }
    ARROW_ASSIGN_OR_RAISE(const auto options, ParseSocketOptions(arguments.options));
    return SocketSchema(options);
  }

  Result<std::unique_ptr<io::StreamSource>> MakeStreamSource(
      const io::StreamArguments& arguments) override {
    ARROW_ASSIGN_OR_RAISE(auto options, ParseSocketOptions(arguments.options));
    auto source = std::make_unique<SocketSource>(std::move(options), arguments.clock);
    ARROW_RETURN_NOT_OK(source->Connect());
    return source;
  }
};

}  // namespace

std::unique_ptr<io::Provider> MakeSocketProvider() { return std::make_unique<SocketProvider>(); }

}  // namespace thalweg::connectors
