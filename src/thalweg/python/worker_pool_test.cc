#include "thalweg/python/worker_pool.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include <thread>

#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

int CountDescriptors() {
  DIR* directory = ::opendir("/proc/self/fd");
  int count = 0;
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

Batch OneRow() { return Rows({Column(arrow::int64(), "[1]")}); }

/// Waits for the end of a process that need not be a child.
bool EndsSoon(pid_t pid) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!handle.valid()) return true;
  pollfd waited = {handle.get(), POLLIN, 0};
  return ::poll(&waited, 1, 600000) == 1;
}

TEST(WorkerPool, AWorkerIsUsedAgainAndAgain) {
  auto pool = WorkerPool::Make().ValueOrDie();
  auto function =
      MakeScalarFunction(pool, TestSettings(),
                         {Call("process_number", EvalType::kScalarPandas, {0})}, {arrow::int64()})
          .ValueOrDie();
  const auto first = RunAll(function.get(), {OneRow()});
  ASSERT_TRUE(first.ok()) << RenderError(first.status());
  const int descriptors = CountDescriptors();
  for (int use = 0; use < 1000; ++use) {
    pool->Release(pool->Acquire(TestSettings().interpreter).ValueOrDie());
  }
  for (int use = 0; use < 100; ++use) {
    const auto again = RunAll(function.get(), {OneRow()});
    ASSERT_TRUE(again.ok()) << RenderError(again.status());
    ASSERT_TRUE(again->columns[0]->Equals(*first->columns[0])) << "another process";
  }
  EXPECT_EQ(CountDescriptors(), descriptors);
  EXPECT_EQ(pool->counts().idle, 1);
  EXPECT_EQ(pool->counts().busy, 0);
}

TEST(WorkerPool, ADaemonEndsWithItsLastWorker) {
  auto pool = WorkerPool::Make().ValueOrDie();
  auto worker = pool->Acquire(TestSettings().interpreter).ValueOrDie();
  const pid_t first = worker->pid();
  pool->EndIdleWorkers(std::chrono::milliseconds(0));
  EXPECT_EQ(pool->counts().interpreters, 1) << "a worker is busy";
  pool->Release(std::move(worker));
  pool->EndIdleWorkers(std::chrono::hours(1));
  EXPECT_EQ(pool->counts().interpreters, 1) << "a worker is idle";
  // The first call ends the worker, which holds the daemon until then.
  for (int call = 0; call < 2; ++call) pool->EndIdleWorkers(std::chrono::milliseconds(0));
  EXPECT_EQ(pool->counts().interpreters, 0);
  EXPECT_TRUE(EndsSoon(first));
  EXPECT_TRUE(pool->Acquire(TestSettings().interpreter).ok());
}

TEST(WorkerPool, IdleWorkersAreEnded) {
  auto pool = WorkerPool::Make().ValueOrDie();
  auto worker = pool->Acquire(TestSettings().interpreter).ValueOrDie();
  const pid_t pid = worker->pid();
  EXPECT_EQ(pool->counts().busy, 1);
  pool->Release(std::move(worker));
  EXPECT_EQ(pool->counts().idle, 1);
  pool->EndIdleWorkers(std::chrono::hours(1));
  EXPECT_EQ(pool->counts().idle, 1);
  pool->EndIdleWorkers(std::chrono::milliseconds(0));
  EXPECT_EQ(pool->counts().idle, 0);
  EXPECT_TRUE(EndsSoon(pid));
}

TEST(WorkerPool, ADeadIdleWorkerIsReplaced) {
  auto pool = WorkerPool::Make().ValueOrDie();
  auto worker = pool->Acquire(TestSettings().interpreter).ValueOrDie();
  const pid_t pid = worker->pid();
  pool->Release(std::move(worker));
  ::kill(pid, SIGKILL);
  ASSERT_TRUE(EndsSoon(pid));
  auto other = pool->Acquire(TestSettings().interpreter).ValueOrDie();
  EXPECT_NE(other->pid(), pid);
}

TEST(WorkerPool, ADeadDaemonIsReplaced) {
  auto pool = WorkerPool::Make().ValueOrDie();
  auto worker = pool->Acquire(TestSettings().interpreter).ValueOrDie();
  std::ifstream status("/proc/" + std::to_string(worker->pid()) + "/stat");
  int pid = 0;
  std::string name;
  std::string state;
  int daemon = 0;
  status >> pid >> name >> state >> daemon;
  ASSERT_GT(daemon, 1);
  ::kill(daemon, SIGKILL);
  ASSERT_TRUE(EndsSoon(daemon));
  auto other = pool->Acquire(TestSettings().interpreter);
  ASSERT_TRUE(other.ok()) << RenderError(other.status());
  worker.reset();
  EXPECT_TRUE(EndsSoon(pid));
}

TEST(WorkerPool, EndingThePoolEndsTheProcesses) {
  auto pool = WorkerPool::Make().ValueOrDie();
  auto worker = pool->Acquire(TestSettings().interpreter).ValueOrDie();
  const pid_t pid = worker->pid();
  pool->Release(std::move(worker));
  pool.reset();
  EXPECT_TRUE(EndsSoon(pid));
}

TEST(WorkerPool, NoMoreWorkersThanAllowed) {
  WorkerPoolOptions options;
  options.max_workers = 1;
  auto pool = WorkerPool::Make(options).ValueOrDie();
  auto worker = pool->Acquire(TestSettings().interpreter).ValueOrDie();
  const auto refused = pool->Acquire(TestSettings().interpreter);
  EXPECT_TRUE(IsCondition(refused.status(), "PYTHON_WORKER_FAILED.TOO_MANY_WORKERS"));
  worker.reset();
  EXPECT_TRUE(pool->Acquire(TestSettings().interpreter).ok());
}

TEST(WorkerPool, AnInterpreterThatIsNotThere) {
  Interpreter interpreter;
  interpreter.executable = "no-such-python";
  const auto missing = TestPool()->Acquire(interpreter);
  EXPECT_TRUE(IsCondition(missing.status(), "PYTHON_WORKER_FAILED.CANNOT_START"))
      << RenderError(missing.status());
  interpreter.executable = "true";
  EXPECT_TRUE(
      IsCondition(TestPool()->Acquire(interpreter).status(), "PYTHON_WORKER_FAILED.CANNOT_START"));
}

TEST(WorkerPool, InterpretersSideBySide) {
  std::vector<std::thread> threads;
  std::vector<Status> outcomes(2);
  for (int index = 0; index < 2; ++index) {
    threads.emplace_back([index, &outcomes] {
      PythonSettings settings = TestSettings();
      const std::string mark = index == 0 ? "first" : "second";
      settings.interpreter.environment["TEST_MARK"] = mark;
      const ScalarCall call = Call("environment", EvalType::kScalarPandas, {0}, arrow::utf8());
      for (int use = 0; use < 20 && outcomes[index].ok(); ++use) {
        const auto result = RunScalar({call}, OneRow(), settings);
        outcomes[index] = result.status();
        if (result.ok() && result->columns[0]->GetScalar(0).ValueOrDie()->ToString() != mark) {
          outcomes[index] = Status::Invalid("the other interpreter's environment");
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Status& outcome : outcomes) EXPECT_TRUE(outcome.ok()) << RenderError(outcome);
}

// Run by the next test in a process of its own: says the numbers of a worker and is killed.
TEST(WorkerPool, DISABLED_HoldsAWorkerUntilItIsKilled) {
  auto pool = WorkerPool::Make().ValueOrDie();
  auto idle = pool->Acquire(TestSettings().interpreter).ValueOrDie();
  auto busy = pool->Acquire(TestSettings().interpreter).ValueOrDie();
  std::printf("WORKERS %d %d\n", idle->pid(), busy->pid());
  std::fflush(stdout);
  pool->Release(std::move(idle));
  ::raise(SIGKILL);
}

TEST(WorkerPool, WorkersEndWithAProcessThatIsKilled) {
  auto child = ChildProcess::Start({"/proc/self/exe", "--gtest_also_run_disabled_tests",
                                    "--gtest_filter=*HoldsAWorkerUntilItIsKilled"},
                                   {})
                   .ValueOrDie();
  const std::string said = ReadToEnd(child.output(), 100000, std::chrono::minutes(5)).ValueOr("");
  const size_t found = said.find("WORKERS ");
  ASSERT_NE(found, std::string::npos) << said;
  int idle = 0;
  int busy = 0;
  ASSERT_EQ(std::sscanf(said.c_str() + found, "WORKERS %d %d", &idle, &busy), 2);
  EXPECT_TRUE(EndsSoon(idle));
  EXPECT_TRUE(EndsSoon(busy));
  child.End(std::chrono::minutes(5));
}

}  // namespace
}  // namespace thalweg::python
