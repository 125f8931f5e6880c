#include "thalweg/state/group_table.h"

#include <map>
#include <random>
#include <set>

#include <arrow/api.h>
#include <gtest/gtest.h>

namespace thalweg::state {
namespace {

struct Model {
  std::shared_ptr<const RowKeyCodec> codec;
  std::map<std::string, int64_t> counts;
};

int64_t* Counter(uint8_t* group) { return reinterpret_cast<int64_t*>(group + kSlotOffset); }

/// Counts random keys in a table and in a std::map, with removals, and compares.
void RunAgainstModel(bool text_keys, uint32_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const TypePtr type = text_keys ? arrow::utf8() : arrow::int64();
  Model model{RowKeyCodec::Make({type}).ValueOrDie(), {}};
  GroupTable table(8, model.codec->words_per_key());
  for (int round = 0; round < 60; ++round) {
    auto builder = arrow::MakeBuilder(type).ValueOrDie();
    const int64_t num_rows = random() % 5000;
    const int64_t domain = 1 + random() % 30000;
    for (int64_t i = 0; i < num_rows; ++i) {
      const int64_t value = random() % domain;
      if (text_keys) {
        ASSERT_TRUE(static_cast<arrow::StringBuilder&>(*builder)
                        .Append(std::string(value % 40, 'x') + std::to_string(value))
                        .ok());
      } else {
        ASSERT_TRUE(static_cast<arrow::Int64Builder&>(*builder).Append(value).ok());
      }
    }
    KeyBatch keys;
    ASSERT_TRUE(model.codec->Encode({builder->Finish().ValueOrDie()}, num_rows, &keys).ok());
    std::vector<uint8_t*> groups(num_rows);
    std::vector<int32_t> inserted;
    table.FindOrInsert(keys, nullptr, num_rows, groups.data(), &inserted);
    for (int32_t row : inserted) ASSERT_EQ(*Counter(groups[row]), 0);
    for (int64_t i = 0; i < num_rows; ++i) {
      ++*Counter(groups[i]);
      ++model.counts[std::string(keys.key(i))];
    }
    for (int64_t i = 0; i < num_rows; i += 7) {
      uint8_t* found = nullptr;
      const int32_t row = static_cast<int32_t>(i);
      table.Find(keys, &row, 1, groups.data());
      found = groups[i];
      ASSERT_EQ(found == nullptr, !model.counts.contains(std::string(keys.key(i))));
      if (found == nullptr || random() % 2 == 0) continue;
      table.Remove(found);
      model.counts.erase(std::string(keys.key(i)));
    }
    ASSERT_EQ(table.size(), static_cast<int64_t>(model.counts.size()));
    if (random() % 3 == 0) table.ReuseRemoved();
  }
  std::vector<uint8_t*> all;
  GroupTable::Cursor cursor;
  while (table.Next(&cursor, 100, &all)) {
  }
  ASSERT_EQ(all.size(), model.counts.size());
  for (uint8_t* group : all) {
    EXPECT_EQ(*Counter(group), model.counts.at(std::string(table.key(group))));
  }
}

TEST(GroupTableTest, RemovedMemoryIsUsedAgain) {
  GroupTable table(8, 0);
  int64_t memory = 0;
  for (int round = 0; round < 50; ++round) {
    arrow::StringBuilder builder;
    for (int i = 0; i < 1000; ++i) {
      ASSERT_TRUE(builder.Append("key " + std::to_string(10'000 + round * 1000 + i)).ok());
    }
    const auto codec = RowKeyCodec::Make({arrow::utf8()}).ValueOrDie();
    KeyBatch keys;
    ASSERT_TRUE(codec->Encode({builder.Finish().ValueOrDie()}, 1000, &keys).ok());
    std::vector<uint8_t*> groups(1000);
    std::vector<int32_t> inserted;
    table.FindOrInsert(keys, nullptr, 1000, groups.data(), &inserted);
    ASSERT_EQ(inserted.size(), 1000u);
    for (uint8_t* group : groups) {
      ASSERT_EQ(*Counter(group), 0);
      *Counter(group) = 7;
      table.Remove(group);
    }
    table.ReuseRemoved();
    if (round == 2) memory = table.memory_bytes();
  }
  EXPECT_EQ(table.memory_bytes(), memory);
}

TEST(GroupTableTest, AgreesWithModelForNumbers) {
  const uint32_t seed = std::random_device{}();
  RunAgainstModel(false, seed);
}

TEST(GroupTableTest, AgreesWithModelForTexts) {
  const uint32_t seed = std::random_device{}();
  RunAgainstModel(true, seed);
}

TEST(GroupTableTest, GrowsPastManySegmentsWithStableAddresses) {
  const auto codec = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  GroupTable table(8, codec->words_per_key());
  constexpr int64_t kKeys = 600'000;
  std::vector<uint8_t*> all;
  for (int64_t begin = 0; begin < kKeys; begin += 8000) {
    arrow::Int64Builder builder;
    for (int64_t i = 0; i < 8000; ++i) ASSERT_TRUE(builder.Append(begin + i).ok());
    KeyBatch keys;
    ASSERT_TRUE(codec->Encode({builder.Finish().ValueOrDie()}, 8000, &keys).ok());
    std::vector<uint8_t*> groups(8000);
    std::vector<int32_t> inserted;
    table.FindOrInsert(keys, nullptr, 8000, groups.data(), &inserted);
    ASSERT_EQ(inserted.size(), 8000u);
    all.insert(all.end(), groups.begin(), groups.end());
  }
  EXPECT_EQ(table.size(), kKeys);
  EXPECT_EQ(std::set<uint8_t*>(all.begin(), all.end()).size(), static_cast<size_t>(kKeys));
  for (int64_t i = 0; i < kKeys; i += 1000) {
    int64_t value;
    std::memcpy(&value, table.key(all[i]).data(), 8);
    ASSERT_EQ(value, i);
  }
}

TEST(GroupTableTest, EmptyKeyIsOneGroup) {
  const auto codec = RowKeyCodec::Make({}).ValueOrDie();
  GroupTable table(0, codec->words_per_key());
  KeyBatch keys;
  ASSERT_TRUE(codec->Encode({}, 3, &keys).ok());
  std::vector<uint8_t*> groups(3);
  std::vector<int32_t> inserted;
  table.FindOrInsert(keys, nullptr, 3, groups.data(), &inserted);
  EXPECT_EQ(inserted.size(), 1u);
  EXPECT_EQ(groups[0], groups[2]);
}

}  // namespace
}  // namespace thalweg::state
