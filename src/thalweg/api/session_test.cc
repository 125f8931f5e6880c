#include <arrow/api.h>

#include "thalweg/api/api_fixture_test.h"

namespace thalweg {
namespace {

class SessionTest : public ApiTest {};

TEST_F(SessionTest, BuildersKeepTheirSession) {
  SessionBuilder builder = Session::Builder().AppName("one");
  const auto first = *builder.GetOrCreate();
  EXPECT_EQ(*builder.GetOrCreate(), first);
  EXPECT_NE(*builder.Create(), first);
  EXPECT_EQ(*first->Conf().Get("spark.app.name"), "one");
  EXPECT_EQ(Session::Version(), "4.3.0");
}

TEST_F(SessionTest, ConfigurationIsChecked) {
  RuntimeConfig conf = session_->Conf();
  THALWEG_ASSERT_OK(conf.Set("spark.sql.session.timeZone", "Europe/Berlin"));
  EXPECT_EQ(*conf.Get("spark.sql.session.timeZone"), "Europe/Berlin");
  EXPECT_EQ(Condition(conf.Set("spark.sql.session.timeZone", "Nowhere/Atlantis")),
            "INVALID_CONF_VALUE.TIME_ZONE");
  EXPECT_EQ(Condition(conf.Get("my.own.key").status()), "SQL_CONF_NOT_FOUND");
  EXPECT_EQ(conf.Get("my.own.key", "x"), "x");
  THALWEG_ASSERT_OK(conf.Set("my.own.key", 5));
  EXPECT_EQ(*conf.Get("my.own.key"), "5");
  THALWEG_ASSERT_OK(conf.Unset("my.own.key"));
  EXPECT_EQ(conf.Get("my.own.key", "x"), "x");
  EXPECT_FALSE(
      Session::Builder().Config("spark.sql.shuffle.partitions", "many").GetOrCreate().ok());
}

TEST_F(SessionTest, TheSessionsTimeZoneCountsInColumns) {
  THALWEG_ASSERT_OK(session_->Conf().Set("spark.sql.session.timeZone", "America/New_York"));
  const auto rows =
      session_->Range(1).Select(fn::Expr("unix_seconds(TIMESTAMP '2024-01-01 00:00:00') AS s"));
  EXPECT_EQ(Rows(rows), R"({"s":1704085200})");
}

TEST_F(SessionTest, QueriesAreLazyAndCommandsRunAtOnce) {
  auto query = session_->Sql("SELECT 1 / 0 AS broken");
  ASSERT_TRUE(query.ok()) << ErrorText(query.status());
  EXPECT_EQ(Condition(*query), "DIVIDE_BY_ZERO");
  ASSERT_TRUE(session_->Sql("CREATE TEMPORARY VIEW v AS SELECT 5 AS five").ok());
  EXPECT_EQ(Rows(session_->Table("v")), R"({"five":5})");
  EXPECT_EQ(*session_->Sql("SHOW VIEWS")->Count(), 1);
  const auto info = GetErrorInfo(session_->Sql("SELECT nowhere FROM v").status());
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->condition, "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(info->sql_state, "42703");
  EXPECT_EQ(info->line, 1);
  EXPECT_EQ(info->column, 7);
}

TEST_F(SessionTest, RangeCountsUpAndDown) {
  EXPECT_EQ(Rows(session_->Range(2, 8, 3)), R"({"id":2}{"id":5})");
  EXPECT_EQ(*session_->Range(10, 0, -1).Count(), 10);
}

}  // namespace
}  // namespace thalweg
