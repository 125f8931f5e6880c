#include "thalweg/python/streaming_worker.h"

#include <thread>

#include "thalweg/python/foreach_function.h"
#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Foreach, RowsReachTheFunction) {
  const testing::TemporaryDirectory directory;
  PythonSettings settings = TestSettings();
  settings.interpreter.environment["TEST_ROWS"] = directory.Child("rows");
  const SchemaPtr schema =
      arrow::schema({arrow::field("id", arrow::int64()), arrow::field("s", arrow::utf8()),
                     arrow::field("d", arrow::date32())});
  auto function = MakeForeachFunction(TestPool(), settings,
                                      TestFunction("write_rows", EvalType::kNonUdf), schema)
                      .ValueOrDie();
  exec::ExternalTask task;
  task.partition = 3;
  const auto result =
      RunAll(function.get(),
             {Rows({Column(arrow::int64(), "[1, null]"), Column(arrow::utf8(), R"(["a", null])"),
                    Column(arrow::date32(), "[0, null]")})},
             task);
  ASSERT_TRUE(result.ok()) << RenderError(result.status());
  EXPECT_EQ(ReadFile(directory.Child("rows")),
            "3 Row(id=1, s='a', d=datetime.date(1970, 1, 1))\n3 Row(id=None, s=None, d=None)\n");
}

TEST(Foreach, AnErrorIsOneOfTheSink) {
  const SchemaPtr schema = arrow::schema({arrow::field("id", arrow::int64())});
  auto function = MakeForeachFunction(TestPool(), TestSettings(),
                                      TestFunction("fail_on_rows", EvalType::kNonUdf), schema)
                      .ValueOrDie();
  const auto result = RunAll(function.get(), {Rows({Column(arrow::int64(), "[1]")})});
  ASSERT_TRUE(IsCondition(result.status(), "FOREACH_USER_FUNCTION_ERROR"))
      << RenderError(result.status());
  EXPECT_NE(result.status().message().find("ValueError: boom"), std::string::npos);
}

StreamingWorkerOptions Options(const std::string& function, StreamingRole role,
                               const std::string& rows) {
  StreamingWorkerOptions options;
  options.interpreter = TestSettings().interpreter;
  auto& environment = options.interpreter.environment;
  environment["TEST_ROWS"] = rows;
  environment["TEST_FAKE_SESSION"] = "1";
  environment["SPARK_HOME"] = "/";
  const std::string own_path = environment["PYTHONPATH"];
  environment["PYTHONPATH"] = THALWEG_TEST_SESSION + (own_path.empty() ? "" : ":" + own_path);
  options.versions = TestPool()->Versions(TestSettings().interpreter).ValueOrDie();
  options.role = role;
  options.connect_url = "sc://localhost:1/;user_id=tester";
  options.session_id = "11111111-2222-3333-4444-555555555555";
  options.function = TestFunction(function, EvalType::kNonUdf);
  return options;
}

TEST(StreamingWorker, BatchesOneAfterTheOther) {
  const testing::TemporaryDirectory directory;
  const StreamingWorkerOptions options =
      Options("write_batch", StreamingRole::kForeachBatch, directory.Child("rows"));
  auto started = StreamingWorker::Start(options);
  ASSERT_TRUE(started.ok()) << RenderError(started.status());
  StreamingWorker& worker = **started;
  ASSERT_OK(worker.RunBatch("frame-1", 11, options.session_id, nullptr));
  ASSERT_OK(worker.RunBatch("frame-2", 12, options.session_id, nullptr));
  EXPECT_EQ(ReadFile(directory.Child("rows")), "batch 11 frame-1\nbatch 12 frame-2\n");
  const Status failed = worker.RunBatch("frame-3", 13, options.session_id, nullptr);
  ASSERT_TRUE(IsCondition(failed, "FOREACH_BATCH_USER_FUNCTION_ERROR")) << RenderError(failed);
  EXPECT_NE(failed.message().find("ValueError: boom"), std::string::npos);
  const Status gone = worker.RunBatch("frame-4", 14, options.session_id, nullptr);
  EXPECT_TRUE(IsCondition(gone, "PYTHON_WORKER_FAILED.CRASHED")) << RenderError(gone);
}

TEST(StreamingWorker, EventsReachTheListener) {
  const testing::TemporaryDirectory directory;
  auto started = StreamingWorker::Start(
      Options("WriteEvents", StreamingRole::kListener, directory.Child("rows")));
  ASSERT_TRUE(started.ok()) << RenderError(started.status());
  StreamingWorker& worker = **started;
  const std::string ids =
      R"("id": "11111111-2222-3333-4444-555555555555", "runId": "21111111-2222-3333-4444-555555555555")";
  ASSERT_OK(worker.Notify("{" + ids + R"(, "name": "counts", "timestamp": "t", "jobTags": []})",
                          StreamingWorker::Event::kStarted));
  const Status failed =
      worker.Notify("{" + ids + R"(, "timestamp": "t"})", StreamingWorker::Event::kIdle);
  EXPECT_TRUE(IsCondition(failed, "PYTHON_EXCEPTION")) << RenderError(failed);
  ASSERT_OK(worker.Notify("{" + ids + R"(, "exception": "lost", "errorClassOnException": null})",
                          StreamingWorker::Event::kTerminated));
  EXPECT_EQ(ReadFile(directory.Child("rows")), "started counts\nterminated lost\n");
}

TEST(StreamingWorker, AFunctionThatCannotBeUnpickled) {
  StreamingWorkerOptions options = Options("write_batch", StreamingRole::kForeachBatch, "");
  options.function.command = "this is no pickle";
  const auto started = StreamingWorker::Start(options);
  EXPECT_TRUE(IsCondition(started.status(), "STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE"))
      << RenderError(started.status());
}

}  // namespace
}  // namespace thalweg::python
