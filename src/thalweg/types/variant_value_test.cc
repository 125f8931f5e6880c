#include "thalweg/types/variant_value.h"

#include <random>

#include <gtest/gtest.h>

#include "thalweg/types/variant_builder.h"

namespace thalweg {
namespace {

/// {"a":[1,1.5,"text",true,null],"b":{"c":2020-01-01}}, with more kinds of values in it.
std::string Sample() {
  VariantBuilder builder;
  std::vector<VariantBuilder::Field> fields;
  fields.push_back({builder.AddName("a"), 0});
  std::vector<uint32_t> offsets;
  const auto element = [&] { offsets.push_back(static_cast<uint32_t>(builder.position())); };
  element();
  builder.AppendLong(1);
  element();
  builder.AppendDecimal(150, 2);
  element();
  builder.AppendString("text");
  element();
  builder.AppendString(std::string(100, 'x'));
  element();
  builder.AppendBinary("bytes");
  element();
  builder.AppendDouble(2.5);
  element();
  builder.AppendNull();
  builder.FinishArray(0, offsets);
  fields.push_back({builder.AddName("b"), static_cast<uint32_t>(builder.position())});
  builder.AppendDate(18262);
  std::string packed;
  EXPECT_TRUE(builder.FinishObject(0, &fields).ok());
  EXPECT_TRUE(builder.Finish(&packed).ok());
  return packed;
}

Result<std::string> Text(const std::string& value, const std::string& metadata) {
  // Exactly as long as they are, so that a sanitizer sees what is read beyond the end.
  const std::vector<char> value_bytes(value.begin(), value.end());
  const std::vector<char> metadata_bytes(metadata.begin(), metadata.end());
  ARROW_ASSIGN_OR_RAISE(
      const auto variant,
      VariantValue::Make({.value = {value_bytes.data(), value_bytes.size()},
                          .metadata = {metadata_bytes.data(), metadata_bytes.size()}}));
  TimeZone utc = TimeZone::Utc();
  std::string text;
  ARROW_RETURN_NOT_OK(AppendVariantJson(variant, &utc, &text));
  ARROW_RETURN_NOT_OK(variant.FindField("b").status());
  VariantBuilder copy;
  ARROW_RETURN_NOT_OK(copy.AppendVariant(variant));
  return text;
}

TEST(VariantValue, ReadsWhatWasWritten) {
  const std::string packed = Sample();
  const VariantBytes bytes = UnpackVariant(packed);
  const auto text = Text(std::string(bytes.value), std::string(bytes.metadata));
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "{\"a\":[1,1.5,\"text\",\"" + std::string(100, 'x') +
                       "\",\"Ynl0ZXM=\",2.5,null],\"b\":\"2020-01-01\"}");
}

TEST(VariantValue, RefusesBytesThatAreCutOff) {
  const std::string packed = Sample();
  const VariantBytes bytes = UnpackVariant(packed);
  for (size_t size = 0; size < bytes.value.size(); ++size) {
    const auto text = Text(std::string(bytes.value.substr(0, size)), std::string(bytes.metadata));
    EXPECT_TRUE(IsCondition(text.status(), "MALFORMED_VARIANT")) << size;
  }
  for (size_t size = 0; size < bytes.metadata.size(); ++size) {
    const auto text = Text(std::string(bytes.value), std::string(bytes.metadata.substr(0, size)));
    EXPECT_TRUE(IsCondition(text.status(), "MALFORMED_VARIANT")) << size;
  }
}

TEST(VariantValue, SurvivesBytesThatAreChanged) {
  const std::string packed = Sample();
  const VariantBytes bytes = UnpackVariant(packed);
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int run = 0; run < 20'000; ++run) {
    std::string value(bytes.value);
    std::string metadata(bytes.metadata);
    for (uint32_t change = random() % 4 + 1; change > 0; --change) {
      std::string& target = random() % 3 == 0 ? metadata : value;
      target[random() % target.size()] = static_cast<char>(random());
    }
    const auto text = Text(value, metadata);
    if (text.ok()) continue;
    EXPECT_TRUE(IsCondition(text.status(), "MALFORMED_VARIANT") ||
                IsCondition(text.status(), "UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT") ||
                IsCondition(text.status(), "VARIANT_DUPLICATE_KEY"))
        << text.status();
  }
}

}  // namespace
}  // namespace thalweg
