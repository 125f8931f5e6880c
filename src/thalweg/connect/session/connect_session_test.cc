#include "thalweg/connect/session/connect_session.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/testing/temporary_directory.h"

namespace thalweg::connect {
namespace {

class ConnectSessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto engine = session::Session::Make();
    ASSERT_TRUE(engine.ok()) << engine.status();
    SessionLimits limits;
    limits.operations = 2;
    limits.artifact_bytes = 10;
    limits.checkpoint_bytes = 100;
    limits.running_plan_bytes = 1000;
    limits.streaming_queries = 1;
    session_ =
        std::make_shared<ConnectSession>(SessionKey{"user", "session"}, *engine, nullptr, limits);
  }

  Status Add(const std::string& id) {
    return session_->AddOperation(
        std::make_shared<Operation>(id, std::vector<std::string>{}, true));
  }
  Status Keep(const std::string& id, int64_t bytes) {
    return session_->KeepFrame(id, Derive(RelationKind::kLocal, nullptr), bytes);
  }

  ConnectSessionPtr session_;
};

TEST_F(ConnectSessionTest, HasOnlySoManyOperations) {
  ASSERT_TRUE(Add("a").ok());
  ASSERT_TRUE(Add("b").ok());
  EXPECT_TRUE(IsCondition(Add("c"), "THALWEG_TOO_MANY_OPERATIONS"));
  session_->RemoveOperation("a");
  EXPECT_TRUE(Add("c").ok());
}

TEST_F(ConnectSessionTest, BeginsNothingWhileTooMuchWaitsForItsClient) {
  const auto slow = std::make_shared<Operation>("a", std::vector<std::string>{}, true);
  ASSERT_TRUE(session_->AddOperation(slow).ok());
  // The same bytes again and again, 1 GiB in all.
  const grpc::Slice bytes(std::string(size_t{16} << 20, 'x'));
  const grpc::ByteBuffer response(&bytes, 1);
  for (int i = 0; i < 63; ++i) {
    ASSERT_TRUE(slow->responses().Push(std::to_string(i), response, /*may_wait=*/false).ok());
  }
  ASSERT_TRUE(Add("b").ok());
  session_->RemoveOperation("b");
  ASSERT_TRUE(slow->responses().Push("63", response, /*may_wait=*/false).ok());
  EXPECT_TRUE(IsCondition(Add("c"), "THALWEG_RESULTS_TOO_LARGE"));
  session_->RemoveOperation("a");
  EXPECT_TRUE(Add("c").ok());
}

TEST_F(ConnectSessionTest, RunsOnlySoManyBytesOfRequests) {
  const auto of_bytes = [](const std::string& id, int64_t bytes) {
    return std::make_shared<Operation>(id, std::vector<std::string>{}, true, 0, bytes);
  };
  const auto first = of_bytes("a", 600);
  ASSERT_TRUE(session_->AddOperation(first).ok());
  EXPECT_TRUE(IsCondition(session_->AddOperation(of_bytes("b", 401)), "THALWEG_PLANS_TOO_LARGE"));
  // What has ended keeps its results, but not its plan.
  first->Finish(Operation::State::kSucceeded, grpc::Status::OK);
  EXPECT_TRUE(session_->AddOperation(of_bytes("b", 401)).ok());
}

TEST_F(ConnectSessionTest, KeepsOnlySoMuchInCheckpoints) {
  ASSERT_TRUE(Keep("a", 60).ok());
  EXPECT_TRUE(IsCondition(Keep("b", 41), "THALWEG_CHECKPOINTS_TOO_LARGE"));
  EXPECT_TRUE(IsCondition(session_->CheckRoom(41), "THALWEG_CHECKPOINTS_TOO_LARGE"));
  EXPECT_EQ(session_->FindRemoteRelation("b"), nullptr);
  session_->RemoveRemoteRelation("a");
  EXPECT_TRUE(Keep("b", 100).ok());
}

TEST_F(ConnectSessionTest, HoldsOnlySoMuchOfFiles) {
  ArtifactStore& files = session_->artifacts();
  ASSERT_TRUE(files.Put("files/a", "123456").ok());
  // The same once more is no more.
  ASSERT_TRUE(files.Put("files/a", "123456").ok());
  EXPECT_TRUE(IsCondition(files.Put("files/b", "12345"), "THALWEG_ARTIFACTS_TOO_LARGE"));
  // What is on its way counts, until it has come or is given up.
  ASSERT_TRUE(files.Reserve(4).ok());
  EXPECT_TRUE(IsCondition(files.Put("files/b", "1"), "THALWEG_ARTIFACTS_TOO_LARGE"));
  EXPECT_TRUE(IsCondition(files.Reserve(1), "THALWEG_ARTIFACTS_TOO_LARGE"));
  files.Free(4);
  EXPECT_TRUE(files.Put("files/b", "1234").ok());
}

TEST_F(ConnectSessionTest, RunsOnlySoManyStreamingQueries) {
  const thalweg::testing::TemporaryDirectory directory;
  const auto start = [&](const std::string& name) {
    session::Session& engine = session_->engine();
    return engine.ExecuteSql("CREATE STREAMING TABLE " + name + " USING parquet LOCATION '" +
                             directory.path() + "/" + name + "' AS SELECT * FROM STREAM beats");
  };
  ASSERT_TRUE(session_->engine()
                  .ExecuteSql("CREATE TEMPORARY VIEW beats USING rate OPTIONS (rowsPerSecond 1)")
                  .ok());
  const auto first = start("a");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_NE(first->stream, nullptr);
  EXPECT_TRUE(session_->RememberQuery(first->stream).ok());
  EXPECT_TRUE(IsCondition(session_->CheckQueries(), "THALWEG_TOO_MANY_QUERIES"));
  EXPECT_TRUE(IsCondition(session_->RememberQuery(first->stream), "THALWEG_TOO_MANY_QUERIES"));
  ASSERT_TRUE(first->stream->Stop().ok());
  EXPECT_TRUE(session_->CheckQueries().ok());
}

TEST_F(ConnectSessionTest, AClosedSessionTakesNothing) {
  session_->Close();
  EXPECT_TRUE(IsCondition(Add("a"), "INVALID_HANDLE.SESSION_CLOSED"));
  EXPECT_TRUE(IsCondition(session_->RememberQuery(nullptr), "INVALID_HANDLE.SESSION_CLOSED"));
}

}  // namespace
}  // namespace thalweg::connect
