#include "thalweg/base/text_seal.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(TextSealTest, ComesOutAsItWentIn) {
  for (const char* text :
       {"v1\n{\"a\":1}", "v1\n{\"a\":1}\n{\"b\":2}", "v1", "v1\n{}", "v1\n7", ""}) {
    std::string sealed = SealText(text);
    ASSERT_TRUE(UnsealText(&sealed)) << text;
    EXPECT_EQ(sealed, text);
  }
  EXPECT_EQ(SealText("v1\n{\"a\":1}\nx"), "v1\n{\"a\":1,\"thalwegChecksum\":\"b0b813be\"}\nx");
}

TEST(TextSealTest, TextWithoutOneFits) {
  std::string text = "v1\n{\"a\":1}\n-";
  EXPECT_TRUE(UnsealText(&text));
  EXPECT_EQ(text, "v1\n{\"a\":1}\n-");
}

TEST(TextSealTest, EveryChangedBitIsSeenOrBreaksTheFrame) {
  const std::string plain = "v1\n{\"a\":1}\n{\"logOffset\":12}\n-";
  const std::string sealed = SealText(plain);
  const size_t brace = sealed.find('}');
  for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    std::string damaged = sealed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    if (!UnsealText(&damaged)) continue;
    // What has lost its key keeps it as a strange one; what has lost its frame does not parse.
    EXPECT_NE(damaged, plain) << bit;
    const bool is_frame = bit / 8 == 2 || bit / 8 == 3 || bit / 8 == brace || bit / 8 == brace + 1;
    const bool is_whole =
        damaged.starts_with("v1\n{\"a\":1") && damaged.ends_with("}\n{\"logOffset\":12}\n-");
    EXPECT_TRUE(is_frame || is_whole) << bit;
  }
  for (size_t size = 4; size < sealed.size(); ++size) {
    std::string cut = sealed.substr(0, size);
    const bool whole_line = cut.find("\"}") != std::string::npos;
    EXPECT_FALSE(UnsealText(&cut) && whole_line) << size;
  }
}

}  // namespace
}  // namespace thalweg
