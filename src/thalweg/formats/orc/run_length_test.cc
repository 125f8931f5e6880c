#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

#include "thalweg/formats/orc/run_length_decoder.h"
#include "thalweg/formats/orc/run_length_encoder.h"
#include "thalweg/formats/orc/timestamp_encoding.h"

namespace thalweg::formats::orc {
namespace {

using Integers = std::vector<int64_t>;

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

Integers Decode(const std::string& bytes, int version, bool is_signed, size_t count) {
  IntegerDecoder decoder(bytes, version, is_signed);
  Integers values(count);
  const Status status = decoder.Next(static_cast<int64_t>(count), values.data());
  EXPECT_TRUE(status.ok()) << status.ToString();
  int64_t more = 0;
  EXPECT_FALSE(decoder.Next(1, &more).ok());
  return values;
}

// The examples of the ORC v1 specification.
TEST(IntegerDecoderTest, ExamplesOfTheSpecification) {
  EXPECT_EQ(Decode(Bytes({0x61, 0x00, 0x07}), 1, false, 100), Integers(100, 7));
  Integers down;
  for (int64_t i = 100; i > 0; --i) down.push_back(i);
  EXPECT_EQ(Decode(Bytes({0x61, 0xff, 0x64}), 1, false, 100), down);
  EXPECT_EQ(Decode(Bytes({0xfb, 0x02, 0x03, 0x06, 0x07, 0x0b}), 1, false, 5),
            (Integers{2, 3, 6, 7, 11}));
  EXPECT_EQ(Decode(Bytes({0x0a, 0x27, 0x10}), 2, false, 5), Integers(5, 10000));
  EXPECT_EQ(
      Decode(Bytes({0x5e, 0x03, 0x5c, 0xa1, 0xab, 0x1e, 0xde, 0xad, 0xbe, 0xef}), 2, false, 4),
      (Integers{23713, 43806, 57005, 48879}));
  EXPECT_EQ(Decode(Bytes({0x8e, 0x13, 0x2b, 0x21, 0x07, 0xd0, 0x1e, 0x00, 0x14, 0x70,
                          0x28, 0x32, 0x3c, 0x46, 0x50, 0x5a, 0x64, 0x6e, 0x78, 0x82,
                          0x8c, 0x96, 0xa0, 0xaa, 0xb4, 0xbe, 0xfc, 0xe8}),
                   2, false, 20),
            (Integers{2030, 2000, 2020, 1000000, 2040, 2050, 2060, 2070, 2080, 2090,
                      2100, 2110, 2120, 2130,    2140, 2150, 2160, 2170, 2180, 2190}));
  EXPECT_EQ(Decode(Bytes({0xc6, 0x09, 0x02, 0x02, 0x22, 0x42, 0x42, 0x46}), 2, false, 10),
            (Integers{2, 3, 5, 7, 11, 13, 17, 19, 23, 29}));
}

TEST(ByteDecoderTest, ExamplesOfTheSpecification) {
  ByteDecoder run(Bytes({0x61, 0x00}));
  std::vector<uint8_t> bytes(100, 1);
  ASSERT_TRUE(run.Next(100, bytes.data()).ok());
  EXPECT_EQ(bytes, std::vector<uint8_t>(100, 0));
  ByteDecoder literals(Bytes({0xfe, 0x44, 0x45}));
  ASSERT_TRUE(literals.Next(2, bytes.data()).ok());
  EXPECT_EQ(bytes[0], 0x44);
  EXPECT_EQ(bytes[1], 0x45);
  EXPECT_FALSE(literals.Next(1, bytes.data()).ok());
}

TEST(RunLengthTest, WhatIsEncodedIsDecoded) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    Integers values;
    std::vector<uint8_t> bytes;
    const size_t count = random() % 2000;
    while (values.size() < count) {
      const auto value = static_cast<int64_t>(random() >> random() % 64);
      const size_t repeats = random() % 3 == 0 ? 1 + random() % 400 : 1;
      const auto step = static_cast<int64_t>(random() % 3 == 0 ? random() % 1000 : 0);
      for (size_t i = 0; i < repeats; ++i) {
        const auto next = static_cast<uint64_t>(value) + i * static_cast<uint64_t>(step);
        values.push_back(static_cast<int64_t>(random() % 2 == 0 || step == 0 ? next : next + 1));
      }
      if (random() % 2 == 0) values.push_back(-value);
    }
    values.push_back(std::numeric_limits<int64_t>::min());
    IntegerEncoder signed_encoder(/*is_signed=*/true);
    IntegerEncoder unsigned_encoder(/*is_signed=*/false);
    ByteEncoder byte_encoder;
    BooleanEncoder boolean_encoder;
    for (const int64_t value : values) {
      signed_encoder.Add(value);
      unsigned_encoder.Add(value);
      byte_encoder.Add(static_cast<uint8_t>(value));
      boolean_encoder.Add(value < 0);
    }
    EXPECT_EQ(Decode(signed_encoder.Take(), 2, true, values.size()), values);
    EXPECT_EQ(Decode(unsigned_encoder.Take(), 2, false, values.size()), values);
    ByteDecoder byte_decoder(byte_encoder.Take());
    BooleanDecoder boolean_decoder(boolean_encoder.Take());
    std::vector<uint8_t> decoded(values.size());
    std::vector<uint8_t> booleans(values.size());
    ASSERT_TRUE(byte_decoder.Next(static_cast<int64_t>(values.size()), decoded.data()).ok());
    ASSERT_TRUE(boolean_decoder.Next(static_cast<int64_t>(values.size()), booleans.data()).ok());
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(decoded[i], static_cast<uint8_t>(values[i]));
      ASSERT_EQ(booleans[i], values[i] < 0 ? 1 : 0);
    }
  }
}

int64_t RoundTrip(int64_t micros, const std::string& writer, const std::string& reader) {
  const auto encoding = TimestampEncoding::Make(writer).ValueOrDie();
  auto decoding = TimestampDecoding::Make(writer, reader).ValueOrDie();
  return decoding.ToMicros(encoding.Seconds(micros), TimestampEncoding::Nanos(micros)).ValueOrDie();
}

TEST(TimestampEncodingTest, WallClockTimesOfZones) {
  constexpr int64_t kSummer = 1'720'000'000'123'456;
  constexpr int64_t kHour = int64_t{3600} * 1'000'000;
  EXPECT_EQ(RoundTrip(kSummer, "UTC", "UTC"), kSummer);
  EXPECT_EQ(RoundTrip(kSummer, "America/New_York", "America/New_York"), kSummer);
  EXPECT_EQ(RoundTrip(kSummer, "America/New_York", "UTC"), kSummer - 4 * kHour);
  EXPECT_EQ(RoundTrip(kSummer, "UTC", "America/New_York"), kSummer + 4 * kHour);
  EXPECT_FALSE(TimestampDecoding::Make("Nowhere/City", "UTC").ok());
}

// As Spark 4.3 reads back what it wrote, in each zone.
TEST(TimestampEncodingTest, AroundTheEpochAsJava) {
  const std::vector<std::pair<int64_t, int64_t>> expected = {{-500'000, 500'000},
                                                             {-1'500'000, -1'500'000},
                                                             {-1'000'000, -1'000'000},
                                                             {-999'999, -999'999},
                                                             {-1, 999'999},
                                                             {-1'000, 999'000},
                                                             {-999, 999'001},
                                                             {500'000, 500'000},
                                                             {17'999'500'000, 17'999'500'000},
                                                             {-86'400'000'001, -86'400'000'001}};
  for (const char* zone : {"UTC", "America/New_York", "Asia/Tokyo"}) {
    for (const auto& [written, read] : expected) EXPECT_EQ(RoundTrip(written, zone, zone), read);
  }
}

TEST(TimestampEncodingTest, NumbersThatNoTimestampHas) {
  auto decoding = TimestampDecoding::Make("", "UTC").ValueOrDie();
  EXPECT_FALSE(decoding.ToMicros(std::numeric_limits<int64_t>::max(), 0).ok());
  EXPECT_FALSE(decoding.ToMicros(0, int64_t{1} << 62).ok());
}

}  // namespace
}  // namespace thalweg::formats::orc
