// Sensors that fell silent: each reading pushes the deadline of its sensor ahead, ten seconds of
// event time; a sensor that misses it is reported. The state lives in transformWithState: the last
// reading, and a timer.

#include <iostream>
#include <memory>
#include <string>

#include <arrow/api.h>
#include <thalweg/session.h>

using namespace thalweg;  // NOLINT: short for the reader

class Watchdog : public StatefulProcessor {
 public:
  Status Init(StatefulProcessorHandle* handle, const std::string&, TimeMode) override {
    handle_ = handle;
    const auto last = arrow::schema(
        {arrow::field("deadline", arrow::int64()), arrow::field("value", arrow::float64())});
    return handle->GetValueState("last", last).Value(&last_);
  }

  Status HandleInputRows(const Row&, BatchIterator* rows, const TimerValues&,
                         RowCollector*) override {
    constexpr int64_t kPatienceMillis = 10'000;
    ARROW_ASSIGN_OR_RAISE(auto last, last_->Get());
    int64_t deadline = 0;
    if (last) {
      ARROW_ASSIGN_OR_RAISE(deadline, last->Get<int64_t>(0));
    }
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const auto batch, rows->Next());
      if (batch == nullptr) break;
      const auto& times = static_cast<const arrow::TimestampArray&>(*batch->GetColumnByName("ts"));
      const auto& values = static_cast<const arrow::DoubleArray&>(*batch->GetColumnByName("value"));
      for (int64_t i = 0; i < batch->num_rows(); ++i) {
        const int64_t next = times.Value(i) / 1000 + kPatienceMillis;
        if (next <= deadline) continue;
        if (deadline > 0) ARROW_RETURN_NOT_OK(handle_->DeleteTimer(deadline));
        deadline = next;
        last = Row::Of(deadline, values.Value(i));
      }
    }
    ARROW_RETURN_NOT_OK(last_->Update(*last));
    return handle_->RegisterTimer(deadline);
  }

  Status HandleExpiredTimer(const Row& sensor, const TimerValues&, int64_t deadline,
                            RowCollector* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto last, last_->Get());
    ARROW_RETURN_NOT_OK(out->Emit(Row::Of(sensor.value(0), deadline * 1000, last->value(1))));
    return last_->Clear();
  }

 private:
  StatefulProcessorHandle* handle_ = nullptr;
  ValueState* last_ = nullptr;
};

Status Run(const std::string&) {
  ARROW_ASSIGN_OR_RAISE(auto session, Session::Builder()
                                          .AppName("quiet sensors")
                                          .Config("spark.sql.session.timeZone", "UTC")
                                          .GetOrCreate());
  ARROW_ASSIGN_OR_RAISE(MemoryStream readings,
                        MemoryStream::Make(session, "sensor STRING, ts TIMESTAMP, value DOUBLE"));
  const DataFrame quiet =
      readings.ToDF()
          .WithWatermark("ts", "5 seconds")
          .GroupBy("sensor")
          .TransformWithState([] { return std::make_unique<Watchdog>(); },
                              "sensor STRING, deadline TIMESTAMP, last_value DOUBLE", "append",
                              TimeMode::kEventTime);
  ARROW_ASSIGN_OR_RAISE(auto query,
                        quiet.WriteStream().Format("memory").QueryName("quiet").Start());
  ARROW_RETURN_NOT_OK(readings
                          .AddJson(R"({"sensor":"cellar","ts":"2024-01-01T00:00:00Z","value":11.5}
{"sensor":"roof","ts":"2024-01-01T00:00:02Z","value":-3.0})")
                          .status());
  ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  ARROW_RETURN_NOT_OK(
      readings.AddJson(R"({"sensor":"roof","ts":"2024-01-01T00:00:16Z","value":-3.5})").status());
  ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  ARROW_RETURN_NOT_OK(session->Table("quiet").Show(10, 0));
  return query->Stop();
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
