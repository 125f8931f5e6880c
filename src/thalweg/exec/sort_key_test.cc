#include "thalweg/exec/sort_key.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

namespace thalweg::exec {
namespace {

using Order = std::vector<int32_t>;

Order SortJson(const TypePtr& type, const std::string& json, SortDirection direction = {}) {
  const ArrayPtr array = arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
  std::vector<std::string> keys(array->length());
  EXPECT_TRUE(AppendSortKeys(*array, direction, &keys).ok());
  return SortedOrder(keys);
}

TEST(SortKeyTest, NumbersWithNulls) {
  EXPECT_EQ(SortJson(arrow::int32(), "[3, null, -1, 0]"), (Order{1, 2, 3, 0}));
  EXPECT_EQ(SortJson(arrow::int32(), "[3, null, -1, 0]", {false, false}), (Order{2, 3, 0, 1}));
  EXPECT_EQ(SortJson(arrow::int32(), "[3, null, -1, 0]", {true, false}), (Order{0, 3, 2, 1}));
  EXPECT_EQ(SortJson(arrow::int32(), "[3, null, -1, 0]", {true, true}), (Order{1, 0, 3, 2}));
  EXPECT_EQ(SortJson(arrow::int8(), "[127, -128, 0]"), (Order{1, 2, 0}));
  EXPECT_EQ(SortJson(arrow::int64(), "[9223372036854775807, -9223372036854775808, 5]"),
            (Order{1, 2, 0}));
}

TEST(SortKeyTest, NanIsGreatestAndZerosAreEqual) {
  EXPECT_EQ(SortJson(arrow::float64(), "[NaN, 1.5, -Inf, 0.0, -0.0, null, Inf, -2.5]"),
            (Order{5, 2, 7, 3, 4, 1, 6, 0}));
  EXPECT_EQ(SortJson(arrow::float32(), "[NaN, 1.5, -Inf, Inf]", {true, false}),
            (Order{0, 3, 1, 2}));
}

TEST(SortKeyTest, TextByBytesAndPrefixesFirst) {
  EXPECT_EQ(SortJson(arrow::utf8(), R"(["b", "ab", "a", "", "a\u0000", "a\u0000b", "é"])"),
            (Order{3, 2, 4, 5, 1, 0, 6}));
  EXPECT_EQ(SortJson(arrow::utf8(), R"(["b", "ab", "a", "", "a\u0000"])", {true, false}),
            (Order{0, 1, 4, 2, 3}));
}

TEST(SortKeyTest, DecimalsAndNestedValues) {
  EXPECT_EQ(SortJson(arrow::decimal128(38, 2), R"(["1.00", "-1.00", "184467440737095516.16",
                                                   "-184467440737095516.17"])"),
            (Order{3, 1, 0, 2}));
  EXPECT_EQ(SortJson(arrow::list(arrow::int32()), "[[1, 2], [1], [], [0, 9], [null]]"),
            (Order{2, 4, 3, 1, 0}));
  EXPECT_EQ(SortJson(arrow::struct_(
                         {arrow::field("a", arrow::int32()), arrow::field("b", arrow::utf8())}),
                     R"([[2, "a"], [1, "b"], [1, null], null])"),
            (Order{3, 2, 1, 0}));
}

TEST(SortKeyTest, WhatAllKeysBeginWithTellsNothing) {
  EXPECT_EQ(SortJson(arrow::int64(), "[7, 5, 7, 6, 5]"), (Order{1, 4, 3, 0, 2}));
  EXPECT_EQ(SortJson(arrow::utf8(), R"(["long beginning b", "long beginning ", "long beginning",
                                        "long beginning with a long end, b",
                                        "long beginning with a long end, a", "long beginning b"])"),
            (Order{2, 1, 0, 5, 4, 3}));
  EXPECT_EQ(SortJson(arrow::utf8(), R"(["same", "same", "same"])"), (Order{0, 1, 2}));
  EXPECT_EQ(SortJson(arrow::utf8(), R"(["", "", "a"])"), (Order{0, 1, 2}));
  EXPECT_EQ(SortJson(arrow::utf8(), "[]"), Order());
}

TEST(SortKeyTest, MapsAreRefused) {
  const ArrayPtr array =
      arrow::json::ArrayFromJSONString(arrow::map(arrow::utf8(), arrow::int32()), "[null]")
          .ValueOrDie();
  std::vector<std::string> keys(1);
  EXPECT_FALSE(AppendSortKeys(*array, {}, &keys).ok());
}

}  // namespace
}  // namespace thalweg::exec
