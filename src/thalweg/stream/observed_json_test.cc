#include "thalweg/stream/observed_json.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

namespace thalweg::stream {
namespace {

/// The JSON of one value in a column named c.
std::string JsonOf(const TypePtr& type, const std::string& value) {
  auto column = arrow::json::ArrayFromJSONString(type, "[" + value + "]");
  EXPECT_TRUE(column.ok()) << column.status();
  Batch row;
  row.num_rows = 1;
  row.columns = {*column};
  const auto schema = arrow::schema({arrow::field("c", type)});
  return ObservedRowJson(*schema, row, "America/New_York").value_or("none");
}

// The texts are those of Spark's progress for the same values.
TEST(ObservedJson, ValuesAsSparkWritesThem) {
  EXPECT_EQ(JsonOf(arrow::int64(), "3"), R"({"c":3})");
  EXPECT_EQ(JsonOf(arrow::int32(), "null"), R"({"c":null})");
  EXPECT_EQ(JsonOf(arrow::boolean(), "true"), R"({"c":true})");
  EXPECT_EQ(JsonOf(arrow::float64(), "0.6666666666666666"), R"({"c":0.6666666666666666})");
  EXPECT_EQ(JsonOf(arrow::float64(), "1e20"), R"({"c":1.0E20})");
  EXPECT_EQ(JsonOf(arrow::float64(), "-0.0"), R"({"c":-0.0})");
  EXPECT_EQ(JsonOf(arrow::float64(), "NaN"), R"({"c":"NaN"})");
  EXPECT_EQ(JsonOf(arrow::float64(), "Inf"), R"({"c":"Infinity"})");
  EXPECT_EQ(JsonOf(arrow::float32(), "0.1"), R"({"c":0.10000000149011612})");
  EXPECT_EQ(JsonOf(arrow::utf8(), R"("q\"\\é\n/")"), R"({"c":"q\"\\é\n/"})");
  EXPECT_EQ(JsonOf(arrow::binary(), R"("ab")"), R"({"c":"YWI="})");
  EXPECT_EQ(JsonOf(arrow::date32(), "19724"), R"({"c":"2024-01-02"})");
}

TEST(ObservedJson, TimestampsToTheSecond) {
  const std::string micros = "1704067200123456";
  EXPECT_EQ(JsonOf(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), micros),
            R"({"c":"2023-12-31 19:00:00"})");
  EXPECT_EQ(JsonOf(arrow::timestamp(arrow::TimeUnit::MICRO), micros),
            R"({"c":"2024-01-01 00:00:00"})");
}

TEST(ObservedJson, DecimalsAsJavaWritesThem) {
  EXPECT_EQ(JsonOf(arrow::decimal128(20, 2), R"("3.00")"), R"({"c":3.00})");
  EXPECT_EQ(JsonOf(arrow::decimal128(10, 3), R"("0.000")"), R"({"c":0.000})");
  EXPECT_EQ(JsonOf(arrow::decimal128(10, 3), R"("-0.001")"), R"({"c":-0.001})");
  EXPECT_EQ(JsonOf(arrow::decimal128(10, 9), R"("0.000000100")"), R"({"c":1.00E-7})");
  EXPECT_EQ(JsonOf(arrow::decimal128(10, 0), R"("12")"), R"({"c":12})");
  EXPECT_EQ(JsonOf(arrow::decimal128(30, 5), R"("12345678901234567890.50000")"),
            R"({"c":12345678901234567890.50000})");
}

TEST(ObservedJson, NestedValues) {
  EXPECT_EQ(JsonOf(arrow::list(arrow::int32()), "[1, null]"), R"({"c":[1,null]})");
  const auto entry =
      arrow::struct_({arrow::field("k", arrow::utf8()), arrow::field("v", arrow::int32())});
  EXPECT_EQ(JsonOf(entry, R"({"k": "a2", "v": 2})"), R"({"c":{"k":"a2","v":2}})");
  EXPECT_EQ(JsonOf(arrow::map(arrow::utf8(), arrow::int32()), R"([["a", 1]])"), R"({"c":{"a":1}})");
  EXPECT_EQ(JsonOf(arrow::map(arrow::int32(), arrow::utf8()), R"([[1, "x"]])"),
            R"({"c":[{"key":1,"value":"x"}]})");
}

TEST(ObservedJson, IntervalsHaveNone) {
  EXPECT_EQ(JsonOf(arrow::duration(arrow::TimeUnit::MICRO), "1"), "none");
}

}  // namespace
}  // namespace thalweg::stream
