#include "thalweg/types/char_type.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

#include "thalweg/base/settings.h"

namespace thalweg {
namespace {

TypePtr Declared(const char* text) { return ParseDeclaredType(text).ValueOrDie(); }
SchemaPtr Columns(const char* text) { return NoteDeclaredTypes(*ParseDeclaredSchema(text)); }

TEST(CharTypeTest, NamesKeepLimits) {
  EXPECT_EQ(SimpleTypeName(*Declared("Character(3)")), "char(3)");
  EXPECT_EQ(SqlTypeName(*Declared("array<varchar(2)>")), "ARRAY<VARCHAR(2)>");
  const TypePtr nested = Declared("struct<a:map<char(1),int>,b:array<struct<c:varchar(2)>>>");
  EXPECT_TRUE(HasCharType(*nested));
  EXPECT_EQ(SimpleTypeName(*nested), "struct<a:map<char(1),int>,b:array<struct<c:varchar(2)>>>");
  EXPECT_EQ(SimpleTypeName(*WithoutCharTypes(nested)),
            "struct<a:map<string,int>,b:array<struct<c:string>>>");
  EXPECT_EQ(SimpleTypeName(*CharAsVarchar(nested)),
            "struct<a:map<varchar(1),int>,b:array<struct<c:varchar(2)>>>");
  EXPECT_FALSE(HasCharType(*Declared("struct<a:string>")));
}

TEST(CharTypeTest, TypesOfPlansHaveNone) {
  EXPECT_FALSE(HasCharType(**ParseDataType("array<char(3)>")));
  EXPECT_FALSE(HasCharType(**ParseSchema("a char(3)")));
  EXPECT_EQ((*ParseSchema("a char(3)"))->field(0)->metadata(), nullptr);
  const std::string json = SchemaToJson(**ParseDeclaredSchema("a varchar(3) comment 'x'"));
  EXPECT_EQ(SimpleTypeName(*(*DeclaredSchemaFromJson(json))->field(0)->type()), "varchar(3)");
  EXPECT_EQ(SimpleTypeName(*(*SchemaFromJson(json))->field(0)->type()), "string");
}

TEST(CharTypeTest, ColumnsSayWhatTheyWereDeclaredAs) {
  const SchemaPtr columns = Columns("a array<char(3)> comment 'x', b int, c varchar(2)");
  EXPECT_FALSE(HasCharType(*columns));
  EXPECT_EQ(ColumnMetadataToJson(columns->field(0)->metadata()),
            R"({"comment":"x","__CHAR_VARCHAR_TYPE_STRING":"array<char(3)>"})");
  EXPECT_EQ(SimpleTypeName(*DeclaredTypeOf(*columns->field(0))), "array<char(3)>");
  EXPECT_EQ(SimpleTypeName(*DeclaredTypeOf(*columns->field(1))), "int");
  EXPECT_EQ(DeclaredTypeOf(columns->field(1)->metadata()), nullptr);
  EXPECT_EQ(WithoutDeclaredType(columns->field(2)->metadata()), nullptr);
  const auto other = arrow::field("a", arrow::int32(), true, columns->field(0)->metadata());
  EXPECT_EQ(SimpleTypeName(*DeclaredTypeOf(*other)), "int");
  const auto nonsense = ColumnMetadataFromJson(R"({"__CHAR_VARCHAR_TYPE_STRING":"nonsense"})");
  EXPECT_EQ(DeclaredTypeOf(*nonsense), nullptr);
}

TEST(CharTypeTest, SettingsDecide) {
  const SchemaPtr declared = *ParseDeclaredSchema("a char(3)");
  Settings settings;
  EXPECT_TRUE(IsCondition(RefuseCharTypes(declared, settings).status(),
                          "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING"));
  EXPECT_TRUE(IsCondition(ParseTypeWithoutChars("map<int,char(3)>").status(),
                          "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING"));
  EXPECT_TRUE(RefuseCharTypes(*ParseDeclaredSchema("a string"), settings).ok());
  ASSERT_TRUE(settings.Set("spark.sql.legacy.charVarcharAsString", "true").ok());
  EXPECT_EQ(SimpleTypeName(*(*RefuseCharTypes(declared, settings))->field(0)->type()), "string");
  const SchemaPtr columns = Columns("a char(3)");
  EXPECT_EQ(DeclaredUnderSettings(columns, settings), columns);
  ASSERT_TRUE(settings.Set("spark.sql.charAsVarchar", "true").ok());
  const SchemaPtr varchar = DeclaredUnderSettings(columns, settings);
  EXPECT_EQ(SimpleTypeName(*DeclaredTypeOf(*varchar->field(0))), "varchar(3)");
}

TEST(CharTypeTest, Lengths) {
  EXPECT_TRUE(IsCondition(ParseDeclaredType("varchar(99999999999)").status(),
                          "DATATYPE_PARAMETER_VALUE_OUT_OF_RANGE"));
  EXPECT_TRUE(IsCondition(ParseDeclaredType("char(-1)").status(), "PARSE_SYNTAX_ERROR"));
  EXPECT_TRUE(IsCondition(ParseDeclaredType("char(x)").status(), "PARSE_SYNTAX_ERROR"));
  EXPECT_TRUE(IsCondition(ParseDeclaredType("varchar").status(), "DATATYPE_MISSING_SIZE"));
}

}  // namespace
}  // namespace thalweg
