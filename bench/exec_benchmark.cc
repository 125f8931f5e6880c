// Whole batch queries on one worker, from Arrow batches in memory to a consumer, against
// hand-written loops over the same batches: filter + project, and grouped count and sum.

#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include <arrow/api.h>
#include <benchmark/benchmark.h>

#include "bench/loop_fraction.h"
#include "thalweg/exec/planner/query_plan.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/state/key_hash.h"

namespace {

using thalweg::ArrayPtr;
using thalweg::Batch;
using thalweg::Status;
using thalweg::expr::ExpressionPtr;
namespace exec = thalweg::exec;
namespace expr = thalweg::expr;
namespace functions = thalweg::functions;
namespace plan = thalweg::plan;

constexpr int64_t kBatchRows = 8192;
constexpr int64_t kRows = kBatchRows * 512;

ArrayPtr RandomNumbers(int64_t domain, std::mt19937_64* random) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < kBatchRows; ++i) {
    if (!builder.Append(static_cast<int64_t>((*random)() % domain)).ok()) std::abort();
  }
  return builder.Finish().ValueOrDie();
}

/// Columns k (random below `domain`) and v (random below 1000).
std::vector<Batch> MakeBatches(int64_t domain) {
  std::mt19937_64 random(7);
  std::vector<Batch> batches;
  for (int64_t begin = 0; begin < kRows; begin += kBatchRows) {
    Batch batch;
    batch.num_rows = kBatchRows;
    batch.columns = {RandomNumbers(domain, &random), RandomNumbers(1000, &random)};
    batches.push_back(std::move(batch));
  }
  return batches;
}

const int64_t* Values(const Batch& batch, int column) {
  return static_cast<const arrow::Int64Array&>(*batch.columns[column]).raw_values();
}

plan::Attribute Column(const char* name, const thalweg::TypePtr& type) {
  plan::Attribute attribute;
  attribute.name = name;
  attribute.type = type;
  attribute.nullable = false;
  attribute.id = plan::NextAttributeId();
  return attribute;
}

struct Input {
  plan::Attribute k = Column("k", arrow::int64());
  plan::Attribute v = Column("v", arrow::int64());
  std::vector<Batch> batches;
  std::shared_ptr<const functions::FunctionRegistry> registry =
      functions::FunctionRegistry::MakeBuiltin();

  explicit Input(int64_t domain) : batches(MakeBatches(domain)) {}

  plan::NodePtr Local() const { return plan::BuildLocal({k, v}, batches); }

  ExpressionPtr Call(const char* name, std::vector<ExpressionPtr> arguments) const {
    std::vector<expr::ArgumentInfo> infos;
    for (const auto& argument : arguments) infos.push_back({argument->type(), false, nullptr});
    auto bound = registry->FindScalar(name)->bind(infos).ValueOrDie();
    return expr::Call::Make(std::make_shared<expr::BoundFunction>(std::move(bound)),
                            std::move(arguments));
  }

  plan::AggregateCall Aggregate(const char* name, ExpressionPtr argument) const {
    plan::AggregateCall call;
    call.function =
        registry->FindAggregate(name)->bind({{argument->type(), false, nullptr}}).ValueOrDie();
    call.output = Column(name, call.function->return_type());
    call.arguments = {std::move(argument)};
    return call;
  }
};

void RunQuery(benchmark::State& state, const plan::NodePtr& node) {
  exec::PlanOptions options;
  for (auto _ : state) {
    int64_t rows = 0;
    const auto observed = exec::RunBatchQuery(node, options, {}, [&](const Batch& batch) {
      rows += batch.num_rows;
      return Status::OK();
    });
    if (!observed.ok()) state.SkipWithError(observed.status().ToString().c_str());
    benchmark::DoNotOptimize(rows);
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

void FilterProjectEngine(benchmark::State& state) {
  const Input input(1000);
  const auto filter = plan::BuildFilter(
      input.Local(), input.Call(">", {input.v.Reference(), expr::Literal::Long(500)}));
  RunQuery(state,
           plan::BuildProject(filter, {{input.Call("+", {input.k.Reference(), input.v.Reference()}),
                                        Column("s", arrow::int64())},
                                       plan::PassThrough(input.v)}));
}

void FilterProjectLoop(benchmark::State& state) {
  const Input input(1000);
  std::vector<int64_t> sums(kBatchRows);
  std::vector<int64_t> values(kBatchRows);
  for (auto _ : state) {
    for (const Batch& batch : input.batches) {
      const int64_t* k = Values(batch, 0);
      const int64_t* v = Values(batch, 1);
      int64_t rows = 0;
      for (int64_t i = 0; i < kBatchRows; ++i) {
        if (v[i] <= 500) continue;
        sums[rows] = k[i] + v[i];
        values[rows++] = v[i];
      }
      benchmark::DoNotOptimize(sums.data());
      benchmark::DoNotOptimize(values.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

void GroupedEngine(benchmark::State& state) {
  const Input input(state.range(0));
  RunQuery(state, plan::BuildAggregate(input.Local(),
                                       plan::PassThrough(std::vector<plan::Attribute>{input.k}),
                                       {input.Aggregate("count", expr::Literal::Int(1)),
                                        input.Aggregate("sum", input.v.Reference())}));
}

/// Key, count and sum side by side, linear probing, sized in advance, prefetched by blocks.
void GroupedLoop(benchmark::State& state) {
  const Input input(state.range(0));
  struct Place {
    int64_t key;
    int64_t count;
    int64_t sum;
  };
  uint64_t capacity = 16;
  while (capacity < 2 * static_cast<uint64_t>(state.range(0))) capacity *= 2;
  for (auto _ : state) {
    std::vector<Place> table(capacity, Place{});
    uint64_t places[64];
    for (const Batch& batch : input.batches) {
      const int64_t* k = Values(batch, 0);
      const int64_t* v = Values(batch, 1);
      for (int64_t begin = 0; begin < kBatchRows; begin += 64) {
        for (int j = 0; j < 64; ++j) {
          places[j] =
              thalweg::state::internal::FoldedMultiply(
                  static_cast<uint64_t>(k[begin + j]) ^ thalweg::state::internal::kHashSeed0,
                  thalweg::state::internal::kHashSeed1) &
              (capacity - 1);
          __builtin_prefetch(&table[places[j]]);
        }
        for (int j = 0; j < 64; ++j) {
          uint64_t place = places[j];
          while (table[place].count != 0 && table[place].key != k[begin + j]) {
            place = (place + 1) & (capacity - 1);
          }
          table[place].key = k[begin + j];
          ++table[place].count;
          table[place].sum += v[begin + j];
        }
      }
    }
    benchmark::DoNotOptimize(table.data());
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

BENCHMARK(FilterProjectEngine)->Unit(benchmark::kMillisecond);
BENCHMARK(FilterProjectLoop)->Unit(benchmark::kMillisecond);
BENCHMARK(GroupedEngine)->Arg(100)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(GroupedLoop)->Arg(100)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return thalweg::bench::RunBesideLoops(argc, argv); }
