#include "thalweg/exec/split_order.h"

#include <string>

#include <arrow/api.h>
#include <gtest/gtest.h>

namespace thalweg::exec {
namespace {

/// A row.
Batch Number(int64_t number) {
  Batch batch;
  batch.columns = {arrow::MakeArrayFromScalar(arrow::Int64Scalar(number), 1).ValueOrDie()};
  batch.num_rows = 1;
  return batch;
}

/// Rows of so many bytes.
Batch Bytes(int64_t count) {
  Batch batch;
  batch.columns = {std::make_shared<arrow::Int8Array>(
      count, arrow::Buffer::FromString(std::string(static_cast<size_t>(count), ' ')))};
  batch.num_rows = count;
  return batch;
}

class SplitOrderTest : public ::testing::Test {
 protected:
  void Begin(int sender, int split) { EXPECT_TRUE(order_.Begin(sender, split, emit_).ok()); }
  void Add(int sender, Batch batch) {
    EXPECT_TRUE(order_.Add(sender, std::move(batch), emit_).ok());
  }

  SplitOrder order_{2};
  std::string seen_;
  const SplitOrder::Emit emit_ = [this](const Batch& batch) {
    if (batch.columns[0]->type_id() == arrow::Type::INT64) {
      seen_ += std::to_string(static_cast<const arrow::Int64Array&>(*batch.columns[0]).Value(0));
    }
    return Status::OK();
  };
};

TEST_F(SplitOrderTest, RowsOfTheLowestSplitPassAtOnce) {
  Begin(0, 0);
  Begin(1, 1);
  Add(0, Number(1));
  EXPECT_EQ(seen_, "1");
  Add(1, Number(4));
  Add(0, Number(2));
  EXPECT_EQ(seen_, "12");
  Begin(0, 2);
  EXPECT_EQ(seen_, "124");
  Add(0, Number(6));
  Add(1, Number(5));
  EXPECT_EQ(seen_, "1245");
  Begin(1, SplitOrder::kNoMoreSplits);
  EXPECT_EQ(seen_, "12456");
}

TEST_F(SplitOrderTest, NothingPassesBeforeAllHaveBegun) {
  Begin(1, 1);
  Add(1, Number(2));
  EXPECT_EQ(seen_, "");
  Begin(0, 0);
  Add(0, Number(1));
  EXPECT_EQ(seen_, "1");
  Begin(0, SplitOrder::kNoMoreSplits);
  EXPECT_EQ(seen_, "12");
}

TEST_F(SplitOrderTest, OneSenderMayBeSeveralSplitsAhead) {
  Begin(0, 0);
  for (int split = 1; split < 5; ++split) {
    Begin(1, split);
    Add(1, Number(split));
  }
  EXPECT_EQ(seen_, "");
  Add(0, Number(0));
  Begin(0, 5);
  EXPECT_EQ(seen_, "01234");
}

TEST_F(SplitOrderTest, WhoIsFarAheadMustWait) {
  Begin(0, 0);
  Begin(1, 1);
  EXPECT_FALSE(order_.MustWait(1));
  Add(1, Bytes(int64_t{65} << 20));
  EXPECT_TRUE(order_.MustWait(1));
  EXPECT_FALSE(order_.MustWait(0));
  order_.WaitForOthers();  // a moment, no more
  Begin(0, 2);
  EXPECT_FALSE(order_.MustWait(0));
  EXPECT_FALSE(order_.MustWait(1));
}

TEST_F(SplitOrderTest, AnErrorOfTheReceiverEndsIt) {
  Begin(0, 0);
  Begin(1, 1);
  Add(1, Number(1));
  const SplitOrder::Emit fail = [](const Batch&) { return Status::Invalid("full"); };
  EXPECT_FALSE(order_.Begin(0, 2, fail).ok());
  // The next epoch has nothing of this one.
  order_.Start();
  Begin(0, 0);
  Begin(1, SplitOrder::kNoMoreSplits);
  Add(0, Number(7));
  EXPECT_EQ(seen_, "7");
}

}  // namespace
}  // namespace thalweg::exec
