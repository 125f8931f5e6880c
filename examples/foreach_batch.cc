// Hands each micro-batch to a function, which writes it in two ways. A micro-batch that failed half
// way comes again under the same id: the directory named after it makes the second time harmless.

#include <iostream>
#include <string>

#include <thalweg/session.h>

using namespace thalweg;  // NOLINT: short for the reader

Status Run(const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(auto session, Session::Builder().AppName("foreach batch").GetOrCreate());
  const DataFrame payments = session->ReadStream()
                                 .Schema("ts TIMESTAMP, customer STRING, amount DOUBLE")
                                 .Option("maxFilesPerTrigger", 1)
                                 .Json(directory + "/events");
  const auto write = [&directory](const DataFrame& rows, int64_t batch_id) -> Status {
    const std::string batch = "/batch-" + std::to_string(batch_id);
    ARROW_RETURN_NOT_OK(rows.Write().Mode("overwrite").Json(directory + "/json" + batch));
    ARROW_ASSIGN_OR_RAISE(const int64_t count, rows.Filter("amount >= 10").Count());
    std::cout << "batch " << batch_id << ": " << count << " large payments" << std::endl;
    return Status::OK();
  };
  ARROW_ASSIGN_OR_RAISE(auto query, payments.WriteStream()
                                        .ForeachBatch(write)
                                        .Option("checkpointLocation", directory + "/checkpoint")
                                        .Trigger(Trigger::AvailableNow())
                                        .Start());
  return query->AwaitTermination();
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
