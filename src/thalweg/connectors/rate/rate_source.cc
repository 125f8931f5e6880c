#include "thalweg/connectors/rate/rate_source.h"

#include <algorithm>
#include <limits>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/connectors/generated_rows.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/io/malformed_offset.h"

namespace thalweg::connectors {
namespace {

struct RateOptions {
  int64_t rows_per_second = 1;
  int64_t ramp_up_seconds = 0;
  int64_t partitions = 1;
  std::string partitions_text = "default";

  int64_t max_seconds() const { return std::numeric_limits<int64_t>::max() / rows_per_second; }
};

Result<RateOptions> ParseRateOptions(const io::Options& options) {
  RateOptions out;
  ARROW_ASSIGN_OR_RAISE(out.rows_per_second, PositiveOption(options, "rowsPerSecond", 1));
  ARROW_ASSIGN_OR_RAISE(const int64_t millis, MillisOption(options, "rampUpTime", 0, 1000));
  out.ramp_up_seconds = millis / 1000;
  if (out.ramp_up_seconds < 0) {
    return InvalidOption("rampUpTime",
                         fmt::format("Invalid value '{}'. The option 'rampUpTime' must not be "
                                     "negative",
                                     out.ramp_up_seconds));
  }
  ARROW_ASSIGN_OR_RAISE(out.partitions,
                        PositiveOption(options, "numPartitions", DefaultParallelism()));
  if (const auto text = FindOption(options, "numPartitions")) out.partitions_text = *text;
  if (out.ramp_up_seconds > out.max_seconds()) {
    return MakeError("INCORRECT_RAMP_UP_RATE",
                     {{"rowsPerSecond", std::to_string(out.rows_per_second)},
                      {"maxSeconds", std::to_string(out.max_seconds())},
                      {"rampUpTimeSeconds", std::to_string(out.ramp_up_seconds)}});
  }
  return out;
}

class RateSource : public io::StreamSource {
 public:
  RateSource(RateOptions options, Clock* clock, int64_t start_millis)
      : options_(std::move(options)),
        clock_(clock),
        start_millis_(start_millis),
        schema_(GeneratedRowsSchema()) {}

  const SchemaPtr& schema() const override { return schema_; }
  // The missing bracket is Spark's.
  std::string Description() const override {
    return fmt::format("RateStreamV2[rowsPerSecond={}, rampUpTimeSeconds={}, numPartitions={}",
                       options_.rows_per_second, options_.ramp_up_seconds,
                       options_.partitions_text);
  }
  io::SourceCapabilities capabilities() const override {
    return {.replayable = true, .available_now = false};
  }

  Result<std::optional<io::Offset>> LatestOffset(const std::optional<io::Offset>& start,
                                                 const io::ReadLimit& limit) override {
    // The first batch of a stream is empty and ends at second 0.
    if (!start) return std::optional<io::Offset>("0");
    ARROW_ASSIGN_OR_RAISE(const int64_t start_second, ParseOffset(*start));
    last_second_ = std::max({last_second_, start_second, CurrentSecond()});
    return std::optional<io::Offset>(std::to_string(last_second_));
  }

  Result<std::optional<io::Offset>> ReportLatestOffset() override {
    return std::optional<io::Offset>(std::to_string(std::max(last_second_, int64_t{0})));
  }

  Result<std::vector<io::SplitPtr>> PlanSplits(const std::optional<io::Offset>& start,
                                               const io::Offset& end) override {
    int64_t start_second = 0;
    if (start) {
      ARROW_ASSIGN_OR_RAISE(start_second, ParseOffset(*start));
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t end_second, ParseOffset(end));
    if (end_second > options_.max_seconds()) {
      return MakeError("INCORRECT_END_OFFSET",
                       {{"rowsPerSecond", std::to_string(options_.rows_per_second)},
                        {"maxSeconds", std::to_string(options_.max_seconds())},
                        {"endSeconds", std::to_string(end_second)}});
    }
    last_second_ = std::max(last_second_, end_second);
    GeneratedSplit range;
    range.first = ValueAt(start_second);
    range.end = ValueAt(end_second);
    range.partitions = options_.partitions;
    range.start_millis = start_millis_ + start_second * 1000;
    if (range.end > range.first) {
      range.millis_per_value = static_cast<double>((end_second - start_second) * 1000) /
                               static_cast<double>(range.end - range.first);
    }
    return SplitGeneratedRange(range);
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    return OpenGeneratedSplit(split, request);
  }

 private:
  int64_t CurrentSecond() const {
    return std::max<int64_t>(0, clock_->NowMillis() - start_millis_) / 1000;
  }
  int64_t ValueAt(int64_t second) const {
    return RateValueAtSecond(second, options_.rows_per_second, options_.ramp_up_seconds);
  }
  static Result<int64_t> ParseOffset(const io::Offset& offset) {
    const auto value = ParseInteger(offset);
    if (!value) return io::MalformedOffset(offset, "the rate source");
    return *value;
  }

  const RateOptions options_;
  Clock* const clock_;
  const int64_t start_millis_;
  const SchemaPtr schema_;
  int64_t last_second_ = 0;
};

// The first start's time, written once.
Result<int64_t> StoredStartMillis(const io::StreamArguments& arguments) {
  const std::string path = JoinPath(arguments.metadata_path, "0");
  auto text = arguments.file_system->ReadFile(path);
  if (text.ok()) {
    const size_t line_end = text->find('\n');
    const auto millis = line_end == std::string::npos
                            ? std::nullopt
                            : ParseInteger(std::string_view(*text).substr(line_end + 1));
    if (!text->starts_with("v1\n") || !millis) {
      return MakeError("MALFORMED_LOG_FILE", {{"path", path}, {"text", *text}});
    }
    return *millis;
  }
  if (!IsNotFound(text.status())) return text.status();
  const int64_t now = arguments.clock->NowMillis();
  ARROW_RETURN_NOT_OK(arguments.file_system->CreateDirectories(arguments.metadata_path));
  ARROW_RETURN_NOT_OK(AtomicCreate(arguments.file_system, path, "v1\n" + std::to_string(now)));
  return now;
}

class RateProvider : public io::Provider {
 public:
  std::string name() const override { return "rate"; }

  Result<SchemaPtr> InferSchema(const io::ReadArguments& arguments, bool streaming) override {
    if (!streaming) return Provider::InferSchema(arguments, streaming);
    if (arguments.schema) {
      return MakeError("_LEGACY_ERROR_TEMP_2242", {{"provider", "RateStreamProvider"}});
    }
    ARROW_RETURN_NOT_OK(ParseRateOptions(arguments.options).status());
    return GeneratedRowsSchema();
  }

  Result<std::unique_ptr<io::StreamSource>> MakeStreamSource(
      const io::StreamArguments& arguments) override {
    ARROW_ASSIGN_OR_RAISE(RateOptions options, ParseRateOptions(arguments.options));
    ARROW_ASSIGN_OR_RAISE(const int64_t start_millis, StoredStartMillis(arguments));
    return std::make_unique<RateSource>(std::move(options), arguments.clock, start_millis);
  }
};

}  // namespace

int64_t RateValueAtSecond(int64_t seconds, int64_t rows_per_second, int64_t ramp_up_seconds) {
  const int64_t rise = std::max<int64_t>(1, rows_per_second / (ramp_up_seconds + 1));
  const int64_t ramp = std::min(seconds, ramp_up_seconds);
  // Sum of rise * 1 .. rise * ramp, halved before the product grows.
  const int64_t ramped =
      ramp % 2 == 1 ? (ramp + 1) / 2 * rise * ramp : ramp / 2 * rise * (ramp + 1);
  return ramped + (seconds - ramp) * rows_per_second;
}

std::unique_ptr<io::Provider> MakeRateProvider() { return std::make_unique<RateProvider>(); }

}  // namespace thalweg::connectors
