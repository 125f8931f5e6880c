#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"
#include "thalweg/python/python_settings.h"
#include "thalweg/python/wire.h"
#include "thalweg/python/worker_pool.h"

namespace thalweg::python {

/// A worker that helps to plan a query, or keeps an object of the program: most modules (those in
/// pyspark/sql/worker) take one question, all of which is sent before the answer is read; others
/// are asked again and again. One thread. Destroying it before Finish() kills the worker.
class PlannerWorker {
 public:
  /// What a module reads before its first question.
  enum class Preamble {
    /// Python's version and the files of the session.
    kFiles,
    /// Those, broadcast variables (none) and settings.
    kFilesAndSettings,
  };

  /// `module` is one of pyspark.sql.worker ("analyze_udtf"). Errors: those of
  /// WorkerPool::Acquire().
  static Result<std::unique_ptr<PlannerWorker>> Start(std::shared_ptr<WorkerPool> pool,
                                                      PythonSettings settings,
                                                      const PythonFunction& function,
                                                      const std::string& module);
  /// `module` is the full name of any module that takes part in such conversations.
  static Result<std::unique_ptr<PlannerWorker>> StartModule(std::shared_ptr<WorkerPool> pool,
                                                            PythonSettings settings,
                                                            const PythonFunction& function,
                                                            const std::string& module,
                                                            Preamble preamble);

  /// What the worker speaks.
  Protocol protocol() const { return protocol_; }
  /// What the module wants to know, before Ask() or Send().
  WireWriter* question() { return &question_; }
  /// Sends what was written; more may follow.
  Status Ask();
  /// Sends what was written as the last question. Errors: PYTHON_WORKER_FAILED.CRASHED.
  Status Send();

  /// Parts of the answer. Errors: PYTHON_EXCEPTION with the worker's traceback,
  /// PYTHON_WORKER_FAILED.CRASHED, PYTHON_WORKER_FAILED.IDLE_TIMEOUT.
  Result<int32_t> ReadInt();
  Result<std::string> ReadText();
  Status ReadBytes(void* bytes, size_t size);
  /// Tells the worker that nothing follows, and gives it a little time to end by itself.
  void HangUp();
  /// The end of the answer: gives the worker back.
  Status Finish();

 private:
  PlannerWorker(std::shared_ptr<WorkerPool> pool, std::unique_ptr<PythonWorker> worker,
                TaskLimits limits);

  Result<std::string> ReadSized(int32_t size);
  Status Crashed();

  std::shared_ptr<WorkerPool> pool_;
  std::unique_ptr<PythonWorker> worker_;
  const Protocol protocol_;
  std::chrono::milliseconds patience_;
  bool limited_;
  WireWriter question_;
};

}  // namespace thalweg::python
