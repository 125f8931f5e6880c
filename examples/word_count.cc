// Counts the words in the text files of DIRECTORY/text, as if they came in as a stream.

#include <iostream>
#include <string>

#include <thalweg/session.h>

using namespace thalweg;  // NOLINT: short for the reader

Status Run(const std::string& directory) {
  ARROW_ASSIGN_OR_RAISE(auto session, Session::Builder().AppName("word count").GetOrCreate());
  const DataFrame counts = session->ReadStream()
                               .Text(directory + "/text")
                               .Select(fn::Explode(fn::Split("value", " ")).As("word"))
                               .GroupBy("word")
                               .Count()
                               .OrderBy(fn::Col("count").Desc(), "word");
  ARROW_ASSIGN_OR_RAISE(auto query, counts.WriteStream()
                                        .Format("console")
                                        .OutputMode("complete")
                                        .Trigger(Trigger::AvailableNow())
                                        .Start());
  return query->AwaitTermination();
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
