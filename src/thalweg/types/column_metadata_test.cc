#include "thalweg/types/column_metadata.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

#include "thalweg/types/interval_range.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg {
namespace {

TEST(ColumnMetadataTest, GoesThroughJson) {
  for (const char* json : {R"({"a":1,"t":"x","l":[1,2],"o":{"k":null,"b":true}})",
                           R"({"comment":"it's"})", R"({"comment":7})", "{}"}) {
    const ColumnMetadata metadata = ColumnMetadataFromJson(json).ValueOrDie();
    EXPECT_EQ(ColumnMetadataToJson(metadata), json);
  }
  EXPECT_EQ(ColumnMetadataFromJson("{}").ValueOrDie(), nullptr);
  EXPECT_FALSE(ColumnMetadataFromJson("[1]").ok());
  EXPECT_FALSE(ColumnMetadataFromJson("{").ok());
}

TEST(ColumnMetadataTest, RidesOnATypeThatStaysWhatItIs) {
  const ColumnMetadata one = ColumnMetadataFromJson(R"({"n":1})").ValueOrDie();
  const ColumnMetadata two = ColumnMetadataFromJson(R"({"n":2})").ValueOrDie();
  const TypePtr hours = IntervalTypeOf({IntervalField::kHour, IntervalField::kHour});
  const TypePtr point = UserDefinedTypeOf({"", "shapes.PointType", "gASV"}, arrow::int64());
  for (const TypePtr& type :
       {arrow::int64(), hours, point, ParseDataType("map<int,string>").ValueOrDie()}) {
    const TypePtr column = WithColumnMetadata(type, one);
    EXPECT_TRUE(SameType(*column, *type));
    EXPECT_TRUE(column->Equals(*type));
    EXPECT_EQ(SqlTypeName(*column), SqlTypeName(*type));
    EXPECT_EQ(SimpleTypeName(*column), SimpleTypeName(*type));
    EXPECT_EQ(PlainColumnType(column), type);
    EXPECT_FALSE(SameColumnMetadata(*column, *type));
    EXPECT_FALSE(SameColumnMetadata(*column, *WithColumnMetadata(column, two)));
    EXPECT_TRUE(SameColumnMetadata(*column, *WithColumnMetadata(type, one)));
    EXPECT_EQ(WithColumnMetadata(column, nullptr), type);
  }
}

TEST(ColumnMetadataTest, FieldsHaveItBesideTheType) {
  const SchemaPtr schema = ParseSchema("a INT COMMENT 'x', b INT").ValueOrDie();
  const TypePtr type = ColumnTypeOf(*schema->field(0));
  EXPECT_EQ(ColumnMetadataToJson(ColumnMetadataOf(*type)), R"({"comment":"x"})");
  EXPECT_TRUE(FieldOfColumn("a", type, true)->Equals(schema->field(0), /*check_metadata=*/true));
  EXPECT_EQ(ColumnMetadataOf(*ColumnTypeOf(*schema->field(1))), nullptr);
}

}  // namespace
}  // namespace thalweg
