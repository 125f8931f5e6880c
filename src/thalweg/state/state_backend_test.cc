// Limits of memory, and what happens when the disk behind them fails.

#include "thalweg/state/state_backend.h"

#include <cstring>
#include <map>
#include <random>
#include <set>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/base/fault_point.h"
#include "thalweg/state/state_store.h"
#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::state {
namespace {

/// A text as value.
class TextCodec : public ValueCodec {
 public:
  int32_t slot_bytes() const override { return sizeof(std::string*); }
  std::string Signature() const override { return "text"; }
  bool trivial() const override { return false; }
  void Append(const uint8_t* slots, std::string* out) const override { *out += *TextOf(slots); }
  Status Load(uint8_t* slots, std::string_view bytes) const override {
    TextOf(slots) = new std::string(bytes);
    return Status::OK();
  }
  void Destroy(uint8_t* slots) const override { delete TextOf(slots); }
  int64_t OwnedBytes(const uint8_t* slots) const override {
    return static_cast<int64_t>(TextOf(slots)->size());
  }
  static std::string*& TextOf(const uint8_t* slots) {
    return *const_cast<std::string**>(reinterpret_cast<std::string* const*>(slots));
  }
};

StateBackendOptions BackendOptions(StateProvider provider, int64_t bytes) {
  StateBackendOptions options;
  options.provider = provider;
  options.max_memory_bytes = bytes;
  return options;
}

class StateBackendTest : public ::testing::Test {
 protected:
  ~StateBackendTest() override { EXPECT_TRUE(SetFaultPoints("").ok()); }

  void Open(StateProvider provider, int64_t bytes) {
    StateStoreOptions options;
    options.location = {&files_, "/c/state/0", 200};
    options.table.keys = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
    options.table.values = std::make_shared<TextCodec>();
    options.table.backend = StateBackend::Make(BackendOptions(provider, bytes)).ValueOrDie();
    options.table.owner = "operator 7 (test)";
    options.snapshots.after_files = 3;
    store_ = std::make_unique<StateStore>(options);
    table()->BeginEpoch();
  }

  StateTable* table() { return store_->table(0); }

  /// Sets the texts of keys [begin, end) to begin's text.
  Status Put(int64_t begin, int64_t end, const std::string& text, uint8_t** last = nullptr) {
    arrow::Int64Builder builder;
    for (int64_t key = begin; key < end; ++key) ARROW_RETURN_NOT_OK(builder.Append(key));
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr column, builder.Finish());
    KeyBatch keys;
    ARROW_RETURN_NOT_OK(table()->options().keys->Encode({column}, end - begin, &keys));
    std::vector<uint8_t*> groups(end - begin);
    std::vector<int32_t> inserted;
    table()->FindOrInsert(keys, nullptr, true, groups.data(), &inserted);
    for (const int32_t row : inserted) {
      TextCodec::TextOf(groups[row] + kSlotOffset) = new std::string();
    }
    ARROW_RETURN_NOT_OK(table()->SetKeyGroups({column}, end - begin, inserted, groups.data()));
    for (uint8_t* group : groups) *TextCodec::TextOf(group + kSlotOffset) = text;
    if (last != nullptr) *last = groups.back();
    return Status::OK();
  }

  std::map<int64_t, std::string> Read() {
    std::map<int64_t, std::string> contents;
    EXPECT_TRUE(
        table()
            ->ForEach([&](uint8_t* const* groups, int64_t count) {
              for (int64_t i = 0; i < count; ++i) {
                EXPECT_TRUE(
                    contents.emplace(KeyOf(groups[i]), *TextCodec::TextOf(groups[i] + kSlotOffset))
                        .second);
              }
              return Status::OK();
            })
            .ok());
    return contents;
  }

  int64_t KeyOf(const uint8_t* group) {
    int64_t key;
    std::memcpy(&key, table()->key(group).data(), sizeof(key));
    return key;
  }

  Result<StateManifest> Commit(int64_t epoch) {
    ARROW_RETURN_NOT_OK(store_->WriteChanges(0, epoch));
    ARROW_ASSIGN_OR_RAISE(StateManifest manifest, store_->FinishCommit(epoch));
    table()->BeginEpoch();
    return manifest;
  }

  testing::FaultInjectingFileSystem files_;
  std::unique_ptr<StateStore> store_;
};

TEST_F(StateBackendTest, ProvidersByName) {
  const std::string package = "org.apache.spark.sql.execution.streaming.state.";
  EXPECT_EQ(*ParseStateProvider(package + "HDFSBackedStateStoreProvider"), StateProvider::kMemory);
  EXPECT_EQ(*ParseStateProvider(package + "RocksDBStateStoreProvider"), StateProvider::kRocksDb);
  EXPECT_TRUE(
      IsCondition(ParseStateProvider("com.example.Mine").status(), "STATE_STORE_INVALID_PROVIDER"));
}

TEST_F(StateBackendTest, ALimitStopsAStateInMemory) {
  Open(StateProvider::kMemory, 1 << 20);
  ASSERT_TRUE(Put(0, 1000, "short").ok());
  ASSERT_TRUE(Commit(0).ok());
  const Status in_epoch = Put(1000, 40'000, "many");
  EXPECT_TRUE(IsCondition(in_epoch, "STATE_STORE_MEMORY_LIMIT_EXCEEDED"));
  EXPECT_NE(in_epoch.message().find("operator 7 (test)"), std::string::npos);
  // Values that grow are met when they are written.
  Open(StateProvider::kMemory, 1 << 20);
  ASSERT_TRUE(Put(0, 1000, std::string(4000, 'x')).ok());
  EXPECT_TRUE(IsCondition(Commit(0).status(), "STATE_STORE_MEMORY_LIMIT_EXCEEDED"));
}

TEST_F(StateBackendTest, TablesDivideABudgetByUse) {
  const auto backend =
      StateBackend::Make(BackendOptions(StateProvider::kRocksDb, 4000)).ValueOrDie();
  ASSERT_EQ(backend->limit_bytes(), 3000);
  MemoryAccount one(backend);
  MemoryAccount two(backend);
  one.Set(2000);
  EXPECT_EQ(backend->ShareOf(2000), 2000);
  two.Set(4000);
  EXPECT_EQ(backend->ShareOf(2000), 1000);
  EXPECT_EQ(backend->ShareOf(4000), 2000);
}

TEST_F(StateBackendTest, MemoryStaysWithinTheBudget) {
  constexpr int64_t kBudget = 4 << 20;
  Open(StateProvider::kRocksDb, kBudget);
  for (int64_t epoch = 0; epoch < 30; ++epoch) {
    ASSERT_TRUE(Put(epoch * 1000, (epoch + 1) * 1000, std::string(500, 'x')).ok());
    ASSERT_TRUE(Commit(epoch).ok());
    // Blocks of memory that wait to be flushed come on top, as many as the disk is late.
    EXPECT_LE(table()->memory_bytes(), kBudget + (kBudget / 2)) << epoch;
    EXPECT_EQ(table()->size(), (epoch + 1) * 1000);
  }
  EXPECT_GT(table()->spill_metrics().puts, 10'000);
  EXPECT_EQ(Read().size(), 30'000u);
}

/// A failing disk stops the query; what was committed is whole.
TEST_F(StateBackendTest, AFailingDiskLosesNothing) {
  for (const char* fault : {"spill.write=error", "spill.read=error", "spill.write:3=error"}) {
    SCOPED_TRACE(fault);
    Open(StateProvider::kRocksDb, 1);
    std::map<int64_t, std::string> expected;
    StateManifest manifest;
    Status status;
    for (int64_t epoch = 0; epoch < 10; ++epoch) {
      if (epoch == 5) {
        ASSERT_TRUE(SetFaultPoints(fault).ok());
      }
      const std::string text = "epoch " + std::to_string(epoch);
      status = Put(epoch * 50, epoch * 50 + 100, text);
      if (!status.ok()) break;
      const auto committed = Commit(epoch);
      status = committed.status();
      if (!status.ok()) break;
      manifest = *committed;
      for (int64_t key = epoch * 50; key < epoch * 50 + 100; ++key) expected[key] = text;
    }
    EXPECT_TRUE(IsCondition(status, "STATE_STORE_SPILL_FAILED")) << status;
    ASSERT_TRUE(SetFaultPoints("").ok());
    Open(StateProvider::kRocksDb, 1);
    ASSERT_TRUE(store_->Load(manifest).ok());
    EXPECT_EQ(Read(), expected);
  }
}

/// Due times against a model, while entries go to disk and come back.
TEST_F(StateBackendTest, DueGroupsComeWhereverTheyAre) {
  for (const int64_t budget : {int64_t{1}, int64_t{20'000}, int64_t{1} << 20}) {
    Open(StateProvider::kRocksDb, budget);
    std::mt19937_64 random(static_cast<uint64_t>(budget));
    std::multimap<int64_t, int64_t> due_at;
    for (int64_t epoch = 0; epoch < 60; ++epoch) {
      for (int64_t i = 0; i < 20; ++i) {
        const int64_t key = epoch * 20 + i;
        const int64_t time = epoch * 1'000'000 + static_cast<int64_t>(random() % 20'000'000);
        uint8_t* group = nullptr;
        ASSERT_TRUE(Put(key, key + 1, std::to_string(key), &group).ok());
        table()->AddDue(time, group);
        due_at.emplace(time, key);
      }
      std::set<int64_t> expected;
      const int64_t now = epoch * 1'000'000;
      for (auto one = due_at.begin(); one != due_at.end() && one->first <= now;) {
        expected.insert(one->second);
        one = due_at.erase(one);
      }
      std::set<int64_t> actual;
      ASSERT_TRUE(table()
                      ->TakeDue(now,
                                [&](const DueGroup* due, int64_t count) {
                                  for (int64_t i = 0; i < count; ++i) {
                                    const int64_t key = KeyOf(due[i].group);
                                    EXPECT_EQ(*TextCodec::TextOf(due[i].group + kSlotOffset),
                                              std::to_string(key));
                                    EXPECT_TRUE(actual.insert(key).second);
                                    table()->Remove(due[i].group);
                                  }
                                  return Status::OK();
                                })
                      .ok());
      EXPECT_EQ(actual, expected);
      EXPECT_EQ(table()->size(), static_cast<int64_t>(due_at.size()));
      ASSERT_TRUE(Commit(epoch).ok());
    }
  }
}

}  // namespace
}  // namespace thalweg::state
