#include "thalweg/connect/service/response_call.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include <grpcpp/alarm.h>

#include "thalweg/connect/service/guarded_call.h"

namespace thalweg::connect {
namespace {

using Clock = std::chrono::system_clock;

constexpr std::chrono::minutes kMaxStreamTime(2);
constexpr std::chrono::hours kMaxReportInterval(1);
constexpr int64_t kMaxStreamBytes = int64_t{1} << 30;
constexpr int64_t kSmallBytes = int64_t{16} << 10;

class ResponseCall : public grpc::ServerGenericBidiReactor {
 public:
  ResponseCall(TaskThreads* threads, PositionHandler handler)
      : threads_(threads), handler_(std::move(handler)), link_(std::make_shared<Link>()) {
    link_->call = this;
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      FinishOnce(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "a request is missing"));
      return;
    }
    threads_->Run([this] { Begin(); });
  }

  void OnWriteDone(bool ok) override {
    const std::shared_ptr<Link> link = link_;
    const std::lock_guard lock(link->mutex);
    writing_ = false;
    if (ok) {
      AdvanceLocked();
    } else {
      FinishLocked(grpc::Status::CANCELLED);
    }
  }

  void OnCancel() override {
    const std::lock_guard lock(link_->mutex);
    cancelled_ = true;
    // Before that, Begin() still uses this object.
    if (attachment_ > 0) FinishLocked(grpc::Status::CANCELLED);
  }

  void OnDone() override {
    {
      const std::lock_guard lock(link_->mutex);
      link_->call = nullptr;
    }
    alarm_.reset();
    if (attachment_ > 0) position_.operation->responses().Detach(attachment_);
    if (position_.operation != nullptr) position_.operation->Touch();
    if (position_.on_done) position_.on_done();
    delete this;
  }

 private:
  /// What wake-ups hold: the call may have ended when they come.
  struct Link {
    std::mutex mutex;
    ResponseCall* call = nullptr;  // guarded by mutex, like the state of the call below
  };

  void Begin() {
    const std::shared_ptr<Link> link = link_;
    const grpc::Status status = GuardedCall([this] { return handler_(request_, &position_); });
    handler_ = nullptr;
    request_.Clear();
    if (!status.ok()) {
      FinishOnce(status);
      return;
    }
    const std::function<void()> start = std::move(position_.start);
    Attach();
    if (start) start();
  }

  void Attach() {
    const std::shared_ptr<Link> link = link_;
    position_.operation->Touch();
    const auto attachment = position_.operation->responses().Attach(position_.last_response_id,
                                                                    [link] { Advance(link); });
    if (!attachment.ok()) {
      FinishOnce(position_.reply(attachment.status()));
      return;
    }
    // Once this is known, the call may end at any time.
    const std::lock_guard lock(link->mutex);
    stream_end_ = position_.operation->reattachable() ? Clock::now() + kMaxStreamTime
                                                      : Clock::time_point::max();
    SetAlarmLocked();
    attachment_ = *attachment;
    if (cancelled_) {
      FinishLocked(grpc::Status::CANCELLED);
    } else {
      AdvanceLocked();
    }
  }

  /// For the end of the stream or the next report, whichever comes first.
  void SetAlarmLocked() {
    const auto now = Clock::now();
    const bool reports = position_.report && position_.report_interval.count() > 0;
    const Clock::time_point next =
        reports ? std::min(stream_end_, now + std::min<std::chrono::milliseconds>(
                                                  position_.report_interval, kMaxReportInterval))
                : stream_end_;
    if (next == Clock::time_point::max()) return;
    // A new one each time: this may be called by the one before.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(next, [link = link_](bool expired) {
      if (expired) OnAlarm(std::shared_ptr<Link>(link));
    });
  }

  static void OnAlarm(const std::shared_ptr<Link>& link) {
    std::function<void()> report;
    {
      const std::lock_guard lock(link->mutex);
      ResponseCall* const call = link->call;
      if (call == nullptr || call->finished_) return;
      if (Clock::now() >= call->stream_end_) {
        call->is_due_ = true;
        call->AdvanceLocked();
        return;
      }
      // A client that has not taken the last response yet needs none about the way.
      if (!call->writing_) report = call->position_.report;
      call->SetAlarmLocked();
    }
    // What it appends wakes the call up.
    if (report) report();
  }

  /// Sends what there is to send. Any thread.
  static void Advance(const std::shared_ptr<Link>& link) {
    const std::lock_guard lock(link->mutex);
    if (link->call != nullptr) link->call->AdvanceLocked();
  }

  void AdvanceLocked() {
    if (writing_ || finished_ || attachment_ == 0) return;
    if (is_due_ || sent_bytes_ > kMaxStreamBytes) return FinishLocked(grpc::Status::OK);
    NextResponse next = position_.operation->responses().Next(attachment_);
    switch (next.kind) {
      case NextResponse::Kind::kResponse:
        Write(std::move(next));
        break;
      case NextResponse::Kind::kLast:
        finished_ = true;
        response_ = std::move(next.bytes);
        StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
        break;
      case NextResponse::Kind::kPending:
        break;
      case NextResponse::Kind::kEnd:
        FinishLocked(next.status);
        break;
    }
  }

  void Write(NextResponse next) {
    writing_ = true;
    response_ = std::move(next.bytes);
    const auto size = static_cast<int64_t>(response_.Length());
    if (position_.operation->reattachable()) sent_bytes_ += size;
    grpc::WriteOptions options;
    // Small ones travel with what is known to follow. The first one takes the initial metadata
    // along, whose sending is not put off: the write would not be done before the next one begins.
    if (has_written_ && next.follows && size < kSmallBytes) options.set_buffer_hint();
    has_written_ = true;
    StartWrite(&response_, options);
  }

  void FinishOnce(const grpc::Status& status) {
    const std::lock_guard lock(link_->mutex);
    FinishLocked(status);
  }
  void FinishLocked(const grpc::Status& status) {
    if (finished_) return;
    finished_ = true;
    Finish(status);
  }

  TaskThreads* const threads_;
  PositionHandler handler_;
  const std::shared_ptr<Link> link_;
  std::unique_ptr<grpc::Alarm> alarm_;  // guarded by the link's mutex
  Clock::time_point stream_end_ = Clock::time_point::max();
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  ResponsePosition position_;
  int64_t attachment_ = 0;
  int64_t sent_bytes_ = 0;
  bool writing_ = false;
  bool has_written_ = false;
  bool finished_ = false;
  bool cancelled_ = false;
  bool is_due_ = false;
};

}  // namespace

grpc::ServerGenericBidiReactor* MakeResponseCall(TaskThreads* threads, PositionHandler handler) {
  return new ResponseCall(threads, std::move(handler));
}

}  // namespace thalweg::connect
