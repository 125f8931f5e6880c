// Where functions over groups may stand: the cells of semantics 1.2 and 1.3 with the texts of
// Spark's UnsupportedOperationChecker.

#include "thalweg/plan/analyzer/callback_legality.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "thalweg/plan/analyzer/legality.h"
#include "thalweg/plan/analyzer/plan_fixture.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::plan {
namespace {

using namespace fixture;  // NOLINT: short names of trees
using io::OutputMode;
using spec::CallbackKind;
using spec::CallbackMode;
using ::testing::HasSubstr;

constexpr char kOutput[] = "ts TIMESTAMP, k STRING, v INT";

spec::RelationPtr Over(spec::RelationPtr input, spec::Callback callback,
                       spec::RelationPtr initial = nullptr) {
  auto relation = Make(spec::RelationKind::kCallback, std::move(input));
  relation->expressions = {Name("k")};
  if (initial != nullptr) relation->outputs = {Name("k")};
  relation->right = std::move(initial);
  callback.output_schema = *ParseSchema(kOutput);
  callback.state_schema = *ParseSchema("n BIGINT");
  relation->callback = std::make_shared<const spec::Callback>(std::move(callback));
  return relation;
}

spec::Callback Of(CallbackKind kind, CallbackMode mode = CallbackMode::kAppend,
                  GroupStateTimeout timeout = GroupStateTimeout::kNoTimeout) {
  spec::Callback callback;
  callback.kind = kind;
  callback.output_mode = mode;
  callback.timeout = timeout;
  return callback;
}

spec::RelationPtr MapGroups(spec::RelationPtr input) {
  return Over(std::move(input), Of(CallbackKind::kMapGroupsWithState, CallbackMode::kUpdate));
}
spec::RelationPtr FlatMapGroups(spec::RelationPtr input, CallbackMode mode,
                                GroupStateTimeout timeout = GroupStateTimeout::kNoTimeout) {
  return Over(std::move(input), Of(CallbackKind::kFlatMapGroupsWithState, mode, timeout));
}
spec::RelationPtr Count(spec::RelationPtr input, const char* key) {
  return GroupBy(std::move(input), {Name(key)}, {Name(key), As(CountAll(), "c")});
}

class CallbackLegalityTest : public ::testing::Test {
 protected:
  std::string Check(const spec::RelationPtr& query, OutputMode mode) {
    const Result<NodePtr> plan = world_.Analyze(query);
    if (!plan.ok()) return RenderError(plan.status());
    const Status status = CheckStreaming(*plan, mode, world_.settings);
    return status.ok() ? "ok" : RenderError(status);
  }

  World world_;
};

TEST_F(CallbackLegalityTest, ModesOfMapGroupsWithState) {
  const auto query = MapGroups(Table("e"));
  EXPECT_EQ(Check(query, OutputMode::kUpdate), "ok");
  EXPECT_THAT(Check(query, OutputMode::kAppend),
              HasSubstr("mapGroupsWithState is not supported with Append output mode"));
  EXPECT_THAT(Check(Count(query, "k"), OutputMode::kComplete),
              HasSubstr("mapGroupsWithState is not supported with Complete output mode"));
}

TEST_F(CallbackLegalityTest, ModesOfFlatMapGroupsWithState) {
  const auto append = FlatMapGroups(Table("e"), CallbackMode::kAppend);
  const auto update = FlatMapGroups(Table("e"), CallbackMode::kUpdate);
  EXPECT_EQ(Check(append, OutputMode::kAppend), "ok");
  EXPECT_EQ(Check(update, OutputMode::kUpdate), "ok");
  EXPECT_THAT(Check(append, OutputMode::kUpdate),
              HasSubstr("flatMapGroupsWithState in append mode is not supported with Update"));
  EXPECT_THAT(Check(update, OutputMode::kAppend),
              HasSubstr("flatMapGroupsWithState in update mode is not supported with Append"));
  EXPECT_EQ(Check(Count(append, "k"), OutputMode::kUpdate), "ok");
  EXPECT_EQ(Check(Count(append, "k"), OutputMode::kComplete), "ok");
  EXPECT_THAT(Check(Count(update, "k"), OutputMode::kUpdate),
              HasSubstr("flatMapGroupsWithState in update mode is not supported with aggregation"));
}

TEST_F(CallbackLegalityTest, HowManyThereMayBe) {
  EXPECT_THAT(Check(MapGroups(MapGroups(Table("e"))), OutputMode::kUpdate),
              HasSubstr("Multiple mapGroupsWithStates are not supported"));
  const auto flat = FlatMapGroups(Table("e"), CallbackMode::kAppend);
  EXPECT_THAT(Check(MapGroups(flat), OutputMode::kUpdate),
              HasSubstr("Mixing mapGroupsWithStates and flatMapGroupsWithStates"));
  EXPECT_EQ(Check(FlatMapGroups(flat, CallbackMode::kAppend), OutputMode::kAppend), "ok");
  EXPECT_THAT(Check(FlatMapGroups(flat, CallbackMode::kUpdate), OutputMode::kAppend),
              HasSubstr("Multiple flatMapGroupsWithStates are not supported"));
}

TEST_F(CallbackLegalityTest, TimeoutsByEventTimeNeedAWatermarkAndEndTheState) {
  constexpr auto kEventTime = GroupStateTimeout::kEventTimeTimeout;
  EXPECT_THAT(
      Check(FlatMapGroups(Table("e"), CallbackMode::kAppend, kEventTime), OutputMode::kAppend),
      HasSubstr("Watermark must be specified in the query"));
  const auto timed = FlatMapGroups(Table("w"), CallbackMode::kAppend, kEventTime);
  EXPECT_EQ(Check(timed, OutputMode::kAppend), "ok");
  EXPECT_THAT(Check(FlatMapGroups(timed, CallbackMode::kAppend), OutputMode::kAppend),
              HasSubstr("possible 'correctness' issue"));
}

TEST_F(CallbackLegalityTest, InitialStateIsBounded) {
  const auto callback = Of(CallbackKind::kFlatMapGroupsWithState, CallbackMode::kUpdate);
  EXPECT_THAT(Check(Over(Table("e"), callback, Table("f")), OutputMode::kUpdate),
              HasSubstr("is not supported as the initial state"));
  EXPECT_EQ(Check(Over(Table("e"), callback, Table("t")), OutputMode::kUpdate), "ok");
}

TEST_F(CallbackLegalityTest, EventTimeColumnsOfTheOutput) {
  spec::Callback callback = Of(CallbackKind::kTransformWithState);
  callback.time_mode = TimeMode::kEventTime;
  callback.event_time_column = "ts";
  const auto marked = Over(Table("w"), callback);
  const Result<NodePtr> plan = world_.Analyze(marked);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  EXPECT_EQ((*plan)->output[0].watermark_delay_millis, 5000);
  EXPECT_EQ(Check(Count(marked, "ts"), OutputMode::kAppend), "ok");
  EXPECT_THAT(Check(Over(Table("e"), callback), OutputMode::kAppend),
              HasSubstr("CANNOT_ASSIGN_EVENT_TIME_COLUMN_WITHOUT_WATERMARK"));
  callback.event_time_column = "k";
  EXPECT_THAT(Check(Over(Table("w"), callback), OutputMode::kAppend),
              HasSubstr("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE"));
  callback.event_time_column = "nowhere";
  EXPECT_THAT(Check(Over(Table("w"), callback), OutputMode::kAppend),
              HasSubstr("UNRESOLVED_COLUMN"));
}

}  // namespace
}  // namespace thalweg::plan
