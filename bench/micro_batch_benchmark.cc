// What a micro-batch costs when it has next to nothing to do: one row through a grouped count into
// the sink that keeps nothing, with everything that exactly-once asks for (offset log, change file,
// commit log, all synced). Argument: spark.sql.shuffle.partitions.

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <thalweg/session.h>

namespace {

void Check(const thalweg::Status& status) {
  if (status.ok()) return;
  std::cerr << thalweg::ErrorText(status) << "\n";
  std::abort();
}

void OneRowMicroBatch(benchmark::State& state) {
  std::string directory =
      (std::filesystem::temp_directory_path() / "thalweg-micro-batch-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) std::abort();
  const auto session = thalweg::Session::Builder()
                           .Config("spark.sql.shuffle.partitions", std::to_string(state.range(0)))
                           .Config("thalweg.execution.workers", "2")
                           .GetOrCreate()
                           .ValueOrDie();
  auto rows = thalweg::MemoryStream::Make(session, "k BIGINT").ValueOrDie();
  const auto query = rows.ToDF()
                         .GroupBy("k")
                         .Count()
                         .WriteStream()
                         .Format("noop")
                         .OutputMode("update")
                         .Option("checkpointLocation", directory)
                         .Start()
                         .ValueOrDie();
  Check(query->ProcessAllAvailable());
  for (auto _ : state) {
    Check(rows.AddJson(R"({"k": 1})").status());
    Check(query->ProcessAllAvailable());
  }
  Check(query->Stop());
  session->Stop();
  std::filesystem::remove_all(directory);
}

BENCHMARK(OneRowMicroBatch)->Arg(2)->Arg(200)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
