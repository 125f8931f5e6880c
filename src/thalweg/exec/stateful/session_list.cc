#include "thalweg/exec/stateful/session_list.h"

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
  auto* session = static_cast<Session*>(::operator new(kSlotOffset + calls_->slot_bytes()));
  *session = {nullptr, start, end};
  std::memset(session->group() + kSlotOffset, 0, calls_->slot_bytes());
  return session;
}

Session* SessionListCodec::MakeSession(int64_t start, int64_t end) const {
  Session* session = Allocate(start, end);
  calls_->Init(session->group());
  return session;
}

void SessionListCodec::FreeSession(Session* session) const {
  if (!calls_->trivial()) calls_->Destroy(session->group() + kSlotOffset);
  ::operator delete(session);
}

std::string SessionListCodec::Signature() const { return "sessions(" + calls_->Signature() + ")"; }

void SessionListCodec::Append(const uint8_t* slots, std::string* out) const {
  Session* const first = reinterpret_cast<const SessionSlots*>(slots)->first;
  uint64_t count = 0;
  for (const Session* session = first; session != nullptr; session = session->next) ++count;
  AppendVarint(count, out);
  std::string image;
  for (Session* session = first; session != nullptr; session = session->next) {
    AppendInt64(session->start, out);
    AppendInt64(session->end, out);
    image.clear();
    calls_->Append(session->group() + kSlotOffset, &image);
    AppendVarint(image.size(), out);
    out->append(image);
  }
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
  *list = {nullptr, SessionSlots::kUnknown, 0, 0};
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

void SessionListCodec::Destroy(uint8_t* slots) const {
  auto* list = reinterpret_cast<SessionSlots*>(slots);
  for (Session* session = list->first; session != nullptr;) {
    Session* next = session->next;
    FreeSession(session);
    session = next;
  }
  list->first = nullptr;
}

int64_t SessionListCodec::OwnedBytes(const uint8_t* slots) const {
  int64_t bytes = 0;
  for (Session* session = reinterpret_cast<const SessionSlots*>(slots)->first; session != nullptr;
       session = session->next) {
    bytes += kSlotOffset + calls_->slot_bytes();
    if (!calls_->trivial()) bytes += calls_->OwnedBytes(session->group() + kSlotOffset);
  }
  return bytes;
}

}  // namespace thalweg::exec
