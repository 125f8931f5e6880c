#include "thalweg/stream/source_set.h"

#include <gtest/gtest.h>

#include "thalweg/stream/fake_query_test.h"

namespace thalweg::stream {
namespace {

class SourceSetTest : public ::testing::Test {
 protected:
  SourceSet MakeSet(const std::string& wraps) {
    auto relation = std::make_shared<plan::StreamRelation>();
    relation->provider = &provider_;
    relation->arguments.settings["spark.sql.streaming.triggerAvailableNowWrapper.enabled"] = wraps;
    return SourceSet::Make({relation}, "/checkpoint").ValueOrDie();
  }

  const std::shared_ptr<FakeStream> stream_ = std::make_shared<FakeStream>();
  FakeProvider provider_{stream_};
};

TEST_F(SourceSetTest, FixesTheEndOfSourcesThatCannot) {
  stream_->available_now = false;
  EXPECT_FALSE(MakeSet("false").supports_available_now());
  SourceSet set = MakeSet("true");
  ASSERT_TRUE(set.supports_available_now());
  stream_->AddRows(3);
  EXPECT_EQ(set.at(0)->LatestOffset("1", {io::ReadLimit::Kind::kMaxRows, 1}).ValueOrDie(), "2");
  ASSERT_TRUE(set.PrepareForAvailableNow().ok());
  stream_->AddRows(3);
  // The limit does not count any more.
  EXPECT_EQ(set.at(0)->LatestOffset("1", {io::ReadLimit::Kind::kMaxRows, 1}).ValueOrDie(), "3");
  ASSERT_TRUE(set.Commit({"3"}).ok());
  EXPECT_EQ(stream_->commits, std::vector<io::Offset>{"3"});
  set.Stop();
  EXPECT_TRUE(stream_->was_stopped);
}

}  // namespace
}  // namespace thalweg::stream
