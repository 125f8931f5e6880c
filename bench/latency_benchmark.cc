// From the making of an event to its result in the sink: events come at a fixed rate, whatever the
// engine does (they carry the time at which they were due), go through a grouped count and maximum
// with a durable checkpoint, one micro-batch right after the other, and come out in update mode.
// A result counts as out when foreachBatch gets it, after the state of its batch is durable.
//
//   latency_benchmark [rate=10000] [seconds=10] [keys=100000]

#include <time.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include <arrow/api.h>
#include <thalweg/session.h>

#include "bench/benchmark_arguments.h"

namespace {

namespace bench = thalweg::bench;

int64_t NowMicros() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000 + time.tv_nsec / 1000;
}

void SleepUntil(int64_t micros) {
  const timespec time = {micros / 1'000'000, micros % 1'000'000 * 1000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

/// Adds rows (key, due time) to the stream at `rate` a second for `seconds`.
void Produce(thalweg::MemoryStream* stream, int64_t rate, int64_t seconds, int64_t keys) {
  constexpr int64_t kTickMicros = 200;
  const auto schema =
      arrow::schema({arrow::field("k", arrow::int64()), arrow::field("due", arrow::int64())});
  std::mt19937_64 random(7);
  const int64_t begin = NowMicros();
  int64_t event = 0;
  for (int64_t tick = 1; tick * kTickMicros <= seconds * 1'000'000; ++tick) {
    SleepUntil(begin + tick * kTickMicros);
    arrow::Int64Builder key;
    arrow::Int64Builder due;
    for (; event * 1'000'000 / rate <= tick * kTickMicros; ++event) {
      bench::Check(key.Append(static_cast<int64_t>(random() % keys)));
      bench::Check(due.Append(begin + event * 1'000'000 / rate));
    }
    const int64_t count = key.length();
    const auto rows = arrow::RecordBatch::Make(
        schema, count, {key.Finish().ValueOrDie(), due.Finish().ValueOrDie()});
    if (rows->num_rows() > 0) bench::Check(stream->AddData(*rows).status());
  }
}

/// Milliseconds from due to out.
class Latencies {
 public:
  thalweg::Status Take(const thalweg::DataFrame& rows) {
    const auto table = rows.Collect();
    ARROW_RETURN_NOT_OK(table.status());
    const int64_t now = NowMicros();
    const std::lock_guard<std::mutex> lock(mutex_);
    ++batches_;
    for (const auto& chunk : (*table)->GetColumnByName("due")->chunks()) {
      const auto& due = static_cast<const arrow::Int64Array&>(*chunk);
      for (int64_t i = 0; i < due.length(); ++i) {
        values_.push_back(static_cast<double>(now - due.Value(i)) / 1000);
      }
    }
    return thalweg::Status::OK();
  }

  void Clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    values_.clear();
    batches_ = 0;
  }

  void Print() {
    std::printf("%zu results in %ld batches\n", values_.size(), batches_);
    const double median = bench::Percentile(&values_, 0.5);  // sorts
    std::printf(
        "p50 %.2f ms (wanted: 5)   p90 %.2f   p99 %.2f (wanted: 15)   p99.9 %.2f   worst %.2f\n",
        median, bench::Percentile(&values_, 0.9), bench::Percentile(&values_, 0.99),
        bench::Percentile(&values_, 0.999), values_.empty() ? 0 : values_.back());
    std::map<int, int64_t> buckets;
    for (const double value : values_) {
      int bucket = 0;
      for (double end = 0.5; value >= end; end *= 1.41421356) ++bucket;
      ++buckets[bucket];
    }
    double end = 0.5;
    for (int bucket = 0; !buckets.empty() && bucket <= buckets.rbegin()->first; ++bucket) {
      const double share =
          100 * static_cast<double>(buckets[bucket]) / static_cast<double>(values_.size());
      std::printf("  < %7.2f ms %6.2f %% %s\n", end, share,
                  std::string(static_cast<size_t>(share / 2), '#').c_str());
      end *= 1.41421356;
    }
  }

 private:
  std::mutex mutex_;
  std::vector<double> values_;
  int64_t batches_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const int64_t rate = bench::NumberArgument(argc, argv, "rate", 10'000);
  const int64_t seconds = bench::NumberArgument(argc, argv, "seconds", 10);
  const int64_t keys = bench::NumberArgument(argc, argv, "keys", 100'000);
  const int64_t files = bench::NumberArgument(argc, argv, "files", 50);
  const bench::TemporaryPlace place;
  const auto session = thalweg::Session::Builder()
                           .Config("thalweg.execution.workers", "2")
                           .Config("thalweg.streaming.state.snapshot.afterFiles",
                                   std::to_string(files))
                           .GetOrCreate()
                           .ValueOrDie();
  auto stream = thalweg::MemoryStream::Make(session, "k BIGINT, due BIGINT").ValueOrDie();
  Latencies latencies;
  const auto query =
      stream.ToDF()
          .GroupBy("k")
          .Agg(thalweg::fn::Count("*").Alias("n"), thalweg::fn::Max("due").Alias("due"))
          .WriteStream()
          .OutputMode("update")
          .Option("checkpointLocation", place.path())
          .ForeachBatch([&](thalweg::DataFrame rows, int64_t) { return latencies.Take(rows); })
          .Start()
          .ValueOrDie();
  Produce(&stream, rate, 1, keys);  // warm
  bench::Check(query->ProcessAllAvailable());
  latencies.Clear();
  Produce(&stream, rate, seconds, keys);
  bench::Check(query->ProcessAllAvailable());
  std::printf("%ld events/s for %ld s\n", rate, seconds);
  latencies.Print();
  if (const auto last = query->LastProgress()) {
    std::printf("last batch:");
    for (const auto& [phase, millis] : last->duration_millis) {
      std::printf(" %s %ld ms", phase.c_str(), millis);
    }
    std::printf("\n");
  }
  bench::Check(query->Stop());
  session->Stop();
}
