// From kill -9 to the first new correct output: a process counts `keys` keys from files, is killed
// when all is committed, and is started again together with a new file of known keys. Measured from
// the start of the second process to the moment its output, which must be right, is in the sink.
//
//   recovery_benchmark [keys=1000000,10000000 one after the other, or keys=N]

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>

#include <arrow/api.h>
#include <thalweg/session.h>

#include "bench/benchmark_arguments.h"

namespace {

namespace bench = thalweg::bench;

constexpr int64_t kNewKeys = 1000;
constexpr int kFiles = 10;

std::shared_ptr<thalweg::Session> MakeSession() {
  return thalweg::Session::Builder()
      .Config("thalweg.execution.workers", "2")
      .GetOrCreate()
      .ValueOrDie();
}

/// Writes keys begin..end as files below `directory`/input, under their names only when whole.
void WriteKeys(const std::string& directory, const std::string& name, int64_t begin, int64_t end) {
  const std::string scratch = directory + "/scratch-" + name;
  bench::Check(MakeSession()
                   ->Range(begin, end)
                   .SelectExpr({"id AS k", "id % 1000 AS v"})
                   .Write()
                   .Parquet(scratch));
  std::filesystem::create_directories(directory + "/input");
  int number = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scratch)) {
    if (entry.path().extension() != ".parquet") continue;
    std::filesystem::rename(
        entry.path(), directory + "/input/" + name + "-" + std::to_string(number++) + ".parquet");
  }
}

/// What a process reports of a batch.
struct Report {
  int64_t batch;
  int64_t rows;
  int64_t counts;
};

/// The process that is killed: reports every batch through the descriptor.
void RunQuery(const std::string& directory, int out) {
  const auto session = MakeSession();
  const auto query =
      session->ReadStream()
          .Schema("k BIGINT, v BIGINT")
          .Option("maxFilesPerTrigger", "1")
          .Parquet(directory + "/input")
          .GroupBy("k")
          .Agg(thalweg::fn::Count("*").Alias("n"), thalweg::fn::Sum("v").Alias("total"))
          .WriteStream()
          .OutputMode("update")
          .Option("checkpointLocation", directory + "/checkpoint")
          .ForeachBatch([&](thalweg::DataFrame rows, int64_t id) {
            const auto table = rows.Collect();
            ARROW_RETURN_NOT_OK(table.status());
            Report report = {id, (*table)->num_rows(), 0};
            for (const auto& chunk : (*table)->GetColumnByName("n")->chunks()) {
              const auto& counts = static_cast<const arrow::Int64Array&>(*chunk);
              for (int64_t i = 0; i < counts.length(); ++i) {
                report.counts += counts.Value(i);
              }
            }
            if (write(out, &report, sizeof(report)) != sizeof(report)) std::abort();
            return thalweg::Status::OK();
          })
          .Start()
          .ValueOrDie();
  bench::Check(query->AwaitTermination());
}

struct Child {
  pid_t pid;
  int in;
};

Child StartQuery(const char* program, const std::string& directory) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    const std::string out = std::to_string(ends[1]);
    execl(program, program, "child", directory.c_str(), out.c_str(), nullptr);
    _exit(1);
  }
  close(ends[1]);
  return {pid, ends[0]};
}

Report NextReport(const Child& child) {
  Report report{};
  if (read(child.in, &report, sizeof(report)) != sizeof(report)) {
    std::cerr << "the query's process died\n";
    std::abort();
  }
  return report;
}

void Kill(const Child& child) {
  kill(child.pid, SIGKILL);
  waitpid(child.pid, nullptr, 0);
  close(child.in);
}

void Measure(const char* program, int64_t keys) {
  const bench::TemporaryPlace place;
  const int64_t part = keys / kFiles;
  for (int file = 0; file < kFiles; ++file) {
    WriteKeys(place.path(), "old" + std::to_string(file), file * part, (file + 1) * part);
  }
  const Child first = StartQuery(program, place.path());
  for (int64_t rows = 0; rows < part * kFiles;) rows += NextReport(first).rows;
  // The report of a batch comes before its commit: wait for the record.
  int64_t last = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(place.path() + "/checkpoint/offsets")) {
    last = std::max<int64_t>(last, std::strtoll(entry.path().filename().c_str(), nullptr, 10));
  }
  const std::string record = place.path() + "/checkpoint/commits/" + std::to_string(last);
  while (!std::filesystem::exists(record)) usleep(1000);
  Kill(first);
  WriteKeys(place.path(), "new", 0, kNewKeys);
  const auto begin = std::chrono::steady_clock::now();
  const Child second = StartQuery(program, place.path());
  const Report report = NextReport(second);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  Kill(second);
  const bool right = report.rows == kNewKeys && report.counts == 2 * kNewKeys;
  std::printf("%9ld keys: %.2f s (wanted: %s s)%s\n", keys, seconds.count(),
              keys <= 1'000'000 ? "0.5" : "3", right ? "" : "   WRONG OUTPUT");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "child") == 0) {
    RunQuery(argv[2], std::atoi(argv[3]));
    return 0;
  }
  const int64_t keys = bench::NumberArgument(argc, argv, "keys", 0);
  std::printf("from kill -9 to the first new output\n");
  for (const int64_t one : {int64_t{1'000'000}, int64_t{10'000'000}}) {
    if (keys == 0 || one == 1'000'000) Measure("/proc/self/exe", keys == 0 ? one : keys);
  }
}
