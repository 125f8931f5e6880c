#include "thalweg/state/key_group.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "thalweg/types/data_types.h"

namespace thalweg::state {
namespace {

ArrayPtr FromJson(const TypePtr& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

/// Values of SELECT hash(...) in Spark 4.3.0.
void ExpectHashes(const std::vector<ArrayPtr>& columns, const std::vector<int32_t>& expected) {
  std::vector<uint32_t> hashes;
  ASSERT_TRUE(HashRows(columns, columns[0]->length(), &hashes).ok());
  ASSERT_EQ(hashes.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(static_cast<int32_t>(hashes[i]), expected[i])
        << columns[0]->type()->ToString() << " row " << i;
  }
}

TEST(KeyGroupTest, NumbersHashAsInSpark) {
  ExpectHashes({FromJson(arrow::int32(), "[1, -1, 0, 2147483647, -2147483648, null]")},
               {-559580957, -1604776387, 933211791, 133916647, 723455942, 42});
  ExpectHashes({FromJson(arrow::int64(), "[1, -1, 9223372036854775807, 0]")},
               {-1712319331, -939490007, -1604625029, -1670924195});
  ExpectHashes({FromJson(arrow::boolean(), "[true, false]")}, {-559580957, 933211791});
  ExpectHashes({FromJson(arrow::int8(), "[7]")}, {1079293707});
  ExpectHashes({FromJson(arrow::int16(), "[-300]")}, {-1692660704});
  ExpectHashes({FromJson(arrow::float32(), "[1.5, NaN]")}, {-221251528, -349261430});
  ExpectHashes({FromJson(arrow::float64(), "[1.5, -0.0, 0.0, NaN]")},
               {1290763749, -1670924195, -1670924195, -1281358385});
}

TEST(KeyGroupTest, DecimalsHashAsInSpark) {
  ExpectHashes({FromJson(arrow::decimal128(10, 2), R"(["12.34"])")}, {-1028144669});
  ExpectHashes({FromJson(arrow::decimal128(38, 2), R"(["-12.34"])")}, {-378694793});
  ExpectHashes({FromJson(arrow::decimal128(38, 0),
                         R"(["123456789012345678901234567890", "0", "128", "-128"])")},
               {269448356, -783713497, -544401882, 775851899});
  ExpectHashes({FromJson(arrow::decimal128(20, 0), R"(["-129"])")}, {-771458971});
}

TEST(KeyGroupTest, TextAndTimeHashAsInSpark) {
  ExpectHashes({FromJson(arrow::utf8(), R"(["", "a", "ab", "abc", "abcd", "abcde",
                                           "hello world é"])")},
               {142593372, 1485273170, -97053317, 1322437556, -396302900, 814637928, -250431323});
  ExpectHashes({FromJson(arrow::date32(), "[19782]")}, {653915859});
  ExpectHashes({FromJson(TimestampType(), "[1709210096789000]")}, {-291204334});
  ExpectHashes({FromJson(DayTimeIntervalType(), "[86400000000]")}, {892267096});
  arrow::BinaryBuilder builder;
  ASSERT_TRUE(builder.Append(std::string("\x00\xff\x10", 3)).ok());
  ExpectHashes({builder.Finish().ValueOrDie()}, {-339173231});
}

TEST(KeyGroupTest, NestedValuesHashAsInSpark) {
  const auto type =
      arrow::struct_({arrow::field("a", arrow::int32()), arrow::field("b", arrow::utf8())});
  ExpectHashes({FromJson(type, R"([[1, "xy"], [1, null], null])")}, {-1830045202, -559580957, 42});
  ExpectHashes({FromJson(arrow::list(arrow::int32()), "[[1, 2, 3]]")}, {-912918097});
  ExpectHashes({FromJson(arrow::int32(), "[1]"), FromJson(arrow::utf8(), R"(["a"])"),
                FromJson(arrow::int64(), "[2]")},
               {-947240264});
  ExpectHashes({FromJson(arrow::int32(), "[null]"), FromJson(arrow::int32(), "[5]")}, {1023896466});
}

TEST(KeyGroupTest, GroupsAreNotNegative) {
  std::vector<int32_t> groups;
  ASSERT_TRUE(ComputeKeyGroups({FromJson(arrow::int32(), "[1, -1, 0]")}, 3, 200, &groups).ok());
  EXPECT_EQ(groups, (std::vector<int32_t>{43, 13, 191}));
}

}  // namespace
}  // namespace thalweg::state
