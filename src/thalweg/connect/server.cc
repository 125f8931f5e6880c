#include "thalweg/connect/server.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "thalweg/connect/runtime/identifier.h"
#include "thalweg/connect/runtime/url_text.h"
#include "thalweg/connect/service/endpoint.h"
#include "thalweg/connect/service/tls.h"
#include "thalweg/plan/catalog/shared_catalog.h"

namespace thalweg::connect {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kMaintenanceInterval = std::chrono::seconds(30);
constexpr std::chrono::milliseconds kAbandonedAfter = std::chrono::minutes(5);
constexpr const char* kLoopback = "127.0.0.1";

bool IsLoopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0;
}

/// Whether clients that connect to `localhost` get there.
bool IsReachedByLocalhost(const std::string& address) {
  return address == "localhost" || address == kLoopback || address == "0.0.0.0" || address == "::";
}

Status CheckOptions(const ServerOptions& options) {
  const TlsFiles& tls = options.tls;
  if (tls.certificate.empty() != tls.key.empty()) {
    return Status::Invalid("a certificate and its key are given together");
  }
  if (tls.certificate.empty() && !tls.client_authorities.empty()) {
    return Status::Invalid("certificates of clients need one of the server");
  }
  const bool asks = !options.token.empty() || !tls.client_authorities.empty();
  if (IsLoopback(options.address) || asks || options.insecure) return Status::OK();
  return Status::Invalid("others can reach ", options.address,
                         ": give a token, or --insecure to let anyone in");
}

class GrpcServer : public Server {
 public:
  GrpcServer(const ServerOptions& options, std::shared_ptr<python::WorkerPool> python)
      : options_(options),
        clock_(MakeSystemClock()),
        scheduler_(std::make_shared<exec::WorkerScheduler>(
            static_cast<int>(std::thread::hardware_concurrency()), clock_.get())),
        active_queries_(std::make_shared<stream::ActiveQueries>()),
        state_([this] { return MakeEngine(); }, std::move(python)) {}

  ~GrpcServer() override { Shutdown(); }

  /// Settings that no session can start with are told before a client comes.
  Status CheckSettings() const { return MakeEngine().status(); }

  Status Listen() {
    EndpointOptions main;
    main.address = options_.address;
    main.port = options_.port;
    main.token = options_.token;
    main.keepalive = options_.keepalive;
    const bool is_encrypted = !options_.tls.certificate.empty();
    main.credentials = grpc::InsecureServerCredentials();
    if (is_encrypted) {
      ARROW_ASSIGN_OR_RAISE(main.credentials, MakeTlsCredentials(options_.tls));
    }
    const bool own_endpoint = is_encrypted || !IsReachedByLocalhost(options_.address);
    // Before anybody can call; a free port is known to nobody yet.
    if (own_endpoint) {
      ARROW_RETURN_NOT_OK(ListenToWorkers());
    } else {
      SetLocalUrl(options_.port, options_.token);
    }
    ARROW_ASSIGN_OR_RAISE(endpoint_, Endpoint::Listen(&state_, main));
    if (!own_endpoint && options_.port == 0) SetLocalUrl(endpoint_->port(), options_.token);
    maintenance_ = std::thread([this] { Maintain(); });
    return Status::OK();
  }

  int port() const override { return endpoint_->port(); }

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
    if (endpoint_ != nullptr) endpoint_->Shutdown();
    if (worker_endpoint_ != nullptr) worker_endpoint_->Shutdown();
    // Those of calls that came meanwhile.
    state_.sessions.Clear();
    // Global views keep alive the sessions that made them.
    catalog_->DropViews();
  }

 private:
  /// Processes that run functions are stock clients: they connect to `localhost`, and as they know
  /// no certificate, without encryption. What they get in with is known to nobody else.
  Status ListenToWorkers() {
    EndpointOptions workers;
    workers.address = kLoopback;
    workers.token = MakeIdentifier() + MakeIdentifier();
    workers.credentials = grpc::InsecureServerCredentials();
    ARROW_ASSIGN_OR_RAISE(worker_endpoint_, Endpoint::Listen(&state_, workers));
    SetLocalUrl(worker_endpoint_->port(), workers.token);
    return Status::OK();
  }

  void SetLocalUrl(int port, const std::string& token) {
    state_.local_url = fmt::format("sc://localhost:{}/", port);
    if (!token.empty()) state_.local_url += ";token=" + EscapeForUrl(token);
  }

  Result<std::shared_ptr<session::Session>> MakeEngine() const {
    session::SessionOptions options;
    options.settings = options_.settings;
    options.scheduler = scheduler_;
    options.active_queries = active_queries_;
    ARROW_ASSIGN_OR_RAISE(auto engine, session::Session::Make(std::move(options)));
    engine->catalog().Share(catalog_);
    return engine;
  }

  void Maintain() {
    const auto interval = std::min(kMaintenanceInterval, options_.session_timeout / 2);
    const auto abandoned_after = std::min(kAbandonedAfter, options_.session_timeout);
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, interval, [this] { return closing_; })) {
      lock.unlock();
      const auto now = SteadyClock::now();
      state_.sessions.RemoveIdle(now - options_.session_timeout, now - abandoned_after);
      lock.lock();
    }
  }

  const ServerOptions options_;
  // Shared by the sessions: processors, which checkpoints are in use, tables and global views.
  const std::unique_ptr<Clock> clock_;
  const std::shared_ptr<exec::WorkerScheduler> scheduler_;
  const std::shared_ptr<stream::ActiveQueries> active_queries_;
  const std::shared_ptr<plan::SharedCatalog> catalog_ = std::make_shared<plan::SharedCatalog>();
  ServerState state_;
  std::unique_ptr<Endpoint> endpoint_;
  std::unique_ptr<Endpoint> worker_endpoint_;  // null: workers use the other one
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  std::thread maintenance_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  ARROW_RETURN_NOT_OK(CheckOptions(options));
  ARROW_ASSIGN_OR_RAISE(auto python, python::WorkerPool::Make());
  auto server = std::make_unique<GrpcServer>(options, std::move(python));
  ARROW_RETURN_NOT_OK(server->CheckSettings());
  ARROW_RETURN_NOT_OK(server->Listen());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace thalweg::connect
