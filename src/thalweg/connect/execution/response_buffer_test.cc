#include "thalweg/connect/execution/response_buffer.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace thalweg::connect {
namespace {

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

std::string TextOf(const NextResponse& next) {
  if (next.kind == NextResponse::Kind::kPending) return "(pending)";
  if (next.kind == NextResponse::Kind::kEnd) {
    return next.status.ok() ? "(end)" : next.status.error_message();
  }
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(next.bytes.Dump(&slices).ok());
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

void Push(ResponseBuffer* buffer, const std::string& id) {
  ASSERT_TRUE(buffer->Push(id, Bytes(id)).ok());
}

int64_t Attach(ResponseBuffer* buffer, const std::string& last_id = "") {
  return buffer->Attach(last_id, [] {}).ValueOrDie();
}

TEST(ResponseBufferTest, GivesResponsesInOrderThenTheEnd) {
  ResponseBuffer buffer;
  Push(&buffer, "a");
  const int64_t call = Attach(&buffer);
  EXPECT_EQ(TextOf(buffer.Next(call)), "a");
  EXPECT_EQ(TextOf(buffer.Next(call)), "(pending)");
  Push(&buffer, "b");
  buffer.Finish(grpc::Status::OK);
  EXPECT_EQ(TextOf(buffer.Next(call)), "b");
  EXPECT_EQ(TextOf(buffer.Next(call)), "(end)");
}

TEST(ResponseBufferTest, WakesWhoWasToldToWaitAndNobodyElse) {
  ResponseBuffer buffer;
  int wake_ups = 0;
  const int64_t call = buffer.Attach("", [&] { ++wake_ups; }).ValueOrDie();
  Push(&buffer, "a");
  EXPECT_EQ(wake_ups, 0);
  EXPECT_EQ(TextOf(buffer.Next(call)), "a");
  EXPECT_EQ(TextOf(buffer.Next(call)), "(pending)");
  Push(&buffer, "b");
  Push(&buffer, "c");
  EXPECT_EQ(wake_ups, 1);
}

TEST(ResponseBufferTest, SendsWhatBelongsTogetherAtOnce) {
  ResponseBuffer buffer;
  int wake_ups = 0;
  const int64_t call = buffer.Attach("", [&] { ++wake_ups; }).ValueOrDie();
  EXPECT_EQ(TextOf(buffer.Next(call)), "(pending)");
  ASSERT_TRUE(buffer.Push("a", Bytes("a"), true, Delivery::kWithNext).ok());
  ASSERT_TRUE(buffer.Push("b", Bytes("b"), true, Delivery::kWithNext).ok());
  EXPECT_EQ(wake_ups, 0);
  buffer.Finish(grpc::Status::OK);
  EXPECT_EQ(wake_ups, 1);
  const NextResponse first = buffer.Next(call);
  EXPECT_EQ(first.kind, NextResponse::Kind::kResponse);
  EXPECT_TRUE(first.follows);
  EXPECT_EQ(buffer.Next(call).kind, NextResponse::Kind::kLast);
  EXPECT_EQ(TextOf(buffer.Next(call)), "(end)");
}

TEST(ResponseBufferTest, DoesNotTellAnErrorWithTheLastResponse) {
  ResponseBuffer buffer;
  const int64_t call = Attach(&buffer);
  Push(&buffer, "a");
  buffer.Finish(grpc::Status(grpc::StatusCode::INTERNAL, "no"));
  EXPECT_EQ(buffer.Next(call).kind, NextResponse::Kind::kResponse);
  EXPECT_EQ(TextOf(buffer.Next(call)), "no");
}

TEST(ResponseBufferTest, WakesTheClientBeforeItWaitsForRoom) {
  ResponseBuffer buffer;
  int64_t call = 0;
  std::string taken;
  call = buffer.Attach("", [&] { taken = TextOf(buffer.Next(call)).substr(0, 1); }).ValueOrDie();
  EXPECT_EQ(TextOf(buffer.Next(call)), "(pending)");
  const std::string large(ResponseBuffer::kWaitingBytes, 'x');
  ASSERT_TRUE(buffer.Push("a", Bytes(large), true, Delivery::kWithNext).ok());
  EXPECT_EQ(taken, "");
  ASSERT_TRUE(buffer.Push("b", Bytes("b"), true, Delivery::kWithNext).ok());
  EXPECT_EQ(taken, "x");
}

TEST(ResponseBufferTest, GoesOnWhereAClientWas) {
  ResponseBuffer buffer;
  for (const char* id : {"a", "b", "c"}) Push(&buffer, id);
  const int64_t first = Attach(&buffer);
  buffer.Next(first);
  buffer.Next(first);
  buffer.Detach(first);
  EXPECT_FALSE(buffer.attached());
  EXPECT_EQ(TextOf(buffer.Next(Attach(&buffer, "a"))), "b");
  EXPECT_EQ(TextOf(buffer.Next(Attach(&buffer, "b"))), "c");
  EXPECT_TRUE(IsCondition(buffer.Attach("z", [] {}).status(), "INVALID_CURSOR.POSITION_NOT_FOUND"));
}

TEST(ResponseBufferTest, ALaterCallThrowsTheEarlierOut) {
  ResponseBuffer buffer;
  int wake_ups = 0;
  const int64_t old_call = buffer.Attach("", [&] { ++wake_ups; }).ValueOrDie();
  EXPECT_EQ(TextOf(buffer.Next(old_call)), "(pending)");
  Attach(&buffer);
  EXPECT_EQ(wake_ups, 1);
  EXPECT_NE(TextOf(buffer.Next(old_call)).find("INVALID_CURSOR.DISCONNECTED"), std::string::npos);
}

TEST(ResponseBufferTest, DropsWhatIsReleased) {
  ResponseBuffer buffer;
  for (const char* id : {"a", "b", "c"}) Push(&buffer, id);
  const int64_t call = Attach(&buffer);
  for (int i = 0; i < 3; ++i) buffer.Next(call);
  buffer.ReleaseUntil("b");
  // The next one is still known by what came before it.
  EXPECT_EQ(TextOf(buffer.Next(Attach(&buffer, "b"))), "c");
  EXPECT_TRUE(IsCondition(buffer.Attach("a", [] {}).status(), "INVALID_CURSOR.POSITION_NOT_FOUND"));
  EXPECT_TRUE(
      IsCondition(buffer.Attach("", [] {}).status(), "INVALID_CURSOR.POSITION_NOT_AVAILABLE"));
}

TEST(ResponseBufferTest, ClosingEndsBothSides) {
  ResponseBuffer buffer;
  Push(&buffer, "a");
  const int64_t call = Attach(&buffer);
  buffer.Close();
  EXPECT_NE(TextOf(buffer.Next(call)).find("OPERATION_CANCELED"), std::string::npos);
  EXPECT_TRUE(buffer.Push("b", Bytes("b")).IsCancelled());
}

TEST(ResponseBufferTest, ClosingDoesNotMakePartsLookComplete) {
  for (const bool takes_all : {false, true}) {
    ResponseBuffer buffer;
    Push(&buffer, "a");
    Push(&buffer, "b");
    buffer.Finish(grpc::Status::OK);
    const int64_t call = Attach(&buffer);
    buffer.Next(call);
    if (takes_all) buffer.Next(call);
    buffer.Close();
    const std::string end = TextOf(buffer.Next(call));
    EXPECT_EQ(end == "(end)", takes_all) << end;
    EXPECT_EQ(end.find("OPERATION_CANCELED") != std::string::npos, !takes_all) << end;
  }
}

TEST(ResponseBufferTest, KeepsOnlySoMuchOfWhatWasSent) {
  ResponseBuffer buffer;
  const grpc::ByteBuffer large = Bytes(std::string(ResponseBuffer::kRetryBytes, 'x'));
  const int64_t call = Attach(&buffer);
  for (const char* id : {"a", "b"}) {
    ASSERT_TRUE(buffer.Push(id, large).ok());
    buffer.Next(call);
  }
  Push(&buffer, "c");
  buffer.Next(call);
  EXPECT_TRUE(
      IsCondition(buffer.Attach("", [] {}).status(), "INVALID_CURSOR.POSITION_NOT_AVAILABLE"));
  EXPECT_EQ(TextOf(buffer.Next(Attach(&buffer, "b"))), "c");
}

TEST(ResponseBufferTest, KeepsTheLastTwoHoweverLarge) {
  ResponseBuffer buffer;
  const grpc::ByteBuffer large = Bytes(std::string(ResponseBuffer::kRetryBytes + 1, 'x'));
  const int64_t call = Attach(&buffer);
  for (const char* id : {"a", "b", "c"}) {
    ASSERT_TRUE(buffer.Push(id, large).ok());
    buffer.Next(call);
  }
  EXPECT_TRUE(buffer.Attach("a", [] {}).ok());
}

TEST(ResponseBufferTest, KnowsWhatTheClientHasTaken) {
  ResponseBuffer buffer;
  EXPECT_TRUE(buffer.IsTaken(/*releases=*/true));
  for (const char* id : {"a", "b"}) Push(&buffer, id);
  const int64_t call = Attach(&buffer);
  buffer.Next(call);
  EXPECT_FALSE(buffer.IsTaken(/*releases=*/false));
  buffer.Next(call);
  EXPECT_TRUE(buffer.IsTaken(/*releases=*/false));
  buffer.ReleaseUntil("a");
  EXPECT_FALSE(buffer.IsTaken(/*releases=*/true));
  buffer.ReleaseUntil("b");
  EXPECT_TRUE(buffer.IsTaken(/*releases=*/true));
}

TEST(ResponseBufferTest, DropsWhatWasNotSent) {
  ResponseBuffer buffer;
  for (const char* id : {"a", "b", "c"}) Push(&buffer, id);
  const int64_t call = Attach(&buffer);
  EXPECT_EQ(TextOf(buffer.Next(call)), "a");
  buffer.DropUnsent();
  EXPECT_EQ(buffer.unsent_bytes(), 0);
  EXPECT_EQ(TextOf(buffer.Next(call)), "(pending)");
  Push(&buffer, "d");
  EXPECT_EQ(TextOf(buffer.Next(call)), "d");
  EXPECT_EQ(TextOf(buffer.Next(Attach(&buffer, "a"))), "d");
}

TEST(ResponseBufferTest, AClientThatIsFurtherThanKnownMakesRoom) {
  ResponseBuffer buffer;
  const std::string large(ResponseBuffer::kWaitingBytes, 'x');
  ASSERT_TRUE(buffer.Push("a", Bytes(large)).ok());
  std::thread execution([&] { Push(&buffer, "b"); });
  // Long enough for it to wait, most of the time.
  for (int i = 0; i < 20; ++i) std::this_thread::yield();
  const int64_t call = Attach(&buffer, "a");
  execution.join();
  EXPECT_EQ(TextOf(buffer.Next(call)), "b");
}

}  // namespace
}  // namespace thalweg::connect
