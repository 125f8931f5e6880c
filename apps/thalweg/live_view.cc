#include "live_view.h"

#include <fmt/format.h>

#include "thalweg/connectors/foreach/foreach_sink.h"
#include "thalweg/plan/analyzer/legality.h"
#include "thalweg/session/commands/commands.h"

namespace thalweg::cli {
namespace {

constexpr const char* kOutputModeKey = "thalweg.sql.streaming.outputMode";

/// Written by the query's thread; read when it has ended.
struct Tally {
  int64_t batches = 0;
  int64_t rows = 0;
};

Result<std::string> ChooseOutputMode(const plan::NodePtr& plan, session::Session* session) {
  Settings& settings = session->settings();
  if (settings.values().contains(kOutputModeKey)) return settings.Get(kOutputModeKey);
  Status first;
  for (const char* name : {"append", "update", "complete"}) {
    ARROW_ASSIGN_OR_RAISE(const auto mode, session::ParseOutputMode(name));
    const Status status = plan::CheckStreaming(plan, mode, settings);
    if (status.ok()) return std::string(name);
    if (first.ok()) first = status;
  }
  return first;
}

Status PrintEpoch(const std::vector<Batch>& batches, RowPrinter* printer, Tally* tally) {
  int64_t rows = 0;
  for (const Batch& batch : batches) {
    if (batch.num_selected() == 0) continue;
    rows += batch.num_selected();
    ARROW_RETURN_NOT_OK(printer->Write(batch));
  }
  ++tally->batches;
  tally->rows += rows;
  return rows > 0 ? printer->EndBlock() : Status::OK();
}

}  // namespace

Result<RunEnd> RunLiveView(const plan::NodePtr& plan, const LiveViewOptions& options) {
  session::Session* session = options.session;
  ARROW_ASSIGN_OR_RAISE(auto streaming, session::TakeStreamingOptions(*session, {}));
  ARROW_ASSIGN_OR_RAISE(auto made, MakeRowPrinter(options.format, session,
                                                  plan::OutputSchema(*plan), options.output));
  const std::shared_ptr<RowPrinter> printer = std::move(made);
  const auto tally = std::make_shared<Tally>();
  session::StreamWrite write;
  ARROW_ASSIGN_OR_RAISE(write.output_mode, ChooseOutputMode(plan, session));
  write.trigger = streaming.trigger;
  write.sink_name = "foreachBatch";
  write.sink =
      connectors::MakeForeachBatchSink([printer, tally](std::vector<Batch> batches, int64_t) {
        return PrintEpoch(batches, printer.get(), tally.get());
      });
  const int64_t start = session->clock()->MonotonicMicros();
  ARROW_ASSIGN_OR_RAISE(auto query, session->StartPlan(plan, std::move(write)));
  ARROW_ASSIGN_OR_RAISE(const RunEnd end, WaitForQueries(session, {query}));
  // A result without rows still has its header.
  if (tally->rows == 0 && options.format != OutputFormat::kTable) {
    ARROW_RETURN_NOT_OK(printer->EndBlock());
  }
  session->queries().FlushListeners();
  if (end == RunEnd::kInterrupted || options.display->mode() != ProgressDisplay::Mode::kOff) {
    const auto lock = options.display->ClearAndHold();
    fmt::print(stderr, "{}: {} micro-batches, {} rows, {:.1f} s\n",
               end == RunEnd::kInterrupted ? "stopped" : "ended", tally->batches, tally->rows,
               static_cast<double>(session->clock()->MonotonicMicros() - start) / 1e6);
  }
  return end;
}

}  // namespace thalweg::cli
