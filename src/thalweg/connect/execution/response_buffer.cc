#include "thalweg/connect/execution/response_buffer.h"

#include <algorithm>
#include <utility>

#include "thalweg/connect/error/error_reply.h"

namespace thalweg::connect {

Status ResponseBuffer::Push(std::string response_id, grpc::ByteBuffer bytes, bool may_wait,
                            Delivery delivery) {
  std::function<void()> wake_up;
  {
    std::unique_lock lock(mutex_);
    const auto has_room = [this] { return closed_ || unsent_bytes_ < kWaitingBytes; };
    if (may_wait && !has_room()) {
      // What came with Delivery::kWithNext is to make room as well.
      wake_up = TakeWakeUp();
      lock.unlock();
      if (wake_up) wake_up();
      wake_up = nullptr;
      lock.lock();
      space_.wait(lock, has_room);
    }
    if (closed_) return Status::Cancelled("the execution was released");
    Entry entry{std::move(response_id), std::move(bytes)};
    entry.size = static_cast<int64_t>(entry.bytes.Length());
    unsent_bytes_ += entry.size;
    entries_.push_back(std::move(entry));
    if (delivery == Delivery::kNow) wake_up = TakeWakeUp();
  }
  if (wake_up) wake_up();
  return Status::OK();
}

void ResponseBuffer::Finish(grpc::Status status) {
  std::function<void()> wake_up;
  {
    const std::lock_guard lock(mutex_);
    if (status_) return;
    status_ = std::move(status);
    wake_up = TakeWakeUp();
  }
  if (wake_up) wake_up();
}

bool ResponseBuffer::finished() const {
  const std::lock_guard lock(mutex_);
  return status_.has_value();
}

int64_t ResponseBuffer::unsent_bytes() const {
  const std::lock_guard lock(mutex_);
  return unsent_bytes_;
}

Result<int64_t> ResponseBuffer::Attach(const std::string& last_response_id,
                                       std::function<void()> wake_up) {
  std::function<void()> old_wake_up;
  int64_t attachment = 0;
  {
    const std::lock_guard lock(mutex_);
    int64_t next = 1;
    if (!last_response_id.empty() && last_response_id == released_id_) {
      next = first_index_;
    } else if (!last_response_id.empty()) {
      const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.id == last_response_id;
      });
      if (found == entries_.end()) {
        return MakeError("INVALID_CURSOR.POSITION_NOT_FOUND", {{"responseId", last_response_id}});
      }
      next = first_index_ + (found - entries_.begin()) + 1;
    }
    if (next < first_index_) {
      return MakeError("INVALID_CURSOR.POSITION_NOT_AVAILABLE",
                       {{"index", std::to_string(next)}, {"responseId", last_response_id}});
    }
    next_index_ = next;
    unsent_bytes_ = sent_bytes_ = 0;
    for (size_t i = 0; i < entries_.size(); ++i) {
      const bool sent = first_index_ + static_cast<int64_t>(i) < next;
      (sent ? sent_bytes_ : unsent_bytes_) += entries_[i].size;
    }
    old_wake_up = TakeWakeUp();
    wake_up_ = std::move(wake_up);
    waits_ = false;
    // A client that goes on behind what was to be sent again makes room without taking anything.
    space_.notify_all();
    attached_ = true;
    attachment = ++attachment_;
  }
  if (old_wake_up) old_wake_up();
  return attachment;
}

NextResponse ResponseBuffer::Next(int64_t attachment) {
  const std::lock_guard lock(mutex_);
  NextResponse next;
  if (attachment != attachment_) {
    next.kind = NextResponse::Kind::kEnd;
    next.status = PlainErrorReply(MakeError("INVALID_CURSOR.DISCONNECTED"));
    return next;
  }
  if (next_index_ <= last_index()) {
    const Entry& entry = entries_[static_cast<size_t>(next_index_ - first_index_)];
    next.follows = next_index_ < last_index();
    const bool ends = !next.follows && status_.has_value() && status_->ok();
    next.kind = ends ? NextResponse::Kind::kLast : NextResponse::Kind::kResponse;
    next.bytes = entry.bytes;
    unsent_bytes_ -= entry.size;
    sent_bytes_ += entry.size;
    ++next_index_;
    TrimSent();
    space_.notify_all();
  } else if (status_) {
    next.kind = NextResponse::Kind::kEnd;
    next.status = *status_;
  } else {
    waits_ = true;
  }
  return next;
}

void ResponseBuffer::Detach(int64_t attachment) {
  const std::lock_guard lock(mutex_);
  if (attachment != attachment_) return;
  attached_ = false;
  waits_ = false;
  wake_up_ = nullptr;
}

bool ResponseBuffer::attached() const {
  const std::lock_guard lock(mutex_);
  return attached_;
}

void ResponseBuffer::ReleaseUntil(const std::string& response_id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.id == response_id; });
  if (found == entries_.end()) return;
  const auto count = found - entries_.begin() + 1;
  for (auto i = count; i > 0; --i) DropFront();
  space_.notify_all();
}

bool ResponseBuffer::IsTaken(bool releases) const {
  const std::lock_guard lock(mutex_);
  return releases ? entries_.empty() : next_index_ > last_index();
}

void ResponseBuffer::DropUnsent() {
  const std::lock_guard lock(mutex_);
  while (last_index() >= next_index_) {
    unsent_bytes_ -= entries_.back().size;
    entries_.pop_back();
  }
  space_.notify_all();
}

void ResponseBuffer::Close() {
  std::function<void()> wake_up;
  {
    const std::lock_guard lock(mutex_);
    // Who did not get everything must not take what it got for everything.
    const bool all_sent = next_index_ > last_index();
    if (!status_ || !all_sent) status_ = PlainErrorReply(MakeError("OPERATION_CANCELED"));
    closed_ = true;
    entries_.clear();
    unsent_bytes_ = sent_bytes_ = 0;
    first_index_ = next_index_;
    wake_up = TakeWakeUp();
    space_.notify_all();
  }
  if (wake_up) wake_up();
}

void ResponseBuffer::DropFront() {
  const bool sent = first_index_ < next_index_;
  (sent ? sent_bytes_ : unsent_bytes_) -= entries_.front().size;
  released_id_ = std::move(entries_.front().id);
  entries_.pop_front();
  ++first_index_;
  next_index_ = std::max(next_index_, first_index_);
}

void ResponseBuffer::TrimSent() {
  // The transport takes the next message while the last one is still on its way.
  while (sent_bytes_ > kRetryBytes && first_index_ < next_index_ - 2) DropFront();
}

std::function<void()> ResponseBuffer::TakeWakeUp() {
  if (!waits_) return nullptr;
  waits_ = false;
  return wake_up_;
}

}  // namespace thalweg::connect
