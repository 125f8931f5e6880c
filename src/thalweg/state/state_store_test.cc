#include "thalweg/state/state_store.h"

#include <cstring>
#include <map>
#include <random>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/base/crc32c.h"
#include "thalweg/state/key_group.h"
#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::state {
namespace {

/// A 64-bit number as value.
class NumberCodec : public ValueCodec {
 public:
  int32_t slot_bytes() const override { return 8; }
  std::string Signature() const override { return "number"; }
  bool trivial() const override { return true; }
  void Append(const uint8_t* slots, std::string* out) const override {
    out->append(reinterpret_cast<const char*>(slots), 8);
  }
  Status Load(uint8_t* slots, std::string_view bytes) const override {
    if (bytes.size() != 8) return Status::Invalid("8 bytes expected");
    std::memcpy(slots, bytes.data(), 8);
    return Status::OK();
  }
};

using Contents = std::map<int64_t, std::pair<int64_t, int64_t>>;  // key -> expiry, value

/// Bytes of memory that entries may take between epochs; the rest is on disk. kMemory: any number.
constexpr int64_t kMemory = -1;

class StateStoreTest : public ::testing::TestWithParam<int64_t> {
 protected:
  std::unique_ptr<StateStore> Open(int num_workers, ExpiryKind expiry = ExpiryKind::kExact) {
    StateStoreOptions options;
    options.location = {&files_, "/c/state/0", 200};
    options.table.keys = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
    options.table.values = std::make_shared<NumberCodec>();
    options.table.expiry = expiry;
    options.num_workers = num_workers;
    options.snapshots.after_files = 3;
    StateBackendOptions backend;
    if (GetParam() != kMemory) {
      backend.provider = StateProvider::kRocksDb;
      backend.max_memory_bytes = GetParam();
    }
    options.table.backend = StateBackend::Make(backend).ValueOrDie();
    num_workers_ = num_workers;
    auto store = std::make_unique<StateStore>(options);
    for (int i = 0; i < num_workers; ++i) store->table(i)->BeginEpoch();
    return store;
  }

  void Put(StateStore* store, const Contents& entries) {
    for (const auto& [key, entry] : entries) {
      arrow::Int64Builder builder;
      ASSERT_TRUE(builder.Append(key).ok());
      const std::vector<ArrayPtr> columns = {builder.Finish().ValueOrDie()};
      std::vector<int32_t> key_groups;
      ASSERT_TRUE(ComputeKeyGroups(columns, 1, 200, &key_groups).ok());
      StateTable* table = store->table(key_groups[0] % num_workers_);
      KeyBatch keys;
      ASSERT_TRUE(table->options().keys->Encode(columns, 1, &keys).ok());
      uint8_t* group = nullptr;
      std::vector<int32_t> inserted;
      table->FindOrInsert(keys, &entry.first, true, &group, &inserted);
      ASSERT_TRUE(table->SetKeyGroups(columns, 1, inserted, &group).ok());
      std::memcpy(group + kSlotOffset, &entry.second, 8);
    }
  }

  Contents Read(StateStore* store) {
    Contents contents;
    for (int i = 0; i < num_workers_; ++i) {
      StateTable* table = store->table(i);
      EXPECT_TRUE(table
                      ->ForEach([&](uint8_t* const* groups, int64_t count) {
                        for (int64_t j = 0; j < count; ++j) {
                          int64_t key;
                          int64_t value;
                          std::memcpy(&key, table->key(groups[j]).data(), 8);
                          std::memcpy(&value, groups[j] + kSlotOffset, 8);
                          contents[key].second = value;
                        }
                        return Status::OK();
                      })
                      .ok());
    }
    return contents;
  }

  StateManifest Commit(StateStore* store, int64_t epoch) {
    for (int i = 0; i < num_workers_; ++i) EXPECT_TRUE(store->WriteChanges(i, epoch).ok());
    auto manifest = store->FinishCommit(epoch);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    for (int i = 0; i < num_workers_; ++i) store->table(i)->BeginEpoch();
    return manifest.ValueOrDie();
  }

  testing::FaultInjectingFileSystem files_;
  int num_workers_ = 1;
};

Contents Values(const Contents& contents) {
  Contents values = contents;
  for (auto& [key, entry] : values) entry.first = 0;
  return values;
}

TEST_P(StateStoreTest, EmptyEpochWritesNothing) {
  auto store = Open(2);
  const StateManifest manifest = Commit(store.get(), 0);
  EXPECT_TRUE(manifest.changes.empty());
  EXPECT_TRUE(manifest.snapshots.empty());
  EXPECT_FALSE(files_.Exists("/c/state/0").ValueOrDie());
}

TEST_P(StateStoreTest, RandomHistoryLoadsOnAnyNumberOfWorkers) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Contents model;
  auto store = Open(2);
  StateManifest manifest;
  for (int64_t epoch = 0; epoch < 60; ++epoch) {
    Contents puts;
    for (int i = random() % 50; i > 0; --i) {
      const int64_t expiry = epoch * 10 + random() % 100 + 1;
      puts[expiry * 1000 + random() % 20] = {expiry, static_cast<int64_t>(random())};
    }
    Put(store.get(), puts);
    for (const auto& entry : puts) model[entry.first] = entry.second;
    const int64_t watermark = epoch * 10;
    for (int i = 0; i < num_workers_; ++i) {
      ASSERT_TRUE(store->table(i)->Expire(watermark, nullptr).ok());
    }
    std::erase_if(model, [&](const auto& entry) { return entry.second.first <= watermark; });
    manifest = Commit(store.get(), epoch);
    ASSERT_TRUE(store->ClaimFiles({{epoch, manifest}}).ok());
    if (random() % 2 == 0) store->WaitForWrites();
    if (random() % 5 == 0) {
      files_.DropUnsynced();
      store = Open(1 + random() % 4);
      const Status loaded = store->Load(manifest);
      ASSERT_TRUE(loaded.ok()) << loaded;
    }
    ASSERT_EQ(Read(store.get()), Values(model)) << "epoch " << epoch;
  }
  EXPECT_FALSE(manifest.snapshots.empty());
  EXPECT_LT(manifest.changes.size(), 40u);
}

TEST_P(StateStoreTest, DeletedEntriesStayDeleted) {
  auto store = Open(1, ExpiryKind::kNone);
  Put(store.get(), {{1, {kNoExpiry, 10}}, {2, {kNoExpiry, 20}}});
  Commit(store.get(), 0);
  KeyBatch keys;
  keys.Clear(2);
  const int64_t words[2] = {1, 0};
  keys.AppendEncoded({reinterpret_cast<const char*>(words), 16});
  keys.ComputeHashes();
  uint8_t* group = store->table(0)->Find(keys, 0);
  ASSERT_NE(group, nullptr);
  store->table(0)->Remove(group);
  const StateManifest manifest = Commit(store.get(), 1);
  auto again = Open(3, ExpiryKind::kNone);
  ASSERT_TRUE(again->Load(manifest).ok());
  EXPECT_EQ(Read(again.get()), (Contents{{2, {0, 20}}}));
}

TEST_P(StateStoreTest, BucketsExpireByExactTime) {
  auto store = Open(1, ExpiryKind::kBucket);
  Put(store.get(), {{1, {1'000'000, 1}},
                    {2, {1'500'000, 2}},
                    {3, {5'000'000, 3}},
                    {4, {kNoExpiry, 4}},
                    {5, {-1, 5}}});
  EXPECT_EQ(store->table(0)->Expire(1'500'000 - 1, nullptr).ValueOrDie(), 2);
  EXPECT_EQ(Read(store.get()), (Contents{{2, {0, 2}}, {3, {0, 3}}, {4, {0, 4}}}));
  const StateManifest manifest = Commit(store.get(), 0);
  auto again = Open(2, ExpiryKind::kBucket);
  ASSERT_TRUE(again->Load(manifest).ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(again->table(i)->Expire(1'500'000, nullptr).ok());
  EXPECT_EQ(Read(again.get()), (Contents{{3, {0, 3}}, {4, {0, 4}}}));
}

TEST_P(StateStoreTest, EveryTruncationAndFlippedBitIsFound) {
  auto store = Open(1);
  Put(store.get(), {{1, {100, 10}}, {2, {200, 20}}});
  const StateManifest manifest = Commit(store.get(), 7);
  const std::string path = "/c/state/0/" + manifest.changes[0];
  const std::string whole = files_.ReadFile(path).ValueOrDie();
  const auto expect_refused = [&](const std::string& content, const std::string& what) {
    ASSERT_TRUE(files_.Remove(path).ok());
    auto file = files_.CreateNew(path).ValueOrDie();
    ASSERT_TRUE(file->Append(content).ok());
    ASSERT_TRUE(file->Close().ok());
    const Status status = Open(1)->Load(manifest);
    ASSERT_TRUE(IsCondition(status, "CANNOT_LOAD_STATE_STORE.CORRUPT_FILE")) << what << status;
    EXPECT_EQ(GetErrorDetail(status)->parameters().at("file"), path);
    EXPECT_EQ(GetErrorDetail(status)->parameters().at("epoch"), "7");
  };
  for (size_t size = 0; size < whole.size(); ++size) {
    expect_refused(whole.substr(0, size), "size " + std::to_string(size));
  }
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] ^= 1 << (i % 8);
    expect_refused(damaged, "byte " + std::to_string(i));
  }
  ASSERT_TRUE(files_.Remove(path).ok());
  EXPECT_TRUE(IsCondition(Open(1)->Load(manifest),
                          "CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS"));
}

TEST_P(StateStoreTest, OtherKeysAreRefused) {
  auto store = Open(1);
  Put(store.get(), {{1, {100, 10}}});
  const StateManifest manifest = Commit(store.get(), 0);
  StateStoreOptions options;
  options.location = {&files_, "/c/state/0", 200};
  options.table.keys = RowKeyCodec::Make({arrow::int32()}).ValueOrDie();
  options.table.values = std::make_shared<NumberCodec>();
  EXPECT_TRUE(
      IsCondition(StateStore(options).Load(manifest), "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE"));
}

TEST_P(StateStoreTest, FailedSyncFailsTheCommit) {
  auto store = Open(1);
  Put(store.get(), {{1, {100, 10}}});
  files_.SetFault([](std::string_view operation, const std::string&) {
    return operation == "sync" ? Status::IOError("device") : Status::OK();
  });
  EXPECT_FALSE(store->WriteChanges(0, 0).ok());
}

TEST_P(StateStoreTest, SnapshotsTakeThePlaceOfTheChangesTheyCover) {
  auto store = Open(2, ExpiryKind::kNone);
  Contents model;
  StateManifest manifest;
  for (int64_t epoch = 0; epoch < 20; ++epoch) {
    // The table grows all the time: a snapshot ends all the same.
    for (int64_t i = 0; i < 3000; ++i) model[epoch * 2000 + i] = {kNoExpiry, epoch};
    Contents puts(model.lower_bound(epoch * 2000), model.end());
    Put(store.get(), puts);
    manifest = Commit(store.get(), epoch);
    store->WaitForWrites();
  }
  EXPECT_EQ(manifest.snapshots.size(), 2u);
  EXPECT_LT(manifest.changes.size(), 20u);
  for (const int num_workers : {1, 2, 3}) {
    auto again = Open(num_workers, ExpiryKind::kNone);
    const Status loaded = again->Load(manifest);
    ASSERT_TRUE(loaded.ok()) << loaded;
    EXPECT_EQ(Read(again.get()), Values(model));
  }
}

TEST_P(StateStoreTest, FailedSnapshotFailsTheNextCommit) {
  for (const std::string failing : {"create", "append", "sync"}) {
    auto store = Open(1);
    files_.SetFault([&](std::string_view operation, const std::string& path) {
      const bool fails = operation == failing && path.ends_with(".snapshot");
      return fails ? Status::IOError("device") : Status::OK();
    });
    Status status;
    for (int64_t epoch = 0; epoch < 20 && status.ok(); ++epoch) {
      Put(store.get(), {{1, {100, epoch}}});
      status = store->WriteChanges(0, epoch);
      if (status.ok()) status = store->FinishCommit(epoch).status();
      store->WaitForWrites();
      store->table(0)->BeginEpoch();
    }
    EXPECT_TRUE(status.IsIOError()) << failing << ": " << status;
  }
}

TEST_P(StateStoreTest, OnlyUnreferencedFilesAreDeleted) {
  auto store = Open(1);
  Put(store.get(), {{1, {100, 10}}});
  const StateManifest first = Commit(store.get(), 0);
  auto orphan = files_.CreateNew("/c/state/0/9-x.changes").ValueOrDie();
  ASSERT_TRUE(orphan->Close().ok());
  StateManifest last;
  for (int64_t epoch = 1; epoch < 12; ++epoch) {
    Put(store.get(), {{1, {100, epoch}}});
    last = Commit(store.get(), epoch);
    store->WaitForWrites();
  }
  ASSERT_TRUE(store->ClaimFiles({{0, first}, {11, last}}).ok());
  EXPECT_FALSE(files_.Exists("/c/state/0/9-x.changes").ValueOrDie());
  auto again = Open(1);
  ASSERT_TRUE(again->Load(first).ok());
  EXPECT_EQ(Read(again.get()), (Contents{{1, {0, 10}}}));
  ASSERT_TRUE(store->DeleteFilesBefore(0).ok());
  EXPECT_TRUE(Open(1)->Load(first).ok());
  ASSERT_TRUE(store->DeleteFilesBefore(1).ok());
  EXPECT_FALSE(Open(1)->Load(first).ok());
  again = Open(1);
  ASSERT_TRUE(again->Load(last).ok());
  EXPECT_EQ(Read(again.get()), (Contents{{1, {0, 11}}}));
}

TEST_P(StateStoreTest, FilesGoWhenNoRetainedCommitNamesThem) {
  constexpr int64_t kRetained = 5;
  auto store = Open(2);
  std::map<int64_t, StateManifest> commits;
  for (int64_t epoch = 0; epoch < 100; ++epoch) {
    Put(store.get(), {{epoch % 7, {1000, epoch}}, {epoch % 5, {1000, epoch}}});
    commits[epoch] = Commit(store.get(), epoch);
    store->WaitForWrites();
    if (epoch == 0) {
      ASSERT_TRUE(store->ClaimFiles(commits).ok());
    }
    commits.erase(epoch - kRetained);
    ASSERT_TRUE(store->DeleteFilesBefore(commits.begin()->first).ok());
    ASSERT_TRUE(Open(1)->Load(commits.begin()->second).ok()) << "epoch " << epoch;
  }
  std::set<std::string> named;
  for (const auto& [epoch, manifest] : commits) {
    named.insert(manifest.snapshots.begin(), manifest.snapshots.end());
    named.insert(manifest.changes.begin(), manifest.changes.end());
  }
  size_t unnamed = 0;
  for (const FileInfo& entry : files_.List("/c/state/0").ValueOrDie()) {
    unnamed += named.contains(BaseName(entry.path)) ? 0 : 1;
  }
  // A snapshot that is being written, and what the last removals left for later.
  EXPECT_LE(unnamed, 12u);
}

TEST(Crc32cTest, KnownValues) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("6789", Crc32c("12345")), 0xe3069283u);
}

INSTANTIATE_TEST_SUITE_P(Memory, StateStoreTest, ::testing::Values(kMemory, 1, 4000, 100'000));

}  // namespace
}  // namespace thalweg::state
