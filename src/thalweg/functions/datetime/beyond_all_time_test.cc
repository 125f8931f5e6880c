// Times that 64 bits of microseconds cannot tell.

#include "thalweg/functions/call_fixture.h"

namespace thalweg::functions {
namespace {

constexpr char kLastSecond[] = "294247-01-10 04:00:54";

class BeyondAllTimeTest : public CallFixture {
 protected:
  BeyondAllTimeTest() {
    RegisterTimestampFunctions(&registry_);
    RegisterCollectionFunctions(&registry_);
  }
};

// Spark: ArithmeticException "long overflow".
TEST_F(BeyondAllTimeTest, TimestampsOfParts) {
  for (const int32_t year : {300000, -300000}) {
    const std::vector<Value> parts = {I(year), I(1), I(1), I(0), I(0), I(0)};
    EXPECT_EQ(Text(Call("make_timestamp", parts)), "ARITHMETIC_OVERFLOW");
    EXPECT_EQ(Text(Call("make_timestamp_ntz", parts)), "ARITHMETIC_OVERFLOW");
  }
  EXPECT_EQ(Text(Call("make_timestamp", {V("300000-01-01", "date")})), "ARITHMETIC_OVERFLOW");
  EXPECT_EQ(Text(Call("make_timestamp", {V("294247-01-10", "date")})), "+294247-01-10 00:00:00");
}

TEST_F(BeyondAllTimeTest, SumsAndDifferences) {
  for (const char* unit : {"DAY", "MONTH", "YEAR", "SECOND"}) {
    EXPECT_EQ(Text(Call("timestampadd", {V(unit), V("9223372036854775807", "bigint"),
                                         V("2024-01-01", "timestamp")})),
              "DATETIME_OVERFLOW");
  }
  const Value first = Call("timestamp_micros", {V("-9223372036854000000", "bigint")});
  const Value last = V(kLastSecond, "timestamp");
  EXPECT_EQ(Text(Call("timestampdiff", {V("SECOND"), first, last})), "18446744073708");
  EXPECT_EQ(Text(Call("timestampdiff", {V("DAY"), first, last})), "213503982");
}

TEST_F(BeyondAllTimeTest, SequencesEnd) {
  EXPECT_EQ(Text(Call("sequence", {V("294247-01-08", "timestamp"), V(kLastSecond, "timestamp")})),
            "ARITHMETIC_OVERFLOW");
}

}  // namespace
}  // namespace thalweg::functions
