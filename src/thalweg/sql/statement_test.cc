// Queries and commands.

#include <gtest/gtest.h>

#include <arrow/type.h>

#include "thalweg/plan/spec/named_argument.h"
#include "thalweg/plan/spec/table_argument.h"
#include "thalweg/sql/parser.h"

namespace thalweg::sql {
namespace {

using plan::spec::Relation;
using plan::spec::RelationKind;
using plan::spec::Statement;
using plan::spec::StatementKind;

std::string Plan(std::string_view sql) {
  const auto statement = ParseStatement(sql);
  if (!statement.ok()) return RenderError(statement.status());
  return statement->query ? plan::spec::ToString(*statement->query) : "no query";
}

Statement Parse(std::string_view sql) {
  auto statement = ParseStatement(sql);
  EXPECT_TRUE(statement.ok()) << sql << ": " << RenderError(statement.status());
  return statement.ok() ? std::move(*statement) : Statement{};
}

std::string Error(std::string_view sql) {
  const auto statement = ParseStatement(sql);
  if (statement.ok()) return "parsed";
  const ErrorDetail* detail = GetErrorDetail(statement.status());
  if (detail == nullptr || !detail->position()) return statement.status().ToString();
  return detail->condition() + " " + std::to_string(detail->position()->line) + ":" +
         std::to_string(detail->position()->column);
}

TEST(Query, Clauses) {
  EXPECT_EQ(
      Plan("SELECT DISTINCT a, b + 1 AS c FROM t WHERE x > 1 ORDER BY a DESC, c LIMIT 5 OFFSET 2"),
      "Limit 5\n"
      "+- Offset 2\n"
      "   +- Sort [a DESC NULLS LAST, c ASC NULLS FIRST]\n"
      "      +- Distinct\n"
      "         +- Project [a, (b + 1) AS c]\n"
      "            +- Filter (x > 1)\n"
      "               +- UnresolvedRelation [t], [], false\n");
}

TEST(Query, GroupByAndHaving) {
  EXPECT_EQ(Plan("SELECT a, sum(b) FROM t GROUP BY a HAVING sum(b) > 1"),
            "Filter (sum(b) > 1)\n"
            "+- Aggregate [a], [a, sum(b)]\n"
            "   +- UnresolvedRelation [t], [], false\n");
  EXPECT_EQ(Plan("SELECT a FROM t GROUP BY ALL"),
            "Aggregate [ALL], [a]\n+- UnresolvedRelation [t], [], false\n");
  EXPECT_EQ(Plan("SELECT a FROM t GROUP BY CUBE(a, b)"),
            "Aggregate [cube[a, b]], [a]\n+- UnresolvedRelation [t], [], false\n");
  const auto sets = Parse("SELECT a FROM t GROUP BY GROUPING SETS ((a, b), a, ())");
  EXPECT_EQ(sets.query->rows.size(), 3u);
}

TEST(Query, SetOperationsBindByPrecedence) {
  EXPECT_EQ(Plan("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT ALL (SELECT 4) ORDER BY 1"),
            "Sort [1 ASC NULLS FIRST]\n"
            "+- Except All\n"
            "   :- Union\n"
            "   :  :- Project [1]\n"
            "   :  +- Intersect\n"
            "   :     :- Project [2]\n"
            "   :     +- Project [3]\n"
            "   +- Project [4]\n");
}

TEST(Query, Joins) {
  EXPECT_EQ(Plan("SELECT * FROM a, b LEFT JOIN c ON b.x = c.x NATURAL JOIN d"),
            "Project [*]\n"
            "+- Join Inner\n"
            "   :- UnresolvedRelation [a], [], false\n"
            "   +- Join NaturalJoin(Inner)\n"
            "      :- Join LeftOuter, (b.x = c.x)\n"
            "      :  :- UnresolvedRelation [b], [], false\n"
            "      :  +- UnresolvedRelation [c], [], false\n"
            "      +- UnresolvedRelation [d], [], false\n");
  EXPECT_EQ(Plan("SELECT * FROM a x LEFT SEMI JOIN b USING (k)"),
            "Project [*]\n"
            "+- Join UsingJoin(LeftSemi, [k])\n"
            "   :- SubqueryAlias x\n"
            "   :  +- UnresolvedRelation [a], [], false\n"
            "   +- UnresolvedRelation [b], [], false\n");
}

TEST(Query, WithValuesAndTableFunctions) {
  EXPECT_EQ(Plan("WITH v(x) AS (VALUES 1, 2) SELECT * FROM v, range(3) AS r(i)"),
            "UnresolvedWith\n"
            ":- v = SubqueryAlias v [x]\n"
            ":  +- UnresolvedInlineTable [], 2 rows\n"
            "+- Project [*]\n"
            "   +- Join Inner\n"
            "      :- UnresolvedRelation [v], [], false\n"
            "      +- SubqueryAlias r [i]\n"
            "         +- UnresolvedTableValuedFunction range(3)\n");
  const auto values = Parse("SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(k, v)").query->input;
  EXPECT_EQ(values->alias, "t");
  EXPECT_EQ(values->input->column_names, (std::vector<std::string>{"k", "v"}));
  EXPECT_EQ(values->input->rows[1].size(), 2u);
}

TEST(Query, TablesAmongArguments) {
  const auto function =
      Parse("SELECT * FROM f(1, rows => TABLE(t) PARTITION BY (a, b % 2) ORDER BY (c DESC, d))")
          .query->input;
  ASSERT_EQ(function->kind, RelationKind::kTableFunction);
  const auto& arguments = function->expressions[0]->children;
  ASSERT_EQ(arguments.size(), 2u);
  EXPECT_FALSE(plan::spec::TableArgumentOf(*arguments[0]));
  EXPECT_TRUE(plan::spec::IsNamedArgument(*arguments[1]));
  const auto table = plan::spec::TableArgumentOf(*arguments[1]);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->relation->table_name, std::vector<std::string>{"t"});
  EXPECT_EQ(table->partition_by.size(), 2u);
  ASSERT_EQ(table->order_by.size(), 2u);
  EXPECT_TRUE(table->order_by[0].descending);
  const auto single =
      Parse("SELECT * FROM f(TABLE(SELECT 1 AS a) WITH SINGLE PARTITION ORDER BY a) AS x")
          .query->input->input;
  EXPECT_TRUE(plan::spec::TableArgumentOf(*single->expressions[0]->children[0])->single_partition);
  const std::string partitioning =
      "INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_TABLE_ARGUMENT_PARTITIONING";
  const auto followed =
      Parse("SELECT * FROM f(TABLE(t) PARTITION BY a ORDER BY b + 1 DESC, k => 1)").query->input;
  EXPECT_EQ(followed->expressions[0]->children.size(), 2u);
  EXPECT_EQ(Error("SELECT * FROM f(TABLE(t) PARTITION BY a, b)").find(partitioning), 0u);
  EXPECT_EQ(Error("SELECT * FROM f(TABLE(t) PARTITION BY a ORDER BY a, b)").find(partitioning), 0u);
  EXPECT_EQ(Error("SELECT * FROM f(TABLE t)")
                .find("INVALID_SQL_SYNTAX.INVALID_TABLE_FUNCTION_IDENTIFIER_ARGUMENT_MISSING_"),
            0u);
  EXPECT_EQ(Error("SELECT * FROM f(TABLE(t) ORDER BY a)"), "PARSE_SYNTAX_ERROR 1:25");
  EXPECT_EQ(Error("SELECT * FROM a RIGHT JOIN LATERAL f(1)").find("INVALID_LATERAL_JOIN_TYPE"), 0u);
}

TEST(Query, LateralView) {
  const auto view = Parse("SELECT * FROM t LATERAL VIEW OUTER explode(x) e AS a, b").query->input;
  EXPECT_EQ(view->kind, RelationKind::kLateralView);
  EXPECT_TRUE(view->outer);
  EXPECT_EQ(view->alias, "e");
  EXPECT_EQ(view->column_names, (std::vector<std::string>{"a", "b"}));
}

TEST(Query, Streams) {
  const auto watermark = Parse(
                             "SELECT * FROM STREAM s WITH (rowsPerSecond = 5, `a.b` 'x') "
                             "WATERMARK ts DELAY OF INTERVAL 10 SECONDS AS x")
                             .query->input;
  ASSERT_EQ(watermark->kind, RelationKind::kWatermark);
  EXPECT_EQ(watermark->delay_micros, 10'000'000);
  ASSERT_EQ(watermark->input->kind, RelationKind::kAlias);
  const auto table = watermark->input->input;
  EXPECT_TRUE(table->is_stream);
  EXPECT_EQ(table->options.at("rowsPerSecond"), "5");
  EXPECT_EQ(table->options.at("a.b"), "x");
  EXPECT_TRUE(Parse("SELECT * FROM STREAM(a.b)").query->input->is_stream);
  EXPECT_TRUE(Parse("SELECT * FROM (SELECT * FROM STREAM t)").query->input->input->is_stream);
  EXPECT_FALSE(Parse("SELECT * FROM stream WHERE a").query->input->input->is_stream);
  const auto computed =
      Parse("SELECT * FROM (SELECT 1) WATERMARK a + b AS ts DELAY OF INTERVAL '1' HOUR")
          .query->input;
  EXPECT_EQ(plan::spec::ToString(*computed->expressions[0]), "(a + b) AS ts");
}

TEST(Query, FileTables) {
  const auto read = Parse("SELECT * FROM csv.`/data/x` WITH (header = true)").query->input;
  EXPECT_EQ(read->kind, RelationKind::kRead);
  EXPECT_EQ(read->format, "csv");
  EXPECT_EQ(read->paths, (std::vector<std::string>{"/data/x"}));
  EXPECT_EQ(read->options.at("header"), "true");
}

TEST(Query, WordsAreNotReserved) {
  EXPECT_EQ(Plan("SELECT FROM t"), "Project [FROM AS t]\n");
  EXPECT_EQ(Plan("SELECT select.where, date, a value FROM order group"),
            "Project [select.where, date, a AS value]\n"
            "+- SubqueryAlias group\n"
            "   +- UnresolvedRelation [order], [], false\n");
  EXPECT_EQ(Plan("FROM t SELECT a WHERE b"),
            "Project [a]\n+- Filter b\n   +- UnresolvedRelation [t], [], false\n");
}

TEST(Query, HintsStandAboveTheirQuery) {
  EXPECT_EQ(Plan("SELECT /*+ BROADCAST(t), COALESCE(3) */ a FROM t"),
            "UnresolvedHint COALESCE, [3]\n+- UnresolvedHint BROADCAST, [t]\n   +- Project [a]\n"
            "      +- UnresolvedRelation [t], [], false\n");
}

TEST(Query, WindowClausesStandAboveTheirSelect) {
  EXPECT_EQ(Plan("SELECT a FROM t QUALIFY b > 1 WINDOW w AS (PARTITION BY a)"),
            "WithWindowDefinition\n+- Qualify (b > 1)\n   +- Project [a]\n"
            "      +- UnresolvedRelation [t], [], false\n");
}

TEST(Query, ErrorsHavePositions) {
  EXPECT_EQ(Error("SELEC 1"), "PARSE_SYNTAX_ERROR 1:0");
  EXPECT_EQ(Error("SELECT a FROM t1 t2 t3"), "PARSE_SYNTAX_ERROR 1:20");
  EXPECT_EQ(Error("SELECT a\nFROM test-table"), "INVALID_IDENTIFIER 2:5");
  EXPECT_EQ(Error("SELECT * FROM a JOIN"), "PARSE_SYNTAX_ERROR 1:20");
  EXPECT_EQ(Error("SELECT * FROM (SELECT 1"), "PARSE_SYNTAX_ERROR 1:23");
  EXPECT_EQ(Error("SELECT a FROM t LIMIT 1 UNION SELECT b"), "PARSE_SYNTAX_ERROR 1:24");
  EXPECT_EQ(Error("SELECT a FROM t OFFSET 2 LIMIT 1"), "PARSE_SYNTAX_ERROR 1:25");
  EXPECT_EQ(Error("SELECT 1 /* x"), "UNCLOSED_BRACKETED_COMMENT 1:9");
  EXPECT_EQ(Error("SELECT * FROM VALUES (1, 2), (3) AS t"),
            "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH 1:14");
  EXPECT_EQ(Error("WITH a AS (SELECT 1), A AS (SELECT 1) SELECT 1"), "DUPLICATED_CTE_NAMES 1:0");
  EXPECT_EQ(Error(" ;"), "PARSE_SYNTAX_ERROR 1:1");
  EXPECT_EQ(Error("  "), "PARSE_EMPTY_STATEMENT 1:0");
}

TEST(Query, RefusesByName) {
  EXPECT_EQ(Error("MERGE INTO t USING s ON a"), "UNSUPPORTED_FEATURE 1:0");
  EXPECT_EQ(Error("FROM t |> WINDOW w AS (ORDER BY a)"),
            "UNSUPPORTED_FEATURE.CLAUSE_WITH_PIPE_OPERATORS 1:10");
  EXPECT_EQ(Error("CREATE FUNCTION f AS 'x'"), "CANNOT_LOAD_FUNCTION_CLASS 1:0");
  EXPECT_EQ(Error("SELECT 1 |> NOPE a"), "PARSE_SYNTAX_ERROR 1:12");
}

TEST(Command, CreateFunction) {
  const auto scalar = Parse(
      "CREATE TEMPORARY FUNCTION f(a INT COMMENT 'x', b STRING DEFAULT concat('y', 'z')) "
      "RETURNS BIGINT READS SQL DATA NOT DETERMINISTIC RETURN (SELECT max(k) FROM t) + a");
  EXPECT_EQ(scalar.kind, StatementKind::kCreateFunction);
  EXPECT_FALSE(scalar.is_persistent);
  ASSERT_EQ(scalar.routine->parameters.size(), 2u);
  EXPECT_EQ(scalar.routine->parameters[0].comment, "x");
  EXPECT_EQ(scalar.routine->parameters[1].default_text, "concat('y', 'z')");
  EXPECT_EQ(scalar.routine->deterministic, false);
  EXPECT_EQ(scalar.routine->contains_sql, false);
  EXPECT_EQ(scalar.routine->body_text, "(SELECT max(k) FROM t) + a");
  ASSERT_TRUE(scalar.routine->expression);
  const auto table = Parse("CREATE OR REPLACE FUNCTION d.f() RETURNS TABLE(a INT) RETURN SELECT 1");
  EXPECT_TRUE(table.is_persistent && table.replace && table.routine->is_table);
  EXPECT_EQ(table.routine->columns.size(), 1u);
  ASSERT_TRUE(table.routine->query);
}

TEST(Command, Variables) {
  const auto declared = Parse("DECLARE OR REPLACE VARIABLE a, session.b INT DEFAULT 1 + 2");
  EXPECT_EQ(declared.kind, StatementKind::kDeclareVariable);
  EXPECT_EQ(declared.names.size(), 2u);
  EXPECT_EQ(declared.value, "1 + 2");
  const auto set = Parse("SET VAR a = 1, b = DEFAULT");
  EXPECT_EQ(set.kind, StatementKind::kSetVariable);
  ASSERT_EQ(set.expressions.size(), 2u);
  EXPECT_FALSE(set.expressions[1]);
  EXPECT_TRUE(Parse("SET VAR (a, b) = (SELECT 1, 2)").query);
  EXPECT_EQ(Error("SET VAR a = 1 FROM t"), "INVALID_SET_SYNTAX 1:0");
  EXPECT_EQ(Parse("SET variable = 1").kind, StatementKind::kSet);
}

TEST(Command, ExecuteImmediate) {
  const auto statement = Parse("EXECUTE IMMEDIATE 'x' INTO a, b USING (1 AS c, 2)");
  EXPECT_EQ(statement.kind, StatementKind::kExecuteImmediate);
  EXPECT_EQ(statement.names.size(), 2u);
  EXPECT_EQ(statement.arguments.size(), 2u);
  EXPECT_EQ(Parse("EXECUTE IMMEDIATE 'x' USING (SELECT 1)").arguments.size(), 1u);
  EXPECT_EQ(Error("EXECUTE 'x'"), "PARSE_SYNTAX_ERROR 1:8");
}

TEST(Command, CreateView) {
  const auto view = Parse("CREATE OR REPLACE TEMP VIEW v (a, b COMMENT 'x') AS SELECT 1, 2");
  EXPECT_EQ(view.kind, StatementKind::kCreateView);
  EXPECT_TRUE(view.replace);
  EXPECT_EQ(view.column_names, (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(view.query);
  const auto source = Parse(
      "CREATE TEMPORARY VIEW v (a INT, b STRING) USING csv "
      "OPTIONS (path '/x', header = true, k.l 5)");
  EXPECT_EQ(source.kind, StatementKind::kCreateViewUsing);
  EXPECT_EQ(source.schema->num_fields(), 2);
  EXPECT_EQ(source.options.at("path"), "/x");
  EXPECT_EQ(source.options.at("k.l"), "5");
}

TEST(Command, CreateStreamingTable) {
  const auto table = Parse(
      "CREATE OR REFRESH STREAMING TABLE IF NOT EXISTS s USING parquet PARTITIONED BY (d, h) "
      "LOCATION '/out' OPTIONS (checkpointLocation '/c') COMMENT 'x' AS SELECT * FROM STREAM t");
  EXPECT_EQ(table.kind, StatementKind::kCreateStreamingTable);
  EXPECT_EQ(table.format, "parquet");
  EXPECT_EQ(table.partition_by, (std::vector<std::string>{"d", "h"}));
  EXPECT_EQ(table.location, "/out");
  EXPECT_EQ(table.options.at("checkpointLocation"), "/c");
  EXPECT_EQ(table.comment, "x");
  EXPECT_TRUE(table.if_not_exists);
  ASSERT_TRUE(table.query);
  EXPECT_EQ(Error("CREATE TABLE t USING csv USING json"), "DUPLICATE_CLAUSES 1:25");
}

TEST(Command, CreateTableAndInsert) {
  const auto table = Parse("CREATE TABLE t (a INT NOT NULL, b ARRAY<STRUCT<x: INT>>) USING json");
  EXPECT_EQ(table.kind, StatementKind::kCreateTable);
  EXPECT_EQ(table.schema->num_fields(), 2);
  EXPECT_FALSE(table.query);
  const auto insert = Parse("INSERT INTO TABLE a.t (x, y) VALUES (1, 2)");
  EXPECT_EQ(insert.kind, StatementKind::kInsert);
  EXPECT_EQ(insert.name, (std::vector<std::string>{"a", "t"}));
  EXPECT_EQ(insert.column_names, (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(Parse("INSERT OVERWRITE t (SELECT 1)").overwrite);
}

TEST(Command, DropShowDescribe) {
  EXPECT_TRUE(Parse("DROP VIEW IF EXISTS v").if_exists);
  EXPECT_EQ(Parse("DROP TABLE t").kind, StatementKind::kDropTable);
  EXPECT_EQ(Parse("SHOW TABLES LIKE 'a*'").pattern, "a*");
  EXPECT_EQ(Parse("SHOW VIEWS 'a*'").pattern, "a*");
  EXPECT_EQ(Parse("SHOW FUNCTIONS").kind, StatementKind::kShowFunctions);
  EXPECT_EQ(Parse("SHOW FUNCTIONS LIKE abs").pattern, "abs");
  EXPECT_EQ(Parse("SHOW COLUMNS IN t").name, (std::vector<std::string>{"t"}));
  EXPECT_EQ(Parse("SHOW STREAMS").kind, StatementKind::kShowStreams);
  EXPECT_EQ(Parse("DESCRIBE t").kind, StatementKind::kDescribeTable);
  EXPECT_TRUE(Parse("DESC TABLE EXTENDED t").extended);
  EXPECT_EQ(Parse("DESCRIBE QUERY SELECT 1").kind, StatementKind::kDescribeQuery);
  EXPECT_EQ(Parse("DESCRIBE SELECT 1").kind, StatementKind::kDescribeQuery);
  EXPECT_EQ(Parse("DESC FUNCTION EXTENDED abs").name, (std::vector<std::string>{"abs"}));
  EXPECT_EQ(Parse("DESC FUNCTION +").name, (std::vector<std::string>{"+"}));
  EXPECT_EQ(Parse("DESCRIBE STREAM s").kind, StatementKind::kDescribeStream);
  EXPECT_TRUE(Parse("STOP STREAM IF EXISTS s").if_exists);
  EXPECT_FALSE(Parse("STOP STREAM s").graceful);
  EXPECT_TRUE(Parse("STOP STREAM s GRACEFUL").graceful);
  EXPECT_TRUE(Parse("STOP STREAM IF EXISTS 's' GRACEFUL").graceful);
}

TEST(Command, Explain) {
  const auto explain = Parse("EXPLAIN EXTENDED SELECT 1");
  EXPECT_EQ(explain.kind, StatementKind::kExplain);
  EXPECT_TRUE(explain.extended);
  ASSERT_TRUE(explain.query);
  EXPECT_EQ(Parse("EXPLAIN STREAM s").kind, StatementKind::kExplainStream);
  EXPECT_EQ(Error("EXPLAIN DROP VIEW v"), "UNSUPPORTED_FEATURE 1:19");
}

TEST(Command, SetAndReset) {
  const auto set = Parse("SET spark.sql.shuffle.partitions = 5 ;");
  EXPECT_EQ(set.key, "spark.sql.shuffle.partitions");
  EXPECT_TRUE(set.has_value);
  EXPECT_EQ(set.value, "5");
  EXPECT_EQ(Parse("SET a='x y'").value, "'x y'");
  EXPECT_EQ(Parse("SET `a-b` = `c;d`").value, "c;d");
  EXPECT_FALSE(Parse("SET a.b").has_value);
  EXPECT_EQ(Parse("SET -v").key, "-v");
  EXPECT_EQ(Parse("SET").key, "");
  EXPECT_EQ(Parse("SET TIME ZONE 'Europe/Berlin'").value, "Europe/Berlin");
  EXPECT_EQ(Parse("SET TIME ZONE INTERVAL 5 HOURS 30 MINUTES").value, "+05:30");
  EXPECT_EQ(Parse("RESET a.b").key, "a.b");
  EXPECT_EQ(Error("SET a b = c"), "INVALID_SET_SYNTAX 1:0");
}

TEST(Script, StatementsKeepTheirTextAndPosition) {
  const auto statements = ParseScript("SELECT 1;\n\n SELECT 2 ; -- end");
  ASSERT_TRUE(statements.ok());
  ASSERT_EQ(statements->size(), 2u);
  EXPECT_EQ((*statements)[1].text, "SELECT 2");
  EXPECT_EQ((*statements)[1].position.line, 3);
  EXPECT_EQ((*statements)[1].position.column, 1);
  EXPECT_FALSE(ParseScript("SELECT 1 2").ok());
}

}  // namespace
}  // namespace thalweg::sql
