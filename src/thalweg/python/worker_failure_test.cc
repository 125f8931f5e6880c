// What goes wrong in functions and workers, as queries see it.

#include <thread>

#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

Batch OneRow() { return Rows({Column(arrow::int64(), "[1]")}); }

TEST(WorkerFailure, AnExceptionComesWithItsTraceback) {
  for (const EvalType type :
       {EvalType::kBatched, EvalType::kArrowBatched, EvalType::kScalarPandas}) {
    const auto result = RunScalar({Call("boom", type, {0})}, OneRow());
    ASSERT_TRUE(IsCondition(result.status(), "PYTHON_EXCEPTION")) << RenderError(result.status());
    const ErrorParameters& parameters = GetErrorDetail(result.status())->parameters();
    EXPECT_EQ(parameters.at("msg"), "An exception was thrown from the Python worker");
    const std::string& traceback = parameters.at("traceback");
    EXPECT_EQ(traceback.rfind("Traceback (most recent call last):\n", 0), 0U) << traceback;
    EXPECT_NE(traceback.find("in boom\n"), std::string::npos) << traceback;
    EXPECT_NE(traceback.find("ValueError: boom\n"), std::string::npos) << traceback;
    // The simplified form leaves PySpark's own frames out.
    EXPECT_EQ(traceback.find("pyspark/worker.py"), std::string::npos) << traceback;
  }
  ExpectColumn(RunScalar({Call("plus_one", EvalType::kScalarPandas, {0})}, OneRow()), 0, "[2]");
}

TEST(WorkerFailure, ACrash) {
  const auto result = RunScalar({Call("die", EvalType::kScalarPandas, {0})}, OneRow());
  ASSERT_TRUE(IsCondition(result.status(), "PYTHON_WORKER_FAILED.CRASHED"))
      << RenderError(result.status());
  EXPECT_NE(result.status().message().find("Python worker exited unexpectedly (crashed)"),
            std::string::npos);
  EXPECT_EQ(TestPool()->counts().busy, 0);
}

TEST(WorkerFailure, CancellingStopsAFunctionThatHangs) {
  std::atomic<bool> cancelled{false};
  exec::ExternalTask task;
  task.cancelled = &cancelled;
  auto function = MakeScalarFunction(TestPool(), TestSettings(),
                                     {Call("hang", EvalType::kScalarPandas, {0})}, {arrow::int64()})
                      .ValueOrDie();
  auto run = function->Start(task).ValueOrDie();
  const exec::EmitRows emit = [](Batch) { return Status::OK(); };
  ASSERT_OK(run->Send(OneRow(), emit));
  std::thread canceller([&] { cancelled.store(true); });
  const Status status = run->Finish(emit);
  canceller.join();
  EXPECT_TRUE(status.IsCancelled()) << status.ToString();
  run.reset();
  EXPECT_EQ(TestPool()->counts().busy, 0);
}

TEST(WorkerFailure, AFaultSaysWhereIfAskedTo) {
  Settings settings;
  ASSERT_TRUE(settings.Set("spark.sql.execution.pyspark.udf.faulthandler.enabled", "true").ok());
  PythonSettings faults = TestSettings();
  faults.interpreter.environment["PYTHON_FAULTHANDLER_DIR"] =
      ReadPythonSettings(settings, "").interpreter.environment.at("PYTHON_FAULTHANDLER_DIR");
  const auto result = RunScalar({Call("fault", EvalType::kScalarPandas, {0})}, OneRow(), faults);
  ASSERT_TRUE(IsCondition(result.status(), "PYTHON_WORKER_FAILED.CRASHED"))
      << RenderError(result.status());
  EXPECT_NE(result.status().message().find("in fault\n"), std::string::npos)
      << result.status().message();
}

TEST(WorkerFailure, TimesOfSettingsMayHaveUnits) {
  const char* key = "spark.sql.execution.pyspark.udf.idleTimeoutSeconds";
  for (const auto& [text, seconds] :
       {std::pair("7", 7), std::pair("7s", 7), std::pair("2m", 120), std::pair("3000ms", 3)}) {
    Settings settings;
    ASSERT_TRUE(settings.Set(key, text).ok()) << text;
    EXPECT_EQ(ReadPythonSettings(settings, "").limits.idle_timeout, std::chrono::seconds(seconds));
  }
}

TEST(WorkerFailure, AFunctionThatHangsTooLongIsEnded) {
  PythonSettings settings = TestSettings();
  settings.limits.idle_timeout = std::chrono::seconds(1);
  settings.limits.kill_on_idle_timeout = true;
  const auto result = RunScalar({Call("hang", EvalType::kScalarPandas, {0})}, OneRow(), settings);
  EXPECT_TRUE(IsCondition(result.status(), "PYTHON_WORKER_FAILED.IDLE_TIMEOUT"))
      << RenderError(result.status());
}

TEST(WorkerFailure, MemoryIsLimited) {
  PythonSettings settings = TestSettings();
  settings.interpreter.memory_limit_mb = 4096;
  const auto result =
      RunScalar({Call("eat_memory", EvalType::kScalarPandas, {0})}, OneRow(), settings);
  ASSERT_TRUE(IsCondition(result.status(), "PYTHON_EXCEPTION")) << RenderError(result.status());
  EXPECT_NE(result.status().message().find("MemoryError"), std::string::npos);
}

TEST(WorkerFailure, AnotherVersionOfPythonIsRefused) {
  ScalarCall call = Call("plus_one", EvalType::kScalarPandas, {0});
  call.chain[0].python_version = "2.7";
  const auto result = RunScalar({call}, OneRow());
  ASSERT_TRUE(IsCondition(result.status(), "PYTHON_EXCEPTION")) << RenderError(result.status());
  EXPECT_NE(result.status().message().find("PYTHON_VERSION_MISMATCH"), std::string::npos);
}

TEST(WorkerFailure, ACommandThatIsNoPickle) {
  ScalarCall call = Call("plus_one", EvalType::kScalarPandas, {0});
  call.chain[0].command = "this is no pickle";
  const auto result = RunScalar({call}, OneRow());
  EXPECT_TRUE(IsCondition(result.status(), "PYTHON_EXCEPTION")) << RenderError(result.status());
}

}  // namespace
}  // namespace thalweg::python
