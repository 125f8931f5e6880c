#pragma once

// For tests of this room: an interpreter, a pool, pickled functions, rows from JSON.

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/python/child_process.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/scalar_functions.h"
#include "thalweg/python/worker_pool.h"
#include "thalweg/testing/temporary_directory.h"
#include "thalweg/types/data_types.h"

#define ASSERT_OK(expression)                              \
  do {                                                     \
    const Status ok_status = (expression);                 \
    ASSERT_TRUE(ok_status.ok()) << RenderError(ok_status); \
  } while (false)

namespace thalweg::python {

/// The interpreter of the tests: THALWEG_TEST_PYTHON, else the one that tools/setup.sh makes.
/// THALWEG_TEST_PYTHONPATH puts another PySpark before its own.
inline Interpreter TestInterpreter() {
  Interpreter interpreter;
  const char* named = std::getenv("THALWEG_TEST_PYTHON");
  interpreter.executable = named != nullptr ? named : THALWEG_TEST_PYTHON;
  const char* path = std::getenv("THALWEG_TEST_PYTHONPATH");
  if (path != nullptr) interpreter.environment["PYTHONPATH"] = path;
  return interpreter;
}

/// Functions of test_functions.py, pickled once per process.
class PickledFunctions {
 public:
  static PickledFunctions& Get() {
    static PickledFunctions* instance = new PickledFunctions();
    return *instance;
  }

  PythonFunction Function(const std::string& name, EvalType type) const {
    PythonFunction function;
    function.name = name;
    function.eval_type = type;
    function.python_version = version_;
    std::ifstream file(directory_.path() + "/" + name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    function.command = text.str();
    EXPECT_FALSE(function.command.empty()) << name;
    return function;
  }

 private:
  PickledFunctions() {
    const Interpreter interpreter = TestInterpreter();
    auto child =
        ChildProcess::Start({interpreter.executable, THALWEG_TEST_FUNCTIONS, directory_.path()},
                            interpreter.environment)
            .ValueOrDie();
    version_ = ReadToEnd(child.output(), 100, std::chrono::minutes(5)).ValueOr("");
    const std::string said = ReadToEnd(child.errors(), 100000, std::chrono::minutes(1)).ValueOr("");
    EXPECT_EQ(child.End(std::chrono::minutes(5)), 0) << said;
  }

  testing::TemporaryDirectory directory_;
  std::string version_;
};

inline PythonFunction TestFunction(const std::string& name, EvalType type) {
  return PickledFunctions::Get().Function(name, type);
}

inline ScalarCall Call(const std::string& name, EvalType type, std::vector<int> columns,
                       const TypePtr& result = arrow::int64()) {
  ScalarCall call;
  call.chain = {TestFunction(name, type)};
  for (const int column : columns) call.arguments.push_back({column, std::nullopt});
  call.result_type = result;
  return call;
}

/// Settings of a session without settings, on the interpreter of the tests.
inline PythonSettings TestSettings() {
  PythonSettings settings = ReadPythonSettings(Settings(), "");
  const Interpreter interpreter = TestInterpreter();
  settings.interpreter.executable = interpreter.executable;
  for (const auto& [name, value] : interpreter.environment) {
    settings.interpreter.environment[name] = value;
  }
  return settings;
}

/// One pool for all tests of the process, so that interpreters start once.
inline const std::shared_ptr<WorkerPool>& TestPool() {
  static auto* pool = new std::shared_ptr<WorkerPool>(WorkerPool::Make().ValueOrDie());
  return *pool;
}

inline ArrayPtr Column(const TypePtr& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

inline Batch Rows(std::vector<ArrayPtr> columns) {
  Batch batch;
  batch.num_rows = columns.empty() ? 0 : columns[0]->length();
  batch.columns = std::move(columns);
  return batch;
}

/// All results as one batch, or the error.
inline Result<Batch> RunAll(exec::ExternalFunction* function, const std::vector<Batch>& inputs,
                            const exec::ExternalTask& task = {}) {
  std::vector<Batch> results = {EmptyBatch(*function->output_schema()).ValueOrDie()};
  const exec::EmitRows emit = [&](Batch rows) {
    results.push_back(std::move(rows));
    return Status::OK();
  };
  ARROW_ASSIGN_OR_RAISE(auto run, function->Start(task));
  for (const Batch& input : inputs) ARROW_RETURN_NOT_OK(run->Send(input, emit));
  ARROW_RETURN_NOT_OK(run->Finish(emit));
  return ConcatenateBatches(results);
}

inline Result<Batch> RunScalar(const std::vector<ScalarCall>& calls, const Batch& input,
                               const PythonSettings& settings = TestSettings(),
                               const exec::ExternalTask& task = {}) {
  std::vector<TypePtr> types;
  for (const ArrayPtr& column : input.columns) types.push_back(column->type());
  ARROW_ASSIGN_OR_RAISE(auto function, MakeScalarFunction(TestPool(), settings, calls, types));
  return RunAll(function.get(), {input}, task);
}

/// Groups in, all results out.
inline Result<Batch> RunGroups(exec::ExternalGroupFunction* function,
                               const std::vector<std::vector<Batch>>& groups) {
  std::vector<Batch> results = {EmptyBatch(*function->output_schema()).ValueOrDie()};
  const exec::EmitRows emit = [&](Batch rows) {
    results.push_back(std::move(rows));
    return Status::OK();
  };
  ARROW_ASSIGN_OR_RAISE(auto run, function->Start({}));
  for (const auto& group : groups) ARROW_RETURN_NOT_OK(run->SendGroup(group, emit));
  ARROW_RETURN_NOT_OK(run->Finish(emit));
  return ConcatenateBatches(results);
}

inline void ExpectColumn(const Result<Batch>& result, int column, const std::string& json) {
  ASSERT_TRUE(result.ok()) << RenderError(result.status());
  const ArrayPtr& actual = result->columns[static_cast<size_t>(column)];
  EXPECT_TRUE(actual->Equals(*Column(actual->type(), json))) << actual->ToString();
}

/// The protocol of the interpreter of the tests.
inline Protocol TestProtocol() {
  return TestPool()->Versions(TestSettings().interpreter).ValueOrDie().protocol;
}

}  // namespace thalweg::python
