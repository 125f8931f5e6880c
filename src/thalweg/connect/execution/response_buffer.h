#pragma once

// The responses of one execution: made by the execution, taken by whichever call is attached.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include "thalweg/base/status.h"

namespace thalweg::connect {

/// When a response goes to the client.
enum class Delivery {
  kNow,
  kWithNext,  // the next response or the end follows at once: it is not sent alone
};

/// What an attached call finds at its place in the stream.
struct NextResponse {
  enum class Kind {
    kResponse,  // `bytes`, and whether more `follows` already
    kLast,      // `bytes`; after it comes the end, without an error
    kPending,   // nothing yet: the wake-up comes when there is
    kEnd,       // `status`
  };
  Kind kind = Kind::kPending;
  grpc::ByteBuffer bytes;
  bool follows = false;
  grpc::Status status;
};

/// Responses are numbered from 1 and kept until the client releases them, but behind the last one
/// sent at most kRetryBytes. Thread-safe; wake-ups are called without a lock.
class ResponseBuffer {
 public:
  /// Bytes kept behind the last response sent, for a client that lost the connection.
  // What a broken connection held: the transport grows its window to what the network takes in one
  // round trip, which on a loaded machine is tens of megabytes. Clients release what they have
  // long before. Larger messages are kept two at a time.
  static constexpr int64_t kRetryBytes = int64_t{48} << 20;
  /// Bytes that may wait to be sent; the execution stands still meanwhile.
  static constexpr int64_t kWaitingBytes = int64_t{64} << 20;

  // The execution's side.

  /// Appends a response. Waits while too much is unsent, but not when `may_wait` is false. Errors:
  /// Cancelled once the buffer is closed.
  Status Push(std::string response_id, grpc::ByteBuffer bytes, bool may_wait = true,
              Delivery delivery = Delivery::kNow);
  /// Nothing more will come. The first call counts.
  void Finish(grpc::Status status);
  bool finished() const;
  int64_t unsent_bytes() const;

  // The client's side.

  /// Starts over at the response behind `last_response_id` (empty: the first one) and throws an
  /// earlier attachment out. Gives the number of the attachment. Errors:
  /// INVALID_CURSOR.POSITION_NOT_FOUND, INVALID_CURSOR.POSITION_NOT_AVAILABLE.
  Result<int64_t> Attach(const std::string& last_response_id, std::function<void()> wake_up);
  /// The response at the attachment's place, which moves on. `wake_up` is called once after each
  /// kPending.
  NextResponse Next(int64_t attachment);
  /// The call has ended.
  void Detach(int64_t attachment);
  bool attached() const;

  /// Drops the responses up to `response_id`; unknown ones are ignored.
  void ReleaseUntil(const std::string& response_id);
  /// Whether nothing is left that the client may not have: it `releases` what it has taken, or else
  /// everything was sent.
  bool IsTaken(bool releases) const;
  /// Drops what was not sent yet.
  void DropUnsent();
  /// Drops everything; an execution that is still under way ends at its next Push(). An attached
  /// call that has not got everything fails with OPERATION_CANCELED.
  void Close();

 private:
  struct Entry {
    std::string id;
    grpc::ByteBuffer bytes;
    int64_t size = 0;
  };

  int64_t last_index() const { return first_index_ + static_cast<int64_t>(entries_.size()) - 1; }
  void DropFront();
  void TrimSent();
  std::function<void()> TakeWakeUp();

  mutable std::mutex mutex_;
  std::condition_variable space_;
  std::deque<Entry> entries_;
  int64_t first_index_ = 1;  // of entries_.front()
  std::string released_id_;  // of the response before the first entry
  int64_t next_index_ = 1;   // to be sent next
  int64_t unsent_bytes_ = 0;
  int64_t sent_bytes_ = 0;  // of entries kept behind next_index_
  int64_t attachment_ = 0;
  bool attached_ = false;
  bool closed_ = false;
  bool waits_ = false;  // the attachment was told kPending
  std::function<void()> wake_up_;
  std::optional<grpc::Status> status_;
};

}  // namespace thalweg::connect
