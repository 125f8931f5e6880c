// State in memory, in memory in front of RocksDB, and five times larger than memory: updates of
// random keys by batches with a commit each, and expiry by watermark. Prints rows/s and what
// fraction of the table in memory that is. Arguments: keys (default 2,000,000), epochs (40).

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <arrow/api.h>

#include "thalweg/state/state_store.h"
#include "thalweg/testing/temporary_directory.h"

namespace {

using namespace thalweg;         // NOLINT
using namespace thalweg::state;  // NOLINT

constexpr int64_t kBatchRows = 8192;
constexpr int64_t kBatchesPerEpoch = 16;
constexpr int64_t kBytesPerEntry = 80;  // about: header, slot, key, index

void Check(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

class CountCodec : public ValueCodec {
 public:
  int32_t slot_bytes() const override { return 8; }
  std::string Signature() const override { return "count"; }
  bool trivial() const override { return true; }
  void Append(const uint8_t* slots, std::string* out) const override {
    out->append(reinterpret_cast<const char*>(slots), 8);
  }
  Status Load(uint8_t* slots, std::string_view bytes) const override {
    std::memcpy(slots, bytes.data(), 8);
    return Status::OK();
  }
};

struct Rates {
  double updates = 0;
  double expiries = 0;
};

/// Seconds since `begin`.
double Since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Rates Measure(StateProvider provider, int64_t budget, int64_t keys, int64_t epochs) {
  const thalweg::testing::TemporaryDirectory directory;
  const auto files = MakeLocalFileSystem();
  StateBackendOptions backend;
  backend.provider = provider;
  backend.max_memory_bytes = budget;
  backend.scratch_roots = directory.Child("scratch");
  StateStoreOptions options;
  options.location = {files.get(), directory.Child("state/0"), 200};
  options.table.keys = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  options.table.values = std::make_shared<CountCodec>();
  options.table.expiry = ExpiryKind::kExact;
  options.table.backend = StateBackend::Make(backend).ValueOrDie();
  StateStore store(options);
  StateTable* table = store.table(0);
  std::mt19937_64 random(7);
  KeyBatch encoded;
  std::vector<uint8_t*> groups(kBatchRows);
  std::vector<int64_t> expiries(kBatchRows);
  std::vector<int32_t> inserted;
  double seconds = 0;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    std::vector<ArrayPtr> batches;
    for (int64_t i = 0; i < kBatchesPerEpoch; ++i) {
      arrow::Int64Builder builder;
      for (int64_t row = 0; row < kBatchRows; ++row) {
        Check(builder.Append(static_cast<int64_t>(random() % static_cast<uint64_t>(keys))));
      }
      batches.push_back(builder.Finish().ValueOrDie());
    }
    const auto begin = std::chrono::steady_clock::now();
    table->BeginEpoch();
    for (const ArrayPtr& batch : batches) {
      Check(options.table.keys->Encode({batch}, kBatchRows, &encoded));
      const int64_t* values = static_cast<const arrow::Int64Array&>(*batch).raw_values();
      // Ten windows, told by the key.
      for (int64_t row = 0; row < kBatchRows; ++row) expiries[row] = (values[row] % 10) * 1'000'000;
      inserted.clear();
      table->FindOrInsert(encoded, expiries.data(), true, groups.data(), &inserted);
      Check(table->SetKeyGroups({batch}, kBatchRows, inserted, groups.data()));
      for (uint8_t* group : groups) ++*reinterpret_cast<int64_t*>(group + kSlotOffset);
    }
    Check(store.WriteChanges(0, epoch));
    Check(store.FinishCommit(epoch).status());
    seconds += Since(begin);
  }
  Rates rates;
  rates.updates = static_cast<double>(epochs * kBatchesPerEpoch * kBatchRows) / seconds;
  const auto begin = std::chrono::steady_clock::now();
  table->BeginEpoch();
  int64_t seen = 0;
  const auto consume = [&](uint8_t* const*, int64_t count) {
    seen += count;
    return Status::OK();
  };
  const int64_t dropped = table->Expire(10'000'000, consume).ValueOrDie();
  Check(store.WriteChanges(0, epochs));
  if (seen != dropped) std::exit(1);
  rates.expiries = static_cast<double>(dropped) / Since(begin);
  return rates;
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t keys = argc > 1 ? std::atoll(argv[1]) : 2'000'000;
  const int64_t epochs = argc > 2 ? std::atoll(argv[2]) : 40;
  const int64_t state_bytes = keys * kBytesPerEntry;
  struct Case {
    const char* name;
    StateProvider provider;
    int64_t budget;
  };
  const Case cases[] = {
      {"memory", StateProvider::kMemory, 0},
      {"rocksdb, state fits into memory", StateProvider::kRocksDb, state_bytes * 4},
      {"rocksdb, state 5 times the budget", StateProvider::kRocksDb, state_bytes / 5},
  };
  // Not measured: whoever comes first pays for the process's first memory and files.
  Measure(cases[0].provider, cases[0].budget, keys, epochs);
  Rates memory;
  for (const Case& one : cases) {
    const Rates rates = Measure(one.provider, one.budget, keys, epochs);
    if (memory.updates == 0) memory = rates;
    std::printf("%-34s update %12.0f rows/s (%.3f)   expire %12.0f entries/s (%.3f)\n", one.name,
                rates.updates, rates.updates / memory.updates, rates.expiries,
                rates.expiries / memory.expiries);
  }
  return 0;
}
