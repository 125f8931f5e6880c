// A JoinTable behind a StateStore against a model in memory: what is kept, found, matched, removed
// and dropped, across commits, restarts with other numbers of workers, and snapshots.

#include "thalweg/state/join_table.h"

#include <cstring>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/state/key_group.h"
#include "thalweg/state/state_store.h"
#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::state {
namespace {

constexpr int kKeyGroups = 20;
constexpr int64_t kSecond = 1'000'000;
/// Rows of the right side stay this much longer.
constexpr int64_t kRightMicros = 5 * kSecond;

int64_t StateWatermarkOf(int side, int64_t watermark) {
  return side == 0 ? watermark : watermark - kRightMicros;
}

/// Side, key, time, value (unique), matched.
struct ModelRow {
  int64_t key;
  int64_t time;
  bool matched;
};
using Model = std::array<std::map<int64_t, ModelRow>, 2>;  // by value

/// Bytes of memory that rows may take between epochs; the rest is on disk. kMemory: any number.
constexpr int64_t kMemory = -1;

class JoinTableTest : public ::testing::TestWithParam<int64_t> {
 protected:
  void Open(int num_workers, const StateManifest* manifest = nullptr) {
    StateStoreOptions options;
    options.location = {&files_, "/c/state/0", kKeyGroups};
    options.num_workers = num_workers;
    options.snapshots.after_files = 3;
    StateBackendOptions backend;
    if (GetParam() != kMemory) {
      backend.provider = StateProvider::kRocksDb;
      backend.max_memory_bytes = GetParam();
    }
    options.make_table = [backend = StateBackend::Make(backend).ValueOrDie()](int) {
      JoinTableOptions table;
      table.backend = backend;
      table.keys = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
      const auto rows = RowCodec::Make({arrow::int64(), arrow::utf8()}).ValueOrDie();
      table.rows = {rows, rows};
      table.num_key_groups = kKeyGroups;
      table.state_watermark = StateWatermarkOf;
      return std::make_unique<JoinTable>(table);
    };
    store_ = std::make_unique<StateStore>(options);
    if (manifest == nullptr) return;
    ASSERT_TRUE(store_->Load(*manifest).ok());
  }

  JoinTable* Table(int worker) { return static_cast<JoinTable*>(store_->durable(worker)); }

  static ArrayPtr Numbers(const std::vector<int64_t>& values) {
    arrow::Int64Builder builder;
    EXPECT_TRUE(builder.AppendValues(values).ok());
    return builder.Finish().ValueOrDie();
  }

  void BeginEpoch() {
    for (int i = 0; i < store_->num_workers(); ++i) Table(i)->BeginEpoch();
  }

  void Add(int side, int64_t key, int64_t time, int64_t value, bool matched) {
    const std::vector<ArrayPtr> keys = {Numbers({key})};
    std::vector<int32_t> groups;
    ASSERT_TRUE(ComputeKeyGroups(keys, 1, kKeyGroups, &groups).ok());
    arrow::StringBuilder text;
    ASSERT_TRUE(text.Append(std::string(value % 7, 'x')).ok());
    const std::vector<ArrayPtr> columns = {Numbers({value}), text.Finish().ValueOrDie()};
    RowTable* table = Table(groups[0] % store_->num_workers())->side(side);
    KeyBatch encoded;
    ASSERT_TRUE(table->keys().Encode(keys, 1, &encoded).ok());
    const std::vector<int32_t> rows = {0};
    const uint8_t flag = matched;
    ASSERT_TRUE(table->Append({&columns, &encoded, &time, &rows, groups.data(), &flag}).ok());
    model_[side][value] = {key, time, matched};
  }

  static int64_t ValueOf(const RowTable& table, const StoredRow* row) {
    const uint8_t* bytes = row->bytes();
    const ArrayPtr column = table.rows().Decode(0, &bytes, 1).ValueOrDie();
    return static_cast<const arrow::Int64Array&>(*column).Value(0);
  }

  /// Rows of a key by value, in chain order.
  std::vector<std::pair<int64_t, StoredRow*>> Find(int side, int64_t key) {
    const std::vector<ArrayPtr> keys = {Numbers({key})};
    std::vector<int32_t> groups;
    EXPECT_TRUE(ComputeKeyGroups(keys, 1, kKeyGroups, &groups).ok());
    RowTable* table = TableOf(side, groups[0]);
    KeyBatch encoded;
    EXPECT_TRUE(table->keys().Encode(keys, 1, &encoded).ok());
    std::vector<StoredRow*> first;
    EXPECT_TRUE(table->Find(encoded, {0}, &first).ok());
    std::vector<std::pair<int64_t, StoredRow*>> found;
    for (StoredRow* row = first[0]; row != nullptr; row = row->next) {
      found.emplace_back(ValueOf(*table, row), row);
    }
    return found;
  }

  RowTable* TableOf(int side, int32_t key_group) {
    return Table(key_group % store_->num_workers())->side(side);
  }

  void ExpectModel(int64_t num_keys) {
    int64_t size = 0;
    for (int i = 0; i < store_->num_workers(); ++i) size += store_->durable(i)->size();
    EXPECT_EQ(size, static_cast<int64_t>(model_[0].size() + model_[1].size()));
    for (int side = 0; side < 2; ++side) {
      std::set<std::tuple<int64_t, int64_t, int64_t, bool>> expected;
      std::set<std::tuple<int64_t, int64_t, int64_t, bool>> actual;
      for (const auto& [value, row] : model_[side]) {
        expected.emplace(value, row.key, row.time, row.matched);
      }
      for (int64_t key = 0; key < num_keys; ++key) {
        for (const auto& [value, row] : Find(side, key)) {
          actual.emplace(value, key, row->time, (row->flags & kMatchedRow) != 0);
        }
      }
      EXPECT_EQ(actual, expected) << "side " << side;
    }
  }

  /// Drops by watermark, and checks that exactly the model's rows went, in order of seconds.
  void Expire(int64_t watermark) {
    for (int side = 0; side < 2; ++side) {
      std::set<int64_t> gone;
      for (int i = 0; i < store_->num_workers(); ++i) {
        int64_t last_second = std::numeric_limits<int64_t>::min();
        const auto consume = [&](StoredRow* const* rows, int64_t count) {
          for (int64_t j = 0; j < count; ++j) {
            // Rows on disk come before those in memory.
            if (GetParam() == kMemory) {
              EXPECT_GE(rows[j]->time / kSecond, last_second);
            }
            last_second = rows[j]->time / kSecond;
            gone.insert(ValueOf(*Table(i)->side(side), rows[j]));
          }
          return Status::OK();
        };
        ASSERT_TRUE(Table(i)->Expire(side, watermark, consume).ok());
      }
      std::set<int64_t> expected;
      for (const auto& [value, row] : model_[side]) {
        if (row.time <= StateWatermarkOf(side, watermark)) expected.insert(value);
      }
      EXPECT_EQ(gone, expected);
      for (const int64_t value : expected) model_[side].erase(value);
    }
  }

  StateManifest Commit(int64_t epoch) {
    for (int i = 0; i < store_->num_workers(); ++i) {
      EXPECT_TRUE(store_->WriteChanges(i, epoch).ok());
    }
    return store_->FinishCommit(epoch).ValueOrDie();
  }

  testing::FaultInjectingFileSystem files_;
  std::unique_ptr<StateStore> store_;
  Model model_;
};

TEST_P(JoinTableTest, ChainsKeepTheOrderOfArrival) {
  Open(1);
  BeginEpoch();
  for (int64_t i = 0; i < 5; ++i) Add(0, 1, (10 - i) * kSecond, i, false);
  Add(0, 2, kSecond, 100, false);
  std::vector<int64_t> values;
  for (const auto& [value, row] : Find(0, 1)) values.push_back(value);
  EXPECT_EQ(values, (std::vector<int64_t>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(Find(1, 1).empty());
  // The middle of the chain goes first.
  Expire(7 * kSecond + kSecond / 2);
  ExpectModel(3);
}

TEST_P(JoinTableTest, WatermarkInsideASecond) {
  Open(1);
  BeginEpoch();
  for (int64_t i = 0; i < 10; ++i) Add(0, i % 3, kSecond + i * 100'000, i, false);
  Expire(kSecond + 250'000);
  ExpectModel(3);
  // Rows that come later into the second that is being emptied.
  Add(0, 1, kSecond + 260'000, 20, false);
  Add(0, 1, kSecond + 950'000, 21, false);
  Expire(kSecond + 400'000);
  ExpectModel(3);
  Expire(2 * kSecond);
  ExpectModel(3);
  EXPECT_EQ(store_->durable(0)->size(), 0);
}

TEST_P(JoinTableTest, OnlyWhatChangedIsWritten) {
  Open(1);
  BeginEpoch();
  for (int64_t i = 0; i < 1000; ++i) Add(0, i, kSecond, i, false);
  const StateManifest first = Commit(0);
  BeginEpoch();
  EXPECT_FALSE(store_->durable(0)->HasChanges());
  Table(0)->side(0)->SetMatched(Find(0, 7)[0].second);
  model_[0][7].matched = true;
  const StateManifest second = Commit(1);
  ASSERT_EQ(second.changes.size(), 2u);
  const auto size = [&](const std::string& name) {
    return files_.ReadFile("/c/state/0/" + name).ValueOrDie().size();
  };
  EXPECT_GT(size(second.changes[0]), 1000 * 40u);
  EXPECT_LT(size(second.changes[1]), 300u);
  Open(2, &second);
  ExpectModel(1000);
}

TEST_P(JoinTableTest, MemoryIsBoundedByWhatIsKept) {
  Open(1);
  int64_t highest = 0;
  int64_t value = 0;
  for (int64_t second = 0; second < 300; ++second) {
    BeginEpoch();
    for (int64_t i = 0; i < 50; ++i, ++value) Add(0, value, second * kSecond, value, false);
    Expire((second - 10) * kSecond);
    if (second == 50) highest = store_->durable(0)->memory_bytes();
  }
  EXPECT_LE(store_->durable(0)->memory_bytes(), highest * 3 / 2);
}

TEST_P(JoinTableTest, RemovedRowsGiveTheirMemoryBack) {
  Open(1);
  BeginEpoch();
  for (int64_t i = 0; i < 5000; ++i) Add(0, i % 100, kSecond, i, false);
  const int64_t full = store_->durable(0)->memory_bytes();
  BeginEpoch();
  for (int64_t key = 0; key < 95; ++key) {
    for (const auto& [value, row] : Find(0, key)) {
      ASSERT_TRUE(Table(0)->side(0)->Remove(row).ok());
      model_[0].erase(value);
    }
  }
  ExpectModel(100);
  BeginEpoch();
  ExpectModel(100);
  EXPECT_LT(store_->durable(0)->memory_bytes(), full / 2);
  Expire(2 * kSecond);
  ExpectModel(100);
}

/// Random epochs; the store is opened again now and then, with another number of workers.
TEST_P(JoinTableTest, RandomEpochsRestartsAndWorkers) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto draw = [&](int64_t below) { return static_cast<int64_t>(random() % below); };
    constexpr int64_t kKeys = 25;
    model_ = {};
    Open(1 + static_cast<int>(draw(3)));
    int64_t value = 0;
    for (int64_t epoch = 0; epoch < 40; ++epoch) {
      BeginEpoch();
      const int64_t now = epoch * kSecond;
      for (int64_t i = draw(30); i > 0; --i, ++value) {
        const bool stays = draw(20) == 0;
        Add(static_cast<int>(draw(2)), draw(kKeys), stays ? kNoExpiry : now + draw(8 * kSecond),
            value, draw(4) == 0);
      }
      for (int64_t i = draw(6); i > 0; --i) {
        const int side = static_cast<int>(draw(2));
        for (const auto& [found, row] : Find(side, draw(kKeys))) {
          RowTable* table = TableOf(side, HeaderOf(row->group)->key_group);
          const int64_t what = draw(3);
          if (what == 0) table->SetMatched(row);
          if (what == 0) model_[side][found].matched = true;
          if (what == 1) {
            ASSERT_TRUE(table->Remove(row).ok());
            model_[side].erase(found);
            break;
          }
        }
      }
      if (draw(2) == 0) Expire(now - draw(3 * kSecond));
      ExpectModel(kKeys);
      const StateManifest manifest = Commit(epoch);
      if (draw(5) == 0) {
        Open(1 + static_cast<int>(draw(4)), &manifest);
        ExpectModel(kKeys);
      }
      if (HasFailure()) return;
    }
  }
}

TEST_P(JoinTableTest, OtherColumnsAreRefused) {
  Open(1);
  BeginEpoch();
  Add(0, 1, kSecond, 1, false);
  const StateManifest manifest = Commit(0);
  StateStoreOptions options;
  options.location = {&files_, "/c/state/0", kKeyGroups};
  options.make_table = [](int) {
    JoinTableOptions table;
    table.keys = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
    table.rows = {RowCodec::Make({arrow::int64()}).ValueOrDie(),
                  RowCodec::Make({arrow::int64(), arrow::utf8()}).ValueOrDie()};
    table.state_watermark = StateWatermarkOf;
    return std::make_unique<JoinTable>(table);
  };
  StateStore store(options);
  EXPECT_TRUE(IsCondition(store.Load(manifest), "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE"));
}

INSTANTIATE_TEST_SUITE_P(Memory, JoinTableTest, ::testing::Values(kMemory, 1, 5000, 100'000));

}  // namespace
}  // namespace thalweg::state
