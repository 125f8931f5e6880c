// Requests of Spark Connect clients, recorded ones (tests/fuzz/corpus) and what becomes of them by
// chance, and those that were answered wrongly once (tests/fuzz/findings): nothing that a client
// sends may crash the server, hang it, or come to INTERNAL_ERROR.
//
//   connect_fuzz_test [--runs N] [--seed S] [--no-recorded] [--keep DIRECTORY] [--megabytes M]
//                     [--verbose] [--no-fork] [FILE...]
//
// Without arguments: the recorded requests as they are, then 1,000 changed ones. A finding prints
// its seed; --no-recorded --seed S --runs 1 plays it again. --keep writes the requests of findings
// to files; files given by name are run instead of all else. --megabytes: address space that the
// process may have. --verbose tells what each request came to.
//
// Requests run in a child process, which is made anew when one takes it along; with --no-fork in
// this one, for a debugger.
//
// Exit code: 0 nothing found, 1 findings, 2 bad arguments.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "request_mutator.h"
#include "request_runner.h"
#include "thalweg/connect/runtime/task_threads.h"

namespace thalweg::tests {
namespace {

constexpr unsigned kSecondsPerRequest = 900;
constexpr uint64_t kMostFindings = 200;

struct Arguments {
  uint64_t runs = 1000;
  uint64_t seed = 1;
  uint64_t megabytes = 0;
  bool recorded = true;
  bool verbose = false;
  bool forks = true;
  std::string keep;
  std::vector<std::string> files;
};

/// What parent and child both see.
struct Shared {
  std::atomic<uint64_t> at;  // the request under way
  std::atomic<uint64_t> findings;
  std::atomic<uint64_t> counts[4];  // by RequestOutcome::Kind
  std::atomic<uint64_t> recorded_failed;
};

/// All requests of a call, by number: those of files, then changed ones.
class Requests {
 public:
  static Result<Requests> Make(const Arguments& arguments) {
    Requests requests;
    requests.arguments_ = &arguments;
    ARROW_ASSIGN_OR_RAISE(requests.recorded_, ReadRequests(THALWEG_CORPUS));
    if (arguments.recorded) {
      requests.given_ = requests.recorded_;
      ARROW_ASSIGN_OR_RAISE(const auto findings, ReadRequests(THALWEG_FINDINGS));
      requests.given_.insert(requests.given_.end(), findings.begin(), findings.end());
    }
    for (const std::string& path : arguments.files) {
      ARROW_ASSIGN_OR_RAISE(Request request, ReadRequest(path));
      requests.given_.push_back(std::move(request));
    }
    return requests;
  }

  const std::vector<Request>& recorded() const { return recorded_; }
  size_t num_given() const { return given_.size(); }
  uint64_t size() const { return given_.size() + arguments_->runs; }
  std::string NameOf(uint64_t number) const {
    if (number < given_.size()) return given_[number].name;
    return "seed-" + std::to_string(SeedOf(number));
  }
  Request Get(uint64_t number, const RequestMutator& mutator) const {
    return number < given_.size() ? given_[number] : mutator.Make(SeedOf(number));
  }

 private:
  uint64_t SeedOf(uint64_t number) const { return arguments_->seed + number - given_.size(); }

  const Arguments* arguments_ = nullptr;
  std::vector<Request> recorded_;
  std::vector<Request> given_;
};

std::string PathOf(const Arguments& arguments, const std::string& name, const Request& request) {
  return arguments.keep + "/" + name + (request.is_analysis ? ".analyze" : ".execute");
}

void Keep(const Arguments& arguments, const std::string& name, const Request& request) {
  if (arguments.keep.empty()) return;
  std::ofstream(PathOf(arguments, name, request), std::ios::binary) << request.bytes;
}

void Forget(const Arguments& arguments, const std::string& name, const Request& request) {
  std::error_code error;
  if (!arguments.keep.empty()) std::filesystem::remove(PathOf(arguments, name, request), error);
}

/// In the child: runs requests from shared->at on. Ends the process when one does not end.
void RunRequests(const Arguments& arguments, const Requests& requests, Shared* shared) {
  auto runner = RequestRunner::Make(requests.recorded());
  if (!runner.ok()) {
    std::fprintf(stderr, "[fuzz] %s\n", runner.status().ToString().c_str());
    std::_Exit(2);
  }
  const RequestMutator mutator(requests.recorded(), (*runner)->function_names());
  for (; shared->at < requests.size(); ++shared->at) {
    alarm(kSecondsPerRequest);
    const std::string name = requests.NameOf(shared->at);
    const Request request = requests.Get(shared->at, mutator);
    // If it takes the process along, it is there to be looked at.
    Keep(arguments, name, request);
    const RequestOutcome outcome = (*runner)->Run(request);
    ++shared->counts[static_cast<size_t>(outcome.kind)];
    const bool is_done = outcome.kind == RequestOutcome::Kind::kDone;
    const bool fails = outcome.kind == RequestOutcome::Kind::kFailed;
    if (fails && shared->at < requests.recorded().size()) ++shared->recorded_failed;
    if (!outcome.finding.empty()) {
      ++shared->findings;
      std::fprintf(stderr, "[fuzz] %s (%s): %s\n", name.c_str(), request.name.c_str(),
                   outcome.finding.c_str());
    } else {
      Forget(arguments, name, request);
      if (arguments.verbose) {
        std::fprintf(stderr, "%s: %s\n", name.c_str(), is_done ? "done" : outcome.error.c_str());
      }
    }
    // Its threads do not end, so nothing can be torn down.
    if (outcome.hangs) std::_Exit(3);
  }
}

void RunChild(const Arguments& arguments, const Requests& requests, Shared* shared) {
  if (arguments.megabytes > 0) {
    const rlim_t bytes = arguments.megabytes << 20;
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_AS, &limit);
  }
  // Requests are nested too deeply for an ordinary stack.
  connect::TaskThreads threads;
  std::promise<void> ended;
  threads.Run([&] {
    RunRequests(arguments, requests, shared);
    ended.set_value();
  });
  ended.get_future().wait();
}

/// Tells of a request that has taken its process along.
void ReportCrash(const Requests& requests, int status, Shared* shared) {
  const std::string name = requests.NameOf(shared->at);
  const char* how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit";
  std::fprintf(stderr, "[fuzz] %s ends the process: %s\n", name.c_str(), how);
  ++shared->findings;
}

int RunAll(const Arguments& arguments) {
  auto requests = Requests::Make(arguments);
  if (!requests.ok()) {
    std::fprintf(stderr, "%s\n", requests.status().ToString().c_str());
    return 2;
  }
  void* memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 2;
  auto* shared = new (memory) Shared{};
  while (shared->at < requests->size() && shared->findings < kMostFindings) {
    const pid_t child = arguments.forks ? fork() : 0;
    if (child < 0) return 2;
    if (child == 0) {
      RunChild(arguments, *requests, shared);
      std::_Exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child) return 2;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2) return 2;
    const bool hangs = WIFEXITED(status) && WEXITSTATUS(status) == 3;
    if (!hangs) ReportCrash(*requests, status, shared);
    ++shared->at;
  }
  std::printf(
      "[fuzz] seeds from %llu: %llu done, %llu failed, %llu stopped, %llu left alone; "
      "%llu findings\n",
      static_cast<unsigned long long>(arguments.seed),
      static_cast<unsigned long long>(shared->counts[0]),
      static_cast<unsigned long long>(shared->counts[1]),
      static_cast<unsigned long long>(shared->counts[2]),
      static_cast<unsigned long long>(shared->counts[3]),
      static_cast<unsigned long long>(shared->findings));
  // How many are stopped depends on the machine.
  if (arguments.recorded && shared->recorded_failed > requests->recorded().size() / 2) {
    std::fprintf(stderr, "[fuzz] %llu of %zu recorded requests fail\n",
                 static_cast<unsigned long long>(shared->recorded_failed),
                 requests->recorded().size());
    return 1;
  }
  return shared->findings == 0 ? 0 : 1;
}

std::optional<Arguments> ParseArguments(int count, char** texts) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string text = texts[i];
    const auto number = [&] { return i + 1 < count ? std::strtoull(texts[++i], nullptr, 10) : 0; };
    if (text == "--runs") {
      arguments.runs = number();
    } else if (text == "--seed") {
      arguments.seed = number();
    } else if (text == "--megabytes") {
      arguments.megabytes = number();
    } else if (text == "--no-recorded") {
      arguments.recorded = false;
    } else if (text == "--verbose") {
      arguments.verbose = true;
    } else if (text == "--no-fork") {
      arguments.forks = false;
    } else if (text == "--keep" && i + 1 < count) {
      arguments.keep = texts[++i];
    } else if (text.rfind("--", 0) == 0) {
      return std::nullopt;
    } else {
      arguments.files.push_back(text);
    }
  }
  if (!arguments.files.empty()) {
    arguments.recorded = false;
    arguments.runs = 0;
  }
  return arguments;
}

}  // namespace
}  // namespace thalweg::tests

int main(int count, char** texts) {
  const auto arguments = thalweg::tests::ParseArguments(count, texts);
  if (!arguments) {
    std::fprintf(stderr,
                 "usage: connect_fuzz_test [--runs N] [--seed S] [--no-recorded] "
                 "[--keep DIRECTORY] [--megabytes M] [--verbose] [--no-fork] [FILE...]\n");
    return 2;
  }
  return thalweg::tests::RunAll(*arguments);
}
