#include "thalweg/connect/session/kept_plans.h"

#include <set>

#include <arrow/api.h>
#include <gtest/gtest.h>

namespace thalweg::connect {
namespace {

KeptName View(const std::string& name) { return {KeptKind::kView, name}; }

class KeptPlansTest : public testing::Test {
 protected:
  bool Fits(const std::string& name, const KeptSize& size) {
    const Status checked = plans_.Check(View(name), size);
    EXPECT_TRUE(checked.ok() || IsCondition(checked, "THALWEG_PLANS_TOO_LARGE")) << checked;
    return checked.ok();
  }
  bool Keep(const std::string& name, const KeptSize& size) {
    if (!Fits(name, size)) return false;
    existing_.insert(name);
    plans_.Keep(View(name), size);
    return true;
  }

  std::set<std::string> existing_;
  KeptPlans plans_{100'000, [this](const KeptName& name) { return existing_.contains(name.name); }};
};

TEST_F(KeptPlansTest, RefusesWhatIsTooMuch) {
  EXPECT_TRUE(Keep("a", {.plan_bytes = 60'000, .columns = {}}));
  EXPECT_FALSE(Keep("b", {.plan_bytes = 60'000, .columns = {}}));
  EXPECT_TRUE(Keep("b", {.plan_bytes = 30'000, .columns = {}}));
}

TEST_F(KeptPlansTest, CountsWhatANameStandsForNow) {
  EXPECT_TRUE(Keep("a", {.plan_bytes = 90'000, .columns = {}}));
  EXPECT_TRUE(Keep("a", {.plan_bytes = 80'000, .columns = {}}));
  EXPECT_LT(plans_.bytes(), 81'000);
  EXPECT_FALSE(Keep("a", {.plan_bytes = 101'000, .columns = {}}));
  EXPECT_LT(plans_.bytes(), 81'000);
}

TEST_F(KeptPlansTest, FindsRoomWhereNamesHaveGone) {
  EXPECT_TRUE(Keep("a", {.plan_bytes = 90'000, .columns = {}}));
  existing_.clear();
  EXPECT_TRUE(Keep("b", {.plan_bytes = 90'000, .columns = {}}));
}

TEST_F(KeptPlansTest, CountsColumnsOfSeveralNamesOnce) {
  const int column = 0;
  const KeptSize size{.plan_bytes = 10, .columns = {{&column, 60'000}}};
  EXPECT_TRUE(Keep("a", size));
  EXPECT_TRUE(Keep("b", size));
  EXPECT_LT(plans_.bytes(), 62'000);
  plans_.Forget(View("a"));
  EXPECT_GT(plans_.bytes(), 60'000);
  plans_.Forget(View("b"));
  EXPECT_EQ(plans_.bytes(), 0);
}

TEST_F(KeptPlansTest, CountsNamesEvenIfTheyStandForLittle) {
  int names = 0;
  while (Keep(std::to_string(names), {})) ++names;
  EXPECT_GT(names, 100);
  EXPECT_LT(names, 1000);
}

TEST_F(KeptPlansTest, ACopyCountsTheSame) {
  EXPECT_TRUE(Keep("a", {.plan_bytes = 1000, .columns = {}}));
  KeptPlans copy(100'000, [](const KeptName&) { return true; });
  copy.CopyFrom(plans_);
  EXPECT_EQ(copy.bytes(), plans_.bytes());
}

TEST_F(KeptPlansTest, MeasuresNodesAndRowsOfPlans) {
  auto rows = std::make_shared<plan::Node>();
  const ArrayPtr column =
      std::make_shared<arrow::Int64Array>(1000, arrow::Buffer::FromString(std::string(8000, ' ')));
  rows->batches.push_back({.columns = {column}, .num_rows = 1000, .selection = nullptr});
  auto both = std::make_shared<plan::Node>();
  both->kind = plan::NodeKind::kUnion;
  both->children = {rows, rows};
  const KeptSize size = SizeOfPlan(both);
  ASSERT_EQ(size.columns.size(), 1);
  EXPECT_EQ(size.columns.begin()->second, 8000);
  EXPECT_GT(size.plan_bytes, SizeOfPlan(rows).plan_bytes);
}

}  // namespace
}  // namespace thalweg::connect
