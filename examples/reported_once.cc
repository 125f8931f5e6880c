// Departures of a feed that may report one several times: each comes out once, by carrier, flight
// number, aircraft and hour. A report is remembered until a day after it, so that the state stays
// small however long the feed runs; a report that comes later than that would count as a new one.

#include <iostream>
#include <string>

#include <thalweg/session.h>

using namespace thalweg;  // NOLINT: short for the reader
using fn::Col;

constexpr char kFlights[] =
    "year INT, month INT, day INT, dep_time INT, sched_dep_time INT, dep_delay DOUBLE, "
    "arr_time INT, sched_arr_time INT, arr_delay DOUBLE, carrier STRING, flight INT, "
    "tailnum STRING, origin STRING, dest STRING, air_time DOUBLE, distance DOUBLE, hour INT, "
    "minute INT, time_hour TIMESTAMP";

Status Run(const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(auto session, Session::Builder().AppName("reported once").GetOrCreate());
  const DataFrame departures =
      session->ReadStream()
          .Option("header", true)
          .Option("maxFilesPerTrigger", 20)
          .Schema(kFlights)
          .Csv(directory + "/flights")
          .WithWatermark("time_hour", "1 day")
          .DropDuplicatesWithinWatermark({"carrier", "flight", "tailnum", "time_hour"});
  ARROW_ASSIGN_OR_RAISE(auto query,
                        departures.WriteStream()
                            .Format("parquet")
                            .Option("checkpointLocation", directory + "/checkpoint-once")
                            .Trigger(Trigger::AvailableNow())
                            .Start(directory + "/reported-once"));
  ARROW_RETURN_NOT_OK(query->AwaitTermination());
  return session->Read()
      .Parquet(directory + "/reported-once")
      .GroupBy("carrier", "tailnum")
      .Agg(fn::Count("flight").As("departures"))
      .OrderBy(Col("departures").Desc(), "carrier", "tailnum")
      .Show(10, 0);
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
