#include "thalweg/session/persisted_rows.h"

#include <thread>

#include <gtest/gtest.h>

#include "thalweg/session/session.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::session {
namespace {

class PersistedRowsTest : public ::testing::Test {
 protected:
  void SetUp() override { session_ = Session::Make().ValueOrDie(); }

  RowSet Sql(const std::string& text) {
    auto outcome = session_->ExecuteSql(text);
    EXPECT_TRUE(outcome.ok()) << text << ": " << outcome.status();
    return outcome.ok() ? std::move(outcome->rows) : RowSet{};
  }
  std::string Text(const std::string& text) {
    return session_->ShowString(Sql(text), 100, 0).ValueOrDie();
  }
  PersistedRows& rows() { return session_->persisted(); }

  std::shared_ptr<Session> session_;
};

TEST_F(PersistedRowsTest, ComputesAViewOnce) {
  Sql("CREATE TEMPORARY VIEW v AS SELECT id, uuid() AS u FROM range(100)");
  EXPECT_NE(Text("SELECT * FROM v"), Text("SELECT * FROM v"));
  EXPECT_TRUE(rows().empty());
  Sql("CACHE LAZY TABLE v");
  EXPECT_EQ(rows().bytes(), 0);
  const std::string first = Text("SELECT * FROM v");
  EXPECT_GT(rows().bytes(), 0);
  EXPECT_EQ(Text("SELECT * FROM v"), first);
  EXPECT_EQ(Text("SELECT count(*) AS n FROM v a JOIN v b ON a.u = b.u"),
            Text("SELECT CAST(100 AS BIGINT) AS n"));
  Sql("REFRESH TABLE v");
  EXPECT_EQ(rows().bytes(), 0);
  EXPECT_NE(Text("SELECT * FROM v"), first);
  Sql("UNCACHE TABLE v");
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(rows().bytes(), 0);
  EXPECT_NE(Text("SELECT * FROM v"), Text("SELECT * FROM v"));
}

TEST_F(PersistedRowsTest, ComputesAtOnceUnlessLazy) {
  Sql("CACHE TABLE v AS SELECT id FROM range(10)");
  EXPECT_GT(rows().bytes(), 0);
  Sql("CLEAR CACHE");
  EXPECT_EQ(rows().bytes(), 0);
}

TEST_F(PersistedRowsTest, DropsWhatNobodyCanName) {
  Sql("CACHE TABLE v AS SELECT id FROM range(10)");
  Sql("CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1 AS id");
  EXPECT_TRUE(rows().empty());
  Sql("CACHE TABLE v");
  Sql("DROP VIEW v");
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(rows().bytes(), 0);
}

TEST_F(PersistedRowsTest, KeepsTheOrderOfRows) {
  Sql("CREATE TEMPORARY VIEW v AS SELECT id FROM range(100000) ORDER BY id DESC");
  const std::string plain = Text("SELECT id FROM v LIMIT 20");
  Sql("CACHE TABLE v");
  EXPECT_EQ(Text("SELECT id FROM v LIMIT 20"), plain);
}

TEST_F(PersistedRowsTest, RefusesWhatDoesNotFit) {
  rows().SetAccount(
      [](int64_t bytes) { return bytes > 1000 ? Status::Invalid("full") : Status::OK(); }, nullptr);
  Sql("CREATE TEMPORARY VIEW v AS SELECT id FROM range(10000)");
  EXPECT_FALSE(session_->ExecuteSql("CACHE TABLE v").ok());
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(rows().bytes(), 0);
  EXPECT_EQ(Sql("SELECT * FROM v").num_rows(), 10000);
}

TEST_F(PersistedRowsTest, FirstUsesAtTheSameTimeComputeOnce) {
  Sql("CREATE TEMPORARY VIEW v AS SELECT id, uuid() AS u FROM range(50000)");
  Sql("CACHE LAZY TABLE v");
  std::vector<std::string> seen(4);
  std::vector<std::thread> threads;
  for (std::string& text : seen) {
    threads.emplace_back([this, &text] { text = Text("SELECT max(u) AS u, min(u) AS w FROM v"); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : seen) EXPECT_EQ(text, seen[0]);
}

TEST_F(PersistedRowsTest, WritesOfAnySessionCount) {
  thalweg::testing::TemporaryDirectory directory;
  const std::string path = directory.path() + "/t";
  Sql("CREATE TABLE t (v INT) USING json LOCATION '" + path + "'");
  Sql("INSERT INTO t VALUES (1)");
  Sql("CACHE TABLE t");
  EXPECT_EQ(Sql("SELECT * FROM t").num_rows(), 1);
  Sql("INSERT INTO t VALUES (2)");
  EXPECT_EQ(Sql("SELECT * FROM t").num_rows(), 2);
  const auto other = Session::Make().ValueOrDie();
  ASSERT_TRUE(other->ExecuteSql("CREATE TABLE t (v INT) USING json LOCATION '" + path + "'").ok());
  ASSERT_TRUE(other->ExecuteSql("INSERT INTO t VALUES (3)").ok());
  EXPECT_EQ(Sql("SELECT * FROM t").num_rows(), 3);
}

TEST_F(PersistedRowsTest, KnowsLevelsByName) {
  EXPECT_TRUE(FindStorageLevel("memory_only").has_value());
  EXPECT_TRUE(FindStorageLevel("NONE")->is_none());
  EXPECT_FALSE(FindStorageLevel("ATTIC").has_value());
}

}  // namespace
}  // namespace thalweg::session
