#include "thalweg/exec/partition/repartition.h"

#include <numeric>

#include <arrow/api.h>
#include <gtest/gtest.h>

namespace thalweg::exec {
namespace {

Batch Numbers(int64_t begin, int64_t end) {
  arrow::Int64Builder builder;
  for (int64_t i = begin; i < end; ++i) EXPECT_TRUE(builder.Append(i).ok());
  Batch batch;
  batch.columns = {builder.Finish().ValueOrDie()};
  batch.num_rows = end - begin;
  return batch;
}

class RepartitionTest : public ::testing::Test {
 protected:
  void Make(PartitionCount count, int num_workers, PartitionChoice choice = {}) {
    const auto schema = arrow::schema({arrow::field("n", arrow::int64())});
    rows_ = std::make_shared<PartitionedRows>(schema, count, num_workers);
    auto unordered = std::make_shared<UnorderedRows>(num_workers);
    for (int worker = 0; worker < num_workers; ++worker) {
      workers_.push_back(std::make_unique<RepartitionOperator>(worker, choice, rows_, unordered));
      EXPECT_TRUE(workers_.back()->BeginEpoch(context_).ok());
    }
  }

  void Push(int worker, Batch batch) {
    EXPECT_TRUE(workers_[static_cast<size_t>(worker)]->Push(0, std::move(batch)).ok());
  }

  /// The rows of each partition.
  std::vector<std::vector<int64_t>> Partitions(int64_t batch_rows = 1000) {
    for (const auto& worker : workers_) EXPECT_TRUE(worker->FinishInput(0).ok());
    io::ReadRequest request;
    request.columns = {0};
    request.batch_rows = batch_rows;
    std::vector<std::vector<int64_t>> partitions;
    for (const io::SplitPtr& split : rows_->PlanSplits().ValueOrDie()) {
      partitions.emplace_back();
      const auto reader = rows_->Open(split, request).ValueOrDie();
      while (const auto batch = reader->Next().ValueOrDie()) {
        EXPECT_LE(batch->num_rows, batch_rows);
        const auto& values = static_cast<const arrow::Int64Array&>(*batch->columns[0]);
        for (int64_t i = 0; i < batch->num_rows; ++i) partitions.back().push_back(values.Value(i));
      }
    }
    return partitions;
  }

  EpochContext context_;
  std::shared_ptr<PartitionedRows> rows_;
  std::vector<std::unique_ptr<RepartitionOperator>> workers_;
};

using Rows = std::vector<std::vector<int64_t>>;

PartitionChoice ByNumber() {
  PartitionChoice choice;
  choice.order = {{expr::ColumnReference::Make(0, "n", arrow::int64(), true), {false, true}}};
  return choice;
}

TEST_F(RepartitionTest, DealsRowsInTurn) {
  Make({3, false}, 2);
  Push(0, Numbers(0, 4));
  Push(1, Numbers(10, 13));
  EXPECT_EQ(Partitions(), (Rows{{0, 3, 12}, {1, 10}, {2, 11}}));
}

TEST_F(RepartitionTest, KeepsPartitionsWithoutRows) {
  Make({4, false}, 1);
  Push(0, Numbers(0, 2));
  EXPECT_EQ(Partitions(), (Rows{{0}, {1}, {}, {}}));
}

TEST_F(RepartitionTest, GivesLargePartitionsInBatches) {
  Make({2, false}, 1);
  for (int64_t i = 0; i < 200; ++i) Push(0, Numbers(i * 1000, i * 1000 + 1000));
  const Rows partitions = Partitions(/*batch_rows=*/777);
  ASSERT_EQ(partitions.size(), 2);
  for (size_t p = 0; p < 2; ++p) {
    ASSERT_EQ(partitions[p].size(), 100'000);
    for (size_t i = 0; i < partitions[p].size(); ++i) {
      ASSERT_EQ(partitions[p][i], static_cast<int64_t>(2 * i + p));
    }
  }
}

TEST_F(RepartitionTest, DividesByRanges) {
  Make({3, false}, 2, ByNumber());
  Push(0, Numbers(5, 9));
  Push(1, Numbers(0, 5));
  EXPECT_EQ(Partitions(), (Rows{{0, 1, 2}, {5, 3, 4}, {6, 7, 8}}));
}

TEST_F(RepartitionTest, PutsEqualKeysIntoOneRange) {
  Make({4, false}, 1, ByNumber());
  for (int i = 0; i < 10; ++i) Push(0, Numbers(7, 8));
  const Rows partitions = Partitions();
  ASSERT_EQ(partitions.size(), 4);
  EXPECT_EQ(partitions[0], std::vector<int64_t>(10, 7));
}

TEST_F(RepartitionTest, MergesSmallPartitions) {
  Make({200, true}, 1);
  Push(0, Numbers(0, 1000));
  EXPECT_EQ(Partitions().size(), 1);
}

TEST_F(RepartitionTest, LeavesLargePartitionsApart) {
  Make({200, true}, 1);
  // 80 MB, which count as half.
  for (int64_t i = 0; i < 100; ++i) Push(0, Numbers(i * 100'000, i * 100'000 + 100'000));
  const Rows partitions = Partitions(10'000);
  EXPECT_EQ(partitions.size(), 1);
  workers_.clear();
  Make({200, true}, 4);
  for (int64_t i = 0; i < 100; ++i) {
    Push(static_cast<int>(i % 4), Numbers(i * 100'000, i * 100'000 + 100'000));
  }
  EXPECT_EQ(Partitions(10'000).size(), 4);
}

TEST_F(RepartitionTest, ForgetsTheEpochBefore) {
  Make({2, false}, 1);
  Push(0, Numbers(0, 3));
  EXPECT_TRUE(workers_[0]->BeginEpoch(context_).ok());
  Push(0, Numbers(5, 7));
  EXPECT_EQ(Partitions(), (Rows{{5}, {6}}));
}

}  // namespace
}  // namespace thalweg::exec
