#include "thalweg/expr/char_length.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/types/char_type.h"

namespace thalweg::expr {
namespace {

using Texts = std::vector<std::optional<std::string>>;

ArrayPtr Strings(const Texts& texts) {
  arrow::StringBuilder builder;
  for (const auto& text : texts) {
    const Status status = text ? builder.Append(*text) : builder.AppendNull();
    EXPECT_TRUE(status.ok());
  }
  return builder.Finish().ValueOrDie();
}

TypePtr Declared(const char* text) { return ParseDeclaredType(text).ValueOrDie(); }

Result<ArrayPtr> Apply(const ArrayPtr& values, const char* declared, bool write) {
  const ExpressionPtr column = ColumnReference::Make(0, "a", values->type(), true);
  const ExpressionPtr call =
      write ? CheckCharLength(column, Declared(declared)) : PadChars(column, Declared(declared));
  Batch batch;
  batch.num_rows = values->length();
  batch.columns = {values};
  return EvaluateToArray(*call, EvalContext{}, batch);
}

ArrayPtr Written(const ArrayPtr& values, const char* declared) {
  auto written = Apply(values, declared, true);
  EXPECT_TRUE(written.ok()) << written.status();
  return written.ok() ? *written : nullptr;
}

bool IsTooLong(const ArrayPtr& values, const char* declared) {
  return IsCondition(Apply(values, declared, true).status(), "EXCEED_LIMIT_LENGTH");
}

void ExpectTexts(const ArrayPtr& actual, const Texts& expected) {
  EXPECT_TRUE(actual->Equals(*Strings(expected))) << actual->ToString();
}

TEST(CharLengthTest, Varchar) {
  const ArrayPtr fits = Strings({"abc", "", std::nullopt, "a "});
  EXPECT_EQ(Written(fits, "varchar(3)")->data(), fits->data());
  ExpectTexts(Written(Strings({"abc  ", "x", "ab   "}), "varchar(3)"), {"abc", "x", "ab "});
  ExpectTexts(Written(Strings({"ééé ", "日本語"}), "varchar(3)"), {"ééé", "日本語"});
  EXPECT_TRUE(IsTooLong(Strings({"abcd"}), "varchar(3)"));
  EXPECT_TRUE(IsTooLong(Strings({"ab c"}), "varchar(3)"));
  EXPECT_TRUE(IsTooLong(Strings({"éééé"}), "varchar(3)"));
  EXPECT_TRUE(IsTooLong(Strings({"a"}), "varchar(0)"));
  ExpectTexts(Written(Strings({"  ", ""}), "varchar(0)"), {"", ""});
}

TEST(CharLengthTest, Char) {
  ExpectTexts(Written(Strings({"a", "abc", "abcd ", std::nullopt, "日"}), "char(4)"),
              {"a   ", "abc ", "abcd", std::nullopt, "日   "});
  const ArrayPtr fits = Strings({"abc", "日本語", std::nullopt});
  EXPECT_EQ(Written(fits, "char(3)")->data(), fits->data());
  EXPECT_TRUE(IsTooLong(Strings({"a", "abcde"}), "char(4)"));
}

TEST(CharLengthTest, ReadsPadAndNeverFail) {
  ExpectTexts(*Apply(Strings({"a", "abcdef", std::nullopt}), "char(3)", false),
              {"a  ", "abcdef", std::nullopt});
  const ExpressionPtr column = ColumnReference::Make(0, "a", arrow::utf8(), true);
  EXPECT_EQ(PadChars(column, Declared("varchar(3)")), column);
  EXPECT_EQ(CheckCharLength(column, arrow::utf8()), column);
  EXPECT_FALSE(PadChars(column, Declared("char(3)"))->CanFail());
  EXPECT_TRUE(CheckCharLength(column, Declared("char(3)"))->CanFail());
}

TEST(CharLengthTest, SlicesAreOfTheirRowsOnly) {
  const ArrayPtr all = Strings({"toolong", "a", "b ", "toolong"});
  ExpectTexts(Written(all->Slice(1, 2), "char(2)"), {"a ", "b "});
  EXPECT_EQ(Written(all->Slice(1, 2), "varchar(2)")->length(), 2);
}

ArrayPtr Lists(const ArrayPtr& values, const std::vector<int32_t>& offsets,
               const std::vector<bool>& valid) {
  arrow::Int32Builder builder;
  for (size_t i = 0; i < offsets.size(); ++i) {
    const bool is_null = i < valid.size() && !valid[i];
    EXPECT_TRUE((is_null ? builder.AppendNull() : builder.Append(offsets[i])).ok());
  }
  return arrow::ListArray::FromArrays(**builder.Finish(), *values).ValueOrDie();
}

TEST(CharLengthTest, Lists) {
  const ArrayPtr lists = Lists(Strings({"a", "b  ", std::nullopt, "cd"}), {0, 2, 4}, {true, true});
  const ArrayPtr written = Written(lists, "array<char(2)>");
  ExpectTexts(static_cast<const arrow::ListArray&>(*written).values(),
              {"a ", "b ", std::nullopt, "cd"});
  EXPECT_TRUE(IsTooLong(lists, "array<varchar(1)>"));
  EXPECT_FALSE(IsTooLong(lists->Slice(0, 1), "array<varchar(1)>"));
}

TEST(CharLengthTest, WhatLiesBelowNullsIsNoError) {
  const ArrayPtr names = Strings({"toolong", "a", "b"});
  const auto validity = *arrow::AllocateBitmap(3);
  validity->mutable_data()[0] = 0b110;
  const auto structs = std::make_shared<arrow::StructArray>(
      arrow::struct_({arrow::field("x", arrow::utf8())}), 3, arrow::ArrayVector{names}, validity);
  const ArrayPtr written = Written(structs, "struct<x:char(2)>");
  ASSERT_NE(written, nullptr);
  EXPECT_TRUE(written->IsNull(0));
  const auto& fields = static_cast<const arrow::StructArray&>(*written);
  EXPECT_EQ(static_cast<const arrow::StringArray&>(*fields.field(0)).GetString(2), "b ");
  ASSERT_NE(Written(structs->Slice(1), "struct<x:char(2)>"), nullptr);
  EXPECT_TRUE(IsTooLong(structs->Slice(1), "struct<x:varchar(0)>"));
}

TEST(CharLengthTest, Maps) {
  const auto keys = Strings({"k"});
  const auto values = Strings({"v"});
  arrow::Int32Builder offsets;
  ASSERT_TRUE(offsets.AppendValues({0, 1}).ok());
  const ArrayPtr maps = arrow::MapArray::FromArrays(*offsets.Finish(), keys, values).ValueOrDie();
  const ArrayPtr written = Written(maps, "map<varchar(2),char(3)>");
  ExpectTexts(static_cast<const arrow::MapArray&>(*written).items(), {"v  "});
  EXPECT_TRUE(IsTooLong(maps, "map<varchar(0),char(3)>"));
}

TEST(CharLengthTest, TypesOfAnotherFormSayNothing) {
  const ExpressionPtr number = ColumnReference::Make(0, "a", arrow::int32(), true);
  EXPECT_EQ(CheckCharLength(number, Declared("char(3)")), number);
  EXPECT_EQ(PadChars(number, Declared("array<char(3)>")), number);
  const ExpressionPtr numbers = ColumnReference::Make(0, "a", ArrayOf(arrow::int32()), true);
  EXPECT_EQ(PadChars(numbers, Declared("array<char(3)>")), numbers);
}

TEST(CharLengthTest, MoreThanAColumnTakesIsAnError) {
  EXPECT_TRUE(IsCondition(Apply(Strings({"a"}), "char(2147483647)", true).status(),
                          "THALWEG_TEXT_TOO_LONG"));
}

TEST(CharLengthTest, Constants) {
  const auto value =
      Fold(*CheckCharLength(Literal::String("a"), Declared("char(3)")), EvalContext{});
  ASSERT_TRUE(value.ok());
  EXPECT_EQ((*value)->ToString(), "a  ");
  EXPECT_EQ(PadText("日", 3), "日  ");
  EXPECT_EQ(PadText("abcd", 3), "abcd");
}

}  // namespace
}  // namespace thalweg::expr
