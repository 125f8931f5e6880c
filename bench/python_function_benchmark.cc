// Rows per second through a pandas function: 10 M bigints on two workers, each with a process of
// its own. bench/spark/python_function.py does the same on Spark. THALWEG_TEST_PYTHON names the
// interpreter.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <arrow/api.h>

#include "thalweg/python/child_process.h"
#include "thalweg/python/scalar_functions.h"

namespace thalweg::python {
namespace {

constexpr int kWorkers = 2;
constexpr int64_t kBatches = 612;

constexpr const char* kPickle = R"(
import sys
from pyspark import cloudpickle
from pyspark.sql.types import LongType
sys.stdout.buffer.write(cloudpickle.dumps((lambda value: value * 2 + 1, LongType())))
)";

Result<PythonFunction> MakeFunction(const PythonSettings& settings, WorkerPool* pool) {
  PythonFunction function;
  function.name = "double";
  function.eval_type = EvalType::kScalarPandas;
  ARROW_ASSIGN_OR_RAISE(auto child,
                        ChildProcess::Start({settings.interpreter.executable, "-c", kPickle}, {}));
  ARROW_ASSIGN_OR_RAISE(function.command,
                        ReadToEnd(child.output(), 1 << 20, std::chrono::minutes(1)));
  child.End(std::chrono::seconds(10));
  ARROW_ASSIGN_OR_RAISE(const InterpreterVersions versions, pool->Versions(settings.interpreter));
  function.python_version = versions.python;
  return function;
}

Result<int64_t> RunWorker(exec::ExternalFunction* function, int worker) {
  exec::ExternalTask task;
  task.partition = worker;
  int64_t sum = 0;
  const exec::EmitRows emit = [&](Batch rows) {
    const auto& values = static_cast<const arrow::Int64Array&>(*rows.columns[0]);
    for (int64_t row = 0; row < values.length(); ++row) sum += values.Value(row);
    return Status::OK();
  };
  ARROW_ASSIGN_OR_RAISE(auto run, function->Start(task));
  int64_t next = worker * kBatches * kDefaultBatchRows;
  for (int64_t batch = 0; batch < kBatches; ++batch) {
    arrow::Int64Builder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(kDefaultBatchRows));
    for (int64_t row = 0; row < kDefaultBatchRows; ++row) builder.UnsafeAppend(next++);
    Batch rows;
    ARROW_ASSIGN_OR_RAISE(rows.columns.emplace_back(), builder.Finish());
    rows.num_rows = kDefaultBatchRows;
    ARROW_RETURN_NOT_OK(run->Send(std::move(rows), emit));
  }
  ARROW_RETURN_NOT_OK(run->Finish(emit));
  return sum;
}

Status Run(const char* interpreter) {
  ARROW_ASSIGN_OR_RAISE(auto pool, WorkerPool::Make());
  const PythonSettings settings = ReadPythonSettings(Settings(), interpreter);
  ScalarCall call;
  ARROW_ASSIGN_OR_RAISE(PythonFunction python_function, MakeFunction(settings, pool.get()));
  call.chain = {std::move(python_function)};
  call.arguments = {{0, std::nullopt}};
  call.result_type = arrow::int64();
  ARROW_ASSIGN_OR_RAISE(auto function,
                        MakeScalarFunction(pool, settings, {call}, {arrow::int64()}));
  for (int repetition = 0; repetition < 4; ++repetition) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<Result<int64_t>> sums(kWorkers, Status::IOError("not run"));
    std::vector<std::thread> threads;
    for (int worker = 0; worker < kWorkers; ++worker) {
      threads.emplace_back([&, worker] { sums[worker] = RunWorker(function.get(), worker); });
    }
    for (std::thread& thread : threads) thread.join();
    int64_t sum = 0;
    for (const auto& one : sums) {
      ARROW_RETURN_NOT_OK(one.status());
      sum += *one;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    const double rows = kWorkers * kBatches * kDefaultBatchRows;
    std::printf("run %d: %.0f rows in %.2f s, %.2f M rows/s, sum %lld\n", repetition, rows,
                seconds.count(), rows / seconds.count() / 1e6, static_cast<long long>(sum));
    std::fflush(stdout);
  }
  return Status::OK();
}

}  // namespace
}  // namespace thalweg::python

int main() {
  const char* interpreter = std::getenv("THALWEG_TEST_PYTHON");
  const thalweg::Status status =
      thalweg::python::Run(interpreter != nullptr ? interpreter : "python3");
  if (!status.ok()) std::fprintf(stderr, "%s\n", thalweg::RenderError(status).c_str());
  return status.ok() ? 0 : 1;
}
