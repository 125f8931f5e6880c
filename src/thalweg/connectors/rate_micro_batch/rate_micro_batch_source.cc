#include "thalweg/connectors/rate_micro_batch/rate_micro_batch_source.h"

#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "thalweg/connectors/generated_rows.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/io/malformed_offset.h"

namespace thalweg::connectors {
namespace {

struct RateMicroBatchOptions {
  int64_t rows_per_batch = 0;
  int64_t partitions = 1;
  int64_t start_timestamp = 0;
  int64_t advance_millis = 1000;
};

Result<int64_t> NonNegativeOption(const io::Options& options, std::string_view name,
                                  int64_t otherwise) {
  ARROW_ASSIGN_OR_RAISE(const int64_t value, IntegerOption(options, name, otherwise));
  if (value < 0) {
    return InvalidOption(
        name, fmt::format("Invalid value '{}'. The option '{}' must be non-negative", value, name));
  }
  return value;
}

Result<RateMicroBatchOptions> ParseOptions(const io::Options& options) {
  RateMicroBatchOptions out;
  ARROW_ASSIGN_OR_RAISE(out.rows_per_batch, PositiveOption(options, "rowsPerBatch", 0));
  ARROW_ASSIGN_OR_RAISE(out.partitions,
                        PositiveOption(options, "numPartitions", DefaultParallelism()));
  ARROW_ASSIGN_OR_RAISE(out.start_timestamp, NonNegativeOption(options, "startTimestamp", 0));
  ARROW_ASSIGN_OR_RAISE(out.advance_millis,
                        NonNegativeOption(options, "advanceMillisPerBatch", 1000));
  return out;
}

struct Position {
  int64_t rows = 0;
  int64_t timestamp = 0;
};

class RateMicroBatchSource : public io::StreamSource {
 public:
  explicit RateMicroBatchSource(RateMicroBatchOptions options)
      : options_(options), schema_(GeneratedRowsSchema()) {}

  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override {
    return fmt::format(
        "RatePerMicroBatchStream[rowsPerBatch={}, numPartitions={}, startTimestamp={}, "
        "advanceMsPerBatch={}]",
        options_.rows_per_batch, options_.partitions, options_.start_timestamp,
        options_.advance_millis);
  }

  Result<std::optional<io::Offset>> LatestOffset(const std::optional<io::Offset>& start,
                                                 const io::ReadLimit& limit) override {
    if (available_now_ && fixed_end_) return fixed_end_;
    ARROW_ASSIGN_OR_RAISE(const Position at, ParsePosition(start));
    const std::optional<io::Offset> next =
        fmt::format(R"({{"offset":{},"timestamp":{}}})", at.rows + options_.rows_per_batch,
                    at.timestamp + options_.advance_millis);
    if (available_now_) fixed_end_ = next;
    return next;
  }

  // With AvailableNow there is one batch.
  Status PrepareForAvailableNow() override {
    available_now_ = true;
    return Status::OK();
  }

  Result<std::vector<io::SplitPtr>> PlanSplits(const std::optional<io::Offset>& start,
                                               const io::Offset& end) override {
    ARROW_ASSIGN_OR_RAISE(const Position from, ParsePosition(start));
    ARROW_ASSIGN_OR_RAISE(const Position to, ParsePosition(end));
    GeneratedSplit range;
    range.first = from.rows;
    range.end = to.rows;
    range.partitions = options_.partitions;
    range.start_millis = from.timestamp;
    return SplitGeneratedRange(range);
  }

  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    return OpenGeneratedSplit(split, request);
  }

 private:
  Result<Position> ParsePosition(const std::optional<io::Offset>& offset) const {
    if (!offset) return Position{0, options_.start_timestamp};
    const auto json = nlohmann::json::parse(*offset, nullptr, false);
    if (!json.is_object() || !json.contains("offset") || !json.contains("timestamp") ||
        !json["offset"].is_number_integer() || !json["timestamp"].is_number_integer()) {
      return io::MalformedOffset(*offset, "the rate-micro-batch source");
    }
    return Position{json["offset"].get<int64_t>(), json["timestamp"].get<int64_t>()};
  }

  const RateMicroBatchOptions options_;
  const SchemaPtr schema_;
  bool available_now_ = false;
  std::optional<io::Offset> fixed_end_;
};

class RateMicroBatchProvider : public io::Provider {
 public:
  std::string name() const override { return "rate-micro-batch"; }

  Result<SchemaPtr> InferSchema(const io::ReadArguments& arguments, bool streaming) override {
    if (!streaming) return Provider::InferSchema(arguments, streaming);
    if (arguments.schema) {
      return MakeError("_LEGACY_ERROR_TEMP_2242", {{"provider", "RatePerMicroBatchProvider"}});
    }
    ARROW_RETURN_NOT_OK(ParseOptions(arguments.options).status());
    return GeneratedRowsSchema();
  }

  Result<std::unique_ptr<io::StreamSource>> MakeStreamSource(
      const io::StreamArguments& arguments) override {
    ARROW_ASSIGN_OR_RAISE(auto options, ParseOptions(arguments.options));
    return std::make_unique<RateMicroBatchSource>(options);
  }
};

}  // namespace

std::unique_ptr<io::Provider> MakeRateMicroBatchProvider() {
  return std::make_unique<RateMicroBatchProvider>();
}

}  // namespace thalweg::connectors
