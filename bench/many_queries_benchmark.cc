// Several queries in one process. First `queries` small ones, each a grouped count over a stream
// that gets a few rows now and then: threads, memory, and the time from adding rows to all of the
// queries to the last commit. Then two heavy ones at once: how evenly they share the machine.
//
//   many_queries_benchmark [queries=50] [rounds=20] [heavy_rows=4000000]

#include <chrono>
#include <cstdio>
#include <thread>

#include <arrow/api.h>
#include <thalweg/session.h>

#include "bench/benchmark_arguments.h"

namespace {

namespace bench = thalweg::bench;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Counting {
  thalweg::MemoryStream stream;
  std::shared_ptr<thalweg::StreamingQuery> query;
};

Counting StartCount(const std::shared_ptr<thalweg::Session>& session, const std::string& place) {
  auto stream = thalweg::MemoryStream::Make(session, "k BIGINT").ValueOrDie();
  auto query = stream.ToDF()
                   .GroupBy("k")
                   .Count()
                   .WriteStream()
                   .Format("noop")
                   .OutputMode("update")
                   .Option("checkpointLocation", place)
                   .Start()
                   .ValueOrDie();
  return {std::move(stream), std::move(query)};
}

std::shared_ptr<arrow::RecordBatch> Rows(int64_t begin, int64_t count) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < count; ++i) {
    bench::Check(builder.Append(static_cast<int64_t>((begin + i) * 2654435761u % 1'000'003)));
  }
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("k", arrow::int64())}), count,
                                  {builder.Finish().ValueOrDie()});
}

void RunSmall(const std::shared_ptr<thalweg::Session>& session, int64_t count, int64_t rounds) {
  const bench::TemporaryPlace place;
  const int64_t threads = bench::OwnStatus("Threads:");
  const int64_t memory = bench::OwnStatus("VmRSS:");
  std::vector<Counting> queries;
  for (int64_t i = 0; i < count; ++i) {
    queries.push_back(StartCount(session, place.path() + "/" + std::to_string(i)));
  }
  std::vector<double> millis;
  for (int64_t round = 0; round <= rounds; ++round) {
    const double begin = Now();
    for (Counting& one : queries) bench::Check(one.stream.AddData(*Rows(round * 10, 10)));
    for (Counting& one : queries) bench::Check(one.query->ProcessAllAvailable());
    if (round > 0) millis.push_back(1000 * (Now() - begin));
  }
  const auto queries_run = static_cast<double>(count);
  const double median = bench::Percentile(&millis, 0.5);  // sorts
  std::printf(
      "%ld queries: %.1f threads and %.2f MB each; rows to all, all committed: p50 %.1f ms,"
      " worst %.1f ms\n",
      count, static_cast<double>(bench::OwnStatus("Threads:") - threads) / queries_run,
      static_cast<double>(bench::OwnStatus("VmRSS:") - memory) / 1024 / queries_run, median,
      millis.back());
  for (Counting& one : queries) bench::Check(one.query->Stop());
}

/// Seconds that each of `count` queries takes for the same rows, all running at once.
std::vector<double> RunHeavy(const std::shared_ptr<thalweg::Session>& session, int count,
                             int64_t rows) {
  constexpr int64_t kBatch = 50'000;
  const bench::TemporaryPlace place;
  std::vector<Counting> queries;
  for (int i = 0; i < count; ++i) {
    queries.push_back(StartCount(session, place.path() + "/" + std::to_string(i)));
  }
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (int64_t begin = 0; begin < rows; begin += kBatch) batches.push_back(Rows(begin, kBatch));
  std::vector<double> seconds(count);
  std::vector<std::thread> threads;
  const double begin = Now();
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      for (const auto& batch : batches) {
        bench::Check(queries[i].stream.AddData(*batch));
        bench::Check(queries[i].query->ProcessAllAvailable());
      }
      seconds[i] = Now() - begin;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (Counting& one : queries) bench::Check(one.query->Stop());
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t queries = bench::NumberArgument(argc, argv, "queries", 50);
  const int64_t rounds = bench::NumberArgument(argc, argv, "rounds", 20);
  const int64_t rows = bench::NumberArgument(argc, argv, "heavy_rows", 4'000'000);
  const auto session = thalweg::Session::Builder()
                           .Config("thalweg.execution.workers", "2")
                           .GetOrCreate()
                           .ValueOrDie();
  RunSmall(session, queries, rounds);
  const double alone = RunHeavy(session, 1, rows)[0];
  const std::vector<double> both = RunHeavy(session, 2, rows);
  std::printf(
      "heavy: %.2f s alone; two at once %.2f s and %.2f s (%.2fx; shares differ by %.0f %%)\n",
      alone, both[0], both[1], std::max(both[0], both[1]) / alone,
      100 * (std::max(both[0], both[1]) / std::min(both[0], both[1]) - 1));
  session->Stop();
}
