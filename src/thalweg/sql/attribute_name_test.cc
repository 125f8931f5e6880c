#include "thalweg/sql/attribute_name.h"

#include <gtest/gtest.h>

namespace thalweg::sql {
namespace {

using Parts = std::vector<std::string>;

TEST(AttributeNameTest, TakesAnyCharacterBetweenDots) {
  EXPECT_EQ(ParseAttributeName("a").ValueOrDie(), Parts{"a"});
  EXPECT_EQ(ParseAttributeName("a.b").ValueOrDie(), (Parts{"a", "b"}));
  EXPECT_EQ(ParseAttributeName("my column").ValueOrDie(), Parts{"my column"});
  EXPECT_EQ(ParseAttributeName("1").ValueOrDie(), Parts{"1"});
  EXPECT_EQ(ParseAttributeName("\u6570\u91cf").ValueOrDie(), Parts{"\u6570\u91cf"});
  EXPECT_EQ(ParseAttributeName("count(1)").ValueOrDie(), Parts{"count(1)"});
}

TEST(AttributeNameTest, TakesDotsAndBackticksBetweenBackticks) {
  EXPECT_EQ(ParseAttributeName("`a.b`.c").ValueOrDie(), (Parts{"a.b", "c"}));
  EXPECT_EQ(ParseAttributeName("`a``b`").ValueOrDie(), Parts{"a`b"});
}

TEST(AttributeNameTest, RefusesWhatIsNoName) {
  for (const char* name : {"a.", ".a", "a..b", "`a", "a`b`", "`a`b", "a`"}) {
    const auto parts = ParseAttributeName(name);
    EXPECT_TRUE(IsCondition(parts.status(), "INVALID_ATTRIBUTE_NAME_SYNTAX")) << name;
  }
}

}  // namespace
}  // namespace thalweg::sql
