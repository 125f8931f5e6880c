#include "request_runner.h"

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <ostream>
#include <thread>

#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/proto/wire.h"
#include "thalweg/connect/rpc/handlers.h"
#include "thalweg/connect/runtime/identifier.h"
#include "thalweg/testing/memory_file_system.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::tests {
namespace {

using connect::ConnectSessionPtr;
using connect::Execution;
using connect::NextResponse;
using connect::Operation;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Kind = RequestOutcome::Kind;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongTime(250);
constexpr int64_t kMuchToSend = int64_t{4} << 20;
// Of all threads; a machine that is busy with other things takes longer, and does no harm.
constexpr double kMostProcessorSeconds = 30;
constexpr std::chrono::minutes kMostTime(5);

double ProcessorSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

bool NamesSocket(const Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->type() != FieldDescriptor::TYPE_STRING) continue;
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string text = field->is_repeated()
                                   ? reflection->GetRepeatedString(message, field, i)
                                   : reflection->GetString(message, field);
      if (ToLowerAscii(text).find("socket") != std::string::npos) return true;
    }
  }
  return false;
}

/// Whether something outside of the process would be asked.
bool LeavesProcess(const Message& message) {
  if (message.GetDescriptor()->name().find("Python") != std::string::npos) return true;
  if (NamesSocket(message)) return true;
  for (const Message* inner : MessagesIn(message)) {
    if (LeavesProcess(*inner)) return true;
  }
  return false;
}

/// What is wrong with an error; empty: nothing.
std::string FindingOf(const connect::ErrorChain& chain) {
  for (const auto& error : chain) {
    if (error.condition == "INTERNAL_ERROR") return error.message;
    if (error.message.empty()) return "an error without message: " + error.condition;
    if (error.classes.empty()) return "an error without class: " + error.message;
  }
  return chain.empty() ? "an error without details" : "";
}

std::string TextOf(const connect::ErrorRecord& error) {
  return error.classes.front() + ": " + error.message.substr(0, 300);
}

/// The Arrow data of a response must be what clients can read.
Status CheckRows(const std::string& data) {
  const auto input =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(data)));
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(input));
  std::shared_ptr<arrow::RecordBatch> rows;
  do {
    ARROW_RETURN_NOT_OK(reader->ReadNext(&rows));
    if (rows != nullptr) ARROW_RETURN_NOT_OK(rows->ValidateFull());
  } while (rows != nullptr);
  return Status::OK();
}

Status CheckResponse(const grpc::ByteBuffer& bytes) {
  connect::proto::ExecutePlanResponse response;
  ARROW_RETURN_NOT_OK(connect::ParseMessage(bytes, &response));
  return response.has_arrow_batch() ? CheckRows(response.arrow_batch().data()) : Status::OK();
}

/// A request under way.
struct Work {
  Request request;
  ConnectSessionPtr session;
  std::shared_ptr<Operation> operation;
  std::shared_ptr<Execution> execution;
  RequestOutcome outcome;

  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;  // guarded by mutex
};

class Runner : public RequestRunner {
 public:
  explicit Runner(std::shared_ptr<python::WorkerPool> python)
      : clock_(MakeSystemClock()),
        scheduler_(std::make_shared<exec::WorkerScheduler>(2, clock_.get())),
        state_([this] { return MakeEngine(); }, std::move(python)) {}
  ~Runner() override { state_.sessions.Clear(); }

  Status Start(const std::vector<Request>& recorded) {
    ARROW_RETURN_NOT_OK(RenewFiles());
    prototype_files_ = files_;
    ARROW_ASSIGN_OR_RAISE(prototype_,
                          state_.sessions.FindOrMake({"tester", connect::MakeIdentifier()}, ""));
    for (const Request& request : recorded) {
      const auto message = ParseRequest(request);
      if (message == nullptr || request.is_analysis) continue;
      const auto& plan = static_cast<const connect::proto::ExecutePlanRequest&>(*message).plan();
      if (plan.command().has_create_dataframe_view()) RunIn(prototype_, request);
    }
    return Status::OK();
  }

  RequestOutcome Run(const Request& request) override {
    Status ready = RenewFiles();
    auto session = state_.sessions.Clone(prototype_.get(), "");
    ready &= session.status();
    if (!ready.ok()) return {Kind::kFailed, ready.ToString(), "", false};
    RequestOutcome outcome = RunIn(*session, request);
    if (!outcome.hangs) state_.sessions.Release((*session)->key(), /*allow_reconnect=*/true);
    return outcome;
  }

  std::vector<std::string> function_names() const override {
    return prototype_->engine().functions().Names();
  }

 private:
  Result<std::shared_ptr<session::Session>> MakeEngine() {
    session::SessionOptions options;
    options.file_system = files_.get();
    options.console = &silence_;
    options.scheduler = scheduler_;
    options.settings = {{"spark.sql.shuffle.partitions", "2"}, {"thalweg.execution.workers", "2"}};
    return session::Session::Make(std::move(options));
  }

  /// Each session has files of its own; those of sessions that have not quite ended stay.
  Status RenewFiles() {
    if (old_files_.size() > 100) old_files_.erase(old_files_.begin());
    old_files_.push_back(files_);
    files_ = std::make_shared<testing::MemoryFileSystem>();
    ARROW_RETURN_NOT_OK(files_->CreateDirectories("/data"));
    ARROW_ASSIGN_OR_RAISE(auto file, files_->CreateNew("/data/part-0.json"));
    ARROW_RETURN_NOT_OK(
        file->Append("{\"t\":\"2024-01-01 00:00:01\",\"k\":\"a\",\"v\":1}\n"
                     "{\"t\":\"2024-01-01 00:00:12\",\"k\":\"b\",\"v\":2}\n"));
    return file->Close();
  }

  RequestOutcome RunIn(const ConnectSessionPtr& session, const Request& request) {
    auto work = std::make_shared<Work>();
    work->request = request;
    work->session = session;
    work->operation =
        std::make_shared<Operation>(connect::MakeIdentifier(), std::vector<std::string>(), false);
    work->execution =
        std::make_shared<Execution>(session, work->operation, connect::ChunkingOptions());
    if (const Status added = session->AddOperation(work->operation); !added.ok()) {
      return {Kind::kFailed, added.ToString(), "", false};
    }
    state_.threads.Run([this, work] {
      CarryOut(work.get());
      const std::lock_guard lock(work->mutex);
      work->done = true;
      work->changed.notify_all();
    });
    if (!WaitFor(work.get())) {
      work->outcome = {Kind::kFailed, "it does not end", "", true};
    } else if (!request.is_analysis && work->outcome.kind == Kind::kDone) {
      TakeResponses(work.get());
    }
    session->RemoveOperation(work->operation->id());
    return work->outcome;
  }

  /// On a task's thread: messages live and end where the stack is deep enough.
  void CarryOut(Work* work) {
    const auto message = ParseRequest(work->request);
    if (message == nullptr) {
      work->outcome.kind = Kind::kFailed;
      work->outcome.error = "a request that cannot be parsed";
    } else if (LeavesProcess(*message)) {
      work->outcome.kind = Kind::kLeftAlone;
    } else if (work->request.is_analysis) {
      connect::proto::AnalyzePlanResponse response;
      const Status status = connect::AnalyzePlan(
          work->session.get(), static_cast<const connect::proto::AnalyzePlanRequest&>(*message),
          &response);
      if (status.ok() && response.SerializeAsString().empty()) {
        work->outcome.finding = "an empty answer";
      }
      if (!status.ok()) SetError(connect::DescribeError(status), &work->outcome);
    } else {
      connect::RunPlan(&state_, work->execution,
                       static_cast<const connect::proto::ExecutePlanRequest&>(*message).plan());
    }
  }

  static void SetError(const connect::ErrorChain& chain, RequestOutcome* outcome) {
    outcome->kind = Kind::kFailed;
    outcome->finding = FindingOf(chain);
    if (!chain.empty()) outcome->error = TextOf(chain.front());
  }

  /// Cancels what takes long. False when it does not end even then.
  static bool WaitFor(Work* work) {
    const auto begin = SteadyClock::now();
    const double used = ProcessorSeconds();
    std::unique_lock lock(work->mutex);
    while (!work->changed.wait_for(lock, std::chrono::milliseconds(5),
                                   [work] { return work->done; })) {
      const auto time = SteadyClock::now() - begin;
      const bool is_much = work->operation->responses().unsent_bytes() > kMuchToSend;
      if (time > kLongTime || is_much) work->operation->Cancel();
      // It may wait for its responses to be taken.
      if (time > 4 * kLongTime) work->operation->responses().Close();
      if (ProcessorSeconds() - used > kMostProcessorSeconds || time > kMostTime) return false;
    }
    return true;
  }

  /// Looks at what an execution has sent, and how it ended.
  static void TakeResponses(Work* work) {
    Operation& operation = *work->operation;
    if (!operation.responses().finished() || operation.cancelled()) {
      // It waits for something that does not come: the end of a query, events.
      work->outcome.kind = Kind::kStopped;
      return;
    }
    const auto attachment = operation.responses().Attach("", [] {});
    if (!attachment.ok()) {
      work->outcome.finding = attachment.status().ToString();
      return;
    }
    NextResponse next = operation.responses().Next(*attachment);
    for (; next.kind == NextResponse::Kind::kResponse;
         next = operation.responses().Next(*attachment)) {
      const Status status = CheckResponse(next.bytes);
      if (!status.ok()) work->outcome.finding = "a response that is none: " + status.ToString();
    }
    if (next.status.ok()) return;
    // The reply names its details by a UUID.
    const std::string details = next.status.error_details();
    const size_t key = details.find("errorId");
    SetError(key == std::string::npos ? connect::ErrorChain()
                                      : work->session->errors().Take(details.substr(key + 9, 36)),
             &work->outcome);
  }

  const std::unique_ptr<Clock> clock_;
  const std::shared_ptr<exec::WorkerScheduler> scheduler_;
  std::ostream silence_{nullptr};
  std::shared_ptr<testing::MemoryFileSystem> files_;
  std::vector<std::shared_ptr<testing::MemoryFileSystem>> old_files_;
  // The views of all sessions read from there.
  std::shared_ptr<testing::MemoryFileSystem> prototype_files_;
  connect::ServerState state_;
  ConnectSessionPtr prototype_;
};

}  // namespace

Result<std::unique_ptr<RequestRunner>> RequestRunner::Make(const std::vector<Request>& recorded) {
  ARROW_ASSIGN_OR_RAISE(auto python, python::WorkerPool::Make());
  auto runner = std::make_unique<Runner>(std::move(python));
  ARROW_RETURN_NOT_OK(runner->Start(recorded));
  return std::unique_ptr<RequestRunner>(std::move(runner));
}

}  // namespace thalweg::tests
