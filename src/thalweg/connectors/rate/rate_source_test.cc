#include "thalweg/connectors/rate/rate_source.h"

#include "thalweg/connectors/connector_fixture.h"
#include "thalweg/testing/manual_clock.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::connectors {
namespace {

using RateSourceTest = ConnectorTest;

TEST_F(RateSourceTest, RowsAreSpreadOverTheSecondsSinceTheFirstStart) {
  auto source = Find("rate")
                    ->MakeStreamSource(Arguments({{"rowsPerSecond", "2"}, {"numPartitions", "2"}}))
                    .ValueOrDie();
  EXPECT_EQ(source->Description(),
            "RateStreamV2[rowsPerSecond=2, rampUpTimeSeconds=0, numPartitions=2");
  EXPECT_EQ(source->LatestOffset({}, {}).ValueOrDie(), "0");
  EXPECT_TRUE(source->PlanSplits({}, "0").ValueOrDie().empty());
  clock_.Advance(2500);
  EXPECT_EQ(source->LatestOffset("0", {}).ValueOrDie(), "2");
  EXPECT_EQ(
      ReadRows(*source, source->PlanSplits("0", "2").ValueOrDie()),
      (std::vector<std::string>{"2023-11-14 22:13:20.000000Z,0", "2023-11-14 22:13:21.000000Z,2",
                                "2023-11-14 22:13:20.500000Z,1", "2023-11-14 22:13:21.500000Z,3"}));
  EXPECT_EQ(files_->ReadFile(directory_.Child("checkpoint/sources/0/0")).ValueOrDie(),
            "v1\n1700000000000");
}

TEST_F(RateSourceTest, ARestartGivesTheSameRows) {
  auto provider = Find("rate");
  auto first = provider->MakeStreamSource(Arguments()).ValueOrDie();
  const auto rows = ReadRows(*first, first->PlanSplits("3", "5").ValueOrDie());
  clock_.Advance(10'000);
  auto second = provider->MakeStreamSource(Arguments()).ValueOrDie();
  EXPECT_EQ(ReadRows(*second, second->PlanSplits("3", "5").ValueOrDie()), rows);
  EXPECT_EQ(second->LatestOffset("5", {}).ValueOrDie(), "10");
  clock_.Set(1'600'000'000'000);  // a clock that jumps back
  EXPECT_EQ(second->LatestOffset("10", {}).ValueOrDie(), "10");
}

TEST_F(RateSourceTest, RampUp) {
  std::vector<int64_t> ends;
  for (int second = 0; second < 7; ++second) ends.push_back(RateValueAtSecond(second, 10, 4));
  EXPECT_EQ(ends, (std::vector<int64_t>{0, 2, 6, 12, 20, 30, 40}));
}

TEST_F(RateSourceTest, RefusesUnfitOptions) {
  const std::vector<std::pair<io::Options, std::string>> cases = {
      {{{"rowsPerSecond", "0"}}, "Invalid value '0'. The option 'rowsPerSecond' must be positive"},
      {{{"rowsPerSecond", "x"}}, "For input string: \"x\""},
      {{{"numPartitions", "0"}}, "Invalid value '0'. The option 'numPartitions' must be positive"},
      {{{"rampUpTime", "-1s"}}, "Invalid value '-1'. The option 'rampUpTime' must not be negative"},
  };
  for (const auto& [options, message] : cases) {
    const auto status = Find("rate")->InferSchema(Arguments(options), true).status();
    ASSERT_TRUE(GetErrorDetail(status)) << message;
    EXPECT_EQ(GetErrorDetail(status)->parameters().at("message"), message);
  }
  EXPECT_TRUE(IsCondition(Find("rate")->InferSchema(Arguments({}, "", PairSchema()), true).status(),
                          "_LEGACY_ERROR_TEMP_2242"));
  EXPECT_TRUE(IsCondition(Find("rate")
                              ->MakeStreamSource(Arguments(
                                  {{"rowsPerSecond", "9223372036854775807"}, {"rampUpTime", "2s"}}))
                              .status(),
                          "INCORRECT_RAMP_UP_RATE"));
}

}  // namespace
}  // namespace thalweg::connectors
