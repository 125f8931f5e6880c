// What a snapshot steals from the micro-batches it runs beside: a store of two workers with `keys`
// keys (8 bytes, count and sum) in which every batch touches `touched` keys and is committed
// durably. Printed: memory per key, batches without a snapshot and while one is written (the change
// files call for the next at once), and loading it all again.
//
//   snapshot_benchmark [keys=10000000] [touched=10000] [batches=300]

#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <thread>

#include <arrow/api.h>

#include "bench/benchmark_arguments.h"
#include "thalweg/state/key_group.h"
#include "thalweg/state/state_store.h"

namespace {

namespace bench = thalweg::bench;
namespace state = thalweg::state;
using thalweg::ArrayPtr;
using thalweg::Status;

constexpr int kWorkers = 2;
constexpr int kKeyGroups = 200;
constexpr int64_t kBatchRows = 8192;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class CountAndSum : public state::ValueCodec {
 public:
  int32_t slot_bytes() const override { return 16; }
  std::string Signature() const override { return "count and sum"; }
  bool trivial() const override { return true; }
  void Append(const uint8_t* slots, std::string* out) const override {
    out->append(reinterpret_cast<const char*>(slots), 16);
  }
  Status Load(uint8_t* slots, std::string_view bytes) const override {
    std::memcpy(slots, bytes.data(), 16);
    return Status::OK();
  }
};

/// Runs `work` on every worker at once.
template <typename Work>
void OnWorkers(const Work& work) {
  std::vector<std::thread> threads;
  for (int worker = 1; worker < kWorkers; ++worker) threads.emplace_back(work, worker);
  work(0);
  for (std::thread& thread : threads) thread.join();
}

class Store {
 public:
  Store(thalweg::FileSystem* files, const std::string& directory, bool snapshots) {
    options_.location = {files, directory, kKeyGroups};
    options_.table.keys = state::RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
    options_.table.values = std::make_shared<CountAndSum>();
    options_.num_workers = kWorkers;
    if (!snapshots) {
      options_.snapshots.after_bytes = std::numeric_limits<int64_t>::max();
      options_.snapshots.after_files = std::numeric_limits<int>::max() / kWorkers;
    }
    store_ = std::make_unique<state::StateStore>(options_);
  }

  state::StateStore* store() { return store_.get(); }
  const state::StateManifest& manifest() const { return manifest_; }

  /// Touches keys[i] for both workers (a key belongs to one of them) and commits.
  void RunBatch(const std::vector<std::vector<int64_t>>& keys) {
    OnWorkers([&](int worker) {
      store_->table(worker)->BeginEpoch();
      for (size_t begin = 0; begin < keys[worker].size(); begin += kBatchRows) {
        const size_t rows = std::min<size_t>(kBatchRows, keys[worker].size() - begin);
        Update(worker, keys[worker].data() + begin, static_cast<int64_t>(rows));
      }
    });
    OnWorkers([&](int worker) { bench::Check(store_->WriteChanges(worker, epoch_)); });
    auto manifest = store_->FinishCommit(epoch_);
    bench::Check(manifest);
    manifest_ = *manifest;
    ++epoch_;
  }

 private:
  void Update(int worker, const int64_t* keys, int64_t rows) {
    const ArrayPtr column = std::make_shared<arrow::Int64Array>(
        rows, arrow::Buffer::Wrap(keys, static_cast<size_t>(rows)));
    state::StateTable* table = store_->table(worker);
    state::KeyBatch batch;
    std::vector<uint8_t*> groups(rows);
    std::vector<int32_t> inserted;
    bench::Check(options_.table.keys->Encode({column}, rows, &batch));
    table->FindOrInsert(batch, nullptr, true, groups.data(), &inserted);
    bench::Check(table->SetKeyGroups({column}, rows, inserted, groups.data()));
    for (int64_t row = 0; row < rows; ++row) {
      auto* slots = reinterpret_cast<int64_t*>(groups[row] + state::kSlotOffset);
      ++slots[0];
      slots[1] += keys[row];
    }
  }

  state::StateStoreOptions options_;
  std::unique_ptr<state::StateStore> store_;
  state::StateManifest manifest_;
  int64_t epoch_ = 0;
};

/// Keys begin..end by the worker that owns them.
std::vector<std::vector<int64_t>> ByWorker(const std::vector<int64_t>& keys) {
  const ArrayPtr column = std::make_shared<arrow::Int64Array>(
      static_cast<int64_t>(keys.size()), arrow::Buffer::Wrap(keys.data(), keys.size()));
  std::vector<int32_t> groups;
  bench::Check(
      state::ComputeKeyGroups({column}, static_cast<int64_t>(keys.size()), kKeyGroups, &groups));
  std::vector<std::vector<int64_t>> parts(kWorkers);
  for (size_t i = 0; i < keys.size(); ++i) parts[groups[i] % kWorkers].push_back(keys[i]);
  return parts;
}

void Fill(Store* store, int64_t num_keys) {
  for (int64_t begin = 0; begin < num_keys; begin += 1'000'000) {
    std::vector<int64_t> keys;
    for (int64_t key = begin; key < std::min(num_keys, begin + 1'000'000); ++key) {
      keys.push_back(key);
    }
    store->RunBatch(ByWorker(keys));
  }
}

void PrintBatches(const char* name, std::vector<double> seconds) {
  const double median = bench::Percentile(&seconds, 0.5);  // sorts
  std::printf("%-24s p50 %8.2f ms   p99 %8.2f ms   worst %8.2f ms\n", name, 1000 * median,
              1000 * bench::Percentile(&seconds, 0.99), 1000 * seconds.back());
}

struct Sizes {
  int64_t keys;
  int64_t touched;
  int64_t batches;
};

/// Seconds of each batch.
std::vector<double> RunBatches(Store* store, const Sizes& sizes) {
  std::mt19937_64 random(7);
  std::vector<double> seconds;
  for (int64_t batch = 0; batch < sizes.batches; ++batch) {
    std::vector<int64_t> keys;
    for (int64_t i = 0; i < sizes.touched; ++i) {
      keys.push_back(static_cast<int64_t>(random() % sizes.keys));
    }
    const auto parts = ByWorker(keys);
    const double begin = Now();
    store->RunBatch(parts);
    seconds.push_back(Now() - begin);
  }
  return seconds;
}

void Measure(const Sizes& sizes, bool snapshots) {
  const bench::TemporaryPlace place;
  const auto files = thalweg::MakeLocalFileSystem();
  const std::string directory = place.path() + "/state/0";
  Store store(files.get(), directory, snapshots);
  const int64_t before = bench::OwnStatus("VmRSS:");
  Fill(&store, sizes.keys);
  if (!snapshots) {
    int64_t bytes = 0;
    for (int worker = 0; worker < kWorkers; ++worker) {
      bytes += store.store()->table(worker)->memory_bytes();
    }
    const auto keys = static_cast<double>(sizes.keys);
    std::printf("%-24s %.1f bytes counted, %.1f resident (wanted: 96)\n", "memory per key",
                static_cast<double>(bytes) / keys,
                1024 * static_cast<double>(bench::OwnStatus("VmRSS:") - before) / keys);
  }
  PrintBatches(snapshots ? "with snapshots" : "without snapshots", RunBatches(&store, sizes));
  if (!snapshots) return;
  const state::StateManifest manifest = store.manifest();
  Store loaded(files.get(), directory, snapshots);
  const double begin = Now();
  OnWorkers([&](int worker) { bench::Check(loaded.store()->LoadWorker(worker, manifest)); });
  loaded.store()->FinishLoad(manifest);
  std::printf("%-24s %.2f s (%zu snapshots, %zu change files)\n", "loading", Now() - begin,
              manifest.snapshots.size(), manifest.changes.size());
}

}  // namespace

int main(int argc, char** argv) {
  const Sizes sizes = {bench::NumberArgument(argc, argv, "keys", 10'000'000),
                       bench::NumberArgument(argc, argv, "touched", 10'000),
                       bench::NumberArgument(argc, argv, "batches", 300)};
  std::printf("%ld keys, %ld touched by each of %ld batches\n", sizes.keys, sizes.touched,
              sizes.batches);
  Measure(sizes, false);
  Measure(sizes, true);
}
