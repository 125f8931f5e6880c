#include "thalweg/state/row_key.h"

#include <limits>
#include <random>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "thalweg/types/data_types.h"

namespace thalweg::state {
namespace {

ArrayPtr FromJson(const TypePtr& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

KeyBatch Encode(const std::vector<ArrayPtr>& columns) {
  std::vector<TypePtr> types;
  for (const ArrayPtr& column : columns) types.push_back(column->type());
  KeyBatch keys;
  const auto codec = RowKeyCodec::Make(types).ValueOrDie();
  EXPECT_TRUE(codec->Encode(columns, columns[0]->length(), &keys).ok());
  return keys;
}

void ExpectRoundTrip(const std::vector<ArrayPtr>& columns, bool fixed) {
  std::vector<TypePtr> types;
  for (const ArrayPtr& column : columns) types.push_back(column->type());
  const auto codec = RowKeyCodec::Make(types).ValueOrDie();
  EXPECT_EQ(codec->words_per_key() > 0, fixed);
  KeyBatch keys;
  ASSERT_TRUE(codec->Encode(columns, columns[0]->length(), &keys).ok());
  std::vector<std::string_view> views;
  for (int64_t i = 0; i < keys.num_rows; ++i) views.push_back(keys.key(i));
  const auto decoded = codec->Decode(views).ValueOrDie();
  for (size_t i = 0; i < columns.size(); ++i) {
    ASSERT_TRUE(decoded[i]->ValidateFull().ok());
    EXPECT_TRUE(decoded[i]->Equals(*columns[i])) << decoded[i]->ToString();
  }
}

TEST(RowKeyTest, FixedColumnsRoundTrip) {
  ExpectRoundTrip({FromJson(arrow::int64(), "[1, null, -5, 9223372036854775807]")}, true);
  ExpectRoundTrip(
      {FromJson(arrow::boolean(), "[true, false, null]"), FromJson(arrow::int8(), "[1, 2, null]"),
       FromJson(arrow::int16(), "[null, 2, 3]"),
       FromJson(arrow::decimal128(10, 2), R"(["1.25", null, "-3.00"])"),
       FromJson(arrow::date32(), "[1, 2, null]")},
      true);
  ExpectRoundTrip({FromJson(arrow::struct_({arrow::field("start", TimestampType()),
                                            arrow::field("end", TimestampType())}),
                            "[[1, 2], null, [null, 4]]"),
                   FromJson(arrow::int32(), "[1, 2, 3]")},
                  true);
}

TEST(RowKeyTest, VariableColumnsRoundTrip) {
  ExpectRoundTrip({FromJson(arrow::utf8(), R"(["a", null, "", "long enough to matter"])"),
                   FromJson(arrow::int64(), "[1, 2, null, 4]")},
                  false);
  ExpectRoundTrip({FromJson(arrow::list(arrow::int32()), "[[1, 2], [], null, [null]]")}, false);
  ExpectRoundTrip(
      {FromJson(arrow::struct_({arrow::field("s", arrow::utf8())}), R"([["x"], null, [null]])")},
      false);
}

TEST(RowKeyTest, SlicedColumnsGiveTheSameKeys) {
  const auto numbers = FromJson(arrow::int32(), "[7, null, 8, 9]");
  const auto texts = FromJson(arrow::utf8(), R"(["x", "y", null, "z"])");
  const KeyBatch whole = Encode({numbers, texts});
  const KeyBatch part = Encode({numbers->Slice(1), texts->Slice(1)});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(whole.key(i + 1), part.key(i));
}

TEST(RowKeyTest, EqualValuesHaveEqualBytes) {
  arrow::DoubleBuilder builder;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  ASSERT_TRUE(builder.AppendValues({0.0, -0.0, nan, -nan, 1.0}).ok());
  const KeyBatch keys = Encode({builder.Finish().ValueOrDie()});
  EXPECT_EQ(keys.key(0), keys.key(1));
  EXPECT_EQ(keys.key(2), keys.key(3));
  EXPECT_NE(keys.key(0), keys.key(4));
  EXPECT_EQ(keys.hashes[0], keys.hashes[1]);
  // A NULL is not the zero whose bytes it has.
  const KeyBatch nulls = Encode({FromJson(arrow::int32(), "[0, null, null]")});
  EXPECT_NE(nulls.key(0), nulls.key(1));
  EXPECT_EQ(nulls.key(1), nulls.key(2));
}

TEST(RowKeyTest, TextsDoNotRunIntoEachOther) {
  const KeyBatch keys = Encode(
      {FromJson(arrow::utf8(), R"(["ab", "a"])"), FromJson(arrow::utf8(), R"(["c", "bc"])")});
  EXPECT_NE(keys.key(0), keys.key(1));
}

TEST(RowKeyTest, DamagedBytesAreRefused) {
  const auto codec = RowKeyCodec::Make({arrow::utf8()}).ValueOrDie();
  const std::string damaged(
      "\x01\x05\x00\x00\x00"
      "ab",
      7);
  EXPECT_FALSE(codec->Decode({damaged}).ok());
  EXPECT_FALSE(RowKeyCodec::Make({arrow::int32()}).ValueOrDie()->Decode({damaged}).ok());
}

}  // namespace
}  // namespace thalweg::state
