#include "thalweg/python/function_profiles.h"

#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

TEST(FunctionProfiles, EqualCallsHaveOneNumber) {
  constexpr EvalType kType = EvalType::kBatched;
  FunctionProfiles profiles;
  const FunctionChain first = {{"f", "g"}, {{0, std::nullopt}}, 0};
  const FunctionChain named = {{"f", "g"}, {{0, "x"}}, 0};
  EXPECT_EQ(profiles.IdOf(kType, first, 0), 1);
  EXPECT_EQ(profiles.IdOf(kType, first, 1), 2);
  EXPECT_EQ(profiles.IdOf(kType, named, 0), 3);
  EXPECT_EQ(profiles.IdOf(kType, first, 0), 1);
  EXPECT_EQ(profiles.IdOf(EvalType::kScalarPandas, first, 0), 4);
}

TEST(FunctionProfiles, WorkersReportWhatTheyMeasured) {
  PythonSettings settings = TestSettings();
  settings.profiles = std::make_shared<FunctionProfiles>();
  const Batch rows = Rows({Column(arrow::int64(), "[1, 2]")});
  for (const EvalType type :
       {EvalType::kBatched, EvalType::kArrowBatched, EvalType::kScalarPandas}) {
    const ScalarCall call = Call("plus_one", type, {0});
    settings.runner_conf.erase(kProfiler);
    ExpectColumn(RunScalar({call}, rows, settings), 0, "[2, 3]");
    EXPECT_TRUE(settings.profiles->Take().empty());
    settings.runner_conf[kProfiler] = "perf";
    ExpectColumn(RunScalar({call}, rows, settings), 0, "[2, 3]");
    const std::vector<std::string> updates = settings.profiles->Take();
    // PySpark 4.2 and later say it in two forms.
    ASSERT_FALSE(updates.empty());
    for (const std::string& update : updates) {
      EXPECT_NE(update.find("pstats"), std::string::npos) << update;
    }
    EXPECT_TRUE(settings.profiles->Take().empty());
  }
}

}  // namespace
}  // namespace thalweg::python
