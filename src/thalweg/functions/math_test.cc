#include <set>

#include "thalweg/functions/call_fixture.h"

namespace thalweg::functions {
namespace {

class MathTest : public CallFixture {
 protected:
  MathTest() {
    RegisterMathFunctions(&registry_);
    RegisterEncodingFunctions(&registry_);
    RegisterMiscellaneousFunctions(&registry_);
  }
  std::string Type(const Value& value) {
    return value.ok() ? SimpleTypeName(*value->type()) : value.status().ToString();
  }
};

TEST_F(MathTest, Rounding) {
  EXPECT_EQ(Text(Call("round", {D(2.5)})), "3.0");
  EXPECT_EQ(Text(Call("round", {D(-2.5)})), "-3.0");
  EXPECT_EQ(Text(Call("round", {D(-0.4)})), "0.0");
  EXPECT_EQ(Text(Call("round", {D(2.675), I(2)})), "2.68");
  EXPECT_EQ(Text(Call("round", {D(1.005), I(2)})), "1.01");
  EXPECT_EQ(Text(Call("round", {D(1e300), I(2)})), "1.0E300");
  EXPECT_EQ(Text(Call("round", {D(123456.789), I(-3)})), "123000.0");
  EXPECT_EQ(Text(Call("round", {I(125), I(-1)})), "130");
  EXPECT_EQ(Text(Call("bround", {I(125), I(-1)})), "120");
  EXPECT_EQ(Text(Call("bround", {D(2.5)})), "2.0");
  EXPECT_EQ(Text(Call("round", {I(2147483647), I(-1)})), "ARITHMETIC_OVERFLOW");
  const Value decimal = Call("round", {V("1.25", "decimal(3,2)"), I(1)});
  EXPECT_EQ(Text(decimal) + " " + Type(decimal), "1.3 decimal(3,1)");
}

TEST_F(MathTest, CeilAndFloor) {
  EXPECT_EQ(Text(Call("ceil", {D(-1.2)})), "-1");
  EXPECT_EQ(Text(Call("floor", {D(-0.5)})), "-1");
  EXPECT_EQ(Text(Call("floor", {D(1e300)})), "ARITHMETIC_OVERFLOW");
  EXPECT_EQ(Text(Call("floor", {V("NaN", "double")})), "0");
  const Value decimal = Call("floor", {V("-123.45", "decimal(5,2)")});
  EXPECT_EQ(Text(decimal) + " " + Type(decimal), "-124 decimal(4,0)");
  EXPECT_EQ(Type(Call("ceil", {I(5)})), "bigint");
}

TEST_F(MathTest, Reals) {
  EXPECT_EQ(Text(Call("exp", {I(1)})), "2.7182818284590455");
  EXPECT_EQ(Text(Call("exp", {I(-1)})), "0.36787944117144233");
  EXPECT_EQ(Text(Call("exp", {I(710)})), "Infinity");
  EXPECT_EQ(Text(Call("ln", {I(0)})), "NULL");
  EXPECT_EQ(Text(Call("log", {I(2), I(8)})), "3.0");
  EXPECT_EQ(Text(Call("log", {I(1), I(5)})), "Infinity");
  EXPECT_EQ(Text(Call("pow", {I(-8), D(1.0 / 3)})), "NaN");
  EXPECT_EQ(Text(Call("sign", {D(-0.0)})), "-0.0");
  EXPECT_EQ(Text(Call("rint", {D(2.5)})), "2.0");
  EXPECT_EQ(Text(Call("sqrt", {V("16")})), "4.0");
  EXPECT_EQ(Text(Call("pi", {})), "3.141592653589793");
}

TEST_F(MathTest, Integers) {
  EXPECT_EQ(Text(Call("factorial", {I(20)})), "2432902008176640000");
  EXPECT_EQ(Text(Call("factorial", {I(21)})), "NULL");
  EXPECT_EQ(Text(Call("bin", {I(5)})), "101");
  EXPECT_EQ(Text(Call("conv", {V("ff"), I(16), I(10)})), "255");
  EXPECT_EQ(Text(Call("conv", {V("-1"), I(10), I(16)})), "FFFFFFFFFFFFFFFF");
  EXPECT_EQ(Text(Call("width_bucket", {I(5), I(0), I(10), I(5)})), "3");
}

TEST_F(MathTest, Encodings) {
  EXPECT_EQ(Text(Call("hex", {I(-1)})), "FFFFFFFFFFFFFFFF");
  EXPECT_EQ(S("hex", {"abc"}), "616263");
  EXPECT_EQ(S("unhex", {"GG"}), "NULL");
  EXPECT_EQ(S("base64", {"abcd"}), "YWJjZA==");
  EXPECT_EQ(S("unbase64", {"YWJjZA=="}), "abcd");
  EXPECT_EQ(S("unbase64", {"@@@"}), "");
  EXPECT_EQ(S("unbase64", {"a"}), "CONVERSION_INVALID_INPUT");
  EXPECT_EQ(S("md5", {"abc"}), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Text(Call("sha2", {V("abc"), I(1)})), "NULL");
  EXPECT_EQ(S("crc32", {"abc"}), "891568578");
  EXPECT_EQ(S("url_encode", {"a b/é"}), "a+b%2F%C3%A9");
  EXPECT_EQ(S("url_decode", {"a+b%2F%C3%A9"}), "a b/é");
  EXPECT_EQ(Text(Call("decode", {Call("encode", {V("é😀"), V("utf-16")}), V("utf-16")})), "é😀");
}

TEST_F(MathTest, Hashes) {
  EXPECT_EQ(Text(Call("hash", {I(1)})), "-559580957");
  EXPECT_EQ(S("hash", {"abc"}), "1322437556");
  EXPECT_EQ(Text(Call("hash", {I(1), V("a")})), "-936062819");
  EXPECT_EQ(Text(Call("hash", {D(1.5)})), "1290763749");
  EXPECT_EQ(Text(Call("hash", {D(-0.0)})), "-1670924195");
  EXPECT_EQ(S("xxhash64", {"abc"}), "1423657621850124518");
  EXPECT_EQ(S("hash", {"NULL"}), "42");
}

TEST_F(MathTest, RandomNumbersDiffer) {
  const auto bound = registry_.FindScalar("uuid")->bind({}).ValueOrDie();
  const auto first = bound.kernel(context_, {}, 100).ValueOrDie().make_array();
  const auto second = bound.kernel(context_, {}, 100).ValueOrDie().make_array();
  std::set<std::string> seen;
  for (const auto& array : {first, second}) {
    for (int64_t i = 0; i < array->length(); ++i) {
      seen.insert(static_cast<const arrow::StringArray&>(*array).GetString(i));
    }
  }
  EXPECT_EQ(seen.size(), 200u);
}

TEST_F(MathTest, Raising) {
  EXPECT_EQ(S("raise_error", {"x"}), "USER_RAISED_EXCEPTION");
  EXPECT_EQ(Text(Call("typeof", {D(1)})), "double");
}

}  // namespace
}  // namespace thalweg::functions
