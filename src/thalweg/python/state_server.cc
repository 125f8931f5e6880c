#include "thalweg/python/state_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arrow/api.h>
#include <arrow/ipc/reader.h>

#include "thalweg/python/wire.h"

namespace thalweg::python {
namespace {

constexpr size_t kReadBytes = 64 << 10;
/// Version and length stand before each request.
constexpr size_t kHeaderBytes = 8;
constexpr int32_t kVersion = 0;

Status BadRequest(const std::string& reason) {
  return MakeError("PYTHON_WORKER_FAILED.PROTOCOL", {{"reason", reason}});
}

bool HasCapitals(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

/// Rows that come as an Arrow stream.
class StateServer::Rows {
 public:
  Rows() : listener_(std::make_shared<Listener>()), decoder_(listener_) {}

  int64_t wanted() const { return decoder_.next_required_size(); }
  Status Consume(std::string_view bytes) {
    return decoder_.Consume(arrow::Buffer::FromString(std::string(bytes)));
  }
  bool at_end() const { return listener_->at_end; }
  const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches() const {
    return listener_->batches;
  }

 private:
  struct Listener : public arrow::ipc::Listener {
    Status OnEOS() override {
      at_end = true;
      return Status::OK();
    }
    Status OnRecordBatchDecoded(std::shared_ptr<arrow::RecordBatch> batch) override {
      batches.push_back(std::move(batch));
      return Status::OK();
    }
    bool at_end = false;
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  };

  std::shared_ptr<Listener> listener_;
  arrow::ipc::StreamDecoder decoder_;
};

StateServer::StateServer(LocalListener listener, UniqueFd stop, StateRequestHandler* handler)
    : listener_(std::move(listener)), stop_(std::move(stop)), handler_(handler) {
  thread_ = std::thread([this] { Run(); });
}

StateServer::~StateServer() { Stop().ok(); }

Result<std::unique_ptr<StateServer>> StateServer::Start(Protocol protocol,
                                                        StateRequestHandler* handler) {
  LocalListener listener;
  if (protocol > Protocol::k40) {
    ARROW_ASSIGN_OR_RAISE(listener, LocalListener::OnPath());
  }
  // Workers since 4.2 make small letters of what they are told, paths too.
  if (protocol == Protocol::k40 || HasCapitals(listener.path())) {
    ARROW_ASSIGN_OR_RAISE(listener, LocalListener::OnPort());
  }
  UniqueFd stop(::eventfd(0, EFD_CLOEXEC));
  if (!stop.valid()) {
    return MakeError("PYTHON_WORKER_FAILED.CANNOT_START", {{"reason", std::strerror(errno)}});
  }
  return std::unique_ptr<StateServer>(
      new StateServer(std::move(listener), std::move(stop), handler));
}

Status StateServer::Stop() {
  if (thread_.joinable()) {
    const uint64_t one = 1;
    while (::write(stop_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
    }
    thread_.join();
  }
  return failure_;
}

std::string StateServer::address() const {
  return listener_.path().empty() ? std::to_string(listener_.port()) : listener_.path();
}

void StateServer::Run() {
  failure_ = Serve();
  connection_.Reset();
}

bool StateServer::Wait(int fd, int16_t events) const {
  pollfd waited[2] = {{fd, events, 0}, {stop_.get(), POLLIN, 0}};
  while (::poll(waited, 2, -1) < 0 && errno == EINTR) {
  }
  return waited[1].revents == 0;
}

Status StateServer::Serve() {
  if (!Wait(listener_.fd(), POLLIN)) return Status::OK();
  connection_ = listener_.Accept();
  if (!connection_.valid()) return Status::OK();
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool goes_on, Read());
    if (!goes_on) return Status::OK();
    ARROW_RETURN_NOT_OK(HandleAll());
    ARROW_ASSIGN_OR_RAISE(const bool sent, Write());
    if (!sent) return Status::OK();
  }
}

Result<bool> StateServer::Read() {
  const size_t size = incoming_.size();
  incoming_.resize(size + kReadBytes);
  ssize_t count = -1;
  while (count < 0) {
    if (!Wait(connection_.get(), POLLIN)) return false;
    count = ::recv(connection_.get(), incoming_.data() + size, kReadBytes, MSG_DONTWAIT);
    // A worker that has gone tells why elsewhere.
    if (count < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) return false;
  }
  incoming_.resize(size + static_cast<size_t>(count));
  return count > 0;
}

Result<bool> StateServer::Write() {
  for (size_t sent = 0; sent < outgoing_.size();) {
    const ssize_t count = ::send(connection_.get(), outgoing_.data() + sent,
                                 outgoing_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      sent += static_cast<size_t>(count);
      continue;
    }
    if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    if (!Wait(connection_.get(), POLLOUT)) return false;
  }
  outgoing_.clear();
  return true;
}

Status StateServer::HandleAll() {
  bool waits = false;
  while (!waits) {
    if (rows_ != nullptr) {
      ARROW_RETURN_NOT_OK(TakeRows(&waits));
      continue;
    }
    const size_t size = incoming_.size() - handled_;
    if (size < kHeaderBytes) break;
    const auto* bytes = reinterpret_cast<const uint8_t*>(incoming_.data()) + handled_;
    const int32_t version = ReadWireInt(bytes);
    const int32_t length = ReadWireInt(bytes + kHeaderBytes / 2);
    if (version != kVersion || length < 0) {
      return BadRequest("a request for state of the version " + std::to_string(version) + " and " +
                        std::to_string(length) + " bytes");
    }
    if (size < kHeaderBytes + static_cast<size_t>(length)) break;
    const std::string request =
        incoming_.substr(handled_ + kHeaderBytes, static_cast<size_t>(length));
    handled_ += kHeaderBytes + static_cast<size_t>(length);
    ARROW_RETURN_NOT_OK(handler_->Handle(request, &outgoing_));
    if (handler_->WantsRows()) rows_ = std::make_unique<Rows>();
  }
  incoming_.erase(0, handled_);
  handled_ = 0;
  return Status::OK();
}

Status StateServer::TakeRows(bool* waits) {
  while (!rows_->at_end()) {
    const auto wanted = static_cast<size_t>(rows_->wanted());
    *waits = incoming_.size() - handled_ < wanted;
    if (*waits) return Status::OK();
    const Status status = rows_->Consume(std::string_view(incoming_).substr(handled_, wanted));
    if (!status.ok()) return BadRequest(status.message());
    handled_ += wanted;
  }
  const std::unique_ptr<Rows> rows = std::move(rows_);
  return handler_->HandleRows(rows->batches(), &outgoing_);
}

}  // namespace thalweg::python
