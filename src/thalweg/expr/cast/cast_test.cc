#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/expr/expression.h"
#include "thalweg/types/data_types.h"

namespace thalweg::expr {
namespace {

EvalContext InZone(const std::string& zone) {
  EvalContext context;
  context.session_time_zone = zone;
  return context;
}

/// Casts through the given types in turn and shows the last one as text, NULL or the condition.
std::string CastText(const std::string& text, const std::vector<std::string>& types,
                     EvalMode mode = EvalMode::kAnsi, const EvalContext& context = {}) {
  arrow::Datum value(std::make_shared<arrow::StringScalar>(text));
  for (const std::string& type : types) {
    auto cast = CastDatum(value, *ParseDataType(type), mode, context);
    if (!cast.ok()) {
      const ErrorDetail* detail = GetErrorDetail(cast.status());
      return detail == nullptr ? cast.status().ToString() : detail->condition();
    }
    value = *cast;
  }
  auto shown = CastDatum(value, arrow::utf8(), mode, context);
  if (!shown.ok()) return shown.status().ToString();
  if (!shown->scalar()->is_valid) return "NULL";
  return shown->scalar()->ToString();
}

TEST(CastTest, Numbers) {
  EXPECT_EQ(CastText("2.9", {"double", "int"}), "2");
  EXPECT_EQ(CastText("127.9", {"double", "tinyint"}), "127");
  EXPECT_EQ(CastText("-9.223372036854775808E18", {"double", "bigint"}), "-9223372036854775808");
  EXPECT_EQ(CastText("16777217", {"int", "float"}), "1.6777216E7");
  EXPECT_EQ(CastText("1.1", {"float", "double"}), "1.100000023841858");
  EXPECT_EQ(CastText("NaN", {"double", "boolean"}), "true");
  EXPECT_EQ(CastText("1e10", {"double", "int"}), "CAST_OVERFLOW");
  EXPECT_EQ(CastText("NaN", {"double", "int"}), "CAST_OVERFLOW");
  EXPECT_EQ(CastText("300", {"int", "tinyint"}), "CAST_OVERFLOW");
  EXPECT_EQ(CastText("300", {"int", "tinyint"}, EvalMode::kTry), "NULL");
  EXPECT_EQ(CastText("128", {"tinyint"}), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastText("abc", {"int"}, EvalMode::kTry), "NULL");
  EXPECT_EQ(CastText("maybe", {"boolean"}), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastText(" Yes ", {"boolean"}), "true");
}

TEST(CastTest, Decimals) {
  EXPECT_EQ(CastText("1.005", {"double", "decimal(10,2)"}), "1.01");
  EXPECT_EQ(CastText("0.1", {"float", "decimal(10,5)"}), "0.10000");
  EXPECT_EQ(CastText("-2.5", {"decimal(3,1)", "decimal(3,0)"}), "-3");
  EXPECT_EQ(CastText("1.99", {"decimal(3,2)", "int"}), "1");
  EXPECT_EQ(CastText("1.99", {"decimal(3,2)", "double"}), "1.99");
  EXPECT_EQ(CastText("NaN", {"double", "decimal(10,2)"}), "NULL");
  EXPECT_EQ(CastText("1000", {"int", "decimal(3,0)"}),
            "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION");
  EXPECT_EQ(CastText("1000", {"decimal(3,0)"}), "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION");
  EXPECT_EQ(CastText("abc", {"decimal(3,0)"}), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastText("300.5", {"decimal(4,1)", "tinyint"}), "CAST_OVERFLOW");
}

TEST(CastTest, Times) {
  EXPECT_EQ(CastText("2024-01-01 12:34:56.789", {"timestamp", "bigint"}), "1704112496");
  EXPECT_EQ(CastText("1969-12-31 23:59:58.5", {"timestamp", "bigint"}), "-2");
  EXPECT_EQ(CastText("2024-01-01 12:34:56.789", {"timestamp", "double"}), "1.704112496789E9");
  EXPECT_EQ(CastText("2024-01-01 12:34:56.789", {"timestamp", "decimal(20,6)"}),
            "1704112496.789000");
  EXPECT_EQ(CastText("-1.5", {"float", "timestamp"}), "1969-12-31 23:59:58.5");
  EXPECT_EQ(CastText("9223372036854775807", {"bigint", "timestamp"}),
            "+294247-01-10 04:00:54.775807");
  EXPECT_EQ(CastText("NaN", {"double", "timestamp"}), "CAST_INVALID_INPUT");
  EXPECT_EQ(CastText("2100-01-01", {"timestamp", "int"}), "CAST_OVERFLOW");
  EXPECT_EQ(CastText("2024-01-01 03:00:00Z", {"timestamp", "date"}, EvalMode::kAnsi,
                     InZone("America/New_York")),
            "2023-12-31");
  EXPECT_EQ(CastText("2024-03-10", {"date", "timestamp", "bigint"}, EvalMode::kAnsi,
                     InZone("America/New_York")),
            "1710046800");
  EXPECT_EQ(CastText("2024-01-01 12:00:00", {"timestamp", "timestamp_ntz"}, EvalMode::kAnsi,
                     InZone("Asia/Tokyo")),
            "2024-01-01 12:00:00");
}

TEST(CastTest, Intervals) {
  EXPECT_EQ(CastText("5", {"interval hour"}), "INTERVAL '05' HOUR");
  EXPECT_EQ(CastText("90", {"int", "interval minute"}), "INTERVAL '90' MINUTE");
  EXPECT_EQ(CastText("1.5", {"decimal(2,1)", "interval second", "decimal(10,3)"}), "1.500");
  EXPECT_EQ(CastText("1 02:03:04", {"interval day to second", "interval hour"}),
            "INTERVAL '26' HOUR");
  EXPECT_EQ(CastText("1-6", {"interval year to month", "int"}), "18");
  EXPECT_EQ(CastText("300", {"interval day", "tinyint"}), "CAST_OVERFLOW");
  EXPECT_EQ(CastText("abc", {"interval day"}),
            "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE");
}

TEST(CastTest, NestedValues) {
  arrow::ListBuilder builder(arrow::default_memory_pool(),
                             std::make_shared<arrow::StringBuilder>());
  auto* strings = static_cast<arrow::StringBuilder*>(builder.value_builder());
  ASSERT_TRUE(builder.Append().ok());
  ASSERT_TRUE(strings->Append("1").ok());
  ASSERT_TRUE(strings->AppendNull().ok());
  ASSERT_TRUE(builder.AppendNull().ok());
  ASSERT_TRUE(builder.Append().ok());
  ASSERT_TRUE(strings->Append("x").ok());
  const ArrayPtr lists = *builder.Finish();
  const EvalContext context;
  auto text = CastDatum(lists->Slice(0, 2), arrow::utf8(), EvalMode::kAnsi, context);
  ASSERT_TRUE(text.ok());
  const auto shown = text->array_as<arrow::StringArray>();
  EXPECT_EQ(shown->GetString(0), "[1, null]");
  EXPECT_TRUE(shown->IsNull(1));
  // The element that is no number is not in the slice.
  const TypePtr numbers = ArrayOf(arrow::int32());
  EXPECT_TRUE(CastDatum(lists->Slice(0, 2), numbers, EvalMode::kAnsi, context).ok());
  EXPECT_TRUE(
      IsCondition(CastDatum(lists, ArrayOf(arrow::int32()), EvalMode::kAnsi, context).status(),
                  "CAST_INVALID_INPUT"));
  EXPECT_TRUE(CastDatum(lists, ArrayOf(arrow::int32()), EvalMode::kTry, context).ok());
}

TEST(CastTest, ErrorsCarryParameters) {
  const EvalContext context;
  auto cast = CastDatum(arrow::Datum(std::make_shared<arrow::StringScalar>("it's")), arrow::int32(),
                        EvalMode::kAnsi, context);
  const ErrorDetail* detail = GetErrorDetail(cast.status());
  ASSERT_NE(detail, nullptr);
  EXPECT_EQ(detail->sql_state(), "22018");
  EXPECT_EQ(detail->parameters().at("expression"), "'it\\'s'");
  EXPECT_EQ(detail->parameters().at("targetType"), "\"INT\"");
}

}  // namespace
}  // namespace thalweg::expr
