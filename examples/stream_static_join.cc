// Joins a stream of payments with a table of customers, which is read anew in each micro-batch.

#include <iostream>
#include <string>

#include <thalweg/session.h>

using namespace thalweg;  // NOLINT: short for the reader

Status Run(const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(auto session, Session::Builder().AppName("static join").GetOrCreate());
  const DataFrame customers = session->Read()
                                  .Option("header", true)
                                  .Schema("customer STRING, city STRING")
                                  .Csv(directory + "/customers.csv");
  const DataFrame payments = session->ReadStream()
                                 .Schema("ts TIMESTAMP, customer STRING, amount DOUBLE")
                                 .Json(directory + "/events");
  const DataFrame joined =
      payments.Join(customers, "customer", "left")
          .Select("customer", fn::Coalesce({fn::Col("city"), "unknown"}).As("city"), "amount");
  ARROW_ASSIGN_OR_RAISE(
      auto query, joined.WriteStream().Format("console").Trigger(Trigger::AvailableNow()).Start());
  return query->AwaitTermination();
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
