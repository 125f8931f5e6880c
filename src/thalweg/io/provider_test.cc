#include "thalweg/io/provider.h"

#include <gtest/gtest.h>

namespace thalweg::io {
namespace {

class PlainProvider : public Provider {
 public:
  std::string name() const override { return "Plain"; }
};

TEST(ProviderRegistry, FindsNamesInAnyCase) {
  ProviderRegistry registry;
  registry.Add(std::make_unique<PlainProvider>());
  registry.AddAlias("org.example.Plain", "plain");
  EXPECT_EQ((*registry.Find("PLAIN"))->name(), "Plain");
  EXPECT_EQ((*registry.Find("org.example.plain"))->name(), "Plain");
  EXPECT_TRUE(IsCondition(registry.Find("other").status(), "DATA_SOURCE_NOT_FOUND"));
}

TEST(Provider, RefusesWhatItDoesNotOverride) {
  PlainProvider provider;
  EXPECT_TRUE(IsCondition(provider.InferSchema({}, true).status(), "_LEGACY_ERROR_TEMP_2049"));
  EXPECT_TRUE(IsCondition(provider.MakeScan({}).status(), "_LEGACY_ERROR_TEMP_1135"));
  EXPECT_TRUE(IsCondition(provider.MakeStreamSink({}).status(), "_LEGACY_ERROR_TEMP_2049"));
  EXPECT_TRUE(
      IsCondition(provider.MakeBatchSink({}).status(), "DATA_SOURCE_BATCH_WRITE_NOT_SUPPORTED"));
}

}  // namespace
}  // namespace thalweg::io
