// Times that programs' functions give, at the ends of all time: sums wrap around, as Spark's do.

#include <limits>
#include <memory>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/exec/callback/processor_handle.h"
#include "thalweg/exec/callback/stored_group_state.h"

namespace thalweg::exec {
namespace {

constexpr int64_t kBatchMillis = 1000;
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kWrapped = std::numeric_limits<int64_t>::min() + kBatchMillis - 1;

SchemaPtr OneNumber() { return arrow::schema({arrow::field("n", arrow::int64())}); }

TEST(CallbackTimesTest, TimeoutsOfGroupsWrapAround) {
  const auto image = RowImage::Make(OneNumber()).ValueOrDie();
  GroupStateTimes times{GroupStateTimeout::kProcessingTimeTimeout, kBatchMillis, std::nullopt};
  StoredGroupState duration(times, image.get(), nullptr, false);
  ASSERT_TRUE(duration.SetTimeoutDuration(kMost).ok());
  EXPECT_EQ(duration.timeout_millis(), kWrapped);
  times.timeout = GroupStateTimeout::kEventTimeTimeout;
  StoredGroupState timestamp(times, image.get(), nullptr, false);
  EXPECT_TRUE(timestamp.SetTimeoutTimestamp(kMost, "1 second").IsInvalid());
  EXPECT_FALSE(timestamp.timeout_millis().has_value());
}

TEST(CallbackTimesTest, TimesToLiveWrapAround) {
  const auto codec = state::RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  state::VariableTable table({codec, "test"});
  CallbackCounts counts;
  ProcessorHandleOptions options;
  options.time_mode = TimeMode::kProcessingTime;
  options.batch_millis = kBatchMillis;
  ProcessorHandle handle(options, &table, &counts);
  ValueState* value = handle.GetValueState("v", OneNumber(), {kMost}).ValueOrDie();
  const std::vector<ArrayPtr> columns = {arrow::MakeArrayOfNull(arrow::int64(), 1).ValueOrDie()};
  state::KeyBatch keys;
  ASSERT_TRUE(codec->Encode(columns, 1, &keys).ok());
  std::vector<state::KeyState*> states;
  ASSERT_TRUE(table.FindOrInsert(keys, columns, &states).ok());
  handle.SetKey(states[0]);
  ASSERT_TRUE(value->Update(Row::Of(int64_t{7})).ok());
  EXPECT_FALSE(value->Exists().ValueOrDie());
  EXPECT_EQ(table.RemoveExpired(kBatchMillis).ValueOrDie(), 1);
}

}  // namespace
}  // namespace thalweg::exec
