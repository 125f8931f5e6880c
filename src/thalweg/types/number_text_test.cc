#include "thalweg/types/number_text.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "thalweg/types/decimal_math.h"

namespace thalweg {
namespace {

std::string DoubleText(double value) {
  std::string out;
  AppendDoubleText(value, &out);
  return out;
}

std::string FloatText(float value) {
  std::string out;
  AppendFloatText(value, &out);
  return out;
}

std::string Plain(Int128 value, int scale) {
  std::string out;
  AppendDecimalText(value, scale, &out);
  return out;
}

TEST(NumberTextTest, DoublesAsJavaWritesThem) {
  EXPECT_EQ(DoubleText(1e20), "1.0E20");
  EXPECT_EQ(DoubleText(1e-5), "1.0E-5");
  EXPECT_EQ(DoubleText(1e7), "1.0E7");
  EXPECT_EQ(DoubleText(9999999), "9999999.0");
  EXPECT_EQ(DoubleText(0.001), "0.001");
  EXPECT_EQ(DoubleText(-0.0), "-0.0");
  EXPECT_EQ(DoubleText(4.9e-324), "4.9E-324");
  EXPECT_EQ(DoubleText(std::numeric_limits<double>::max()), "1.7976931348623157E308");
  EXPECT_EQ(DoubleText(123456789012), "1.23456789012E11");
  EXPECT_EQ(DoubleText(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(DoubleText(std::nan("")), "NaN");
  EXPECT_EQ(DoubleText(4611686018427387904.0), "4.6116860184273879E18");
  EXPECT_EQ(DoubleText(29 * 1e-7), "2.8999999999999998E-6");
  EXPECT_EQ(FloatText(123456789.0F), "1.23456792E8");
  EXPECT_EQ(FloatText(1.17549435E-38F), "1.17549435E-38");
  EXPECT_EQ(FloatText(3.0e-45F), "2.8E-45");
  EXPECT_EQ(FloatText(1234567.8F), "1234567.8");
  EXPECT_EQ(FloatText(12345678.9F), "1.2345679E7");
  EXPECT_EQ(FloatText(16777217), "1.6777216E7");
  EXPECT_EQ(FloatText(2.0E-3F), "0.002");
  EXPECT_EQ(FloatText(-std::numeric_limits<float>::infinity()), "-Infinity");
}

TEST(NumberTextTest, ParsesDoubles) {
  EXPECT_EQ(ParseDoubleText(" 1.5 "), 1.5);
  EXPECT_EQ(ParseDoubleText(".5"), 0.5);
  EXPECT_EQ(ParseDoubleText("5."), 5.0);
  EXPECT_EQ(ParseDoubleText("1.5f"), 1.5);
  EXPECT_EQ(ParseDoubleText("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(ParseDoubleText("1e-400"), 0.0);
  EXPECT_EQ(ParseDoubleText("-inf"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(*ParseDoubleText("nan")));
  EXPECT_EQ(ParseFloatText("1e39"), std::numeric_limits<float>::infinity());
  for (const char* bad : {"", "abc", "1,5", "12abc", "1e", "--1", "."}) {
    EXPECT_EQ(ParseDoubleText(bad), std::nullopt) << bad;
  }
}

TEST(NumberTextTest, ParsesIntegers) {
  EXPECT_EQ(ParseIntegerText(" +12 "), 12);
  EXPECT_EQ(ParseIntegerText("-9223372036854775808"), INT64_MIN);
  for (const char* bad : {"9223372036854775808", "1.5", "", " ", "+", "+-5", "0x1F", "1_000"}) {
    EXPECT_EQ(ParseIntegerText(bad), std::nullopt) << bad;
  }
}

TEST(DecimalMathTest, ParsesAndPrints) {
  EXPECT_EQ(Plain(ParseDecimalText("1.005", 10, 2).unscaled, 2), "1.01");
  EXPECT_EQ(Plain(ParseDecimalText("-1.005", 10, 2).unscaled, 2), "-1.01");
  EXPECT_EQ(Plain(ParseDecimalText(" 1e2 ", 5, 2).unscaled, 2), "100.00");
  EXPECT_EQ(Plain(ParseDecimalText(".5", 3, 1).unscaled, 1), "0.5");
  EXPECT_EQ(ParseDecimalText("1000", 3, 0).state, ParsedDecimal::kOverflow);
  EXPECT_EQ(ParseDecimalText("9.99", 2, 1).state, ParsedDecimal::kOverflow);
  EXPECT_EQ(ParseDecimalText("abc", 3, 0).state, ParsedDecimal::kMalformed);
  EXPECT_EQ(BigDecimalText(1, 7), "1E-7");
  EXPECT_EQ(BigDecimalText(150, 2), "1.50");
}

TEST(DecimalMathTest, Operations) {
  EXPECT_EQ(Plain(*DivideDecimals(1, 0, 3, 0, 6, 38), 6), "0.333333");
  EXPECT_EQ(MultiplyDecimals(PowerOfTen(37), 9, 0, 0, 38), 9 * PowerOfTen(37));
  EXPECT_EQ(MultiplyDecimals(PowerOfTen(37), 100, 0, 0, 38), std::nullopt);
  EXPECT_EQ(MultiplyDecimals(PowerOfTen(30), PowerOfTen(30), 60, 37, 38), PowerOfTen(37));
  EXPECT_EQ(Plain(RemainderDecimals(-55, 1, 2, 0), 1), "-1.5");
  EXPECT_EQ(*DivideDecimalsToLong(105, 1, 1, 1), 105);
  EXPECT_EQ(CompareDecimals(150, 2, 15, 1), 0);
  EXPECT_EQ(DecimalToDouble(1, 1), 0.1);
}

}  // namespace
}  // namespace thalweg
