#include "thalweg/connect/error/error_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace thalweg::connect {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(ErrorReplyTest, TellsClassConditionAndParameters) {
  ErrorStore store;
  const Status error = MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", "`t`"}});
  const grpc::Status reply = ErrorReply(error, &store);
  EXPECT_EQ(reply.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(reply.error_message(), HasSubstr("[TABLE_OR_VIEW_NOT_FOUND]"));
  EXPECT_THAT(reply.error_details(),
              AllOf(HasSubstr("org.apache.spark.sql.AnalysisException"), HasSubstr("errorClass"),
                    HasSubstr("{\"relationName\":\"`t`\"}"), HasSubstr("42P01")));
}

TEST(ErrorReplyTest, KeepsTrailersSmall) {
  const Status error =
      MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", std::string(100'000, 'x')}});
  const grpc::Status reply = PlainErrorReply(error);
  EXPECT_LT(reply.error_details().size(), 4096u);
  EXPECT_LT(reply.error_message().size(), 4096u);
}

TEST(ErrorReplyTest, CountsWhatMessagesTakeInTrailers) {
  std::string name;
  for (int i = 0; i < 10'000; ++i) name += "\u00e4";
  const Status error = MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", name}});
  const std::string message = PlainErrorReply(error).error_message();
  // Each byte of such a letter is written as three.
  EXPECT_LT(message.size(), 2048u / 3 + 100);
  EXPECT_GT(message.size(), 600u);
  EXPECT_THAT(message, testing::EndsWith("\u00e4..."));
}

TEST(ErrorReplyTest, DetailsAreFetchedOnce) {
  ErrorStore store;
  const std::string id = store.Add(DescribeError(MakeError("DIVIDE_BY_ZERO")));
  const ErrorChain chain = store.Take(id);
  ASSERT_EQ(chain.size(), 1u);
  EXPECT_EQ(chain[0].condition, "DIVIDE_BY_ZERO");
  EXPECT_EQ(chain[0].classes.front(), "org.apache.spark.SparkArithmeticException");
  EXPECT_EQ(chain[0].classes.back(), "java.lang.Object");
  EXPECT_TRUE(store.Take(id).empty());
}

TEST(ErrorReplyTest, CastsFailWithTheExceptionOfTheirTarget) {
  const auto class_of = [](const std::string& target) {
    return DescribeError(MakeError("CAST_INVALID_INPUT", {{"targetType", target}}))[0].classes[0];
  };
  EXPECT_EQ(class_of("\"INT\""), "org.apache.spark.SparkNumberFormatException");
  EXPECT_EQ(class_of("\"DATE\""), "org.apache.spark.SparkDateTimeException");
  EXPECT_EQ(class_of("\"BOOLEAN\""), "org.apache.spark.SparkRuntimeException");
}

TEST(ErrorStoreTest, KeepsOnlySoMuchText) {
  ErrorStore store;
  const auto add = [&](size_t bytes) {
    ErrorRecord record;
    record.message = std::string(bytes, 'x');
    return store.Add({record});
  };
  const std::string first = add(ErrorStore::kMaxBytes / 2);
  const std::string second = add(ErrorStore::kMaxBytes / 2);
  const std::string third = add(1);
  EXPECT_TRUE(store.Take(first).empty());
  EXPECT_FALSE(store.Take(second).empty());
  // The last one is kept however long it is.
  const std::string large = add(ErrorStore::kMaxBytes + 1);
  EXPECT_TRUE(store.Take(third).empty());
  EXPECT_FALSE(store.Take(large).empty());
}

}  // namespace
}  // namespace thalweg::connect
