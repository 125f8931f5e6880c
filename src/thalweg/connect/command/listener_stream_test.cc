#include "thalweg/connect/command/listener_stream.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "thalweg/connect/execution/execution.h"
#include "thalweg/connect/proto/wire.h"

namespace thalweg::connect {
namespace {

class ListenerStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    auto engine = session::Session::Make();
    ASSERT_TRUE(engine.ok()) << engine.status();
    session_ = std::make_shared<ConnectSession>(SessionKey{"user", "session"}, *engine, nullptr);
    operation_ = std::make_shared<Operation>("listening", std::vector<std::string>{}, true);
    execution_ = std::make_shared<Execution>(session_, operation_, ChunkingOptions{});
  }

  ListenerStream& listeners() { return session_->listeners(); }

  /// Opens the stream and takes the client's confirmation from it.
  void Open() {
    listeners().Open(execution_);
    call_ = operation_->responses().Attach("", [] {}).ValueOrDie();
    Release(Take());
  }

  /// The next response that there is; without an id if there is none.
  proto::ExecutePlanResponse Take() {
    const NextResponse next = operation_->responses().Next(call_);
    proto::ExecutePlanResponse response;
    if (next.bytes.Length() == 0) return response;
    EXPECT_TRUE(ParseMessage(next.bytes, &response).ok());
    return response;
  }
  void Release(const proto::ExecutePlanResponse& response) {
    operation_->responses().ReleaseUntil(response.response_id());
  }

  ConnectSessionPtr session_;
  OperationPtr operation_;
  std::shared_ptr<Execution> execution_;
  int64_t call_ = 0;
};

TEST_F(ListenerStreamTest, HasToldWhenTheClientHasTakenTheEnd) {
  Open();
  listeners().OnQueryStarted({"q", "run", std::nullopt, ""});
  EXPECT_TRUE(listeners().HasTold({"run"}));
  EXPECT_FALSE(listeners().HasTold({}));
  listeners().OnQueryTerminated({"q", "run", std::nullopt, std::nullopt});
  EXPECT_FALSE(listeners().HasTold({}));
  const auto event = Take();
  EXPECT_EQ(event.streaming_query_listener_events_result().events_size(), 1);
  EXPECT_FALSE(listeners().HasTold({}));
  Release(event);
  EXPECT_TRUE(listeners().HasTold({}));
}

TEST_F(ListenerStreamTest, OneRunMoreOrLessIsKnown) {
  Open();
  listeners().OnQueryStarted({"q", "run 1", std::nullopt, ""});
  listeners().OnQueryStarted({"q", "run 2", std::nullopt, ""});
  EXPECT_TRUE(listeners().HasTold({"run 1", "run 2", "run 3"}));
  EXPECT_FALSE(listeners().HasTold({"run 1", "run 3"}));
}

TEST_F(ListenerStreamTest, NobodyWaitsForWhoDoesNotListen) {
  listeners().OnQueryStarted({"q", "run", std::nullopt, ""});
  EXPECT_TRUE(listeners().HasTold({}));
  Open();
  EXPECT_FALSE(listeners().HasTold({}));
  operation_->Cancel();
  EXPECT_TRUE(listeners().HasTold({}));
}

TEST_F(ListenerStreamTest, NothingButTheEndComesAfterClosing) {
  Open();
  listeners().OnQueryStarted({"q", "run", std::nullopt, ""});
  listeners().OnQueryTerminated({"q", "run", std::nullopt, std::nullopt});
  listeners().Close();
  EXPECT_TRUE(Take().has_result_complete());
  listeners().OnQueryTerminated({"q", "run", std::nullopt, std::nullopt});
  EXPECT_TRUE(Take().response_id().empty());
}

}  // namespace
}  // namespace thalweg::connect
