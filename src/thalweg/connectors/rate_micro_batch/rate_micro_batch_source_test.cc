#include "thalweg/connectors/connector_fixture.h"

namespace thalweg::connectors {
namespace {

using RateMicroBatchTest = ConnectorTest;

TEST_F(RateMicroBatchTest, EveryBatchHasTheSameSize) {
  auto source = Find("rate-micro-batch")
                    ->MakeStreamSource(Arguments({{"rowsPerBatch", "3"}, {"numPartitions", "2"}}))
                    .ValueOrDie();
  EXPECT_EQ(source->Description(),
            "RatePerMicroBatchStream[rowsPerBatch=3, numPartitions=2, startTimestamp=0, "
            "advanceMsPerBatch=1000]");
  EXPECT_EQ(source->LatestOffset({}, {}).ValueOrDie(), R"({"offset":3,"timestamp":1000})");
  const std::string first = R"({"offset":3,"timestamp":1000})";
  EXPECT_EQ(
      ReadRows(*source, source->PlanSplits({}, first).ValueOrDie()),
      (std::vector<std::string>{"1970-01-01 00:00:00.000000Z,0", "1970-01-01 00:00:00.000000Z,2",
                                "1970-01-01 00:00:00.000000Z,1"}));
  const std::string second = source->LatestOffset(first, {}).ValueOrDie().value();
  EXPECT_EQ(second, R"({"offset":6,"timestamp":2000})");
  EXPECT_EQ(
      ReadRows(*source, source->PlanSplits(first, second).ValueOrDie()),
      (std::vector<std::string>{"1970-01-01 00:00:01.000000Z,3", "1970-01-01 00:00:01.000000Z,5",
                                "1970-01-01 00:00:01.000000Z,4"}));
}

TEST_F(RateMicroBatchTest, AvailableNowIsOneBatch) {
  auto source =
      Find("rate-micro-batch")->MakeStreamSource(Arguments({{"rowsPerBatch", "3"}})).ValueOrDie();
  ASSERT_TRUE(source->PrepareForAvailableNow().ok());
  const auto end = source->LatestOffset({}, {}).ValueOrDie();
  EXPECT_EQ(source->LatestOffset(end, {}).ValueOrDie(), end);
}

TEST_F(RateMicroBatchTest, RefusesUnfitOptions) {
  auto provider = Find("rate-micro-batch");
  EXPECT_FALSE(provider->InferSchema(Arguments(), true).ok());
  EXPECT_FALSE(
      provider->InferSchema(Arguments({{"rowsPerBatch", "5"}, {"startTimestamp", "-1"}}), true)
          .ok());
}

}  // namespace
}  // namespace thalweg::connectors
