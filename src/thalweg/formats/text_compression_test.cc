#include "thalweg/formats/text_compression.h"

#include <random>

#include "thalweg/formats/format_files_test.h"

namespace thalweg::formats {
namespace {

using Rows = std::vector<std::string>;
constexpr TextCompression kWritten[] = {TextCompression::kGzip, TextCompression::kBzip2,
                                        TextCompression::kDeflate, TextCompression::kLz4,
                                        TextCompression::kSnappy};

std::string Compress(TextCompression compression, std::string_view text, size_t piece) {
  auto compressor = Unwrap(MakeCompressor(compression));
  std::string bytes;
  for (size_t at = 0; at < text.size(); at += piece) {
    EXPECT_TRUE(compressor->Add(text.substr(at, piece), &bytes).ok());
  }
  EXPECT_TRUE(compressor->Finish(&bytes).ok());
  return bytes;
}

Result<std::string> Decompress(TextCompression compression, std::string_view bytes, size_t piece) {
  auto decompressor = Unwrap(MakeDecompressor(compression));
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    ARROW_RETURN_NOT_OK(decompressor->Add(bytes.substr(at, piece), &text));
  }
  ARROW_RETURN_NOT_OK(decompressor->Finish(&text));
  return text;
}

TEST(TextCompressionTest, TextsOfAnyLengthInPiecesOfAnyLength) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (const TextCompression compression : kWritten) {
    for (const size_t length : {0, 1, 1000, 300'000, 3'000'000}) {
      std::string text;
      while (text.size() < length) {
        text += random() % 3 == 0 ? std::to_string(random()) : std::string(random() % 500, 'x');
      }
      const std::string bytes = Compress(compression, text, 1 + random() % 400'000);
      EXPECT_LE(bytes.size(), text.size() / 2 + 1000);
      EXPECT_EQ(Unwrap(Decompress(compression, bytes, 1 + random() % 70'000)), text);
    }
  }
}

TEST(TextCompressionTest, StreamsFollowOneAnother) {
  for (const TextCompression compression : kWritten) {
    const std::string bytes = Compress(compression, "one\n", 9) + Compress(compression, "two\n", 9);
    for (const size_t piece : {1, 7, 1000}) {
      EXPECT_EQ(Unwrap(Decompress(compression, bytes, piece)), "one\ntwo\n");
    }
  }
}

TEST(TextCompressionTest, DamageAndEarlyEnds) {
  std::mt19937 random(7);
  for (const TextCompression compression : kWritten) {
    const std::string bytes = Compress(compression, std::string(5000, 'a') + "b\n", 9000);
    for (size_t length = 1; length < bytes.size(); ++length) {
      EXPECT_FALSE(Decompress(compression, bytes.substr(0, length), 1000).ok()) << length;
    }
    for (int i = 0; i < 500; ++i) {
      std::string damaged = bytes;
      damaged[random() % damaged.size()] = static_cast<char>(random());
      // Text or an error, but no crash.
      (void)Decompress(compression, damaged, 1000);
    }
  }
}

TEST(TextCompressionTest, FilesByTheirEnding) {
  FormatFiles files;
  const SchemaPtr schema = Ddl("a string");
  for (const char* name : {"json", "csv", "text"}) {
    for (const char* codec : {"gzip", "bzip2", "deflate", "lz4", "snappy",
                              "org.apache.hadoop.io.compress.BZip2Codec"}) {
      auto format = Unwrap(MakeFormat(name, {{"compression", codec}}, schema));
      arrow::StringBuilder builder;
      EXPECT_TRUE(builder.AppendValues({"x", "y"}).ok());
      Batch batch;
      batch.num_rows = 2;
      batch.columns = {builder.Finish().ValueOrDie()};
      const std::string path = files.Write(*format, schema, {batch});
      EXPECT_FALSE(format->IsSplittable(path));
      ReadRequest request;
      request.columns = schema;
      EXPECT_EQ(files.Read(*format, path, request), (Rows{"x", "y"})) << path;
    }
  }
  EXPECT_EQ(Unwrap(MakeFormat("csv", {{"compression", "BZIP2"}}, schema))->extension(), ".csv.bz2");
  EXPECT_TRUE(IsCondition(MakeFormat("csv", {{"compression", "zstd"}}, schema).status(),
                          "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION"));
}

}  // namespace
}  // namespace thalweg::formats
