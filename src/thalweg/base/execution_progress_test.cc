#include "thalweg/base/execution_progress.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(ExecutionProgressTest, CountsTasksOfEveryStage) {
  ExecutionProgress progress;
  EXPECT_TRUE(progress.Look().stages.empty());
  const auto first = progress.BeginStage(3);
  first->BeginTask();
  first->BeginTask();
  first->EndTask();
  first->AddBytesRead(100);
  auto seen = progress.Look();
  ASSERT_EQ(seen.stages.size(), 1u);
  EXPECT_EQ(seen.stages[0].num_tasks, 3);
  EXPECT_EQ(seen.stages[0].num_completed_tasks, 1);
  EXPECT_EQ(seen.stages[0].bytes_read, 100);
  EXPECT_FALSE(seen.stages[0].done);
  EXPECT_EQ(seen.num_running_tasks, 1);

  const auto second = progress.BeginStage(1);
  seen = progress.Look();
  ASSERT_EQ(seen.stages.size(), 2u);
  EXPECT_NE(seen.stages[0].id, seen.stages[1].id);
}

TEST(ExecutionProgressTest, TasksThatNobodyWantedAreNone) {
  ExecutionProgress progress;
  const auto stage = progress.BeginStage(10);
  stage->BeginTask();
  stage->EndTask();
  stage->Finish(/*succeeded=*/true);
  const auto seen = progress.Look();
  EXPECT_EQ(seen.stages[0].num_tasks, 1);
  EXPECT_TRUE(seen.stages[0].done);
}

TEST(ExecutionProgressTest, AFailedStageIsNotDoneAndRunsNothing) {
  ExecutionProgress progress;
  const auto stage = progress.BeginStage(2);
  stage->BeginTask();
  stage->Finish(/*succeeded=*/false);
  const auto seen = progress.Look();
  EXPECT_EQ(seen.stages[0].num_tasks, 2);
  EXPECT_FALSE(seen.stages[0].done);
  EXPECT_EQ(seen.num_running_tasks, 0);
}

TEST(ExecutionProgressTest, ScopesNest) {
  EXPECT_EQ(CurrentProgress(), nullptr);
  ExecutionProgress progress;
  {
    const ProgressScope scope(&progress);
    EXPECT_EQ(CurrentProgress(), &progress);
    {
      const ProgressScope none(nullptr);
      EXPECT_EQ(CurrentProgress(), nullptr);
    }
    EXPECT_EQ(CurrentProgress(), &progress);
    const auto stage = progress.BeginStage(1);
    {
      const StageScope reads(stage);
      EXPECT_EQ(CurrentStage(), stage);
    }
    EXPECT_EQ(CurrentStage(), nullptr);
  }
  EXPECT_EQ(CurrentProgress(), nullptr);
}

}  // namespace
}  // namespace thalweg
