#include "thalweg/connectors/foreach/foreach_sink.h"

#include "thalweg/connectors/connector_fixture.h"

namespace thalweg::connectors {
namespace {

using ForeachSinkTest = ConnectorTest;

TEST_F(ForeachSinkTest, OpensProcessesAndClosesEveryPartition) {
  std::vector<std::string> calls;
  auto sink = MakeForeachSink({.open = [&](int64_t partition, int64_t epoch) -> Result<bool> {
                                 calls.push_back("open " + std::to_string(partition) + " " +
                                                 std::to_string(epoch));
                                 return partition == 0;
                               },
                               .process =
                                   [&](int64_t partition, int64_t, const Batch& rows) {
                                     for (int64_t r = 0; r < rows.num_rows; ++r)
                                       calls.push_back(RowText(rows, r));
                                     return Status::OK();
                                   },
                               .close =
                                   [&](int64_t partition, int64_t, const Status& outcome) {
                                     calls.push_back("close " + std::to_string(partition) +
                                                     (outcome.ok() ? "" : " failed"));
                                   }});
  ASSERT_TRUE(RunEpoch(sink.get(), 7, {PairBatch({{1, "a"}}), PairBatch({{2, "b"}})}).ok());
  EXPECT_EQ(calls, (std::vector<std::string>{"open 0 7", "1,a", "close 0", "open 1 7", "close 1"}));
}

TEST_F(ForeachSinkTest, AnErrorOfTheUserClosesAndEndsTheQuery) {
  std::string closed;
  auto sink = MakeForeachSink(
      {.process = [](int64_t, int64_t, const Batch&) { return Status::Invalid("no more"); },
       .close = [&](int64_t, int64_t, const Status& outcome) { closed += outcome.message(); }});
  EXPECT_TRUE(
      IsCondition(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}})}), "FOREACH_USER_FUNCTION_ERROR"));
  EXPECT_EQ(closed, "no more");
}

TEST_F(ForeachSinkTest, ForeachBatchGetsAllRowsOfAnEpoch) {
  std::vector<int64_t> rows;
  auto sink = MakeForeachBatchSink([&](std::vector<Batch> batches, int64_t epoch) {
    int64_t count = 0;
    for (const auto& batch : batches) count += batch.num_rows;
    rows.push_back(count);
    return epoch < 2 ? Status::OK() : Status::Invalid("enough");
  });
  ASSERT_TRUE(RunEpoch(sink.get(), 0, {PairBatch({{1, "a"}}), PairBatch({{2, "b"}})}).ok());
  ASSERT_TRUE(RunEpoch(sink.get(), 1, {PairBatch({})}).ok());
  EXPECT_TRUE(IsCondition(RunEpoch(sink.get(), 2, {}), "FOREACH_BATCH_USER_FUNCTION_ERROR"));
  EXPECT_EQ(rows, (std::vector<int64_t>{2, 0, 0}));
}

}  // namespace
}  // namespace thalweg::connectors
