// Runs streaming queries in one session, one a line of standard input: for measuring a warm engine.
// A line is a command ("CREATE TEMPORARY VIEW ..."), or with tabs between them output mode,
// checkpoint directory, query and, if there is a fourth field, columns by which rows that were seen
// are dropped: "all key" (dropDuplicates) or "watermark key" (dropDuplicatesWithinWatermark). The
// query runs to the end of what there is (availableNow) into the sink that keeps nothing. Each line
// is answered with the seconds it took, with tabs between them the rows read and written, the most
// rows and bytes of state after a batch, and the longest batch in seconds; or "error: ...".
// Arguments: settings, key=value.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <thalweg/session.h>

namespace {

/// What the batches of a query did.
struct Totals {
  int64_t input_rows = 0;
  int64_t output_rows = 0;
  int64_t state_rows = 0;
  int64_t state_bytes = 0;
  int64_t longest_batch_millis = 0;
};

std::vector<std::string> SplitFields(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream text(line);
  for (std::string field; std::getline(text, field, '\t');) fields.push_back(field);
  return fields;
}

thalweg::Result<thalweg::DataFrame> MakeFrame(thalweg::Session* session,
                                              const std::vector<std::string>& fields) {
  ARROW_ASSIGN_OR_RAISE(auto rows, session->Sql(fields[2]));
  if (fields.size() < 4) return rows;
  std::istringstream words(fields[3]);
  std::string kind;
  words >> kind;
  std::vector<std::string> columns;
  for (std::string column; words >> column;) columns.push_back(column);
  return kind == "watermark" ? rows.DropDuplicatesWithinWatermark(columns)
                             : rows.DropDuplicates(columns);
}

Totals Sum(const std::vector<thalweg::StreamingQueryProgress>& batches) {
  Totals totals;
  for (const auto& batch : batches) {
    totals.input_rows += batch.num_input_rows;
    totals.output_rows += std::max<int64_t>(0, batch.sink.num_output_rows);
    totals.longest_batch_millis =
        std::max(totals.longest_batch_millis, batch.batch_duration_millis);
    int64_t rows = 0;
    int64_t bytes = 0;
    for (const auto& operation : batch.state_operators) {
      rows += operation.num_rows_total;
      bytes += operation.memory_used_bytes;
    }
    totals.state_rows = std::max(totals.state_rows, rows);
    totals.state_bytes = std::max(totals.state_bytes, bytes);
  }
  return totals;
}

/// To the error output, for who wants to know where the time goes.
void PrintPhases(const std::vector<thalweg::StreamingQueryProgress>& batches) {
  std::map<std::string, int64_t> phases;
  for (const auto& batch : batches) {
    for (const auto& [phase, millis] : batch.duration_millis) phases[phase] += millis;
    for (const auto& operation : batch.state_operators) {
      phases["state commit"] += operation.commit_time_millis;
    }
  }
  std::cerr << batches.size() << " progresses, ms:";
  for (const auto& [phase, millis] : phases) std::cerr << ' ' << phase << ' ' << millis;
  std::cerr << '\n';
}

thalweg::Result<Totals> RunLine(thalweg::Session* session, const std::string& line) {
  const std::vector<std::string> fields = SplitFields(line);
  if (fields.size() < 2) {
    ARROW_RETURN_NOT_OK(session->Sql(line).status());
    return Totals();
  }
  if (fields.size() < 3) return thalweg::Status::Invalid("a line with one tab");
  ARROW_ASSIGN_OR_RAISE(const auto rows, MakeFrame(session, fields));
  ARROW_ASSIGN_OR_RAISE(const auto query, rows.WriteStream()
                                              .Format("noop")
                                              .OutputMode(fields[0])
                                              .Option("checkpointLocation", fields[1])
                                              .Trigger(thalweg::Trigger::AvailableNow())
                                              .Start());
  ARROW_RETURN_NOT_OK(query->AwaitTermination());
  PrintPhases(query->RecentProgress());
  return Sum(query->RecentProgress());
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
    const thalweg::Result<Totals> totals = RunLine(session.get(), line);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (totals.ok()) {
      std::cout << seconds.count() << '\t' << totals->input_rows << '\t' << totals->output_rows
                << '\t' << totals->state_rows << '\t' << totals->state_bytes << '\t'
                << static_cast<double>(totals->longest_batch_millis) / 1000 << std::endl;
    } else {
      std::cout << "error: " << thalweg::ErrorText(totals.status()) << std::endl;
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
