#include "thalweg/state/row_codec.h"

#include <cmath>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

namespace thalweg::state {
namespace {

/// Encodes the rows of the columns and gives them as bytes.
std::vector<std::string> Encode(const RowCodec& codec, const std::vector<ArrayPtr>& columns,
                                const std::vector<int32_t>& rows) {
  std::vector<uint32_t> sizes;
  EXPECT_TRUE(codec.Measure(columns, rows, &sizes).ok());
  std::vector<std::string> out;
  std::vector<uint8_t*> targets;
  for (const uint32_t size : sizes) out.emplace_back(size, '\xee');
  for (std::string& row : out) targets.push_back(reinterpret_cast<uint8_t*>(row.data()));
  codec.Encode(columns, rows, targets.data());
  return out;
}

ArrayPtr Decode(const RowCodec& codec, int column, const std::vector<std::string>& rows) {
  std::vector<const uint8_t*> bytes;
  for (const std::string& row : rows) bytes.push_back(reinterpret_cast<const uint8_t*>(row.data()));
  return codec.Decode(column, bytes.data(), static_cast<int64_t>(bytes.size())).ValueOrDie();
}

ArrayPtr FromJson(const TypePtr& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

std::vector<ArrayPtr> Columns() {
  const TypePtr pair =
      arrow::struct_({arrow::field("p", arrow::int32()), arrow::field("q", arrow::utf8())});
  return {
      FromJson(arrow::boolean(), "[true, null, false]"),
      FromJson(arrow::int8(), "[1, null, -3]"),
      FromJson(arrow::int16(), "[300, null, -3]"),
      FromJson(arrow::int32(), "[70000, null, -3]"),
      FromJson(arrow::int64(), "[5000000000, null, -3]"),
      FromJson(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "[1, null, -3]"),
      FromJson(arrow::decimal128(20, 2), R"(["123456789012345678.25", null, "-0.01"])"),
      FromJson(arrow::utf8(), R"(["long enough to lie in the tail", null, ""])"),
      FromJson(arrow::binary(), R"(["ab", null, "c"])"),
      FromJson(arrow::list(arrow::int32()), "[[1, null], null, []]"),
      FromJson(arrow::map(arrow::utf8(), arrow::float64()), R"([[["a", 1.5]], null, []])"),
      FromJson(pair, R"([{"p": 1, "q": "x"}, null, {"p": null, "q": null}])"),
      FromJson(arrow::null(), "[null, null, null]"),
  };
}

std::shared_ptr<const RowCodec> MakeCodec(const std::vector<ArrayPtr>& columns) {
  std::vector<TypePtr> types;
  for (const ArrayPtr& column : columns) types.push_back(column->type());
  return RowCodec::Make(types).ValueOrDie();
}

TEST(RowCodecTest, EveryTypeComesBack) {
  const std::vector<ArrayPtr> columns = Columns();
  const auto codec = MakeCodec(columns);
  const auto rows = Encode(*codec, columns, {0, 1, 2});
  for (size_t i = 0; i < columns.size(); ++i) {
    const ArrayPtr decoded = Decode(*codec, static_cast<int>(i), rows);
    ASSERT_TRUE(decoded->ValidateFull().ok()) << i;
    EXPECT_TRUE(decoded->Equals(columns[i])) << decoded->ToString();
  }
  for (const std::string& row : rows) EXPECT_TRUE(codec->IsValid(row));
}

TEST(RowCodecTest, SomeRowsInAnyOrderOfASlice) {
  std::vector<ArrayPtr> sliced;
  for (const ArrayPtr& column : Columns()) sliced.push_back(column->Slice(1));
  const auto codec = MakeCodec(sliced);
  const auto rows = Encode(*codec, sliced, {1});
  for (size_t i = 0; i < sliced.size(); ++i) {
    const ArrayPtr decoded = Decode(*codec, static_cast<int>(i), {rows[0], rows[0]});
    EXPECT_TRUE(decoded->Slice(1)->Equals(sliced[i]->Slice(1))) << decoded->ToString();
  }
}

TEST(RowCodecTest, FloatsKeepTheirBits) {
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendValues({-0.0, 0.0, std::nan("")}).ok());
  const std::vector<ArrayPtr> columns = {builder.Finish().ValueOrDie()};
  const auto codec = MakeCodec(columns);
  const ArrayPtr decoded = Decode(*codec, 0, Encode(*codec, columns, {0, 1, 2}));
  const auto& values = static_cast<const arrow::DoubleArray&>(*decoded);
  EXPECT_TRUE(std::signbit(values.Value(0)));
  EXPECT_FALSE(std::signbit(values.Value(1)));
  EXPECT_TRUE(std::isnan(values.Value(2)));
}

TEST(RowCodecTest, ImpossibleRowsAreFound) {
  const std::vector<ArrayPtr> columns = {FromJson(arrow::utf8(), R"(["abc"])")};
  const auto codec = MakeCodec(columns);
  const std::string row = Encode(*codec, columns, {0})[0];
  EXPECT_TRUE(codec->IsValid(row));
  EXPECT_FALSE(codec->IsValid(row.substr(0, row.size() - 1)));
  EXPECT_FALSE(codec->IsValid(""));
}

TEST(RowCodecTest, TypesWithoutRoomInStateAreRefused) {
  const TypePtr type = arrow::dense_union({arrow::field("a", arrow::int32())});
  EXPECT_TRUE(IsCondition(RowCodec::Make({type}).status(), "UNSUPPORTED_FEATURE"));
  EXPECT_TRUE(IsCondition(RowCodec::Make({arrow::int32(), arrow::list(type)}).status(),
                          "UNSUPPORTED_FEATURE"));
}

TEST(RowCodecTest, SignatureTellsTheTypes) {
  const auto codec = RowCodec::Make({arrow::int32(), arrow::utf8()}).ValueOrDie();
  EXPECT_EQ(codec->Signature(), "int32, string");
  EXPECT_FALSE(RowCodec::Make({arrow::large_utf8()}).ok());
}

}  // namespace
}  // namespace thalweg::state
