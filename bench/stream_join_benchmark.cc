// An interval join of two streams with one million rows of state per side: rows per second through
// the whole operator (match, condition, output, keep, expire), and what dropping costs per row, by
// the number of rows kept. Counters: rows/s (joined rows' input, dropped rows).

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include <arrow/api.h>
#include <benchmark/benchmark.h>

#include "thalweg/exec/stateful/stream_join.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/state/key_group.h"

namespace {

using thalweg::ArrayPtr;
using thalweg::Batch;
using thalweg::Status;
using thalweg::TypePtr;
using thalweg::expr::ExpressionPtr;
namespace exec = thalweg::exec;
namespace expr = thalweg::expr;
namespace functions = thalweg::functions;
namespace state = thalweg::state;

constexpr int64_t kBatchRows = 8192;
constexpr int64_t kSecond = 1'000'000;
/// Rows per second of event time, of each side; the range of the join decides how many are kept.
constexpr int64_t kRowsPerSecond = 10'000;
constexpr int64_t kRangeSeconds = 100;
constexpr int64_t kKeys = 1'000'000;

void Check(const Status& status) {
  if (!status.ok()) std::abort();
}

TypePtr Timestamp() { return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"); }

ExpressionPtr Compare(const functions::FunctionRegistry& registry, const char* name,
                      ExpressionPtr left, ExpressionPtr right) {
  const expr::ScalarFunction* function = registry.FindScalar(name);
  auto bound =
      function->bind({{left->type(), true, nullptr}, {right->type(), true, nullptr}}).ValueOrDie();
  return expr::Call::Make(std::make_shared<const expr::BoundFunction>(std::move(bound)),
                          {std::move(left), std::move(right)});
}

/// l.k = r.k AND r.ts >= l.ts over (k BIGINT, ts TIMESTAMP, v BIGINT) on both sides.
std::shared_ptr<const exec::StreamJoinOptions> MakeOptions() {
  const auto registry = functions::FunctionRegistry::MakeBuiltin();
  auto options = std::make_shared<exec::StreamJoinOptions>();
  for (exec::StreamJoinSide& side : options->sides) {
    side.types = {arrow::int64(), Timestamp(), arrow::int64()};
    side.key_columns = {0};
    side.late_column = 1;
    side.time_column = 1;
  }
  options->condition =
      Compare(*registry, ">=", expr::ColumnReference::Make(4, "ts", Timestamp(), true),
              expr::ColumnReference::Make(1, "ts", Timestamp(), true));
  options->null_safe = {false};
  options->keys = state::RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  for (int side = 0; side < 2; ++side) {
    options->rows[side] = state::RowCodec::Make(options->sides[side].types).ValueOrDie();
  }
  options->state_watermark = [](int, int64_t watermark) {
    return watermark - kRangeSeconds * kSecond;
  };
  options->num_key_groups = 200;
  return options;
}

std::unique_ptr<state::JoinTable> MakeTable(const exec::StreamJoinOptions& options) {
  return std::make_unique<state::JoinTable>(state::JoinTableOptions{
      options.keys, options.rows, options.num_key_groups, options.state_watermark});
}

/// Rows from `begin` on: row i is of time i / kRowsPerSecond, its key is random.
Batch MakeBatch(int64_t begin, int64_t rows, std::mt19937_64* random) {
  arrow::Int64Builder keys;
  arrow::TimestampBuilder times(Timestamp(), arrow::default_memory_pool());
  arrow::Int64Builder values;
  for (int64_t i = begin; i < begin + rows; ++i) {
    Check(keys.Append(static_cast<int64_t>((*random)() % kKeys)));
    Check(times.Append(i * kSecond / kRowsPerSecond + 1));
    Check(values.Append(i));
  }
  Batch batch;
  batch.num_rows = rows;
  batch.columns = {keys.Finish().ValueOrDie(), times.Finish().ValueOrDie(),
                   values.Finish().ValueOrDie()};
  return batch;
}

class CountingSink : public exec::Operator {
 public:
  Status Push(int, Batch batch) override {
    rows += batch.num_selected();
    return Status::OK();
  }
  Status FinishInput(int) override { return Status::OK(); }
  std::string Description() const override { return "Count"; }
  int64_t rows = 0;
};

/// One epoch a second of event time; both sides hold range * rate = 1 M rows.
void IntervalJoin(benchmark::State& benchmark) {
  const auto options = MakeOptions();
  const auto table = MakeTable(*options);
  exec::StreamJoinOperator join(options, table.get());
  auto sink = std::make_unique<CountingSink>();
  CountingSink* count = sink.get();
  join.SetDownstream(std::move(sink));
  std::mt19937_64 random(7);
  exec::EpochContext context;
  int64_t second = 0;
  const auto run_epoch = [&](const std::vector<Batch>& left, const std::vector<Batch>& right) {
    context.late_watermark_micros = {(second - 1) * kSecond};
    context.eviction_watermark_micros = {second * kSecond};
    Check(join.BeginEpoch(context));
    for (size_t i = 0; i < left.size(); ++i) {
      Check(join.Push(0, left[i]));
      Check(join.Push(1, right[i]));
    }
    Check(join.FinishInput(0));
    Check(join.FinishInput(1));
    ++second;
  };
  const auto make_epoch = [&] {
    std::vector<Batch> batches;
    for (int64_t row = 0; row < kRowsPerSecond; row += kBatchRows) {
      batches.push_back(MakeBatch(second * kRowsPerSecond + row,
                                  std::min(kBatchRows, kRowsPerSecond - row), &random));
    }
    return batches;
  };
  while (second < kRangeSeconds + 1) run_epoch(make_epoch(), make_epoch());
  for (auto _ : benchmark) {
    benchmark.PauseTiming();
    const std::vector<Batch> left = make_epoch();
    const std::vector<Batch> right = make_epoch();
    benchmark.ResumeTiming();
    run_epoch(left, right);
  }
  benchmark.SetItemsProcessed(benchmark.iterations() * 2 * kRowsPerSecond);
  benchmark.counters["rows kept"] = static_cast<double>(table->size());
  benchmark.counters["bytes per row"] =
      static_cast<double>(table->memory_bytes()) / static_cast<double>(table->size());
  benchmark.counters["output rows"] = static_cast<double>(count->rows);
}
BENCHMARK(IntervalJoin)->Unit(benchmark::kMillisecond);

/// Drops 100,000 rows of a table that holds `range(0)`, again and again.
void DropRows(benchmark::State& benchmark) {
  constexpr int64_t kDropped = 100'000;
  const auto options = MakeOptions();
  std::mt19937_64 random(7);
  state::RowTable table(options->keys, options->rows[0]);
  int64_t next = 0;
  const auto fill = [&] {
    while (table.size() < benchmark.range(0)) {
      const Batch batch = MakeBatch(next, kBatchRows, &random);
      next += kBatchRows;
      state::KeyBatch keys;
      Check(options->keys->Encode({batch.columns[0]}, batch.num_rows, &keys));
      std::vector<int64_t> times;
      std::vector<int32_t> rows;
      for (int64_t i = 0; i < batch.num_rows; ++i) {
        times.push_back(static_cast<const arrow::TimestampArray&>(*batch.columns[1]).Value(i));
        rows.push_back(static_cast<int32_t>(i));
      }
      const std::vector<int32_t> groups(batch.num_rows, 0);
      const std::vector<uint8_t> matched(batch.num_rows, 0);
      Check(table.Append(
          {&batch.columns, &keys, times.data(), &rows, groups.data(), matched.data()}));
    }
    table.BeginEpoch();
  };
  const auto ignore = [](state::StoredRow* const*, int64_t) { return Status::OK(); };
  int64_t through = 0;
  fill();
  int64_t dropped = 0;
  for (auto _ : benchmark) {
    through += kDropped / kRowsPerSecond * kSecond;
    dropped += table.Expire(through, ignore).ValueOrDie();
    benchmark.PauseTiming();
    fill();
    benchmark.ResumeTiming();
  }
  benchmark.SetItemsProcessed(dropped);
}
BENCHMARK(DropRows)->Arg(200'000)->Arg(1'000'000)->Arg(4'000'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
