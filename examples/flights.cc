// The demonstration's query (examples/flights/stream.sql) in C++: hourly departures and mean delay
// of each airport, from a stream of files to Parquet, exactly once. Kill it and run it again.

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
constexpr char kAirports[] =
    "faa STRING, name STRING, lat DOUBLE, lon DOUBLE, alt INT, tz INT, dst STRING, tzone STRING";

Status Run(const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(auto session, Session::Builder().AppName("flights").GetOrCreate());
  const DataFrame airports =
      session->Read().Option("header", true).Schema(kAirports).Csv(directory + "/airports.csv");
  const DataFrame hourly = session->ReadStream()
                               .Option("header", true)
                               .Option("maxFilesPerTrigger", 20)
                               .Schema(kFlights)
                               .Csv(directory + "/flights")
                               .WithWatermark("time_hour", "1 hour")
                               .GroupBy(fn::Window("time_hour", "1 hour"), "origin")
                               .Agg(fn::Count("dep_time").As("departures"),
                                    fn::Round(fn::Avg("dep_delay"), 2).As("mean_delay"));
  const DataFrame departures = hourly.Join(airports, Col("origin") == Col("faa"))
                                   .Select(Col("window.start").As("hour"), "origin",
                                           Col("name").As("airport"), "departures", "mean_delay");
  ARROW_ASSIGN_OR_RAISE(auto query, departures.WriteStream()
                                        .Format("parquet")
                                        .Option("checkpointLocation", directory + "/checkpoint-cpp")
                                        .Trigger(Trigger::AvailableNow())
                                        .Start(directory + "/departures-cpp"));
  ARROW_RETURN_NOT_OK(query->AwaitTermination());
  return session->Read()
      .Parquet(directory + "/departures-cpp")
      .OrderBy(Col("departures").Desc(), "hour", "origin")
      .Show(10, 0);
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
