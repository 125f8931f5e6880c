#include "thalweg/stream/operator_watermarks.h"

#include <gtest/gtest.h>

namespace thalweg::stream {
namespace {

exec::StatefulOperatorInfo Operator(int id, std::vector<int> upstream, bool has_watermark,
                                    bool runs_again) {
  exec::StatefulOperatorInfo info;
  info.id = id;
  info.upstream = std::move(upstream);
  info.has_watermark = has_watermark;
  info.runs_on_watermark_advance = runs_again;
  return info;
}

TEST(OperatorWatermarks, EveryOperatorAboveAWatermarkGetsIt) {
  const OperatorWatermarks watermarks({Operator(0, {1}, true, true), Operator(1, {}, true, true)});
  EXPECT_EQ(watermarks.InputWatermarks(7000), (std::vector<int64_t>{7000, 7000}));
  EXPECT_EQ(watermarks.InputWatermarkMicros(7000), (std::vector<int64_t>{7000000, 7000000}));
  EXPECT_EQ(watermarks.InputWatermarks(0), (std::vector<int64_t>{0, 0}));
}

TEST(OperatorWatermarks, WithoutAWatermarkBelowItIsZero) {
  const OperatorWatermarks watermarks(
      {Operator(0, {1, 2}, true, true), Operator(1, {}, true, true), Operator(2, {}, false, true)});
  EXPECT_EQ(watermarks.InputWatermarks(7000), (std::vector<int64_t>{7000, 7000, 0}));
}

TEST(OperatorWatermarks, RunsAgainOnlyWhenAWatermarkMovedForAnOperatorThatWantsIt) {
  const OperatorWatermarks wants({Operator(0, {}, true, true)});
  EXPECT_TRUE(wants.RunsAgain(0, 1));
  EXPECT_FALSE(wants.RunsAgain(5, 5));
  EXPECT_FALSE(OperatorWatermarks({Operator(0, {}, true, false)}).RunsAgain(0, 1));
  EXPECT_FALSE(OperatorWatermarks({Operator(0, {}, false, true)}).RunsAgain(0, 1));
  EXPECT_FALSE(OperatorWatermarks({}).RunsAgain(0, 1));
}

TEST(OperatorWatermarks, LateRowsGoByTheBatchBefore) {
  const OperatorWatermarks several({Operator(0, {}, true, true), Operator(1, {}, false, true)});
  EXPECT_EQ(several.LateWatermarkMicros(3, 7), (std::vector<int64_t>{3000, 0}));
}

TEST(OperatorWatermarks, OneWatermarkForAllWhenSeveralOperatorsAreNotAllowed) {
  const OperatorWatermarks single({Operator(0, {}, true, true), Operator(1, {}, false, true)},
                                  /*propagates=*/false);
  EXPECT_EQ(single.InputWatermarks(7), (std::vector<int64_t>{7, 7}));
  EXPECT_EQ(single.LateWatermarkMicros(3, 7), (std::vector<int64_t>{7000, 7000}));
}

}  // namespace
}  // namespace thalweg::stream
