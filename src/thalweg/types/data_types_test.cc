#include "thalweg/types/data_types.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/types/interval_range.h"

namespace thalweg {
namespace {

std::string RoundTrip(const std::string& text) {
  auto type = ParseDataType(text);
  return type.ok() ? SimpleTypeName(**type) : RenderError(type.status());
}

TEST(DataTypesTest, ParsesAndPrintsTypes) {
  EXPECT_EQ(RoundTrip("BIGINT"), "bigint");
  EXPECT_EQ(RoundTrip("long"), "bigint");
  EXPECT_EQ(RoundTrip("decimal"), "decimal(10,0)");
  EXPECT_EQ(RoundTrip("NUMERIC ( 12 , 3 )"), "decimal(12,3)");
  EXPECT_EQ(RoundTrip("array<struct<a:int, b: map<string,double>>>"),
            "array<struct<a:int,b:map<string,double>>>");
  EXPECT_EQ(RoundTrip("struct<`x y` INT NOT NULL COMMENT 'c', z timestamp_ntz>"),
            "struct<x y:int,z:timestamp_ntz>");
  EXPECT_EQ(RoundTrip("interval hour to second"), "interval hour to second");
  EXPECT_EQ(RoundTrip("interval year"), "interval year");
  EXPECT_EQ(RoundTrip("interval"), "interval");
  EXPECT_EQ(RoundTrip("varchar(10)"), "string");
}

TEST(DataTypesTest, RefusesWhatIsNoType) {
  EXPECT_TRUE(IsCondition(ParseDataType("unknown_type").status(), "UNSUPPORTED_DATATYPE"));
  EXPECT_TRUE(
      IsCondition(ParseDataType("decimal(5,6)").status(), "DECIMAL_SCALE_EXCEEDS_PRECISION"));
  EXPECT_TRUE(IsCondition(ParseDataType("decimal(39,0)").status(),
                          "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"));
  EXPECT_TRUE(IsCondition(ParseDataType("decimal(5,-1)").status(), "PARSE_SYNTAX_ERROR"));
  EXPECT_TRUE(IsCondition(ParseDataType("array<int").status(), "PARSE_SYNTAX_ERROR"));
  EXPECT_TRUE(IsCondition(ParseDataType("char").status(), "DATATYPE_MISSING_SIZE"));
}

TEST(DataTypesTest, SqlNames) {
  auto type = ParseDataType("struct<a:int,`b c`:array<decimal(5,2)>>");
  ASSERT_TRUE(type.ok());
  EXPECT_EQ(SqlTypeName(**type), "STRUCT<a: INT, `b c`: ARRAY<DECIMAL(5,2)>>");
  EXPECT_EQ(SqlTypeName(*MapOf(arrow::utf8(), arrow::int64())), "MAP<STRING, BIGINT>");
}

TEST(DataTypesTest, SchemaAsJsonDdlAndTree) {
  auto schema = ParseSchema("a INT NOT NULL, b ARRAY<STRING> COMMENT 'it''s', m MAP<STRING, INT>");
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_EQ(SchemaToDdl(**schema),
            "a INT NOT NULL,b ARRAY<STRING> COMMENT 'it\\'s',m MAP<STRING, INT>");
  const std::string json = SchemaToJson(**schema);
  EXPECT_EQ(json,
            R"({"type":"struct","fields":[{"name":"a","type":"integer","nullable":false,)"
            R"("metadata":{}},{"name":"b","type":{"type":"array","elementType":"string",)"
            R"("containsNull":true},"nullable":true,"metadata":{"comment":"it's"}},{"name":"m",)"
            R"("type":{"type":"map","keyType":"string","valueType":"integer",)"
            R"("valueContainsNull":true},"nullable":true,"metadata":{}}]})");
  auto again = SchemaFromJson(json);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(SchemaToJson(**again), json);
  EXPECT_EQ(SchemaToTree(**schema),
            "root\n |-- a: integer (nullable = false)\n |-- b: array (nullable = true)\n"
            " |    |-- element: string (containsNull = true)\n |-- m: map (nullable = true)\n"
            " |    |-- key: string\n |    |-- value: integer (valueContainsNull = true)\n");
}

TEST(DataTypesTest, IntervalRangesDoNotTakePartInEquality) {
  const TypePtr day = IntervalTypeOf({IntervalField::kDay, IntervalField::kDay});
  EXPECT_TRUE(day->Equals(*DayTimeIntervalType()));
  EXPECT_EQ(SimpleTypeName(*day), "interval day");
  EXPECT_EQ(SqlTypeName(*DayTimeIntervalType()), "INTERVAL DAY TO SECOND");
}

}  // namespace
}  // namespace thalweg
