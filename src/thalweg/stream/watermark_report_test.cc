#include "thalweg/stream/watermark_report.h"

#include <gtest/gtest.h>

namespace thalweg::stream {
namespace {

TEST(WatermarkReport, NamesTheNodeThatHoldsAndWhatWaitsForIt) {
  exec::WatermarkNode left;
  left.delay_millis = 5000;
  left.column = "ts";
  left.relations = {0};
  exec::WatermarkNode right = left;
  right.delay_millis = 1000;
  right.relations = {1};
  WatermarkTracker tracker({left, right}, WatermarkPolicy::kMin);
  tracker.Start(1000);
  tracker.Update({{1, 65000, 65000, 65000.0}, {}}, 2000);
  exec::StatefulOperatorInfo windowed;
  windowed.name = "stateStoreSave";
  windowed.has_watermark = true;
  exec::StatefulOperatorInfo unbounded;
  unbounded.id = 1;
  unbounded.name = "dedupe";
  const std::vector<exec::StatefulOperatorInfo> operators = {windowed, unbounded};
  const std::string text =
      DescribeWatermarks(tracker, operators, OperatorWatermarks(operators), 0, {"A", "B"});
  EXPECT_EQ(text,
            "next batch: 1970-01-01T00:00:00.000Z (policy min)\n"
            "watermark 0 (ts, delay 5000 ms) of A: 1970-01-01T00:01:00.000Z since "
            "1970-01-01T00:00:02.000Z, last row 1970-01-01T00:00:02.000Z\n"
            "watermark 1 (ts, delay 1000 ms) of B: no row in this run, which began "
            "1970-01-01T00:00:01.000Z, holds the watermark\n"
            "operator 0 (stateStoreSave): final up to 1970-01-01T00:00:00.000Z, what is later "
            "waits for watermark 1 (ts, delay 1000 ms), unchanged since 1970-01-01T00:00:01.000Z\n"
            "operator 1 (dedupe): no watermark below it, its state is kept for ever\n");
}

TEST(WatermarkReport, IsEmptyWithoutWatermarkAndState) {
  EXPECT_EQ(DescribeWatermarks(WatermarkTracker({}, WatermarkPolicy::kMin), {},
                               OperatorWatermarks({}), 0, {}),
            "");
}

}  // namespace
}  // namespace thalweg::stream
