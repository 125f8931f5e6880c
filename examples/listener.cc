// Watches a query that the program itself feeds.

#include <iostream>
#include <memory>
#include <string>

#include <thalweg/session.h>

using namespace thalweg;  // NOLINT: short for the reader

class Printer : public StreamingQueryListener {
 public:
  void OnQueryStarted(const QueryStartedEvent& event) override {
    std::cout << "started " << event.name.value_or("without a name") << std::endl;
  }
  void OnQueryProgress(const QueryProgressEvent& event) override {
    std::cout << "batch " << event.progress.batch_id << ": " << event.progress.num_input_rows
              << " rows" << std::endl;
  }
  void OnQueryTerminated(const QueryTerminatedEvent& event) override {
    std::cout << "ended: " << event.exception.value_or("well") << std::endl;
  }
};

Status Run(const std::string&) {
  ARROW_ASSIGN_OR_RAISE(auto session, Session::Builder().AppName("listener").GetOrCreate());
  session->Streams().AddListener(std::make_shared<Printer>());
  ARROW_ASSIGN_OR_RAISE(auto readings, MemoryStream::Make(session, "sensor STRING, value DOUBLE"));
  ARROW_RETURN_NOT_OK(readings
                          .AddJson(R"({"sensor": "a", "value": 1.5}
                                          {"sensor": "b", "value": 2.5})")
                          .status());
  ARROW_ASSIGN_OR_RAISE(auto query, readings.ToDF()
                                        .GroupBy("sensor")
                                        .Avg("value")
                                        .WriteStream()
                                        .Format("memory")
                                        .QueryName("means")
                                        .OutputMode("complete")
                                        .Start());
  ARROW_RETURN_NOT_OK(query->ProcessAllAvailable());
  ARROW_RETURN_NOT_OK(session->Table("means").OrderBy("sensor").Show());
  ARROW_RETURN_NOT_OK(query->Stop());
  session->Streams().FlushListeners();
  return Status::OK();
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
