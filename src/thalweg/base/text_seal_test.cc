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
  EXPECT_EQ(SealText("v1\n{\"a\":1}\nx"), "v1\n{\"a\":1,\"thalwegChecksum\":\"b9d2ed88\"}\nx");
}

TEST(TextSealTest, TextWithoutOneFits) {
  std::string text = "v1\n{\"a\":1}\n-";
  EXPECT_TRUE(UnsealText(&text));
  EXPECT_EQ(text, "v1\n{\"a\":1}\n-");
}

TEST(TextSealTest, EveryChangedBitOutsideItsOwnKeyIsSeen) {
  const std::string plain = "v1\n{\"a\":1}\n{\"logOffset\":12}\n-";
  const std::string sealed = SealText(plain);
  for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    std::string damaged = sealed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const size_t second_line = damaged.find("\n{\"a\":1");
    // What breaks the key or the frame of the line leaves JSON that says so, or the lines whole.
    if (UnsealText(&damaged) && second_line == 2 && damaged.ends_with("}\n{\"logOffset\":12}\n-")) {
      continue;
    }
    EXPECT_NE(damaged, plain);
  }
  for (size_t size = 4; size < sealed.size(); ++size) {
    std::string cut = sealed.substr(0, size);
    const bool whole_line = cut.find("\"}") != std::string::npos;
    EXPECT_FALSE(UnsealText(&cut) && whole_line) << size;
  }
}

}  // namespace
}  // namespace thalweg
