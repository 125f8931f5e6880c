// Grouped count over 64-bit keys: the engine's group table (encode, hash, find or insert, update)
// against a hand-written loop over a flat table made for this one purpose. Counters: rows/s.

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include <arrow/api.h>
#include <benchmark/benchmark.h>

#include "bench/loop_fraction.h"
#include "thalweg/state/group_table.h"
#include "thalweg/state/key_hash.h"
#include "thalweg/state/row_key.h"

namespace {

using thalweg::ArrayPtr;
using thalweg::state::GroupTable;
using thalweg::state::KeyBatch;
using thalweg::state::RowKeyCodec;

constexpr int64_t kBatchRows = 8192;
constexpr int64_t kRows = kBatchRows * 512;

/// Batches of uniformly random keys in [0, domain), the same for both contestants.
std::vector<ArrayPtr> MakeBatches(int64_t domain) {
  std::mt19937_64 random(7);
  std::vector<ArrayPtr> batches;
  for (int64_t begin = 0; begin < kRows; begin += kBatchRows) {
    arrow::Int64Builder builder;
    for (int64_t i = 0; i < kBatchRows; ++i) {
      if (!builder.Append(static_cast<int64_t>(random() % domain)).ok()) std::abort();
    }
    batches.push_back(builder.Finish().ValueOrDie());
  }
  return batches;
}

void GroupedCountEngine(benchmark::State& state) {
  const auto batches = MakeBatches(state.range(0));
  const auto codec = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  for (auto _ : state) {
    GroupTable table(8, codec->words_per_key());
    KeyBatch keys;
    std::vector<uint8_t*> groups(kBatchRows);
    std::vector<int32_t> inserted;
    for (const ArrayPtr& batch : batches) {
      if (!codec->Encode({batch}, kBatchRows, &keys).ok()) std::abort();
      inserted.clear();
      table.FindOrInsert(keys, nullptr, kBatchRows, groups.data(), &inserted);
      for (uint8_t* group : groups) {
        ++*reinterpret_cast<int64_t*>(group + thalweg::state::kSlotOffset);
      }
    }
    benchmark::DoNotOptimize(table.size());
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

/// Key and count side by side, linear probing, sized in advance, prefetched by blocks.
void GroupedCountLoop(benchmark::State& state) {
  const auto batches = MakeBatches(state.range(0));
  struct Place {
    int64_t key;
    int64_t count;
  };
  uint64_t capacity = 16;
  while (capacity < 2 * static_cast<uint64_t>(state.range(0))) capacity *= 2;
  for (auto _ : state) {
    std::vector<Place> table(capacity, Place{0, 0});
    uint64_t hashes[64];
    for (const ArrayPtr& batch : batches) {
      const int64_t* keys = static_cast<const arrow::Int64Array&>(*batch).raw_values();
      for (int64_t begin = 0; begin < kBatchRows; begin += 64) {
        for (int j = 0; j < 64; ++j) {
          const auto word = static_cast<uint64_t>(keys[begin + j]);
          hashes[j] =
              thalweg::state::internal::FoldedMultiply(word ^ thalweg::state::internal::kHashSeed0,
                                                       thalweg::state::internal::kHashSeed1) &
              (capacity - 1);
          __builtin_prefetch(&table[hashes[j]]);
        }
        for (int j = 0; j < 64; ++j) {
          uint64_t place = hashes[j];
          while (table[place].count != 0 && table[place].key != keys[begin + j]) {
            place = (place + 1) & (capacity - 1);
          }
          table[place].key = keys[begin + j];
          ++table[place].count;
        }
      }
    }
    benchmark::DoNotOptimize(table.data());
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

BENCHMARK(GroupedCountEngine)
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(GroupedCountLoop)
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) { return thalweg::bench::RunBesideLoops(argc, argv); }
