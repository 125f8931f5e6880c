// The working day of each aircraft that flies out of New York: its flights, as long as no more than
// two hours pass between the end of one and the departure of the next. The gap that ends a day is
// not the same for every row: it is the flight's own time in the air and two hours on the ground.

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
  ARROW_ASSIGN_OR_RAISE(auto session, Session::Builder().AppName("working days").GetOrCreate());
  const Column busy = fn::Expr("make_interval(0, 0, 0, 0, 2, CAST(air_time AS INT))");
  const DataFrame days = session->ReadStream()
                             .Option("header", true)
                             .Option("maxFilesPerTrigger", 20)
                             .Schema(kFlights)
                             .Csv(directory + "/flights")
                             .WithWatermark("time_hour", "1 hour")
                             .GroupBy(fn::SessionWindow("time_hour", busy).As("day"), "tailnum")
                             .Agg(fn::Count("air_time").As("flights"),
                                  fn::Sum("distance").As("miles"), fn::Last("dest").As("ends_in"))
                             .Select("tailnum", Col("day.start").As("from"),
                                     Col("day.end").As("until"), "flights", "miles", "ends_in");
  ARROW_ASSIGN_OR_RAISE(auto query,
                        days.WriteStream()
                            .Format("parquet")
                            .Option("checkpointLocation", directory + "/checkpoint-days")
                            .Trigger(Trigger::AvailableNow())
                            .Start(directory + "/working-days"));
  ARROW_RETURN_NOT_OK(query->AwaitTermination());
  return session->Read()
      .Parquet(directory + "/working-days")
      .OrderBy(Col("flights").Desc(), Col("miles").Desc(), "tailnum", "from")
      .Show(10, 0);
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
