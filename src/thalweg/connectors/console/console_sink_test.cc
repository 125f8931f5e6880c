#include "thalweg/connectors/console/console_sink.h"

#include "thalweg/connectors/connector_fixture.h"

namespace thalweg::connectors {
namespace {

using ConsoleSinkTest = ConnectorTest;

constexpr char kRule[] = "-------------------------------------------\n";

TEST_F(ConsoleSinkTest, PrintsEveryBatchAsSparkDoes) {
  auto sink = Find("console")->MakeStreamSink(WriteTo("", {{"numrows", "2"}})).ValueOrDie();
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({})}).ok());
  ASSERT_TRUE(RunEpoch(sink.get(), 1, {PairBatch({{1, "a"}}), PairBatch({{22, "NULL"}})}).ok());
  ASSERT_TRUE(RunEpoch(sink.get(), 2, {PairBatch({{1, "a"}, {2, "b"}, {3, "c"}})}).ok());
  EXPECT_EQ(console_.str(),
            std::string(kRule) + "Batch: 0\n" + kRule +
                "+---+---+\n|  n|  s|\n+---+---+\n+---+---+\n\n" + kRule + "Batch: 1\n" + kRule +
                "+---+----+\n|  n|   s|\n+---+----+\n|  1|   a|\n| 22|NULL|\n+---+----+\n\n" +
                kRule + "Batch: 2\n" + kRule +
                "+---+---+\n|  n|  s|\n+---+---+\n|  1|  a|\n|  2|  b|\n+---+---+\n"
                "only showing top 2 rows\n");
  EXPECT_EQ(sink->LastOutputRows(), 3);
  EXPECT_TRUE(
      sink->Description().starts_with("org.apache.spark.sql.execution.streaming.ConsoleTable$@"));
}

TEST_F(ConsoleSinkTest, ABatchQueryPrintsTheTableOnly) {
  auto sink = Find("console")->MakeBatchSink(WriteTo("", {{"truncate", "false"}})).ValueOrDie();
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}})}).ok());
  EXPECT_EQ(console_.str(), "+---+---+\n|n  |s  |\n+---+---+\n|1  |a  |\n+---+---+\n\n");
}

TEST_F(ConsoleSinkTest, RefusesUnfitOptions) {
  EXPECT_FALSE(Find("console")->MakeStreamSink(WriteTo("", {{"numrows", "x"}})).ok());
  EXPECT_FALSE(Find("console")->MakeStreamSink(WriteTo("", {{"truncate", "x"}})).ok());
}

}  // namespace
}  // namespace thalweg::connectors
