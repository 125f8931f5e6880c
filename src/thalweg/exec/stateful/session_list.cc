#include "thalweg/exec/stateful/session_list.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace thalweg::exec {

using state::kSlotOffset;

namespace {

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

Status Torn() { return Status::Invalid("a list of sessions that ends early"); }

Result<uint64_t> TakeVarint(std::string_view* bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes->empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return Torn();
}

void AppendInt64(int64_t value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

/// Lists of fewer sessions are always written whole.
constexpr uint64_t kFewSessions = 4;

int64_t TakeInt64(std::string_view* bytes) {
  int64_t value;
  std::memcpy(&value, bytes->data(), sizeof(value));
  bytes->remove_prefix(sizeof(value));
  return value;
}

}  // namespace

SessionListCodec::SessionListCodec(std::shared_ptr<const AggregateCalls> calls)
    : calls_(std::move(calls)) {}

Session* SessionListCodec::Allocate(int64_t start, int64_t end) const {
  auto* session = static_cast<Session*>(::operator new(bytes_per_session()));
  *session = {nullptr, start, end};
  std::memset(session->group() + kSlotOffset, 0, bytes_per_session() - kSlotOffset);
  return session;
}

Session* SessionListCodec::MakeSession(int64_t start, int64_t end) const {
  Session* session = Allocate(start, end);
  calls_->Init(session->group());
  NoteChanged(session);
  return session;
}

void SessionListCodec::FreeSession(Session* session) const {
  if (!calls_->trivial()) calls_->Destroy(session->group() + kSlotOffset);
  ::operator delete(session);
}

std::string SessionListCodec::Signature() const { return "sessions(" + calls_->Signature() + ")"; }

void SessionListCodec::AppendSession(Session* session, std::string* image, std::string* out) const {
  AppendInt64(session->start, out);
  AppendInt64(session->end, out);
  image->clear();
  calls_->Append(session->group() + kSlotOffset, image);
  AppendVarint(image->size(), out);
  out->append(*image);
}

void SessionListCodec::Append(const uint8_t* slots, std::string* out) const {
  Session* const first = reinterpret_cast<const SessionSlots*>(slots)->first;
  uint64_t count = 0;
  for (const Session* session = first; session != nullptr; session = session->next) ++count;
  AppendVarint(count, out);
  std::string image;
  for (Session* session = first; session != nullptr; session = session->next) {
    AppendSession(session, &image, out);
  }
}

void SessionListCodec::NoteGone(SessionSlots* slots, int64_t start) {
  if (slots->gone == nullptr) slots->gone = new std::vector<int64_t>();
  slots->gone->push_back(start);
}

void SessionListCodec::ForgetChanges(SessionSlots* slots) const {
  for (Session* one = slots->first; one != nullptr; one = one->next) *ChangedOf(one) = 0;
  delete slots->gone;
  slots->gone = nullptr;
}

void SessionListCodec::AppendChanges(uint8_t* bytes, std::string* out) const {
  auto* slots = reinterpret_cast<SessionSlots*>(bytes);
  uint64_t count = 0;
  uint64_t changed = 0;
  for (Session* one = slots->first; one != nullptr; one = one->next) {
    ++count;
    changed += *ChangedOf(one);
  }
  if (count < kFewSessions || 2 * changed >= count) {
    Append(bytes, out);
    return ForgetChanges(slots);
  }
  AppendVarint(0, out);
  AppendVarint(slots->gone == nullptr ? 0 : slots->gone->size(), out);
  if (slots->gone != nullptr) {
    std::sort(slots->gone->begin(), slots->gone->end());
    for (const int64_t start : *slots->gone) AppendInt64(start, out);
  }
  AppendVarint(changed, out);
  std::string image;
  for (Session* one = slots->first; one != nullptr; one = one->next) {
    if (*ChangedOf(one) != 0) AppendSession(one, &image, out);
  }
  ForgetChanges(slots);
}

Result<Session*> SessionListCodec::LoadSession(std::string_view* bytes) const {
  if (bytes->size() < 2 * sizeof(int64_t)) return Torn();
  const int64_t start = TakeInt64(bytes);
  const int64_t end = TakeInt64(bytes);
  ARROW_ASSIGN_OR_RAISE(const uint64_t size, TakeVarint(bytes));
  if (size > bytes->size()) return Torn();
  Session* session = Allocate(start, end);
  const Status loaded = calls_->Load(session->group() + kSlotOffset, bytes->substr(0, size));
  if (!loaded.ok()) {
    ::operator delete(session);
    return loaded;
  }
  bytes->remove_prefix(size);
  return session;
}

Status SessionListCodec::Load(uint8_t* slots, std::string_view bytes) const {
  auto* list = reinterpret_cast<SessionSlots*>(slots);
  *list = {nullptr, SessionSlots::kUnknown, 0, 0, nullptr};
  ARROW_ASSIGN_OR_RAISE(uint64_t count, TakeVarint(&bytes));
  Session** link = &list->first;
  for (; count > 0; --count) {
    const Result<Session*> session = LoadSession(&bytes);
    if (!session.ok()) {
      Destroy(slots);
      return session.status();
    }
    *link = *session;
    link = &(*link)->next;
  }
  if (bytes.empty()) return Status::OK();
  Destroy(slots);
  return Status::Invalid("bytes after a list of sessions");
}

bool SessionListCodec::AreChanges(std::string_view bytes) const {
  // A list that is written whole is not empty.
  return !bytes.empty() && bytes.front() == 0;
}

Status SessionListCodec::LoadGone(SessionSlots* slots, std::string_view* bytes) const {
  ARROW_ASSIGN_OR_RAISE(const uint64_t count, TakeVarint(bytes));
  if (count > bytes->size() / sizeof(int64_t)) return Torn();
  Session** link = &slots->first;
  for (uint64_t i = 0; i < count; ++i) {
    const int64_t start = TakeInt64(bytes);
    while (*link != nullptr && (*link)->start < start) link = &(*link)->next;
    if (*link == nullptr || (*link)->start != start) continue;
    Session* gone = *link;
    *link = gone->next;
    FreeSession(gone);
  }
  return Status::OK();
}

Status SessionListCodec::LoadPut(SessionSlots* slots, std::string_view* bytes) const {
  ARROW_ASSIGN_OR_RAISE(const uint64_t count, TakeVarint(bytes));
  Session** link = &slots->first;
  for (uint64_t i = 0; i < count; ++i) {
    ARROW_ASSIGN_OR_RAISE(Session * put, LoadSession(bytes));
    while (*link != nullptr && (*link)->start < put->start) link = &(*link)->next;
    Session* old = *link;
    if (old != nullptr && old->start == put->start) {
      put->next = old->next;
      FreeSession(old);
    } else {
      put->next = old;
    }
    *link = put;
    link = &put->next;
  }
  return bytes->empty() ? Status::OK() : Status::Invalid("bytes after changes of sessions");
}

Status SessionListCodec::LoadChanges(uint8_t* slots, std::string_view bytes) const {
  auto* list = reinterpret_cast<SessionSlots*>(slots);
  list->queued_time = SessionSlots::kUnknown;
  bytes.remove_prefix(1);
  Status loaded = LoadGone(list, &bytes);
  if (loaded.ok()) loaded = LoadPut(list, &bytes);
  if (!loaded.ok()) Destroy(slots);
  return loaded;
}

void SessionListCodec::Destroy(uint8_t* slots) const {
  auto* list = reinterpret_cast<SessionSlots*>(slots);
  for (Session* session = list->first; session != nullptr;) {
    Session* next = session->next;
    FreeSession(session);
    session = next;
  }
  list->first = nullptr;
  delete list->gone;
  list->gone = nullptr;
}

int64_t SessionListCodec::OwnedBytes(const uint8_t* slots) const {
  int64_t bytes = 0;
  for (Session* session = reinterpret_cast<const SessionSlots*>(slots)->first; session != nullptr;
       session = session->next) {
    bytes += bytes_per_session();
    if (!calls_->trivial()) bytes += calls_->OwnedBytes(session->group() + kSlotOffset);
  }
  return bytes;
}

}  // namespace thalweg::exec
