#include "thalweg/connect/server.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "thalweg/base/log.h"
#include "thalweg/connect/service/connect_service.h"

namespace thalweg::connect {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kMaxMessageBytes = 128 << 20;
constexpr std::chrono::seconds kMaintenanceInterval(30);
constexpr std::chrono::minutes kAbandonedAfter(5);

bool IsLoopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0;
}

class GrpcServer : public Server {
 public:
  GrpcServer(const ServerOptions& options, std::shared_ptr<python::WorkerPool> python)
      : options_(options),
        clock_(MakeSystemClock()),
        scheduler_(std::make_shared<exec::WorkerScheduler>(
            static_cast<int>(std::thread::hardware_concurrency()), clock_.get())),
        active_queries_(std::make_shared<stream::ActiveQueries>()),
        state_([this] { return MakeEngine(); }, std::move(python)),
        service_(&state_, options.token) {}

  ~GrpcServer() override { Shutdown(); }

  /// Settings that no session can start with are told before a client comes.
  Status CheckSettings() const { return MakeEngine().status(); }

  Status Listen() {
    const bool is_ipv6 = options_.address.find(':') != std::string::npos;
    const std::string address = fmt::format(
        "{}:{}", is_ipv6 ? "[" + options_.address + "]" : options_.address, options_.port);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(&service_);
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    builder.SetMaxSendMessageSize(kMaxMessageBytes);
    // Two servers on one port would share its clients at random.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) return Status::IOError("cannot listen on ", address);
    state_.local_url = fmt::format("sc://localhost:{}/", port_);
    if (!options_.token.empty()) state_.local_url += ";token=" + options_.token;
    maintenance_ = std::thread([this] { Maintain(); });
    return Status::OK();
  }

  int port() const override { return port_; }

  void Shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      if (closing_) return;
      closing_ = true;
      changed_.notify_all();
    }
    if (maintenance_.joinable()) maintenance_.join();
    // Ends executions, so that calls that wait for them end too.
    state_.sessions.Clear();
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    if (server_ != nullptr) server_->Wait();
  }

 private:
  Result<std::shared_ptr<session::Session>> MakeEngine() const {
    session::SessionOptions options;
    options.settings = options_.settings;
    options.scheduler = scheduler_;
    options.active_queries = active_queries_;
    return session::Session::Make(std::move(options));
  }

  void Maintain() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kMaintenanceInterval, [this] { return closing_; })) {
      lock.unlock();
      const auto now = SteadyClock::now();
      state_.sessions.RemoveIdle(now - std::chrono::minutes(options_.session_timeout_minutes),
                                 now - kAbandonedAfter);
      lock.lock();
    }
  }

  const ServerOptions options_;
  // Shared by the sessions: processors, and which checkpoints are in use.
  const std::unique_ptr<Clock> clock_;
  const std::shared_ptr<exec::WorkerScheduler> scheduler_;
  const std::shared_ptr<stream::ActiveQueries> active_queries_;
  ServerState state_;
  ConnectService service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  std::thread maintenance_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  if (!IsLoopback(options.address) && options.token.empty() && !options.insecure) {
    return Status::Invalid("others can reach ", options.address,
                           ": give a token, or --insecure to let anyone in");
  }
  ARROW_ASSIGN_OR_RAISE(auto python, python::WorkerPool::Make());
  auto server = std::make_unique<GrpcServer>(options, std::move(python));
  ARROW_RETURN_NOT_OK(server->CheckSettings());
  ARROW_RETURN_NOT_OK(server->Listen());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace thalweg::connect
