// Counts words by minute in the timed lines of DIRECTORY/lines. A window is written once: when the
// watermark, ten seconds behind the newest line, has passed its end.

#include <iostream>
#include <string>

#include <thalweg/session.h>

using namespace thalweg;  // NOLINT: short for the reader

Status Run(const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(auto session,
                        Session::Builder().AppName("windowed word count").GetOrCreate());
  const DataFrame counts = session->ReadStream()
                               .Schema("ts TIMESTAMP, line STRING")
                               .Json(directory + "/lines")
                               .Select("ts", fn::Explode(fn::Split("line", " ")).As("word"))
                               .WithWatermark("ts", "10 seconds")
                               .GroupBy(fn::Window("ts", "1 minute"), "word")
                               .Count();
  ARROW_ASSIGN_OR_RAISE(auto query, counts.WriteStream()
                                        .Format("parquet")
                                        .Option("checkpointLocation", directory + "/checkpoint")
                                        .Trigger(Trigger::AvailableNow())
                                        .Start(directory + "/counts"));
  ARROW_RETURN_NOT_OK(query->AwaitTermination());
  return session->Read()
      .Parquet(directory + "/counts")
      .Select("window.start", "word", "count")
      .OrderBy("start", "word")
      .Show();
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
