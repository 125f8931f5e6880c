// Runs streaming queries in one session, one a line of standard input: for measuring a warm engine.
// A line is a command ("CREATE TEMPORARY VIEW ..."), or output mode, checkpoint directory and query
// with tabs between them: the query then runs to the end of what there is (availableNow) into the
// sink that keeps nothing. Each line is answered with the seconds it took, or "error: ...".
// Arguments: settings, key=value.

#include <chrono>
#include <iostream>
#include <string>

#include <thalweg/session.h>

namespace {

thalweg::Status RunLine(thalweg::Session* session, const std::string& line) {
  const size_t first = line.find('\t');
  if (first == std::string::npos) return session->Sql(line).status();
  const size_t second = line.find('\t', first + 1);
  if (second == std::string::npos) return thalweg::Status::Invalid("a line with one tab");
  ARROW_ASSIGN_OR_RAISE(const auto rows, session->Sql(line.substr(second + 1)));
  ARROW_ASSIGN_OR_RAISE(const auto query, rows.WriteStream()
                                              .Format("noop")
                                              .OutputMode(line.substr(0, first))
                                              .Option("checkpointLocation",
                                                      line.substr(first + 1, second - first - 1))
                                              .Trigger(thalweg::Trigger::AvailableNow())
                                              .Start());
  return query->AwaitTermination();
}

thalweg::Status Run(int argc, char** argv) {
  auto builder = thalweg::Session::Builder();
  for (int i = 1; i < argc; ++i) {
    const std::string setting = argv[i];
    const size_t at = setting.find('=');
    if (at == std::string::npos) return thalweg::Status::Invalid(setting, " is not key=value");
    builder.Config(setting.substr(0, at), setting.substr(at + 1));
  }
  ARROW_ASSIGN_OR_RAISE(auto session, builder.GetOrCreate());
  for (std::string line; std::getline(std::cin, line);) {
    const auto begin = std::chrono::steady_clock::now();
    const thalweg::Status status = RunLine(session.get(), line);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (status.ok()) {
      std::cout << seconds.count() << std::endl;
    } else {
      std::cout << "error: " << thalweg::ErrorText(status) << std::endl;
    }
  }
  return thalweg::Status::OK();
}

}  // namespace

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc, argv);
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
