#pragma once

// The sessions of one key: a list in order of start. Sessions of a list neither overlap nor touch,
// so that it is in order of end as well.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/stateful/aggregate_calls.h"
#include "thalweg/state/group_table.h"
#include "thalweg/state/value_codec.h"

namespace thalweg::exec {

/// What stands before the accumulators of a session. It takes the place of a GroupHeader: a pointer
/// to a session is a group to AggregateCalls. Times are microseconds.
struct Session {
  Session* next;
  int64_t start;
  int64_t end;

  uint8_t* group() { return reinterpret_cast<uint8_t*>(this); }
};
static_assert(sizeof(Session) == state::kSlotOffset);

/// The slots of a key's entry in the state table.
struct SessionSlots {
  static constexpr int64_t kNotQueued = std::numeric_limits<int64_t>::max();
  /// The entry came from a file or from disk: the table may know of a time, or not yet.
  static constexpr int64_t kUnknown = kNotQueued - 1;

  Session* first;
  /// When the table was last told that the key will be due, or one of the above.
  int64_t queued_time;
  /// Scratch of a merge: the merge that met the key last, and the key's number in it.
  uint32_t merge;
  uint32_t ordinal;
  /// Starts of sessions that went since the last commit, in any order; null if none did.
  std::vector<int64_t>* gone;
};

inline SessionSlots* SessionsOf(uint8_t* group) {
  return reinterpret_cast<SessionSlots*>(group + state::kSlotOffset);
}

/// Makes, frees and stores sessions. A list in a state file: varint number of sessions, then for
/// each start:i64, end:i64, varint length and image of its accumulators. Of a list with many
/// sessions a change file has those that changed (docs/formats/state.md). Immutable, thread-safe.
class SessionListCodec : public state::ValueCodec {
 public:
  explicit SessionListCodec(std::shared_ptr<const AggregateCalls> calls);

  /// A session with initialised accumulators, in no list.
  Session* MakeSession(int64_t start, int64_t end) const;
  void FreeSession(Session* session) const;

  /// Notes what the next change file must tell: a session is new or has other contents. A session
  /// that goes while its key stays is told by NoteGone().
  void NoteChanged(Session* session) const { *ChangedOf(session) = 1; }
  static void NoteGone(SessionSlots* slots, int64_t start);

  int32_t slot_bytes() const override { return sizeof(SessionSlots); }
  std::string Signature() const override;
  bool trivial() const override { return false; }
  void Append(const uint8_t* slots, std::string* out) const override;
  Status Load(uint8_t* slots, std::string_view bytes) const override;
  bool writes_changes() const override { return true; }
  void AppendChanges(uint8_t* slots, std::string* out) const override;
  bool AreChanges(std::string_view bytes) const override;
  Status LoadChanges(uint8_t* slots, std::string_view bytes) const override;
  void Destroy(uint8_t* slots) const override;
  int64_t OwnedBytes(const uint8_t* slots) const override;

 private:
  /// Behind the accumulators: whether the session differs from what files say.
  uint8_t* ChangedOf(Session* session) const {
    return session->group() + state::kSlotOffset + calls_->slot_bytes();
  }
  int64_t bytes_per_session() const { return state::kSlotOffset + calls_->slot_bytes() + 1; }
  void AppendSession(Session* session, std::string* image, std::string* out) const;
  void ForgetChanges(SessionSlots* slots) const;
  Status LoadGone(SessionSlots* slots, std::string_view* bytes) const;
  Status LoadPut(SessionSlots* slots, std::string_view* bytes) const;
  Session* Allocate(int64_t start, int64_t end) const;
  Result<Session*> LoadSession(std::string_view* bytes) const;

  std::shared_ptr<const AggregateCalls> calls_;
};

}  // namespace thalweg::exec
