#include "thalweg/connectors/console/console_sink.h"

#include <algorithm>
#include <limits>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/connectors/collected_rows.h"
#include "thalweg/connectors/option_values.h"
#include "thalweg/data/pretty_text.h"

namespace thalweg::connectors {
namespace {

constexpr std::string_view kRule = "-------------------------------------------";

class ConsoleSink : public io::StreamSink {
 public:
  ConsoleSink(io::WriteArguments arguments, ShowOptions show, bool streaming, std::ostream* output)
      : arguments_(std::move(arguments)), show_(show), streaming_(streaming), output_(output) {}

  std::string Description() const override {
    return fmt::format("org.apache.spark.sql.execution.streaming.ConsoleTable$@{:x}",
                       reinterpret_cast<uintptr_t>(this) >> 4 & 0xFFFFFFF);
  }
  bool SupportsMode(io::OutputMode mode) const override { return true; }
  Status BeginEpoch(int64_t epoch, io::OutputMode mode) override { return Status::OK(); }

  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t epoch, int worker) override {
    // One row more than is shown tells that there are more.
    return MakeCollectingWriter(std::max<int64_t>(0, show_.num_rows) + 1);
  }

  Status CommitEpoch(int64_t epoch, std::vector<io::WriterReportPtr> reports) override {
    last_rows_ = TotalRows(reports);
    ARROW_ASSIGN_OR_RAISE(const std::string table, RenderRows(TakeBatches(std::move(reports))));
    if (streaming_) *output_ << kRule << "\nBatch: " << epoch << "\n" << kRule << "\n";
    *output_ << table << "\n" << std::flush;
    return Status::OK();
  }

  int64_t LastOutputRows() const override { return last_rows_; }

 private:
  Result<std::string> RenderRows(std::vector<Batch> batches) const {
    const int64_t wanted = std::max<int64_t>(0, show_.num_rows) + 1;
    std::vector<Batch> head;
    int64_t rows = 0;
    for (auto& batch : batches) {
      if (rows == wanted) break;
      head.push_back(SliceBatch(batch, 0, std::min(batch.num_rows, wanted - rows)));
      rows += head.back().num_rows;
    }
    Batch shown;
    if (head.empty()) {
      ARROW_ASSIGN_OR_RAISE(shown, EmptyBatch(*arguments_.schema));
    } else {
      ARROW_ASSIGN_OR_RAISE(shown, ConcatenateBatches(head));
    }
    std::vector<ArrayPtr> columns;
    for (const auto& column : shown.columns) {
      ArrayPtr text = column;
      if (arguments_.to_text) {
        ARROW_ASSIGN_OR_RAISE(text, arguments_.to_text(column));
      }
      columns.push_back(std::move(text));
    }
    return ShowString(arguments_.schema->field_names(), columns, rows, show_);
  }

  const io::WriteArguments arguments_;
  const ShowOptions show_;
  const bool streaming_;
  std::ostream* const output_;
  int64_t last_rows_ = -1;
};

class ConsoleProvider : public io::Provider {
 public:
  explicit ConsoleProvider(std::ostream* output) : output_(output) {}
  std::string name() const override { return "console"; }

  Result<std::unique_ptr<io::StreamSink>> MakeStreamSink(
      const io::WriteArguments& arguments) override {
    return MakeSink(arguments, true);
  }
  Result<std::unique_ptr<io::StreamSink>> MakeBatchSink(
      const io::WriteArguments& arguments) override {
    return MakeSink(arguments, false);
  }

 private:
  Result<std::unique_ptr<io::StreamSink>> MakeSink(const io::WriteArguments& arguments,
                                                   bool streaming) {
    ShowOptions show;
    ARROW_ASSIGN_OR_RAISE(const int64_t rows, IntegerOption(arguments.options, "numRows", 20));
    show.num_rows = std::min<int64_t>(rows, std::numeric_limits<int32_t>::max() - 16);
    const auto truncate = FindOption(arguments.options, "truncate");
    ARROW_ASSIGN_OR_RAISE(const bool cut,
                          BooleanOption(arguments.options, "truncate", true,
                                        truncate.value_or("") + " is not a boolean string."));
    show.truncate = cut ? 20 : 0;
    return std::make_unique<ConsoleSink>(arguments, show, streaming, output_);
  }

  std::ostream* const output_;
};

}  // namespace

std::unique_ptr<io::Provider> MakeConsoleProvider(std::ostream* output) {
  return std::make_unique<ConsoleProvider>(output);
}

}  // namespace thalweg::connectors
