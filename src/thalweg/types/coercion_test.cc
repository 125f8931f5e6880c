#include "thalweg/types/coercion.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

namespace thalweg {
namespace {

std::string Wider(const std::string& left, const std::string& right,
                  EvalMode mode = EvalMode::kAnsi) {
  const TypePtr type = WiderTypeForTwo(*ParseDataType(left), *ParseDataType(right), mode);
  return type == nullptr ? "none" : SimpleTypeName(*type);
}

std::string Compared(const std::string& left, const std::string& right, bool equality) {
  const TypePtr type =
      ComparisonType(*ParseDataType(left), *ParseDataType(right), equality, EvalMode::kLegacy);
  return type == nullptr ? "none" : SimpleTypeName(*type);
}

std::string Implicit(const std::string& from, const std::string& to,
                     EvalMode mode = EvalMode::kAnsi) {
  const TypePtr type = ImplicitCastType(*ParseDataType(from), *ParseDataType(to), mode);
  return type == nullptr ? "none" : SimpleTypeName(*type);
}

bool Castable(const std::string& from, const std::string& to, EvalMode mode = EvalMode::kAnsi) {
  return CanCast(**ParseDataType(from), **ParseDataType(to), mode);
}

TEST(CoercionTest, WiderTypes) {
  EXPECT_EQ(Wider("tinyint", "int"), "int");
  EXPECT_EQ(Wider("bigint", "float"), "double");
  EXPECT_EQ(Wider("float", "float"), "float");
  EXPECT_EQ(Wider("int", "decimal(2,1)"), "decimal(11,1)");
  EXPECT_EQ(Wider("decimal(10,2)", "decimal(5,4)"), "decimal(12,4)");
  EXPECT_EQ(Wider("decimal(10,2)", "double"), "double");
  EXPECT_EQ(Wider("string", "int"), "bigint");
  EXPECT_EQ(Wider("string", "decimal(3,1)"), "double");
  EXPECT_EQ(Wider("string", "date"), "date");
  EXPECT_EQ(Wider("string", "interval day"), "none");
  EXPECT_EQ(Wider("date", "timestamp_ntz"), "timestamp_ntz");
  EXPECT_EQ(Wider("timestamp", "timestamp_ntz"), "timestamp");
  EXPECT_EQ(Wider("void", "date"), "date");
  EXPECT_EQ(Wider("boolean", "int"), "none");
  EXPECT_EQ(Wider("date", "int"), "none");
  EXPECT_EQ(Wider("array<int>", "array<bigint>"), "array<bigint>");
  EXPECT_EQ(Wider("struct<a:int>", "struct<A:double>"), "struct<a:double>");
  EXPECT_EQ(Wider("struct<a:int>", "struct<b:int>"), "none");
  EXPECT_EQ(Wider("interval day", "interval hour to minute"), "interval day to minute");
}

TEST(CoercionTest, ImplicitCasts) {
  EXPECT_EQ(Implicit("int", "string"), "string");
  EXPECT_EQ(Implicit("string", "int"), "int");
  EXPECT_EQ(Implicit("double", "int"), "int");
  EXPECT_EQ(Implicit("array<int>", "string"), "none");
  EXPECT_EQ(Implicit("date", "int"), "none");
  EXPECT_EQ(Implicit("boolean", "int"), "none");
  EXPECT_EQ(Implicit("date", "timestamp"), "timestamp");
}

TEST(CoercionTest, Casts) {
  EXPECT_TRUE(Castable("string", "date"));
  EXPECT_TRUE(Castable("array<int>", "string"));
  EXPECT_TRUE(Castable("array<int>", "array<string>"));
  EXPECT_TRUE(Castable("interval day", "int"));
  EXPECT_FALSE(Castable("int", "date"));
  EXPECT_FALSE(Castable("date", "boolean"));
  EXPECT_FALSE(Castable("boolean", "timestamp_ntz"));
  EXPECT_FALSE(Castable("timestamp_ntz", "bigint"));
  EXPECT_FALSE(Castable("int", "binary"));
  EXPECT_FALSE(Castable("interval month", "interval day"));
  EXPECT_FALSE(Castable("struct<a:int>", "struct<a:int,b:int>"));
}

TEST(CoercionTest, LegacyTypes) {
  const auto legacy = EvalMode::kLegacy;
  EXPECT_EQ(Wider("bigint", "float", legacy), "float");
  EXPECT_EQ(Wider("string", "int", legacy), "string");
  EXPECT_EQ(Wider("date", "string", legacy), "string");
  EXPECT_EQ(Wider("string", "boolean", legacy), "none");
  EXPECT_EQ(Wider("string", "binary", legacy), "none");
  EXPECT_EQ(Wider("array<int>", "array<string>", legacy), "array<string>");
  const auto parsed = [](const char* text) { return *ParseDataType(text); };
  EXPECT_EQ(
      SimpleTypeName(*WiderType({parsed("timestamp"), parsed("int"), parsed("string")}, legacy)),
      "string");
  EXPECT_EQ(WiderType({parsed("timestamp"), parsed("int")}, legacy), nullptr);
  EXPECT_EQ(Compared("string", "int", false), "int");
  EXPECT_EQ(Compared("decimal(5,2)", "string", false), "double");
  EXPECT_EQ(Compared("string", "decimal(5,0)", false), "decimal(5,0)");
  EXPECT_EQ(Compared("boolean", "int", true), "int");
  EXPECT_EQ(Compared("boolean", "int", false), "none");
  EXPECT_EQ(Compared("string", "boolean", true), "boolean");
  EXPECT_EQ(Compared("string", "interval day", true), "none");
  EXPECT_EQ(Compared("array<int>", "array<string>", true), "none");
}

TEST(CoercionTest, LegacyCasts) {
  const auto legacy = EvalMode::kLegacy;
  EXPECT_EQ(Implicit("boolean", "string", legacy), "string");
  EXPECT_EQ(Implicit("string", "boolean", legacy), "none");
  EXPECT_EQ(Implicit("string", "binary", legacy), "binary");
  EXPECT_EQ(Implicit("array<int>", "array<string>", legacy), "array<string>");
  EXPECT_EQ(Implicit("date", "int", legacy), "none");
  EXPECT_TRUE(Castable("date", "boolean", legacy));
  EXPECT_TRUE(Castable("date", "int", legacy));
  EXPECT_FALSE(Castable("int", "date", legacy));
  EXPECT_TRUE(Castable("boolean", "timestamp", legacy));
  EXPECT_FALSE(Castable("boolean", "timestamp_ntz", legacy));
  EXPECT_TRUE(Castable("int", "binary", legacy));
  EXPECT_FALSE(Castable("double", "binary", legacy));
  EXPECT_FALSE(Castable("map<string,int>", "map<int,int>", legacy));
  EXPECT_FALSE(Castable("map<string,int>", "map<int,int>", EvalMode::kTry));
  EXPECT_TRUE(Castable("map<string,int>", "map<int,int>"));
}

TEST(CoercionTest, DecimalResults) {
  const auto result = [](char op, int p1, int s1, int p2, int s2) {
    return SimpleTypeName(*DecimalResultType(op, *DecimalOf(p1, s1), *DecimalOf(p2, s2)));
  };
  EXPECT_EQ(result('+', 2, 1, 3, 2), "decimal(4,2)");
  EXPECT_EQ(result('*', 2, 1, 3, 2), "decimal(6,3)");
  EXPECT_EQ(result('/', 2, 1, 3, 2), "decimal(9,6)");
  EXPECT_EQ(result('%', 2, 1, 3, 2), "decimal(3,2)");
  EXPECT_EQ(result('/', 10, 0, 10, 0), "decimal(21,11)");
  EXPECT_EQ(result('/', 38, 0, 1, 0), "decimal(38,6)");
  EXPECT_EQ(result('+', 38, 10, 38, 10), "decimal(38,9)");
  EXPECT_EQ(result('*', 38, 18, 38, 18), "decimal(38,6)");
}

}  // namespace
}  // namespace thalweg
