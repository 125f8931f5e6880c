#include "thalweg/connect/proto/arrow_message.h"

#include <gtest/gtest.h>

#include "thalweg/connect/proto/wire.h"

namespace thalweg::connect {
namespace {

using proto::ExecutePlanResponse;

ExecutePlanResponse RoundTrip(const ExecutePlanResponse& response,
                              const std::vector<std::string>& data) {
  std::vector<std::shared_ptr<arrow::Buffer>> buffers;
  for (const std::string& text : data) buffers.push_back(arrow::Buffer::FromString(text));
  const grpc::ByteBuffer bytes = SerializeWithData(response, buffers);
  buffers.clear();
  ExecutePlanResponse received;
  EXPECT_TRUE(ParseMessage(bytes, &received).ok());
  return received;
}

TEST(ArrowMessageTest, HasTheDataAndEverythingElse) {
  ExecutePlanResponse response;
  response.set_session_id("session");
  response.set_response_id("response");
  response.mutable_schema()->mutable_long_();
  response.mutable_arrow_batch()->set_row_count(7);
  response.mutable_arrow_batch()->set_start_offset(300);
  ExecutePlanResponse expected = response;
  expected.mutable_arrow_batch()->set_data("abc" + std::string(100000, 'x') + "d");

  const ExecutePlanResponse received = RoundTrip(response, {"abc", std::string(100000, 'x'), "d"});
  EXPECT_EQ(received.SerializeAsString(), expected.SerializeAsString());
}

TEST(ArrowMessageTest, TakesNoDataAtAll) {
  ExecutePlanResponse response;
  response.mutable_arrow_batch()->set_row_count(0);
  const ExecutePlanResponse received = RoundTrip(response, {});
  EXPECT_TRUE(received.has_arrow_batch());
  EXPECT_EQ(received.arrow_batch().data(), "");
}

}  // namespace
}  // namespace thalweg::connect
