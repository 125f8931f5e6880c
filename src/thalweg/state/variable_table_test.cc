// A VariableTable behind a StateStore against a model in memory: entries, timers, ends of life,
// across commits, restarts with other numbers of workers, and snapshots; in memory and with budgets
// that send some or all of it to disk.

#include "thalweg/state/variable_table.h"

#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/state/key_group.h"
#include "thalweg/state/state_store.h"
#include "thalweg/state/variable_replay.h"
#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::state {
namespace {

constexpr int kKeyGroups = 20;

struct Backend {
  const char* name;
  StateProvider provider;
  int64_t bytes;
};

class VariableTableTest : public ::testing::TestWithParam<Backend> {
 protected:
  void Open(int num_workers, const StateManifest* manifest = nullptr) {
    OpenWith(GetParam(), num_workers, manifest);
  }

  void OpenWith(const Backend& backend, int num_workers, const StateManifest* manifest = nullptr) {
    StateBackendOptions backend_options;
    backend_options.provider = backend.provider;
    backend_options.max_memory_bytes = backend.bytes;
    const auto shared = StateBackend::Make(backend_options).ValueOrDie();
    StateStoreOptions options;
    options.location = {&files_, "/c/state/0", kKeyGroups};
    options.num_workers = num_workers;
    options.snapshots.after_files = 3;
    options.make_table = [this, shared](int) {
      return std::make_unique<VariableTable>(
          VariableTableOptions{codec_, "test", kKeyGroups, shared, "operator 3 (test)"});
    };
    store_ = std::make_unique<StateStore>(options);
    if (manifest != nullptr) {
      const Status loaded = store_->Load(*manifest);
      ASSERT_TRUE(loaded.ok()) << loaded.ToString();
    }
  }

  StateManifest Commit(int64_t epoch) {
    for (int worker = 0; worker < store_->num_workers(); ++worker) {
      EXPECT_TRUE(store_->WriteChanges(worker, epoch).ok());
    }
    return store_->FinishCommit(epoch).ValueOrDie();
  }

  VariableTable* Table(int worker) { return static_cast<VariableTable*>(store_->durable(worker)); }

  std::pair<VariableTable*, KeyState*> Find(int64_t key) {
    arrow::Int64Builder builder;
    EXPECT_TRUE(builder.Append(key).ok());
    const std::vector<ArrayPtr> columns = {builder.Finish().ValueOrDie()};
    std::vector<int32_t> groups;
    EXPECT_TRUE(ComputeKeyGroups(columns, 1, kKeyGroups, &groups).ok());
    VariableTable* table = Table(groups[0] % store_->num_workers());
    KeyBatch keys;
    EXPECT_TRUE(codec_->Encode(columns, 1, &keys).ok());
    std::vector<KeyState*> states;
    EXPECT_TRUE(table->FindOrInsert(keys, columns, &states).ok());
    return {table, states[0]};
  }

  /// Everything: key bytes, variable, sub-key -> value.
  using Content = std::map<std::tuple<std::string, std::string, std::string>, std::string>;
  Content Read() {
    Content content;
    for (int worker = 0; worker < store_->num_workers(); ++worker) {
      VariableTable* table = Table(worker);
      (void)table->ForEachKey([&](KeyState* state) {
        for (int i = 0; i < table->num_variables(); ++i) {
          const VariableEntries* entries = table->Entries(*state, i);
          if (entries == nullptr) continue;
          for (const auto& [sub_key, entry] : *entries) {
            content[{std::string(table->key(*state)), table->variable_name(i), sub_key}] =
                entry.bytes;
          }
        }
        return Status::OK();
      });
    }
    return content;
  }

  /// The same from the files, without a table.
  Content Replay(const StateManifest& manifest) {
    const std::vector<VariableName> names = {{VariableKind::kMap, "limited"},
                                             {VariableKind::kList, "list"}};
    VariableReplay replay({&files_, "/c/state/0", kKeyGroups}, codec_, "test", names);
    const Status applied = replay.Apply(manifest);
    EXPECT_TRUE(applied.ok()) << applied.ToString();
    Content content;
    for (const auto& [key, variables] : replay.keys()) {
      for (size_t i = 0; i < names.size(); ++i) {
        for (const auto& [sub_key, entry] : variables[i]) {
          content[{key.bytes, names[i].name, sub_key}] = entry.bytes;
        }
      }
    }
    return content;
  }

  testing::FaultInjectingFileSystem files_;
  std::shared_ptr<const RowKeyCodec> codec_ = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  std::unique_ptr<StateStore> store_;
};

TEST_P(VariableTableTest, SurvivesRestartsWithOtherNumbersOfWorkers) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Open(2);
  StateManifest manifest;
  for (int64_t epoch = 0; epoch < 40; ++epoch) {
    for (int worker = 0; worker < store_->num_workers(); ++worker) Table(worker)->BeginEpoch();
    for (int i = 0; i < 30; ++i) {
      const auto [table, state] = Find(random() % 25);
      const int list = table->Variable("list", VariableKind::kList);
      const int limited = table->Variable("limited", VariableKind::kMap);
      const std::string sub_key = OrderedBytes(random() % 4);
      switch (random() % 6) {
        case 0:
          table->Clear(state, list);
          break;
        case 1:
          table->Remove(state, limited, sub_key);
          break;
        case 2:
          table->Put(state, limited, sub_key, std::to_string(random()),
                     epoch + 1 + static_cast<int64_t>(random() % 5));
          break;
        default:
          table->Put(state, list, sub_key, std::to_string(random()));
      }
    }
    for (int worker = 0; worker < store_->num_workers(); ++worker) {
      EXPECT_TRUE(Table(worker)->RemoveExpired(epoch).ok());
    }
    manifest = Commit(epoch);
    store_->WaitForWrites();
    if (random() % 4 != 0) continue;
    const Content before = Read();
    EXPECT_EQ(Replay(manifest), before) << "epoch " << epoch;
    Open(1 + static_cast<int>(random() % 3), &manifest);
    EXPECT_EQ(Read(), before) << "epoch " << epoch;
  }
  EXPECT_FALSE(manifest.snapshots.empty());
}

TEST_P(VariableTableTest, TimersComeByTimeThenByKey) {
  Open(1);
  Table(0)->BeginEpoch();
  const int timers = Table(0)->Variable("timers", VariableKind::kTimer);
  const auto set = [&](int64_t key, int64_t time) {
    Table(0)->Put(Find(key).second, timers, OrderedBytes(time), "");
  };
  set(2, 20);
  set(1, 20);
  set(3, -5);
  set(1, 21);
  Commit(0);
  Table(0)->BeginEpoch();
  set(4, 22);
  const auto due = Table(0)->TimersThrough(timers, 20).ValueOrDie();
  ASSERT_EQ(due.size(), 3U);
  EXPECT_EQ(due[0].millis, -5);
  EXPECT_EQ(due[1].state, Find(1).second);
  EXPECT_EQ(due[2].state, Find(2).second);
  Table(0)->Remove(Find(1).second, timers, OrderedBytes(20));
  EXPECT_EQ(Table(0)->TimersThrough(timers, 20)->size(), 2U);
  Commit(1);
  Table(0)->BeginEpoch();
  EXPECT_EQ(Table(0)->TimersThrough(timers, 20)->size(), 2U);
  EXPECT_EQ(Table(0)->TimersThrough(timers, 100)->size(), 4U);
}

TEST_P(VariableTableTest, AnEntryWrittenAnewLivesOn) {
  Open(1);
  Table(0)->BeginEpoch();
  const int value = Table(0)->Variable("value", VariableKind::kValue);
  Table(0)->Put(Find(1).second, value, "", "old", 10);
  Table(0)->Put(Find(2).second, value, "", "gone", 10);
  Table(0)->Put(Find(1).second, value, "", "new", 20);
  Commit(0);
  Table(0)->BeginEpoch();
  EXPECT_EQ(*Table(0)->RemoveExpired(10), 1);
  EXPECT_EQ(Table(0)->num_keys(), 1);
  const StateManifest manifest = Commit(1);
  Open(1, &manifest);
  const auto [table, state] = Find(1);
  const int loaded = table->Variable("value", VariableKind::kValue);
  ASSERT_NE(table->Find(*state, loaded, ""), nullptr);
  EXPECT_EQ(table->Find(*state, loaded, "")->bytes, "new");
  EXPECT_EQ(*table->RemoveExpired(20), 1);
  EXPECT_EQ(table->num_keys(), 0);
}

TEST_P(VariableTableTest, EndsBeyondAllTimeAreKept) {
  Open(1);
  Table(0)->BeginEpoch();
  const int value = Table(0)->Variable("value", VariableKind::kValue);
  Table(0)->Put(Find(1).second, value, "", "late", kLivesForEver - 1);
  Table(0)->Put(Find(2).second, value, "", "early", std::numeric_limits<int64_t>::min() + 1);
  const StateManifest manifest = Commit(0);
  Open(1, &manifest);
  EXPECT_EQ(*Table(0)->RemoveExpired(0), 1);
  const auto [table, state] = Find(1);
  const int loaded = table->Variable("value", VariableKind::kValue);
  ASSERT_NE(table->Find(*state, loaded, ""), nullptr);
  EXPECT_EQ(table->Find(*state, loaded, "")->bytes, "late");
}

TEST_P(VariableTableTest, AnAppendWritesOneEntry) {
  Open(1);
  Table(0)->BeginEpoch();
  const int list = Table(0)->Variable("list", VariableKind::kList);
  for (int i = 0; i < 1000; ++i) {
    Table(0)->Put(Find(1).second, list, OrderedBytes(i), std::string(100, 'x'));
  }
  Commit(0);
  Table(0)->BeginEpoch();
  Table(0)->Put(Find(1).second, list, OrderedBytes(1000), "last");
  const StateManifest manifest = Commit(1);
  EXPECT_LT(files_.ReadFile("/c/state/0/" + manifest.changes.back())->size(), 500U);
}

TEST_P(VariableTableTest, DroppedVariablesAreGone) {
  Open(1);
  Table(0)->BeginEpoch();
  const int value = Table(0)->Variable("value", VariableKind::kValue);
  Table(0)->Put(Find(1).second, value, "", "v");
  Table(0)->Put(Find(2).second, Table(0)->Variable("other", VariableKind::kList), OrderedBytes(0),
                "o");
  Commit(0);
  Table(0)->BeginEpoch();
  EXPECT_TRUE(*Table(0)->Drop("value"));
  EXPECT_FALSE(*Table(0)->Drop("value"));
  const StateManifest manifest = Commit(1);
  Open(1, &manifest);
  EXPECT_EQ(Read().size(), 1U);
}

/// Timers that move, by keys that go to disk and come back, against a model.
TEST_P(VariableTableTest, MovedTimersComeOnce) {
  Open(1);
  VariableTable* table = Table(0);
  const int timers = table->Variable("timers", VariableKind::kTimer);
  std::mt19937 random(7);
  std::map<int64_t, int64_t> expected;  // key -> time
  for (int64_t epoch = 0; epoch < 60; ++epoch) {
    table->BeginEpoch();
    for (int i = 0; i < 20; ++i) {
      const auto key = static_cast<int64_t>(random() % 200);
      KeyState* state = Find(key).second;
      const auto old = expected.find(key);
      if (old != expected.end()) {
        EXPECT_TRUE(table->Remove(state, timers, OrderedBytes(old->second)));
      }
      expected[key] = epoch + static_cast<int64_t>(random() % 20);
      table->Put(state, timers, OrderedBytes(expected[key]), "");
    }
    const auto due = table->TimersThrough(timers, epoch).ValueOrDie();
    std::erase_if(expected, [&](const auto& timer) { return timer.second <= epoch; });
    for (const auto& timer : due) {
      EXPECT_TRUE(table->Remove(timer.state, timers, OrderedBytes(timer.millis)));
    }
    EXPECT_EQ(table->num_keys(), static_cast<int64_t>(expected.size()));
    EXPECT_EQ(table->size(), static_cast<int64_t>(expected.size()));
    Commit(epoch);
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, VariableTableTest,
                         ::testing::Values(Backend{"Memory", StateProvider::kMemory, 0},
                                           Backend{"RocksDbThatFits", StateProvider::kRocksDb, 0},
                                           Backend{"RocksDbSmall", StateProvider::kRocksDb, 20'000},
                                           Backend{"RocksDbOneByte", StateProvider::kRocksDb, 1}),
                         [](const auto& one) { return std::string(one.param.name); });

class VariableTableLimitTest : public VariableTableTest {};
INSTANTIATE_TEST_SUITE_P(Memory, VariableTableLimitTest,
                         ::testing::Values(Backend{"Limit", StateProvider::kMemory, 100'000}));

TEST_P(VariableTableLimitTest, ALimitStopsAStateInMemory) {
  Open(1);
  Table(0)->BeginEpoch();
  const int value = Table(0)->Variable("value", VariableKind::kValue);
  Table(0)->Put(Find(1).second, value, "", "small");
  Commit(0);
  Table(0)->BeginEpoch();
  Table(0)->Put(Find(2).second, value, "", std::string(200'000, 'x'));
  const Status status = store_->WriteChanges(0, 1);
  EXPECT_TRUE(IsCondition(status, "STATE_STORE_MEMORY_LIMIT_EXCEEDED")) << status;
  EXPECT_NE(status.message().find("operator 3 (test)"), std::string::npos);
  EXPECT_NE(status.message().find("100000"), std::string::npos);
}

TEST(VariableRecordKeyTest, OrderedBytesSortAsNumbers) {
  EXPECT_LT(OrderedBytes(-1), OrderedBytes(0));
  EXPECT_LT(OrderedBytes(255), OrderedBytes(256));
  EXPECT_EQ(NumberOf(OrderedBytes(-12345)), -12345);
  EXPECT_FALSE(DecodeRecordKey("abc").ok());
}

}  // namespace
}  // namespace thalweg::state
