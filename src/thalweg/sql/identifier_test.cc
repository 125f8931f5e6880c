// IDENTIFIER('name') and IDENTIFIER(expression).

#include <gtest/gtest.h>

#include <arrow/scalar.h>

#include "thalweg/sql/parser.h"

namespace thalweg::sql {
namespace {

using plan::spec::ConstantName;
using plan::spec::Expression;
using plan::spec::ExpressionPtr;
using plan::spec::Statement;
using Names = std::vector<std::string>;

ExpressionPtr Text(const std::string& text) {
  return plan::spec::MakeLiteral(std::make_shared<arrow::StringScalar>(text));
}

/// A session in which the variable v is "tab" and every other name a column.
Result<ConstantName> Evaluate(const Expression& expression) {
  if (expression.kind == plan::spec::ExpressionKind::kAttribute) {
    if (expression.name == Names{"v"}) return ConstantName{"tab", {"v"}};
    return MakeError("NOT_A_CONSTANT_STRING.NOT_CONSTANT",
                     {{"name", "IDENTIFIER"}, {"expr", ToString(expression)}});
  }
  return ConstantName{"s.f", {}};
}

ParserOptions Options() {
  ParserOptions options;
  options.evaluate_name = Evaluate;
  options.named_parameters = {{"p", Text("c")}, {"two", Text("a.`b c`")}, {"q", Text("x")}};
  options.positional_parameters = {Text("d"), Text("e")};
  return options;
}

std::string Show(std::string_view text) {
  const auto expression = ParseExpression(text, Options());
  return expression.ok() ? ToString(**expression) : RenderError(expression.status());
}

Names NameIn(std::string_view text) {
  const auto statement = ParseStatement(text, Options());
  EXPECT_TRUE(statement.ok()) << text << ": " << RenderError(statement.status());
  return statement.ok() ? statement->name : Names{};
}

std::string Condition(std::string_view text, const ParserOptions& options = Options()) {
  const auto statement = ParseStatement(text, options);
  const ErrorDetail* detail = GetErrorDetail(statement.status());
  if (statement.ok() || detail == nullptr) return statement.status().ToString();
  const auto position = detail->position();
  return detail->condition() + (position ? " " + std::to_string(position->column) : "");
}

TEST(Identifier, NamesColumnsAndFunctions) {
  EXPECT_EQ(Show("IDENTIFIER('a.`b c`')"), "a.`b c`");
  EXPECT_EQ(Show("identifier ('a' 'b') + 1"), "(ab + 1)");
  EXPECT_EQ(Show("IDENTIFIER('a').b"), "(a).b");
  EXPECT_EQ(Show("IDENTIFIER('a' || 'b')(1, DISTINCT)"), "s.f(1, DISTINCT)");
  EXPECT_EQ(Show("IDENTIFIER(v)"), "tab");
  EXPECT_EQ(Show("1 AS IDENTIFIER('x')"), "1 AS x");
  EXPECT_EQ(Show("a[0].IDENTIFIER('x')"), "(a[0]).x");
  EXPECT_EQ(Show("identifier"), "identifier");
  EXPECT_EQ(Show("`IDENTIFIER`('a')"), "IDENTIFIER('a')");
}

TEST(Identifier, TakesMarkers) {
  EXPECT_EQ(Show("IDENTIFIER(:p)"), "c");
  EXPECT_EQ(Show("IDENTIFIER(:two)"), "a.`b c`");
  EXPECT_EQ(Show("1 AS IDENTIFIER(:p '_' :q)"), "1 AS c_x");
  EXPECT_EQ(Show("struct(1 AS IDENTIFIER(?), 2 AS IDENTIFIER('_' ?))"), "struct(1 AS d, 2 AS _e)");
  EXPECT_EQ(Show(":p 'b'"), "'cb'");
}

TEST(Identifier, NamesObjectsOfCommands) {
  EXPECT_EQ(NameIn("DROP TABLE IDENTIFIER('a.b')"), (Names{"a", "b"}));
  EXPECT_EQ(NameIn("DROP TABLE IDENTIFIER('a').IDENTIFIER('b')"), (Names{"a", "b"}));
  EXPECT_EQ(NameIn("INSERT INTO IDENTIFIER(v) (IDENTIFIER('x')) VALUES (1)"), Names{"tab"});
  EXPECT_EQ(NameIn("CREATE VIEW IDENTIFIER(v) (IDENTIFIER('x') COMMENT 'y') AS SELECT 1"),
            Names{"tab"});
  EXPECT_EQ(NameIn("USE IDENTIFIER('s' || 't')"), (Names{"s", "f"}));
}

TEST(Identifier, NamesColumnsOfTables) {
  const auto statement = ParseStatement(
      "CREATE TABLE t (IDENTIFIER('`a b`') INT DEFAULT length(IDENTIFIER('abs')('x')), c INT) "
      "USING csv");
  ASSERT_TRUE(statement.ok()) << RenderError(statement.status());
  ASSERT_EQ(statement->schema->num_fields(), 2);
  EXPECT_EQ(statement->schema->field(0)->name(), "a b");
}

TEST(Identifier, Errors) {
  EXPECT_EQ(Condition("SELECT 1 AS IDENTIFIER('a.b')"), "IDENTIFIER_TOO_MANY_NAME_PARTS 12");
  EXPECT_EQ(Condition("SELECT IDENTIFIER('')"), "PARSE_EMPTY_STATEMENT 7");
  EXPECT_EQ(Condition("SELECT IDENTIFIER('a b')"), "PARSE_SYNTAX_ERROR 7");
  EXPECT_EQ(Condition("SELECT IDENTIFIER('a-b')"), "INVALID_IDENTIFIER 7");
  EXPECT_EQ(Condition("SELECT IDENTIFIER()"), "PARSE_SYNTAX_ERROR 18");
  EXPECT_EQ(Condition("SELECT 1 AS IDENTIFIER('a' || 'b')"), "PARSE_SYNTAX_ERROR 22");
  EXPECT_EQ(Condition("TABLE IDENTIFIER(column)"), "NOT_A_CONSTANT_STRING.NOT_CONSTANT");
  EXPECT_EQ(Condition("CREATE VIEW w AS TABLE IDENTIFIER(v)"), "INVALID_TEMP_OBJ_REFERENCE 17");
  EXPECT_EQ(Condition("SELECT IDENTIFIER('a' || 'b')", ParserOptions{}), "UNSUPPORTED_FEATURE 7");
}

// The query around it tells whether there is such a column.
TEST(Identifier, LeavesColumnsToTheAnalyzer) {
  EXPECT_EQ(Show("IDENTIFIER(a)"), "`identifier clause`(a)");
  EXPECT_EQ(Show("IDENTIFIER(a)(1, 2) + 1"), "(`identifier clause`(a) + 1)");
}

}  // namespace
}  // namespace thalweg::sql
