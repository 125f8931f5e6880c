#include "thalweg/formats/charset.h"

#include <gtest/gtest.h>

#include <random>

#include "thalweg/formats/format_files_test.h"

namespace thalweg::formats {
namespace {

using Rows = std::vector<std::string>;
// An accent, a euro, a letter beyond U+FFFF.
constexpr char kText[] = "a\u00e9\u20ac\U0001F600z";

std::string Decode(Charset charset, std::string_view bytes, size_t piece) {
  CharsetDecoder decoder(charset);
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    decoder.Decode(bytes.substr(at, piece), &text);
  }
  decoder.Finish(&text);
  return text;
}

std::string Encode(Charset charset, std::string_view text) {
  CharsetEncoder encoder(charset);
  std::string bytes;
  encoder.Encode(text, &bytes);
  return bytes;
}

TEST(CharsetTest, UnicodeComesBackInPiecesOfAnyLength) {
  for (const Charset charset : {Charset::kUtf8, Charset::kUtf16, Charset::kUtf16Big,
                                Charset::kUtf16Little, Charset::kUtf32}) {
    const std::string bytes = Encode(charset, kText);
    for (size_t piece = 1; piece <= bytes.size(); ++piece) {
      EXPECT_EQ(Decode(charset, bytes, piece), kText);
    }
  }
}

TEST(CharsetTest, SingleBytes) {
  EXPECT_EQ(Encode(Charset::kLatin1, kText), "a\xE9??z");
  EXPECT_EQ(Encode(Charset::kAscii, kText), "a???z");
  EXPECT_EQ(Decode(Charset::kLatin1, "a\xE9", 1), "a\u00e9");
  EXPECT_EQ(Decode(Charset::kAscii, "a\xE9", 1), "a\uFFFD");
}

TEST(CharsetTest, ByteOrders) {
  using namespace std::string_view_literals;
  EXPECT_EQ(Encode(Charset::kUtf16, "a"), "\xFE\xFF\0a"sv);
  EXPECT_EQ(Decode(Charset::kUtf16,
                   "\xFF\xFE"
                   "a\0"sv,
                   1),
            "a");
  EXPECT_EQ(Decode(Charset::kUtf16, "\0a"sv, 1), "a");
  EXPECT_EQ(Decode(Charset::kUtf32, "\xFF\xFE\0\0a\0\0\0"sv, 3), "a");
}

TEST(CharsetTest, WhatIsNoCharacterIsReplaced) {
  using namespace std::string_view_literals;
  EXPECT_EQ(Decode(Charset::kUtf16Big, "\xD8\0\0a"sv, 1), "\uFFFDa");
  EXPECT_EQ(Decode(Charset::kUtf16Big, "\xDC\0\0a"sv, 1), "\uFFFDa");
  EXPECT_EQ(Decode(Charset::kUtf16Big, "\0a\0"sv, 1), "a\uFFFD");
  EXPECT_EQ(Decode(Charset::kUtf32, "\0\x11\0\0"sv, 1), "\uFFFD");
  EXPECT_EQ(Encode(Charset::kLatin1, "\xFFz\xE2"), "?z?");
}

TEST(CharsetTest, Names) {
  EXPECT_EQ(*ParseCharset("Iso-8859-1", "x"), Charset::kLatin1);
  EXPECT_TRUE(IsCondition(ParseCharset("latin1", "x").status(), "INVALID_PARAMETER_VALUE.CHARSET"));
}

TEST(CharsetTest, FilesOfEachFormat) {
  FormatFiles files;
  const SchemaPtr schema = Ddl("a string, b int");
  auto json = Unwrap(MakeFormat("json", {}, schema));
  ReadRequest request;
  request.columns = schema;
  std::string lines;
  Rows expected;
  // More than is read or written at once.
  for (int i = 0; i < 60'000; ++i) {
    lines += std::string("{\"a\":\"") + kText + "\",\"b\":" + std::to_string(i) + "}\n";
    expected.push_back(kText + ("|" + std::to_string(i)));
  }
  request.batch_rows = 60'000;
  auto reader = Unwrap(json->OpenReader(files.Open(files.Put("rows.json", lines)), request));
  const Batch batch = *Unwrap(reader->Next());
  for (const char* name : {"json", "csv"}) {
    for (const char* charset : {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"}) {
      for (const char* compression : {"none", "gzip"}) {
        auto format =
            Unwrap(MakeFormat(name, {{"encoding", charset}, {"compression", compression}}, schema));
        EXPECT_FALSE(format->IsSplittable("x"));
        const std::string path = files.Write(*format, schema, {batch});
        EXPECT_EQ(files.Read(*format, path, request), expected) << name << " " << charset;
        EXPECT_EQ(Unwrap(format->InferSchema(files.file_system(), {path}))->num_fields(), 2);
      }
    }
  }
}

}  // namespace
}  // namespace thalweg::formats
