#include "thalweg/state/state_replay.h"

#include <cstring>
#include <map>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/state/key_group.h"
#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::state {
namespace {

/// A 64-bit number as value.
class NumberCodec : public ValueCodec {
 public:
  explicit NumberCodec(std::string signature = "number") : signature_(std::move(signature)) {}
  int32_t slot_bytes() const override { return 8; }
  std::string Signature() const override { return signature_; }
  bool trivial() const override { return true; }
  void Append(const uint8_t* slots, std::string* out) const override {
    out->append(reinterpret_cast<const char*>(slots), 8);
  }
  Status Load(uint8_t* slots, std::string_view bytes) const override {
    std::memcpy(slots, bytes.data(), 8);
    return Status::OK();
  }

 private:
  std::string signature_;
};

constexpr int kKeyGroups = 8;

class StateReplayTest : public ::testing::Test {
 protected:
  StateReplayTest() {
    StateStoreOptions options;
    options.location = location_;
    options.location.num_key_groups = kKeyGroups;
    options.table.keys = keys_;
    options.table.values = std::make_shared<NumberCodec>();
    options.table.expiry = ExpiryKind::kExact;
    options.snapshots.after_files = 2;
    store_ = std::make_unique<StateStore>(options);
    store_->table(0)->BeginEpoch();
  }

  void Put(int64_t key, int64_t value, int64_t expiry) {
    arrow::Int64Builder builder;
    ASSERT_TRUE(builder.Append(key).ok());
    const std::vector<ArrayPtr> columns = {builder.Finish().ValueOrDie()};
    KeyBatch keys;
    ASSERT_TRUE(keys_->Encode(columns, 1, &keys).ok());
    uint8_t* group = nullptr;
    std::vector<int32_t> inserted;
    store_->table(0)->FindOrInsert(keys, &expiry, true, &group, &inserted);
    ASSERT_TRUE(store_->table(0)->SetKeyGroups(columns, 1, inserted, &group).ok());
    std::memcpy(group + kSlotOffset, &value, 8);
  }

  StateManifest Commit(int64_t epoch) {
    EXPECT_TRUE(store_->WriteChanges(0, epoch).ok());
    const StateManifest manifest = store_->FinishCommit(epoch).ValueOrDie();
    store_->table(0)->BeginEpoch();
    return manifest;
  }

  using Entries = std::map<int64_t, int64_t>;
  static void Collect(const StateTable& table, uint8_t* const* groups, int64_t count,
                      Entries* entries) {
    for (int64_t i = 0; i < count; ++i) {
      int64_t key = 0;
      int64_t value = 0;
      std::memcpy(&key, table.key(groups[i]).data(), 8);
      std::memcpy(&value, groups[i] + kSlotOffset, 8);
      (*entries)[key] = value;
    }
  }

  Entries Read(const StateManifest& manifest) {
    StateReplay replay(location_, keys_, std::make_shared<NumberCodec>());
    EXPECT_TRUE(replay.Apply(manifest).ok());
    Entries entries;
    EXPECT_TRUE(replay.table()
                    .ForEach([&](uint8_t* const* groups, int64_t count) {
                      Collect(replay.table(), groups, count, &entries);
                      return Status::OK();
                    })
                    .ok());
    return entries;
  }

  testing::FaultInjectingFileSystem files_;
  const StateLocation location_ = {&files_, "/c/state/0", 0};
  const std::shared_ptr<const RowKeyCodec> keys_ = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  std::unique_ptr<StateStore> store_;
};

TEST_F(StateReplayTest, GivesTheStateAfterEveryEpochAcrossSnapshots) {
  std::vector<StateManifest> manifests;
  std::vector<Entries> expected;
  Entries entries;
  for (int64_t epoch = 0; epoch < 8; ++epoch) {
    Put(epoch, epoch * 10, (epoch + 1) * 100);
    Put(100, epoch, kNoExpiry);
    entries[epoch] = epoch * 10;
    entries[100] = epoch;
    ASSERT_TRUE(store_->table(0)->Expire(epoch * 50, nullptr).ok());
    for (int64_t key = 0; key < epoch; ++key) {
      if ((key + 1) * 100 <= epoch * 50) entries.erase(key);
    }
    manifests.push_back(Commit(epoch));
    store_->WaitForWrites();
    expected.push_back(entries);
  }
  EXPECT_FALSE(manifests.back().snapshots.empty());
  for (size_t i = 0; i < manifests.size(); ++i) EXPECT_EQ(Read(manifests[i]), expected[i]) << i;
}

TEST_F(StateReplayTest, TellsWhatAFileChanged) {
  Put(1, 10, 100);
  Put(2, 20, 200);
  const StateManifest first = Commit(0);
  Put(2, 21, 200);
  Put(3, 30, kNoExpiry);
  ASSERT_TRUE(store_->table(0)->Expire(100, nullptr).ok());
  const StateManifest second = Commit(1);

  StateReplay replay(location_, keys_, std::make_shared<NumberCodec>());
  ASSERT_TRUE(replay.Apply(first).ok());
  Entries put;
  Entries gone;
  ASSERT_TRUE(replay
                  .Apply(second.changes.back(),
                         [&](StateChange change, uint8_t* const* groups, int64_t count) {
                           Collect(replay.table(), groups, count,
                                   change == StateChange::kDelete ? &gone : &put);
                           return Status::OK();
                         })
                  .ok());
  EXPECT_EQ(put, (Entries{{2, 21}, {3, 30}}));
  EXPECT_EQ(gone, (Entries{{1, 10}}));
}

TEST_F(StateReplayTest, RefusesFilesOfOtherValues) {
  Put(1, 10, 100);
  const StateManifest manifest = Commit(0);
  StateReplay other_values(location_, keys_, std::make_shared<NumberCodec>("text"));
  EXPECT_TRUE(IsCondition(other_values.Apply(manifest), "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE"));
  StateReplay other_keys(location_, RowKeyCodec::Make({arrow::utf8()}).ValueOrDie(),
                         std::make_shared<NumberCodec>());
  EXPECT_TRUE(IsCondition(other_keys.Apply(manifest), "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE"));
}

}  // namespace
}  // namespace thalweg::state
