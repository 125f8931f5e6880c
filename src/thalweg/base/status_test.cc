#include "thalweg/base/status.h"

#include <gtest/gtest.h>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

TEST(StatusTest, FillsParametersIntoTheText) {
  const Status status = MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", "`t`"}});
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("`t`"), std::string::npos);
  EXPECT_TRUE(IsCondition(status, "TABLE_OR_VIEW_NOT_FOUND"));
  EXPECT_FALSE(IsCondition(status, "TABLE_OR_VIEW"));
}

TEST(StatusTest, RendersConditionStateAndPosition) {
  const Status status =
      WithPosition(MakeError("DIVIDE_BY_ZERO"), SqlPosition{.line = 2, .column = 7});
  const std::string text = RenderError(status);
  EXPECT_TRUE(text.starts_with("[DIVIDE_BY_ZERO] ")) << text;
  EXPECT_TRUE(text.ends_with("SQLSTATE: 22012 (line 2, pos 7)")) << text;
}

TEST(StatusTest, KeepsAPositionThatIsKnown) {
  const Status status = MakeError("DIVIDE_BY_ZERO", {}, SqlPosition{.line = 1, .column = 1});
  EXPECT_EQ(GetErrorDetail(WithPosition(status, SqlPosition{.line = 9}))->position()->line, 1);
}

TEST(StatusTest, AnUnknownConditionIsAnInternalErrorThatNamesIt) {
  const Status status = MakeError("NO_SUCH_CONDITION");
  EXPECT_TRUE(IsCondition(status, "INTERNAL_ERROR"));
  EXPECT_NE(status.message().find("NO_SUCH_CONDITION"), std::string::npos);
}

TEST(StatusTest, AStatusWithoutDetailRendersAsInternalError) {
  EXPECT_EQ(RenderError(Status::IOError("disk")), "[INTERNAL_ERROR] disk SQLSTATE: XX000");
}

TEST(ErrorConditionsTest, EveryConditionIsDeclaredOnceWithAFiveCharacterState) {
  std::map<std::string_view, int> seen;
  for (auto conditions :
       {AnalysisErrorConditions(), ParserErrorConditions(), EvaluationErrorConditions(),
        FormatErrorConditions(), ConnectorErrorConditions(), StreamingErrorConditions(),
        CheckpointErrorConditions(), StateErrorConditions(), FunctionErrorConditions(),
        CommandErrorConditions(), GeneralErrorConditions()}) {
    for (const ErrorCondition& condition : conditions) {
      EXPECT_EQ(++seen[condition.name], 1) << condition.name;
      EXPECT_TRUE(condition.sql_state.empty() || condition.sql_state.size() == 5) << condition.name;
    }
  }
}

}  // namespace
}  // namespace thalweg
