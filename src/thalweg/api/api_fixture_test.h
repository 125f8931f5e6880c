#pragma once

// What the tests of the public API share. They see the public headers only.

#include <memory>
#include <sstream>
#include <string>

#include <thalweg/session.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace thalweg {

/// A session whose console is a text.
class ApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = Session::Builder()
                    .AppName("api test")
                    .Config("spark.sql.session.timeZone", "UTC")
                    .Config("spark.sql.shuffle.partitions", 4)
                    .Console(&console_)
                    .GetOrCreate();
    ASSERT_TRUE(made.ok()) << made.status().ToString();
    session_ = *made;
  }

  /// The rows as JSON objects, sorted: "{"a":1}{"a":2}".
  static std::string Rows(const DataFrame& frame);
  /// Condition of the error, or the text of one that has none.
  static std::string Condition(const Status& status) {
    const auto info = GetErrorInfo(status);
    return info ? info->condition : status.message();
  }
  static std::string Condition(const DataFrame& frame) {
    return Condition(frame.Collect().status());
  }

  std::ostringstream console_;
  std::shared_ptr<Session> session_;
};

#define THALWEG_ASSERT_OK(expression)                                         \
  do {                                                                        \
    const ::thalweg::Status status_of_call = (expression);                    \
    ASSERT_TRUE(status_of_call.ok()) << ::thalweg::ErrorText(status_of_call); \
  } while (false)

}  // namespace thalweg
