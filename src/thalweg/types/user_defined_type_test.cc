#include "thalweg/types/user_defined_type.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

#include "thalweg/types/coercion.h"

namespace thalweg {
namespace {

const UserDefinedClass kPoint{"", "shapes.PointType", "gASV"};
const UserDefinedClass kVector{"org.example.linalg.VectorUDT", "linalg.VectorType", ""};

TypePtr Point() { return UserDefinedTypeOf(kPoint, ArrayOf(arrow::float64(), false)); }

TEST(UserDefinedTypeTest, HasTheNamesThatSparkGivesIt) {
  const TypePtr point = Point();
  EXPECT_EQ(SimpleTypeName(*point), "pythonuserdefined");
  EXPECT_EQ(SqlTypeName(*point), "ARRAY<DOUBLE>");
  EXPECT_EQ(QuotedTypeName(*point), "UDT(\"ARRAY<DOUBLE>\")");
  EXPECT_EQ(SqlTypeName(*ArrayOf(point)), "ARRAY<ARRAY<DOUBLE>>");
  EXPECT_EQ(SimpleTypeName(*UserDefinedTypeOf(kVector, arrow::utf8())), "vector");
}

TEST(UserDefinedTypeTest, IsLikeItselfAlone) {
  const TypePtr list = ArrayOf(arrow::float64(), false);
  EXPECT_TRUE(SameType(*Point(), *Point()));
  EXPECT_FALSE(SameType(*Point(), *list));
  EXPECT_FALSE(SameType(*Point(), *UserDefinedTypeOf(kVector, list)));
  EXPECT_EQ(WiderTypeForTwo(Point(), list, EvalMode::kAnsi), nullptr);
  EXPECT_EQ(WiderTypeForTwo(ArrayOf(Point()), ArrayOf(list), EvalMode::kAnsi), nullptr);
  EXPECT_NE(FindUserDefined(*WiderTypeForTwo(arrow::null(), Point(), EvalMode::kAnsi)), nullptr);
  EXPECT_FALSE(CanCast(*Point(), *list, EvalMode::kAnsi));
  EXPECT_FALSE(CanCast(*list, *Point(), EvalMode::kAnsi));
  EXPECT_TRUE(CanCast(*Point(), *arrow::utf8(), EvalMode::kAnsi));
  EXPECT_TRUE(CanCast(*arrow::null(), *Point(), EvalMode::kAnsi));
}

TEST(UserDefinedTypeTest, EverySqlTypeCanCarryIt) {
  for (const char* text : {"void",
                           "boolean",
                           "tinyint",
                           "smallint",
                           "int",
                           "bigint",
                           "float",
                           "double",
                           "string",
                           "binary",
                           "date",
                           "timestamp",
                           "timestamp_ntz",
                           "decimal(7,2)",
                           "interval day to second",
                           "interval year to month",
                           "interval",
                           "array<int>",
                           "map<string,int>",
                           "struct<a:int>"}) {
    const TypePtr sql_type = ParseDataType(text).ValueOrDie();
    const TypePtr made = UserDefinedTypeOf(kPoint, sql_type);
    EXPECT_TRUE(made->Equals(*sql_type)) << text;
    ASSERT_NE(FindUserDefined(*made), nullptr) << text;
    EXPECT_TRUE(SameType(*WithoutUserDefined(ArrayOf(made)), *ArrayOf(sql_type))) << text;
  }
}

TEST(UserDefinedTypeTest, GoesThroughJson) {
  const std::string json =
      R"({"type":"struct","fields":[{"name":"p","type":{"type":"array","elementType":)"
      R"({"type":"udt","pyClass":"shapes.PointType","serializedClass":"gASV","sqlType":)"
      R"({"type":"array","elementType":"double","containsNull":false}},"containsNull":true},)"
      R"("nullable":true,"metadata":{}},{"name":"v","type":{"type":"udt",)"
      R"("class":"org.example.linalg.VectorUDT","pyClass":"linalg.VectorType","sqlType":"long"},)"
      R"("nullable":true,"metadata":{}}]})";
  const SchemaPtr schema = SchemaFromJson(json).ValueOrDie();
  EXPECT_EQ(SchemaToJson(*schema), json);
  EXPECT_EQ(SchemaToTree(*schema),
            "root\n |-- p: array (nullable = true)\n"
            " |    |-- element: pythonuserdefined (containsNull = true)\n"
            " |-- v: vector (nullable = true)\n");
  EXPECT_EQ(SchemaToDdl(*schema), "p ARRAY<ARRAY<DOUBLE>>,v BIGINT");
}

TEST(UserDefinedTypeTest, JsonMustSayHowToMakeIt) {
  const std::string json = R"({"type":"struct","fields":[{"name":"p","type":)"
                           R"({"type":"udt","sqlType":"long"},"nullable":true}]})";
  EXPECT_TRUE(IsCondition(SchemaFromJson(json).status(), "INVALID_JSON_DATA_TYPE"));
}

TEST(UserDefinedTypeTest, HiddenIsNoTypeThatFunctionsKnow) {
  const TypePtr hidden = HideUserDefined(ArrayOf(Point()));
  EXPECT_EQ(hidden->field(0)->type()->id(), arrow::Type::EXTENSION);
  EXPECT_TRUE(SameType(*hidden, *ArrayOf(Point())));
  EXPECT_EQ(SqlTypeName(*hidden), "ARRAY<ARRAY<DOUBLE>>");
}

}  // namespace
}  // namespace thalweg
