#include "thalweg/functions/call_fixture.h"

namespace thalweg::functions {
namespace {

class RegexTest : public CallFixture {
 protected:
  RegexTest() { RegisterRegexFunctions(&registry_); }
};

TEST_F(RegexTest, Rlike) {
  EXPECT_EQ(S("rlike", {"abc", "^a.c$"}), "true");
  EXPECT_EQ(S("rlike", {"ABC", "(?i)abc"}), "true");
  EXPECT_EQ(S("regexp_like", {"foobar", "foo(?=bar)"}), "true");
  EXPECT_EQ(S("regexp_like", {"aa", "(a)\\1"}), "true");
  EXPECT_EQ(S("regexp_like", {"a\nb", "a.b"}), "false");
  EXPECT_EQ(S("regexp_like", {"A", "[[:alpha:]]"}), "false");
  EXPECT_EQ(S("regexp_like", {"A", "\\p{Alpha}"}), "true");
  EXPECT_EQ(S("regexp_like", {"x", "\\p{L}"}), "true");
  EXPECT_EQ(S("rlike", {"abc", "["}), "INVALID_PARAMETER_VALUE.PATTERN");
}

TEST_F(RegexTest, Replace) {
  EXPECT_EQ(S("regexp_replace", {"abc123", "[0-9]+", "#"}), "abc#");
  EXPECT_EQ(S("regexp_replace", {"abc", "(a)(b)", "$2$1"}), "bac");
  EXPECT_EQ(S("regexp_replace", {"abc", "", "-"}), "-a-b-c-");
  EXPECT_EQ(S("regexp_replace", {"xx", "x*", "y"}), "yy");
  EXPECT_EQ(S("regexp_replace", {"abc", "b", "\\$"}), "a$c");
  EXPECT_EQ(S("regexp_replace", {"ab", "(?<x>a)", "${x}!"}), "a!b");
  EXPECT_EQ(S("regexp_replace", {"a", "a", "$5"}), "INVALID_REGEXP_REPLACE");
  EXPECT_EQ(Text(Call("regexp_replace", {V("aaa"), V("a"), V("b"), I(2)})), "abb");
  EXPECT_EQ(Text(Call("regexp_replace", {V("abc"), V("b"), V("x"), I(10)})), "abc");
  EXPECT_EQ(Text(Call("regexp_replace", {V("a"), V("b"), V("x"), I(0)})),
            "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE");
}

TEST_F(RegexTest, Extract) {
  EXPECT_EQ(Text(Call("regexp_extract", {V("100-200"), V("(\\d+)-(\\d+)"), I(2)})), "200");
  EXPECT_EQ(S("regexp_extract", {"100-200", "(\\d+)-(\\d+)"}), "100");
  EXPECT_EQ(Text(Call("regexp_extract", {V("abc"), V("(a)|(b)"), I(2)})), "");
  EXPECT_EQ(S("regexp_extract", {"abc", "a"}), "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX");
  EXPECT_EQ(S("regexp_extract_all", {"1-2,3-4", "(\\d)-"}), "[1, 3]");
  EXPECT_EQ(S("regexp_count", {"Steven Jones", "e"}), "3");
  EXPECT_EQ(S("regexp_substr", {"abc", "z"}), "NULL");
  EXPECT_EQ(S("regexp_instr", {"éa", "a"}), "2");
}

TEST_F(RegexTest, Split) {
  EXPECT_EQ(S("split", {"a,b,,", ","}), "[a, b, , ]");
  EXPECT_EQ(Text(Call("split", {V("a,b,c"), V(","), I(2)})), "[a, b,c]");
  EXPECT_EQ(S("split", {"abc", ""}), "[a, b, c]");
  EXPECT_EQ(S("split", {"", ","}), "[]");
  EXPECT_EQ(S("split", {"a1b2c", "[0-9]"}), "[a, b, c]");
  EXPECT_EQ(S("split", {"a|b", "|"}), "[a, |, b, ]");
}

}  // namespace
}  // namespace thalweg::functions
