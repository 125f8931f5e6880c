#include "thalweg/state/rocksdb/spill_database.h"

#include <thread>
#include <chrono>
#include <map>

#include <gtest/gtest.h>

#include "thalweg/base/fault_point.h"
#include "thalweg/state/rocksdb/ordered_key.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::state {
namespace {

class SpillDatabaseTest : public ::testing::Test {
 protected:
  ~SpillDatabaseTest() override { EXPECT_TRUE(SetFaultPoints("").ok()); }

  std::unique_ptr<SpillDatabase> Open(int prefix_bytes = 0) {
    SpillDatabaseOptions options;
    options.directory = directory_.Child("database");
    options.prefix_bytes = prefix_bytes;
    return SpillDatabase::Open(options).ValueOrDie();
  }

  static std::map<std::string, std::string> Scan(SpillDatabase* database, std::string_view begin,
                                                 std::string_view end) {
    std::map<std::string, std::string> found;
    EXPECT_TRUE(database
                    ->Scan(begin, end,
                           [&](std::string_view key, std::string_view value) -> Result<bool> {
                             found[std::string(key)] = value;
                             return true;
                           })
                    .ok());
    return found;
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(SpillDatabaseTest, ReadsSeeWhatWasWritten) {
  const auto database = Open();
  for (const char* key : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(database->Put(key, std::string("value ") + key).ok());
  }
  ASSERT_TRUE(database->Delete("b").ok());
  std::map<size_t, std::string> found;
  ASSERT_TRUE(database
                  ->Find({"d", "b", "a", "x"},
                         [&](size_t index, std::string_view value) {
                           found[index] = value;
                           return Status::OK();
                         })
                  .ok());
  EXPECT_EQ(found, (std::map<size_t, std::string>{{0, "value d"}, {2, "value a"}}));
  ASSERT_TRUE(database->DeleteRange("a", "c").ok());
  EXPECT_EQ(Scan(database.get(), "a", "d").size(), 1u);
  EXPECT_EQ(database->metrics().puts, 4);
  EXPECT_EQ(database->metrics().gets, 4);
  EXPECT_GT(database->memory_bytes(), 0);
}

TEST_F(SpillDatabaseTest, AScanByPrefixMeetsItsKeysOnly) {
  const auto database = Open(2);
  for (const char* key : {"aa1", "aa2", "ab1", "ba1"}) ASSERT_TRUE(database->Put(key, "").ok());
  std::vector<std::string> found;
  ASSERT_TRUE(database
                  ->ScanPrefix("aa",
                               [&](std::string_view key, std::string_view) -> Result<bool> {
                                 found.emplace_back(key);
                                 return true;
                               })
                  .ok());
  EXPECT_EQ(found, (std::vector<std::string>{"aa1", "aa2"}));
}

TEST_F(SpillDatabaseTest, NumbersAreInOrder) {
  std::string previous;
  for (const int64_t value : {INT64_MIN, int64_t{-5}, int64_t{-1}, int64_t{0}, int64_t{7},
                              int64_t{1} << 40, INT64_MAX - 1, INT64_MAX}) {
    const std::string bound = OrderedBound('x', value);
    EXPECT_LT(previous, bound);
    EXPECT_LT(bound, OrderedBoundAfter('x', value));
    EXPECT_EQ(ReadOrdered(bound.data() + 1), value);
    previous = bound;
  }
}

TEST_F(SpillDatabaseTest, ErrorsNameTheDirectory) {
  const auto database = Open();
  ASSERT_TRUE(database->Put("a", "1").ok());
  ASSERT_TRUE(SetFaultPoints("spill.write=error").ok());
  const auto ignore = [](size_t, std::string_view) { return Status::OK(); };
  const Status failed = database->Find({"a"}, ignore);
  EXPECT_TRUE(IsCondition(failed, "STATE_STORE_SPILL_FAILED"));
  EXPECT_NE(failed.message().find(directory_.Child("database")), std::string::npos);
  SpillDatabaseOptions options;
  options.directory = directory_.Child("other");
  options.settings.compression = "squeeze";
  EXPECT_TRUE(IsCondition(SpillDatabase::Open(options).status(), "INVALID_CONF_VALUE.REQUIREMENT"));
}

TEST_F(SpillDatabaseTest, DatabasesShareMemory) {
  const auto memory = RocksDbMemory::Make(1 << 20, 0.5, 0.1);
  std::vector<std::unique_ptr<SpillDatabase>> databases;
  for (const char* name : {"0", "1"}) {
    SpillDatabaseOptions options;
    options.directory = directory_.Child(name);
    options.memory = memory;
    databases.push_back(SpillDatabase::Open(options).ValueOrDie());
    for (int i = 0; i < 20'000; ++i) {
      ASSERT_TRUE(databases.back()->Put(std::to_string(i), std::string(200, 'x')).ok());
    }
    EXPECT_EQ(Scan(databases.back().get(), "0", "a").size(), 20'000u);
  }
  // What is written in the background counts until it is.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (memory->used_bytes() >= 4 << 20 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_LT(memory->used_bytes(), 4 << 20);
  EXPECT_GT(databases[0]->metrics().flush_bytes_written, 0);
}

}  // namespace
}  // namespace thalweg::state
