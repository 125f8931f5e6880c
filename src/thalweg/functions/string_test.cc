#include "thalweg/functions/call_fixture.h"

namespace thalweg::functions {
namespace {

class StringTest : public CallFixture {
 protected:
  StringTest() {
    RegisterStringFunctions(&registry_);
    RegisterCollectionFunctions(&registry_);
  }
};

TEST_F(StringTest, Case) {
  EXPECT_EQ(S("upper", {"abcÄé"}), "ABCÄÉ");
  EXPECT_EQ(S("upper", {"ß"}), "SS");
  EXPECT_EQ(S("lower", {"İ"}), "i̇");
  EXPECT_EQ(S("lower", {"ΑΣ"}), "ας");
  EXPECT_EQ(S("upper", {"NULL"}), "NULL");
  EXPECT_EQ(S("initcap", {"hELLO a-b  éa"}), "Hello A-b  Éa");
}

TEST_F(StringTest, Lengths) {
  EXPECT_EQ(S("length", {"日本"}), "2");
  EXPECT_EQ(S("length", {"😀"}), "1");
  EXPECT_EQ(S("octet_length", {"é"}), "2");
  EXPECT_EQ(S("bit_length", {"é"}), "16");
  EXPECT_EQ(Text(Call("length", {V("ab", "binary")})), "2");
  EXPECT_EQ(Text(Call("length", {I(12345)})), "5");
}

TEST_F(StringTest, Substring) {
  const auto cut = [this](const char* text, int position, int length) {
    return Text(Call("substring", {V(text), I(position), I(length)}));
  };
  EXPECT_EQ(cut("hello", 2, 3), "ell");
  EXPECT_EQ(cut("hello", 0, 2), "he");
  EXPECT_EQ(cut("hello", -3, 2), "ll");
  EXPECT_EQ(cut("hello", -10, 7), "he");
  EXPECT_EQ(cut("hello", 10, 2), "");
  EXPECT_EQ(cut("hello", 2, -1), "");
  EXPECT_EQ(cut("hello", -2147483647 - 1, 2147483647), "hell");
  EXPECT_EQ(cut("a😀b", 2, 1), "😀");
  EXPECT_EQ(Text(Call("substr", {V("hello"), I(-2)})), "lo");
  EXPECT_EQ(Text(Call("left", {V("日本語"), I(2)})), "日本");
  EXPECT_EQ(Text(Call("right", {V("hello"), I(2)})), "lo");
  EXPECT_EQ(Text(Call("right", {V("hello"), I(0)})), "");
}

TEST_F(StringTest, Concatenation) {
  EXPECT_EQ(S("concat", {"a", "b", "c"}), "abc");
  EXPECT_EQ(S("concat", {"a", "NULL"}), "NULL");
  EXPECT_EQ(S("||", {"a", "b"}), "ab");
  EXPECT_EQ(Text(Call("concat", {I(1), V("x"), V("2.5", "decimal(2,1)")})), "1x2.5");
  EXPECT_EQ(S("concat_ws", {",", "a", "NULL", "b"}), "a,b");
  EXPECT_EQ(S("concat_ws", {"NULL", "a"}), "NULL");
  const Value list = Call("array", {V("x"), V("NULL"), V("y")});
  EXPECT_EQ(Text(Call("concat_ws", {V("-"), list, V("z")})), "x-y-z");
  EXPECT_EQ(Text(Call("elt", {I(2), V("a"), V("b")})), "b");
  EXPECT_EQ(Text(Call("elt", {I(5), V("a"), V("b")})), "INVALID_ARRAY_INDEX");
  EXPECT_EQ(Text(Call("concat", {V("a"), list})), "DATATYPE_MISMATCH.DATA_DIFF_TYPES");
}

TEST_F(StringTest, TrimAndPad) {
  EXPECT_EQ(S("trim", {"  a b  "}), "a b");
  EXPECT_EQ(S("trim", {"\ta\t"}), "\ta\t");
  EXPECT_EQ(S("trim", {"xy", "yxaxy"}), "a");
  EXPECT_EQ(S("ltrim", {"x", "xxa"}), "a");
  EXPECT_EQ(S("rtrim", {"é", "aéé"}), "a");
  EXPECT_EQ(S("btrim", {"xxaxx", "x"}), "a");
  EXPECT_EQ(Text(Call("lpad", {V("a"), I(3)})), "  a");
  EXPECT_EQ(Text(Call("lpad", {V("a"), I(4), V("xy")})), "xyxa");
  EXPECT_EQ(Text(Call("lpad", {V("abc"), I(2), V("x")})), "ab");
  EXPECT_EQ(Text(Call("lpad", {V("a"), I(5), V("")})), "a");
  EXPECT_EQ(Text(Call("rpad", {V("a"), I(4), V("é")})), "aééé");
}

TEST_F(StringTest, Search) {
  EXPECT_EQ(S("instr", {"a😀b", "b"}), "3");
  EXPECT_EQ(S("instr", {"hello", ""}), "1");
  EXPECT_EQ(Text(Call("locate", {V("l"), V("hello"), I(4)})), "4");
  EXPECT_EQ(Text(Call("locate", {V(""), V("hello"), I(3)})), "1");
  EXPECT_EQ(Text(Call("locate", {V("l"), V("hello"), I(-1)})), "0");
  EXPECT_EQ(S("replace", {"aaa", "aa", "b"}), "ba");
  EXPECT_EQ(S("replace", {"abc", "", "X"}), "abc");
  EXPECT_EQ(S("startswith", {"hello", "he"}), "true");
  EXPECT_EQ(S("endswith", {"hello", "x"}), "false");
  EXPECT_EQ(S("contains", {"hello", "NULL"}), "NULL");
  EXPECT_EQ(Text(Call("substring_index", {V("a.b.c"), V("."), I(2)})), "a.b");
  EXPECT_EQ(Text(Call("substring_index", {V("a.b.c"), V("."), I(-1)})), "c");
  EXPECT_EQ(Text(Call("split_part", {V("a,b,c"), V(","), I(-1)})), "c");
  EXPECT_EQ(Text(Call("split_part", {V("a,b"), V(","), I(0)})), "INVALID_INDEX_OF_ZERO");
  EXPECT_EQ(S("find_in_set", {"b", "a,b,c"}), "2");
}

TEST_F(StringTest, Characters) {
  EXPECT_EQ(S("ascii", {"😀"}), "128512");
  EXPECT_EQ(Text(Call("chr", {I(321)})), "A");
  EXPECT_EQ(Text(Call("chr", {I(-1)})), "");
  EXPECT_EQ(Text(Call("char", {I(233)})), "é");
  EXPECT_EQ(S("reverse", {"a😀b"}), "b😀a");
  EXPECT_EQ(S("translate", {"hello", "lo", "x"}), "hexx");
  EXPECT_EQ(S("translate", {"aaa", "aa", "xy"}), "xxx");
  EXPECT_EQ(Text(Call("repeat", {V("ab"), I(3)})), "ababab");
  EXPECT_EQ(Text(Call("repeat", {V("ab"), I(2000000000)})), "THALWEG_TEXT_TOO_LONG");
  EXPECT_EQ(Text(Call("rpad", {V("ab"), I(2147483647), V("\xC3\xA4")})), "THALWEG_TEXT_TOO_LONG");
  EXPECT_EQ(Text(Call("overlay", {V("abcdef"), V("XX"), I(3)})), "abXXef");
  EXPECT_EQ(S("levenshtein", {"kitten", "sitting"}), "3");
  EXPECT_EQ(S("soundex", {"Robert"}), "R163");
}

TEST_F(StringTest, Like) {
  const auto like = [this](const char* text, const char* pattern) {
    return S("like", {text, pattern}) == "true";
  };
  EXPECT_TRUE(like("abc", "a%"));
  EXPECT_TRUE(like("abc", "%c"));
  EXPECT_TRUE(like("abc", "a_c"));
  EXPECT_TRUE(like("mississippi", "%iss%ipp%"));
  EXPECT_TRUE(like("日本", "日%"));
  EXPECT_TRUE(like("😀", "_"));
  EXPECT_TRUE(like("a%c", "a\\%c"));
  EXPECT_TRUE(like("abab", "%_b"));
  EXPECT_TRUE(like("", "%"));
  EXPECT_FALSE(like("abc", ""));
  EXPECT_FALSE(like("abc", "a\\%c"));
  EXPECT_FALSE(like("ab", "%abb"));
  EXPECT_EQ(S("like", {"abc", "abc\\"}), "INVALID_FORMAT.ESC_AT_THE_END");
  EXPECT_EQ(S("like", {"abc", "a/bc", "/"}), "INVALID_FORMAT.ESC_IN_THE_MIDDLE");
  EXPECT_EQ(S("like", {"abc", "abc", "xx"}), "INVALID_ESC");
  EXPECT_EQ(S("ilike", {"É", "é"}), "true");
}

TEST_F(StringTest, Format) {
  EXPECT_EQ(
      Text(Call("format_string", {V("%5d|%-4s|%05.1f|%x"), I(42), V("ab"), D(3.14159), I(255)})),
      "   42|ab  |003.1|ff");
  EXPECT_EQ(Text(Call("printf", {V("%2$s %1$s%%"), V("a"), V("b")})), "b a%");
  EXPECT_EQ(Text(Call("format_number", {D(12332.123456), I(4)})), "12,332.1235");
}

TEST_F(StringTest, Errors) {
  EXPECT_EQ(Text(Call("upper", {})), "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
  const Value list = Call("array", {V("a")});
  EXPECT_EQ(Text(Call("upper", {list})), "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
}

}  // namespace
}  // namespace thalweg::functions
