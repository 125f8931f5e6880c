#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/interval_range.h"

namespace thalweg::functions {
namespace {

using expr::CastDatum;

/// An operand: text and the type it is cast to ("void" for a NULL without type).
struct Operand {
  std::string text;
  std::string type;
};

class ArithmeticTest : public ::testing::Test {
 protected:
  ArithmeticTest() {
    RegisterArithmeticFunctions(&registry_);
    RegisterComparisonFunctions(&registry_);
    RegisterBitwiseFunctions(&registry_);
    RegisterConditionalFunctions(&registry_);
  }

  Result<arrow::Datum> Make(const Operand& operand) {
    ARROW_ASSIGN_OR_RAISE(auto type, ParseDataType(operand.type));
    if (operand.text == "NULL") return arrow::Datum(arrow::MakeNullScalar(type));
    return CastDatum(arrow::Datum(std::make_shared<arrow::StringScalar>(operand.text)), type,
                     EvalMode::kAnsi, context_);
  }

  Result<std::string> Run(const std::string& name, const std::vector<Operand>& operands) {
    Arguments infos;
    std::vector<arrow::Datum> values;
    for (const Operand& operand : operands) {
      ARROW_ASSIGN_OR_RAISE(auto value, Make(operand));
      infos.push_back({value.type(), true, nullptr});
      values.push_back(std::move(value));
    }
    ARROW_ASSIGN_OR_RAISE(auto bound, registry_.FindScalar(name)->bind(infos));
    for (size_t i = 0; i < values.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(
          values[i], CastDatum(values[i], bound.argument_types[i], EvalMode::kAnsi, context_));
    }
    ARROW_ASSIGN_OR_RAISE(auto scalar, bound.kernel(context_, values, 1));
    // The same over arrays of three rows gives the same in every row.
    std::vector<arrow::Datum> arrays = values;
    ARROW_ASSIGN_OR_RAISE(arrays[0], expr::ToArray(values[0], 3));
    ARROW_ASSIGN_OR_RAISE(auto array, bound.kernel(context_, arrays, 3));
    EXPECT_TRUE(array.is_array());
    ARROW_ASSIGN_OR_RAISE(auto last, array.make_array()->GetScalar(2));
    EXPECT_TRUE(last->Equals(*scalar.scalar(), arrow::EqualOptions().nans_equal(true)))
        << last->ToString() << " " << scalar.scalar()->ToString();
    const std::string type = SimpleTypeName(*bound.return_type);
    if (!scalar.scalar()->is_valid) return "NULL " + type;
    ARROW_ASSIGN_OR_RAISE(auto text, CastDatum(scalar, arrow::utf8(), EvalMode::kAnsi, context_));
    return text.scalar()->ToString() + " " + type;
  }

  std::string Show(const std::string& name, const std::vector<Operand>& operands) {
    auto result = Run(name, operands);
    if (result.ok()) return *result;
    const ErrorDetail* detail = GetErrorDetail(result.status());
    return detail == nullptr ? result.status().ToString() : detail->condition();
  }

  FunctionRegistry registry_;
  expr::EvalContext context_;
};

TEST_F(ArithmeticTest, Integers) {
  EXPECT_EQ(Show("+", {{"1", "tinyint"}, {"1", "smallint"}}), "2 smallint");
  EXPECT_EQ(Show("+", {{"2147483647", "int"}, {"1", "int"}}), "ARITHMETIC_OVERFLOW");
  EXPECT_EQ(Show("*", {{"9223372036854775807", "bigint"}, {"2", "int"}}), "ARITHMETIC_OVERFLOW");
  EXPECT_EQ(Show("-", {{"-128", "tinyint"}, {"1", "tinyint"}}), "BINARY_ARITHMETIC_OVERFLOW");
  EXPECT_EQ(Show("try_add", {{"2147483647", "int"}, {"1", "int"}}), "NULL int");
  EXPECT_EQ(Show("/", {{"7", "int"}, {"2", "int"}}), "3.5 double");
  EXPECT_EQ(Show("/", {{"7", "int"}, {"0", "int"}}), "DIVIDE_BY_ZERO");
  EXPECT_EQ(Show("/", {{"NULL", "int"}, {"0", "int"}}), "NULL double");
  EXPECT_EQ(Show("try_divide", {{"7", "int"}, {"0", "int"}}), "NULL double");
  EXPECT_EQ(Show("div", {{"-7", "int"}, {"2", "int"}}), "-3 bigint");
  EXPECT_EQ(Show("div", {{"-9223372036854775808", "bigint"}, {"-1", "int"}}),
            "ARITHMETIC_OVERFLOW");
  EXPECT_EQ(Show("%", {{"-7", "int"}, {"3", "int"}}), "-1 int");
  EXPECT_EQ(Show("%", {{"1", "int"}, {"0", "int"}}), "REMAINDER_BY_ZERO");
  EXPECT_EQ(Show("pmod", {{"-7", "int"}, {"3", "int"}}), "2 int");
  EXPECT_EQ(Show("pmod", {{"-7", "int"}, {"-3", "int"}}), "-1 int");
  EXPECT_EQ(Show("-", {{"-2147483648", "int"}}), "ARITHMETIC_OVERFLOW");
  EXPECT_EQ(Show("abs", {{"-5", "string"}}), "5.0 double");
  EXPECT_EQ(Show("+", {{"NULL", "void"}, {"NULL", "void"}}), "NULL double");
}

TEST_F(ArithmeticTest, OverflowOfNullRowsDoesNotCount) {
  arrow::Int32Builder left;
  ASSERT_TRUE(left.Append(1).ok());
  ASSERT_TRUE(left.AppendNull().ok());
  auto bound = registry_.FindScalar("+")->bind({{arrow::int32()}, {arrow::int32()}});
  ASSERT_TRUE(bound.ok());
  const ArrayPtr array = *left.Finish();
  const_cast<int32_t*>(array->data()->GetValues<int32_t>(1))[1] = INT32_MAX;
  auto sum = bound->kernel(context_, {array, arrow::Datum(int32_t{1})}, 2);
  ASSERT_TRUE(sum.ok()) << sum.status();
  EXPECT_EQ(sum->make_array()->null_count(), 1);
}

TEST_F(ArithmeticTest, Strings) {
  EXPECT_EQ(Show("+", {{"1", "int"}, {"2", "string"}}), "3 bigint");
  EXPECT_EQ(Show("-", {{"7", "string"}, {"1.5", "double"}}), "5.5 double");
  EXPECT_EQ(Show("*", {{"7", "string"}, {"2", "string"}}),
            "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE");
  EXPECT_EQ(Show("/", {{"7", "string"}, {"2", "string"}}),
            "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE");
  EXPECT_EQ(Show("+", {{"true", "boolean"}, {"1", "int"}}),
            "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
  EXPECT_EQ(Show("div", {{"7", "double"}, {"2", "int"}}), "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
  EXPECT_EQ(Show("*", {{"2024-01-01", "date"}, {"2", "int"}}),
            "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
}

TEST_F(ArithmeticTest, Decimals) {
  EXPECT_EQ(Show("+", {{"1.1", "decimal(2,1)"}, {"2.22", "decimal(3,2)"}}), "3.32 decimal(4,2)");
  EXPECT_EQ(Show("/", {{"1.1", "decimal(2,1)"}, {"2.22", "decimal(3,2)"}}),
            "0.495495 decimal(9,6)");
  EXPECT_EQ(Show("%", {{"5.5", "decimal(10,2)"}, {"2", "decimal(5,1)"}}), "1.50 decimal(6,2)");
  EXPECT_EQ(Show("pmod", {{"-5.5", "decimal(10,2)"}, {"2.0", "decimal(2,1)"}}),
            "0.50 decimal(3,2)");
  EXPECT_EQ(Show("*", {{"2", "decimal(38,18)"}, {"3", "decimal(38,18)"}}),
            "6.000000 decimal(38,6)");
  EXPECT_EQ(Show("+", {{"99999999999999999999999999999999999999", "decimal(38,0)"},
                       {"1", "decimal(38,0)"}}),
            "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION");
  EXPECT_EQ(Show("/", {{"1.0", "decimal(2,1)"}, {"0", "int"}}), "DIVIDE_BY_ZERO");
  EXPECT_EQ(Show("div", {{"10.5", "decimal(3,1)"}, {"0.1", "decimal(1,1)"}}), "105 bigint");
  EXPECT_EQ(Show("+", {{"1.5", "decimal(2,1)"}, {"1", "float"}}), "2.5 double");
}

TEST_F(ArithmeticTest, DatesAndIntervals) {
  EXPECT_EQ(Show("+", {{"2024-01-31", "date"}, {"1", "interval month"}}), "2024-02-29 date");
  EXPECT_EQ(Show("+", {{"2024-01-01", "date"}, {"7", "interval day"}}), "2024-01-08 date");
  EXPECT_EQ(Show("+", {{"2024-01-01", "date"}, {"12", "interval hour"}}),
            "2024-01-01 12:00:00 timestamp");
  EXPECT_EQ(Show("-", {{"2024-01-03", "date"}, {"2024-01-01", "date"}}),
            "INTERVAL '2' DAY interval day");
  EXPECT_EQ(Show("-", {{"2024-01-03", "date"}, {"1", "int"}}), "2024-01-02 date");
  EXPECT_EQ(Show("+", {{"1", "int"}, {"2024-01-03", "date"}}), "2024-01-04 date");
  EXPECT_EQ(Show("+", {{"2024-01-03", "date"}, {"1", "bigint"}}),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  EXPECT_EQ(Show("-", {{"2024-01-03", "date"}, {"2024-01-01 12:00:00", "timestamp"}}),
            "INTERVAL '1 12:00:00' DAY TO SECOND interval day to second");
  EXPECT_EQ(Show("+", {{"2024-01-01 00:00:00", "string"}, {"1", "interval day"}}),
            "2024-01-02 00:00:00 string");
  EXPECT_EQ(Show("+", {{"1", "interval day"}, {"1", "interval hour"}}),
            "INTERVAL '1 01' DAY TO HOUR interval day to hour");
  EXPECT_EQ(Show("*", {{"2.5", "decimal(2,1)"}, {"1", "interval day"}}),
            "INTERVAL '2 12:00:00' DAY TO SECOND interval day to second");
  EXPECT_EQ(Show("/", {{"1", "interval day"}, {"0", "int"}}), "INTERVAL_DIVIDED_BY_ZERO");
  EXPECT_EQ(Show("+", {{"106751991", "interval day"}, {"106751991", "interval day"}}),
            "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION");
  EXPECT_EQ(Show("+", {{"1", "interval day"}, {"1", "interval month"}}),
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  EXPECT_EQ(Show("/", {{"1", "int"}, {"1", "interval day"}}),
            "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
  EXPECT_EQ(Show("div", {{"5", "interval day"}, {"2", "interval day"}}), "2 bigint");
}

TEST_F(ArithmeticTest, WallClockDaysAcrossAClockChange) {
  context_.session_time_zone = "America/New_York";
  EXPECT_EQ(Show("+", {{"2024-03-09 12:00:00", "timestamp"}, {"1", "interval day"}}),
            "2024-03-10 12:00:00 timestamp");
  EXPECT_EQ(Show("+", {{"2024-03-09 12:00:00", "timestamp"}, {"23", "interval hour"}}),
            "2024-03-10 12:00:00 timestamp");
  EXPECT_EQ(Show("+", {{"2024-02-10 02:30:00", "timestamp"}, {"1", "interval month"}}),
            "2024-03-10 03:30:00 timestamp");
}

TEST_F(ArithmeticTest, Comparisons) {
  EXPECT_EQ(Show("=", {{"NaN", "double"}, {"NaN", "double"}}), "true boolean");
  EXPECT_EQ(Show(">", {{"NaN", "double"}, {"Infinity", "double"}}), "true boolean");
  EXPECT_EQ(Show("=", {{"0", "double"}, {"-0.0", "double"}}), "true boolean");
  EXPECT_EQ(Show("<", {{"10", "int"}, {"9", "string"}}), "false boolean");
  EXPECT_EQ(Show("<", {{"10", "string"}, {"9", "string"}}), "true boolean");
  EXPECT_EQ(Show("<=>", {{"NULL", "int"}, {"NULL", "int"}}), "true boolean");
  EXPECT_EQ(Show("<=>", {{"1", "int"}, {"NULL", "int"}}), "false boolean");
  EXPECT_EQ(Show("=", {{"NULL", "void"}, {"1", "int"}}), "NULL boolean");
  EXPECT_EQ(Show("=", {{"1.50", "decimal(3,2)"}, {"1.5", "decimal(2,1)"}}), "true boolean");
  EXPECT_EQ(Show("<", {{"true", "boolean"}, {"1", "int"}}),
            "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
  EXPECT_EQ(Show("greatest", {{"NaN", "double"}, {"1", "int"}}), "NaN double");
  EXPECT_EQ(Show("least", {{"NULL", "int"}, {"2", "int"}}), "2 int");
  EXPECT_EQ(Show("greatest", {{"1", "int"}, {"2", "string"}}), "DATATYPE_MISMATCH.DATA_DIFF_TYPES");
  EXPECT_EQ(Show("isnull", {{"NULL", "int"}}), "true boolean");
}

TEST_F(ArithmeticTest, Bits) {
  EXPECT_EQ(Show("&", {{"5", "int"}, {"3", "bigint"}}), "1 bigint");
  EXPECT_EQ(Show("shiftleft", {{"1", "int"}, {"33", "int"}}), "2 int");
  EXPECT_EQ(Show(">>>", {{"-16", "int"}, {"28", "int"}}), "15 int");
  EXPECT_EQ(Show("bit_count", {{"-1", "int"}}), "64 int");
  EXPECT_EQ(Show("~", {{"5", "int"}}), "-6 int");
  EXPECT_EQ(Show("&", {{"true", "boolean"}, {"false", "boolean"}}),
            "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE");
}

}  // namespace
}  // namespace thalweg::functions
