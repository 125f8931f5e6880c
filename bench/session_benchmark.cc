// Session windows over a stream on one worker: rows of random keys come epoch by epoch, count and
// sum are kept per session, the watermark takes finished sessions out. The argument is the number
// of keys, which is about the number of sessions in state. Against a hand-written loop that knows
// the rows are in order of time, keeps one session a key in a flat table and finds finished ones
// when their key comes again.

#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include <arrow/api.h>
#include <benchmark/benchmark.h>

#include "bench/loop_fraction.h"
#include "thalweg/exec/stateful/session_aggregate.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/state/key_hash.h"
#include "thalweg/types/data_types.h"

namespace {

using thalweg::ArrayPtr;
using thalweg::Batch;
using thalweg::Status;
namespace exec = thalweg::exec;
namespace expr = thalweg::expr;
namespace state = thalweg::state;

constexpr int64_t kBatchRows = 8192;
constexpr int64_t kEpochRows = kBatchRows * 8;
constexpr int64_t kRows = kEpochRows * 64;
constexpr int64_t kRowMicros = 10;

/// Microseconds in which every key has a row on average; the gap, so that most sessions hold a few
/// rows and end.
int64_t GapOf(int64_t num_keys) { return num_keys * kRowMicros; }

ArrayPtr Numbers(std::vector<int64_t> values, const thalweg::TypePtr& type) {
  const auto count = static_cast<int64_t>(values.size());
  return arrow::MakeArray(
      arrow::ArrayData::Make(type, count, {nullptr, arrow::Buffer::FromVector(std::move(values))}));
}

/// Columns k, session_window, v; times go on from batch to batch.
std::vector<Batch> MakeBatches(int64_t num_keys) {
  std::mt19937_64 random(7);
  const thalweg::TypePtr time = thalweg::TimestampType();
  const auto window = arrow::struct_({arrow::field("start", time), arrow::field("end", time)});
  std::vector<Batch> batches;
  for (int64_t begin = 0; begin < kRows; begin += kBatchRows) {
    std::vector<int64_t> keys;
    std::vector<int64_t> starts;
    std::vector<int64_t> ends;
    std::vector<int64_t> values;
    for (int64_t row = begin; row < begin + kBatchRows; ++row) {
      keys.push_back(static_cast<int64_t>(random() % num_keys));
      starts.push_back(row * kRowMicros);
      ends.push_back(row * kRowMicros + GapOf(num_keys));
      values.push_back(static_cast<int64_t>(random() % 1000));
    }
    Batch batch;
    batch.num_rows = kBatchRows;
    batch.columns = {
        Numbers(std::move(keys), arrow::int64()),
        std::make_shared<arrow::StructArray>(
            window, kBatchRows,
            arrow::ArrayVector{Numbers(std::move(starts), time), Numbers(std::move(ends), time)}),
        Numbers(std::move(values), arrow::int64())};
    batches.push_back(std::move(batch));
  }
  return batches;
}

class CountingSink : public exec::Operator {
 public:
  Status Push(int, Batch batch) override {
    rows_ += batch.num_rows;
    return Status::OK();
  }
  std::string Description() const override { return "CountingSink"; }
  int64_t rows() const { return rows_; }

 private:
  int64_t rows_ = 0;
};

exec::SessionAggregateOptions MakeOptions() {
  const auto registry = thalweg::functions::FunctionRegistry::MakeBuiltin();
  exec::BoundAggregate count;
  count.function = registry->FindAggregate("count")->bind({{arrow::int64()}}).ValueOrDie();
  count.arguments = {{2, nullptr}};
  exec::BoundAggregate sum;
  sum.function = registry->FindAggregate("sum")->bind({{arrow::int64()}}).ValueOrDie();
  sum.arguments = {{2, nullptr}};
  const thalweg::TypePtr time = thalweg::TimestampType();
  const auto window = arrow::struct_({arrow::field("start", time), arrow::field("end", time)});
  exec::SessionAggregateOptions options;
  options.grouping = state::RowKeyCodec::Make({arrow::int64(), window}).ValueOrDie();
  options.keys = state::RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  options.window_column = 1;
  options.calls =
      std::make_shared<const exec::AggregateCalls>(std::vector<exec::BoundAggregate>{count, sum});
  options.sessions = std::make_shared<const exec::SessionListCodec>(options.calls);
  options.has_event_time = true;
  options.operator_id = 0;
  return options;
}

void SessionEngine(benchmark::State& state) {
  const auto batches = MakeBatches(state.range(0));
  const exec::SessionAggregateOptions options = MakeOptions();
  int64_t sessions = 0;
  for (auto _ : state) {
    state::StateTableOptions table_options;
    table_options.keys = options.keys;
    table_options.values = options.sessions;
    table_options.track_touched = true;
    table_options.num_key_groups = 200;
    state::StateTable table(table_options);
    exec::SessionAggregateOperator aggregate(options, &table);
    auto sink = std::make_unique<CountingSink>();
    const CountingSink* counter = sink.get();
    aggregate.SetDownstream(std::move(sink));
    exec::EpochContext context;
    context.late_watermark_micros = {0};
    context.eviction_watermark_micros = {0};
    for (int64_t begin = 0; begin < kRows; begin += kEpochRows) {
      if (!aggregate.BeginEpoch(context).ok()) std::abort();
      for (int64_t row = begin; row < begin + kEpochRows; row += kBatchRows) {
        if (!aggregate.Push(0, batches[row / kBatchRows]).ok()) std::abort();
      }
      if (!aggregate.FinishInput(0).ok()) std::abort();
      context.late_watermark_micros = context.eviction_watermark_micros;
      context.eviction_watermark_micros = {(begin + kEpochRows) * kRowMicros};
    }
    sessions = counter->rows();
    state.counters["state_bytes"] = static_cast<double>(table.memory_bytes());
  }
  state.counters["sessions_out"] = static_cast<double>(sessions);
  state.SetItemsProcessed(state.iterations() * kRows);
}

struct FlatSession {
  int64_t key = -1;
  int64_t start = 0;
  int64_t end = 0;
  int64_t count = 0;
  int64_t sum = 0;
};

void SessionLoop(benchmark::State& state) {
  const auto batches = MakeBatches(state.range(0));
  uint64_t capacity = 16;
  while (capacity < 2 * static_cast<uint64_t>(state.range(0))) capacity *= 2;
  int64_t sessions = 0;
  for (auto _ : state) {
    std::vector<FlatSession> table(capacity);
    std::vector<FlatSession> finished;
    sessions = 0;
    for (const Batch& batch : batches) {
      const auto& windows = static_cast<const arrow::StructArray&>(*batch.columns[1]);
      const auto* keys = batch.columns[0]->data()->GetValues<int64_t>(1);
      const auto* starts = windows.field(0)->data()->GetValues<int64_t>(1);
      const auto* ends = windows.field(1)->data()->GetValues<int64_t>(1);
      const auto* values = batch.columns[2]->data()->GetValues<int64_t>(1);
      for (int64_t row = 0; row < kBatchRows; ++row) {
        uint64_t place = state::internal::FoldedMultiply(
                             static_cast<uint64_t>(keys[row]) ^ state::internal::kHashSeed0,
                             state::internal::kHashSeed1) &
                         (capacity - 1);
        while (table[place].key != keys[row] && table[place].key >= 0) {
          place = (place + 1) & (capacity - 1);
        }
        FlatSession& session = table[place];
        if (session.key >= 0 && starts[row] > session.end) {
          finished.push_back(session);
          session.key = -1;
        }
        if (session.key < 0) session = {keys[row], starts[row], ends[row], 0, 0};
        session.end = ends[row];
        ++session.count;
        session.sum += values[row];
      }
      sessions += static_cast<int64_t>(finished.size());
      benchmark::DoNotOptimize(finished.data());
      finished.clear();
    }
  }
  state.counters["sessions_out"] = static_cast<double>(sessions);
  state.SetItemsProcessed(state.iterations() * kRows);
}

BENCHMARK(SessionEngine)->Arg(1'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(SessionLoop)->Arg(1'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return thalweg::bench::RunBesideLoops(argc, argv); }
