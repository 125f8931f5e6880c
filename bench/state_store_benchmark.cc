// State in the shapes of Spark's own benchmarks (StateStoreBasicOperationsBenchmark,
// StreamStreamJoinOneSideOperationsBenchmark): put over existing and new keys, evict by watermark,
// append rows to one side of a join, probe it within a time window. Each beside a loop written by
// hand for that one purpose, on flat memory made beforehand. Counters: rows/s; the fraction of the
// loop's rate, printed at the end, is what the engine's generality costs.

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include <arrow/api.h>
#include <benchmark/benchmark.h>

#include "bench/benchmark_arguments.h"
#include "bench/loop_fraction.h"
#include "thalweg/state/key_hash.h"
#include "thalweg/state/row_table.h"
#include "thalweg/state/state_table.h"

namespace {

using thalweg::ArrayPtr;
using thalweg::Status;
using thalweg::bench::Check;
namespace state = thalweg::state;

constexpr int64_t kBatchRows = 8192;
constexpr int64_t kSecond = 1'000'000;

uint64_t Hash(int64_t key) {
  return state::internal::FoldedMultiply(static_cast<uint64_t>(key) ^ state::internal::kHashSeed0,
                                         state::internal::kHashSeed1);
}

std::vector<int64_t> RandomKeys(int64_t count, int64_t domain) {
  std::mt19937_64 random(7);
  std::vector<int64_t> keys(count);
  for (int64_t& key : keys) key = static_cast<int64_t>(random() % domain);
  return keys;
}

ArrayPtr Column(const int64_t* values, int64_t count) {
  return std::make_shared<arrow::Int64Array>(
      count, arrow::Buffer::Wrap(values, static_cast<size_t>(count)));
}

class OneNumber : public state::ValueCodec {
 public:
  int32_t slot_bytes() const override { return 8; }
  std::string Signature() const override { return "number"; }
  bool trivial() const override { return true; }
  void Append(const uint8_t* slots, std::string* out) const override {
    out->append(reinterpret_cast<const char*>(slots), 8);
  }
  Status Load(uint8_t*, std::string_view) const override { return Status::OK(); }
};

state::StateTableOptions TableOptions(state::ExpiryKind expiry) {
  state::StateTableOptions options;
  options.keys = state::RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  options.values = std::make_shared<OneNumber>();
  options.expiry = expiry;
  options.track_touched = true;
  options.num_key_groups = 200;
  return options;
}

/// Puts numbers under keys, all touched, as an update-mode aggregate does.
class Putter {
 public:
  explicit Putter(state::ExpiryKind expiry) : table_(TableOptions(expiry)) {}
  state::StateTable* table() { return &table_; }

  void Put(const int64_t* keys, const int64_t* expiries, int64_t rows) {
    Check(table_.options().keys->Encode({Column(keys, rows)}, rows, &batch_));
    groups_.resize(rows);
    inserted_.clear();
    table_.FindOrInsert(batch_, expiries, true, groups_.data(), &inserted_);
    for (int64_t row = 0; row < rows; ++row) {
      *reinterpret_cast<int64_t*>(groups_[row] + state::kSlotOffset) = row;
    }
  }

 private:
  state::StateTable table_;
  state::KeyBatch batch_;
  std::vector<uint8_t*> groups_;
  std::vector<int32_t> inserted_;
};

/// 8192 puts at a time over `range(0)` keys that are all there.
void Put(benchmark::State& benchmark) {
  const std::vector<int64_t> keys = RandomKeys(kBatchRows * 256, benchmark.range(0));
  Putter putter(state::ExpiryKind::kNone);
  std::vector<int64_t> all(benchmark.range(0));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
  putter.Put(all.data(), nullptr, static_cast<int64_t>(all.size()));
  size_t begin = 0;
  for (auto _ : benchmark) {
    putter.table()->BeginEpoch();
    putter.Put(keys.data() + begin, nullptr, kBatchRows);
    begin = (begin + kBatchRows) % keys.size();
  }
  benchmark.SetItemsProcessed(benchmark.iterations() * kBatchRows);
}

/// The same into a flat table of keys and numbers with a list of what was touched.
void PutLoop(benchmark::State& benchmark) {
  struct Place {
    int64_t key = -1;
    int64_t number = 0;
    int64_t touched = 0;
  };
  const std::vector<int64_t> keys = RandomKeys(kBatchRows * 256, benchmark.range(0));
  uint64_t capacity = 16;
  while (capacity < 2 * static_cast<uint64_t>(benchmark.range(0))) capacity *= 2;
  std::vector<Place> table(capacity);
  for (int64_t key = 0; key < benchmark.range(0); ++key) {
    uint64_t place = Hash(key) & (capacity - 1);
    while (table[place].key >= 0) place = (place + 1) & (capacity - 1);
    table[place].key = key;
  }
  std::vector<Place*> touched;
  size_t begin = 0;
  int64_t epoch = 0;
  for (auto _ : benchmark) {
    touched.clear();
    ++epoch;
    uint64_t hashes[64];
    for (int64_t block = 0; block < kBatchRows; block += 64) {
      const int64_t* some = keys.data() + begin + block;
      for (int j = 0; j < 64; ++j) {
        hashes[j] = Hash(some[j]) & (capacity - 1);
        __builtin_prefetch(&table[hashes[j]], 1);
      }
      for (int j = 0; j < 64; ++j) {
        uint64_t place = hashes[j];
        while (table[place].key != some[j]) place = (place + 1) & (capacity - 1);
        table[place].number = block + j;
        if (table[place].touched != epoch) touched.push_back(&table[place]);
        table[place].touched = epoch;
      }
    }
    benchmark::DoNotOptimize(touched.data());
    begin = (begin + kBatchRows) % keys.size();
  }
  benchmark.SetItemsProcessed(benchmark.iterations() * kBatchRows);
}

/// A tenth of `keys` keys for each of the seconds 0, 1, ...: key, expiry.
class Seconds {
 public:
  explicit Seconds(int64_t keys) : keys_(keys / 10), expiries_(keys / 10) {}

  void Next() {
    const auto part = static_cast<int64_t>(keys_.size());
    for (int64_t i = 0; i < part; ++i) {
      keys_[i] = second_ * part + i;
      expiries_[i] = second_ * kSecond + i % kSecond;
    }
    ++second_;
  }
  const std::vector<int64_t>& keys() const { return keys_; }
  const std::vector<int64_t>& expiries() const { return expiries_; }
  /// Passes the oldest of the last ten seconds.
  int64_t watermark() const { return (second_ - 9) * kSecond - 1; }

 private:
  std::vector<int64_t> keys_;
  std::vector<int64_t> expiries_;
  int64_t second_ = 0;
};

/// Evicts a tenth of `range(0)` keys, whose expiries lie in ten seconds, and hands each to a
/// consumer, as append mode does, or to none; they are put again untimed.
void Evict(benchmark::State& benchmark) {
  Putter putter(state::ExpiryKind::kBucket);
  Seconds seconds(benchmark.range(0));
  const auto put_second = [&] {
    seconds.Next();
    putter.table()->BeginEpoch();
    putter.Put(seconds.keys().data(), seconds.expiries().data(),
               static_cast<int64_t>(seconds.keys().size()));
  };
  int64_t sum = 0;
  state::GroupConsumer consumer;
  if (benchmark.range(1) != 0) {
    consumer = [&](uint8_t* const* groups, int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        sum += *reinterpret_cast<const int64_t*>(groups[i] + state::kSlotOffset);
      }
      return Status::OK();
    };
  }
  for (int i = 0; i < 10; ++i) put_second();
  int64_t evicted = 0;
  for (auto _ : benchmark) {
    evicted += putter.table()->Expire(seconds.watermark(), consumer).ValueOrDie();
    benchmark.PauseTiming();
    put_second();
    benchmark.ResumeTiming();
  }
  benchmark::DoNotOptimize(sum);
  benchmark.SetItemsProcessed(evicted);
}

/// The same from a flat table a second: its numbers summed, its memory given back.
void EvictLoop(benchmark::State& benchmark) {
  struct Place {
    int64_t key = -1;
    int64_t number = 0;
  };
  Seconds seconds(benchmark.range(0));
  uint64_t capacity = 16;
  while (capacity < 2 * seconds.keys().size()) capacity *= 2;
  std::deque<std::vector<Place>> tables;
  const auto put_second = [&] {
    seconds.Next();
    tables.emplace_back(capacity);
    std::vector<Place>& table = tables.back();
    for (size_t i = 0; i < seconds.keys().size(); ++i) {
      uint64_t place = Hash(seconds.keys()[i]) & (capacity - 1);
      while (table[place].key >= 0) place = (place + 1) & (capacity - 1);
      table[place] = {seconds.keys()[i], static_cast<int64_t>(i)};
    }
  };
  for (int i = 0; i < 10; ++i) put_second();
  const bool visits = benchmark.range(1) != 0;
  int64_t sum = 0;
  int64_t evicted = 0;
  for (auto _ : benchmark) {
    if (visits) {
      for (const Place& place : tables.front()) sum += place.key >= 0 ? place.number : 0;
    }
    tables.pop_front();
    evicted += static_cast<int64_t>(seconds.keys().size());
    benchmark.PauseTiming();
    put_second();
    benchmark.ResumeTiming();
  }
  benchmark::DoNotOptimize(sum);
  benchmark.SetItemsProcessed(evicted);
}

struct Rows {
  std::vector<int64_t> keys;
  std::vector<int64_t> times;
  std::vector<int64_t> values;
};

/// Random keys out of `count`, so about one row a key; times over 1000 seconds in order.
Rows MakeRows(int64_t count) {
  Rows rows;
  rows.keys = RandomKeys(count, count);
  for (int64_t i = 0; i < count; ++i) {
    rows.times.push_back(i * 1000 * kSecond / count);
    rows.values.push_back(i);
  }
  return rows;
}

/// One side of a join: key, time, value.
class Side {
 public:
  Side()
      : keys_(state::RowKeyCodec::Make({arrow::int64()}).ValueOrDie()),
        table_(
            keys_,
            state::RowCodec::Make({arrow::int64(), arrow::int64(), arrow::int64()}).ValueOrDie()) {
    for (int32_t i = 0; i < kBatchRows; ++i) all_.push_back(i);
    groups_.assign(kBatchRows, 0);
    matched_.assign(kBatchRows, 0);
  }

  state::RowTable* table() { return &table_; }

  void Append(const Rows& rows, int64_t begin) {
    const std::vector<ArrayPtr> columns = {Column(rows.keys.data() + begin, kBatchRows),
                                           Column(rows.times.data() + begin, kBatchRows),
                                           Column(rows.values.data() + begin, kBatchRows)};
    Check(keys_->Encode({columns[0]}, kBatchRows, &batch_));
    Check(table_.Append(
        {&columns, &batch_, rows.times.data() + begin, &all_, groups_.data(), matched_.data()}));
  }

  /// Kept rows of the same key at most 50 seconds away.
  int64_t Probe(const Rows& rows, int64_t begin) {
    Check(keys_->Encode({Column(rows.keys.data() + begin, kBatchRows)}, kBatchRows, &batch_));
    Check(table_.Find(batch_, all_, &first_));
    int64_t found = 0;
    for (int64_t row = 0; row < kBatchRows; ++row) {
      const int64_t time = rows.times[begin + row];
      for (const state::StoredRow* kept = first_[row]; kept != nullptr; kept = kept->next) {
        found += std::abs(kept->time - time) <= 50 * kSecond;
      }
    }
    return found;
  }

 private:
  std::shared_ptr<const state::RowKeyCodec> keys_;
  state::RowTable table_;
  state::KeyBatch batch_;
  std::vector<int32_t> all_;
  std::vector<int32_t> groups_;
  std::vector<uint8_t> matched_;
  std::vector<state::StoredRow*> first_;
};

constexpr int64_t kJoinRows = kBatchRows * 128;  // about a million

void JoinAppend(benchmark::State& benchmark) {
  const Rows rows = MakeRows(kJoinRows);
  for (auto _ : benchmark) {
    auto side = std::make_unique<Side>();
    for (int64_t begin = 0; begin < kJoinRows; begin += kBatchRows) side->Append(rows, begin);
    benchmark.PauseTiming();
    side.reset();
    benchmark.ResumeTiming();
  }
  benchmark.SetItemsProcessed(benchmark.iterations() * kJoinRows);
}

void JoinProbe(benchmark::State& benchmark) {
  const Rows rows = MakeRows(kJoinRows);
  Side side;
  for (int64_t begin = 0; begin < kJoinRows; begin += kBatchRows) side.Append(rows, begin);
  int64_t found = 0;
  int64_t begin = 0;
  for (auto _ : benchmark) {
    found += side.Probe(rows, begin);
    begin = (begin + kBatchRows) % kJoinRows;
  }
  benchmark::DoNotOptimize(found);
  benchmark.SetItemsProcessed(benchmark.iterations() * kBatchRows);
}

/// Rows in an array, a flat table from key to its last row, rows of a key linked.
class FlatSide {
 public:
  explicit FlatSide(int64_t count) {
    while (capacity_ < 2 * static_cast<uint64_t>(count)) capacity_ *= 2;
    heads_.assign(capacity_, -1);
    rows_.reserve(count);
  }

  void Append(const Rows& rows, int64_t begin) {
    ForEachPlace(rows, begin, [&](int64_t row, int32_t* head) {
      rows_.push_back({rows.keys[row], rows.times[row], rows.values[row], *head});
      *head = static_cast<int32_t>(rows_.size()) - 1;
    });
  }

  int64_t Probe(const Rows& rows, int64_t begin) {
    int64_t found = 0;
    ForEachPlace(rows, begin, [&](int64_t row, const int32_t* head) {
      for (int32_t kept = *head; kept >= 0; kept = rows_[kept].next) {
        found += std::abs(rows_[kept].time - rows.times[row]) <= 50 * kSecond;
      }
    });
    return found;
  }

 private:
  struct Row {
    int64_t key;
    int64_t time;
    int64_t value;
    int32_t next;
  };

  template <typename Visit>
  void ForEachPlace(const Rows& rows, int64_t begin, const Visit& visit) {
    uint64_t hashes[64];
    for (int64_t block = begin; block < begin + kBatchRows; block += 64) {
      for (int j = 0; j < 64; ++j) {
        hashes[j] = Hash(rows.keys[block + j]) & (capacity_ - 1);
        __builtin_prefetch(&heads_[hashes[j]], 1);
      }
      for (int j = 0; j < 64; ++j) {
        const int32_t head = heads_[hashes[j]];
        if (head >= 0) __builtin_prefetch(&rows_[head]);
      }
      for (int j = 0; j < 64; ++j) {
        uint64_t place = hashes[j];
        while (heads_[place] >= 0 && rows_[heads_[place]].key != rows.keys[block + j]) {
          place = (place + 1) & (capacity_ - 1);
        }
        visit(block + j, &heads_[place]);
      }
    }
  }

  uint64_t capacity_ = 16;
  std::vector<int32_t> heads_;
  std::vector<Row> rows_;
};

void JoinAppendLoop(benchmark::State& benchmark) {
  const Rows rows = MakeRows(kJoinRows);
  for (auto _ : benchmark) {
    FlatSide side(kJoinRows);
    for (int64_t begin = 0; begin < kJoinRows; begin += kBatchRows) side.Append(rows, begin);
    benchmark::DoNotOptimize(&side);
  }
  benchmark.SetItemsProcessed(benchmark.iterations() * kJoinRows);
}

void JoinProbeLoop(benchmark::State& benchmark) {
  const Rows rows = MakeRows(kJoinRows);
  FlatSide side(kJoinRows);
  for (int64_t begin = 0; begin < kJoinRows; begin += kBatchRows) side.Append(rows, begin);
  int64_t found = 0;
  int64_t begin = 0;
  for (auto _ : benchmark) {
    found += side.Probe(rows, begin);
    begin = (begin + kBatchRows) % kJoinRows;
  }
  benchmark::DoNotOptimize(found);
  benchmark.SetItemsProcessed(benchmark.iterations() * kBatchRows);
}

// What is not timed takes far longer than what is: at the usual half second, minutes.
constexpr double kTimedSeconds = 0.05;

BENCHMARK(Put)->Arg(10'000)->Arg(1'000'000)->MinTime(kTimedSeconds);
BENCHMARK(PutLoop)->Arg(10'000)->Arg(1'000'000)->MinTime(kTimedSeconds);
// Size, and whether somebody takes what goes.
void Evictions(benchmark::internal::Benchmark* benchmark) {
  for (const int64_t keys : {10'000, 1'000'000}) {
    for (const int64_t taken : {0, 1}) benchmark->Args({keys, taken});
  }
  benchmark->Unit(benchmark::kMicrosecond)->Iterations(100);
}
BENCHMARK(Evict)->Apply(Evictions);
BENCHMARK(EvictLoop)->Apply(Evictions);
BENCHMARK(JoinAppend)->Unit(benchmark::kMillisecond);
BENCHMARK(JoinAppendLoop)->Unit(benchmark::kMillisecond);
BENCHMARK(JoinProbe);
BENCHMARK(JoinProbeLoop);

}  // namespace

int main(int argc, char** argv) { return thalweg::bench::RunBesideLoops(argc, argv); }
