#include <random>

#include <arrow/adapters/orc/adapter.h>
#include <arrow/io/file.h>

#include "thalweg/formats/format_files_test.h"
#include "thalweg/formats/orc_reader.h"

namespace thalweg::formats {
namespace {

using Rows = std::vector<std::string>;

/// A file as others write it, straight through Arrow.
std::string WriteForeign(FormatFiles* files, const std::string& name, const arrow::Table& table,
                         int64_t stripe_bytes = 64 << 20) {
  const std::string path = files->Path(name);
  auto output = Unwrap(arrow::io::FileOutputStream::Open(path));
  arrow::adapters::orc::WriteOptions options;
  options.stripe_size = stripe_bytes;
  auto writer = Unwrap(arrow::adapters::orc::ORCFileWriter::Open(output.get(), options));
  const Status written = writer->Write(table);
  EXPECT_TRUE(written.ok()) << written.ToString();
  EXPECT_TRUE(writer->Close().ok());
  return path;
}

std::shared_ptr<arrow::Table> Longs(const std::string& column, std::vector<int64_t> values) {
  arrow::Int64Builder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  EXPECT_TRUE(builder.AppendNull().ok());
  const ArrayPtr array = builder.Finish().ValueOrDie();
  return arrow::Table::Make(arrow::schema({arrow::field(column, arrow::int64())}), {array});
}

Rows Read(FormatFiles* files, const std::string& path, ReadRequest request,
          const FormatDefaults& defaults = {}) {
  auto format = Unwrap(MakeFormat("orc", {}, request.columns, defaults));
  return files->Read(*format, path, std::move(request));
}

Rows ReadAs(FormatFiles* files, const std::string& path, std::string_view ddl) {
  ReadRequest request;
  request.columns = Ddl(ddl);
  return Read(files, path, std::move(request));
}

/// Rows of JSON lines.
Batch FromJson(FormatFiles* files, const SchemaPtr& schema, const std::string& name,
               const std::string& lines) {
  auto json = Unwrap(MakeFormat("json", {}, schema));
  ReadRequest request;
  request.columns = schema;
  auto reader = Unwrap(json->OpenReader(files->Open(files->Put(name, lines)), request));
  return *Unwrap(reader->Next());
}

TEST(OrcReadTest, ColumnsByNameAndAsOtherTypes) {
  FormatFiles files;
  const std::string path =
      WriteForeign(&files, "longs.orc", *Longs("N", {1, -2, 300, int64_t{1} << 40}));
  EXPECT_EQ(ReadAs(&files, path, "missing string, n bigint"),
            (Rows{"null|1", "null|-2", "null|300", "null|1099511627776", "null|null"}));
  EXPECT_EQ(ReadAs(&files, path, "n int"), (Rows{"1", "-2", "300", "null", "null"}));
  EXPECT_EQ(ReadAs(&files, path, "n tinyint"), (Rows{"1", "-2", "null", "null", "null"}));
  EXPECT_EQ(ReadAs(&files, path, "n string")[3], "1099511627776");
  EXPECT_EQ(ReadAs(&files, path, "n double")[1], "-2");
  EXPECT_EQ(ReadAs(&files, path, "n decimal(15,2)")[2], "300.00");
  EXPECT_EQ(ReadAs(&files, path, "n timestamp_ntz")[0], "1970-01-01 00:00:00.000001");
  for (const char* refused : {"n date", "n array<int>", "n timestamp", "n boolean"}) {
    EXPECT_TRUE(ReadAs(&files, path, refused)[0].starts_with("ERROR Invalid: the column `n` is"))
        << refused;
  }
  FormatDefaults exact;
  exact.case_sensitive = true;
  ReadRequest request;
  request.columns = Ddl("n int");
  EXPECT_EQ(Read(&files, path, request, exact)[0], "null");
}

TEST(OrcReadTest, ColumnsByPosition) {
  FormatFiles files;
  const std::string hive = WriteForeign(&files, "hive.orc", *Longs("_col0", {7}));
  EXPECT_EQ(ReadAs(&files, hive, "a int, b string"), (Rows{"7|null", "null|null"}));
  const std::string named = WriteForeign(&files, "named.orc", *Longs("old_name", {7}));
  auto format =
      Unwrap(MakeFormat("orc", {{"orc.force.positional.evolution", "true"}}, Ddl("new_name int")));
  ReadRequest request;
  request.columns = Ddl("new_name int");
  EXPECT_EQ(files.Read(*format, named, request), (Rows{"7", "null"}));
}

TEST(OrcReadTest, RangesReadEveryStripeOnce) {
  FormatFiles files;
  std::vector<int64_t> values;
  for (int64_t i = 0; i < 50'000; ++i) values.push_back(i * 7919 % 100'003);
  const std::string path =
      WriteForeign(&files, "stripes.orc", *Longs("n", std::move(values)), 16 << 10);
  ReadRequest request;
  request.columns = Ddl("n bigint");
  request.batch_rows = 1000;
  const Rows all = Read(&files, path, request);
  EXPECT_EQ(all.size(), 50'001u);
  const int64_t size = files.Open(path).file->size();
  Rows pieces;
  int num_with_rows = 0;
  for (int64_t at = 0; at < size; at += 1 << 15) {
    ReadRequest part = request;
    part.range_begin = at;
    part.range_end = at + (1 << 15);
    const Rows rows = Read(&files, path, part);
    num_with_rows += rows.empty() ? 0 : 1;
    pieces.insert(pieces.end(), rows.begin(), rows.end());
  }
  EXPECT_EQ(pieces, all);
  EXPECT_GT(num_with_rows, 2);
}

TEST(OrcReadTest, CountsWithoutColumns) {
  FormatFiles files;
  const std::string path =
      WriteForeign(&files, "count.orc", *Longs("n", std::vector<int64_t>(99, 1)));
  auto format = Unwrap(MakeFormat("orc", {}, Ddl("n bigint")));
  ReadRequest request;
  request.columns = arrow::schema(arrow::FieldVector());
  request.batch_rows = 64;
  auto reader = Unwrap(format->OpenReader(files.Open(path), request));
  EXPECT_EQ(Unwrap(reader->Next())->num_rows, 64);
  EXPECT_EQ(Unwrap(reader->Next())->num_rows, 36);
  EXPECT_FALSE(Unwrap(reader->Next()).has_value());
}

TEST(OrcFormatTest, EveryTypeComesBack) {
  FormatFiles files;
  const SchemaPtr schema =
      Ddl("b boolean, i8 tinyint, i16 smallint, i32 int, i64 bigint, f float, d double, s string, "
          "dec decimal(38,10), dt date, ts timestamp, ntz timestamp_ntz, "
          "arr array<timestamp_ntz>, m map<string,struct<x:int,t:timestamp>>, "
          "st struct<a:int,b:array<string>>");
  const std::string full =
      R"({"b":true,"i8":1,"i16":-2,"i32":3,"i64":4,"f":1.5,"d":-2.5,"s":"text","dec":"1.5",)"
      R"("dt":"0001-01-01","ts":"2024-02-29T12:34:56.123456Z","ntz":"1969-12-31T23:59:59.5",)"
      R"("arr":["2024-02-29T00:00:00.000001",null],"m":{"k":{"x":1,"t":"2024-02-29T00:00:00Z"}},)"
      R"("st":{"a":1,"b":["p",null]}})";
  const Batch batch =
      FromJson(&files, schema, "all.json", full + "\n{}\n" + full + "\n{\"i32\":9}\n");
  Rows expected;
  FormatFiles::AppendRows(batch, &expected);
  auto format = Unwrap(MakeFormat("orc", {}, schema));
  const std::string path =
      files.Write(*format, schema, {SliceBatch(batch, 0, 1), SliceBatch(batch, 1, 3)});
  EXPECT_EQ(SchemaToDdl(*Unwrap(format->InferSchema(files.file_system(), {path}))),
            SchemaToDdl(*schema));
  ReadRequest request;
  request.columns = schema;
  EXPECT_EQ(files.Read(*format, path, request), expected);
  request.columns = Ddl("st struct<b:array<string>,more:int>, i32 bigint");
  EXPECT_EQ(files.Read(*format, path, request)[3], "null|9");
}

TEST(OrcFormatTest, TypesThatOrcLacksRideInAttributes) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("orc", {}, nullptr));
  const SchemaPtr schema =
      Ddl("iv interval day to second, ym interval year, l array<struct<a:timestamp_ntz>>");
  const std::string path = files.Write(*format, schema, {Unwrap(EmptyBatch(*schema))});
  EXPECT_EQ(SchemaToDdl(*Unwrap(format->InferSchema(files.file_system(), {path}))),
            "iv INTERVAL DAY TO SECOND,ym INTERVAL YEAR,l ARRAY<STRUCT<a: TIMESTAMP_NTZ>>");
  EXPECT_EQ(ReadAs(&files, path, "iv interval day to second"), Rows());
}

TEST(OrcFormatTest, TimestampsOfAllYearsComeBack) {
  FormatFiles files;
  const SchemaPtr schema = Ddl("ts timestamp");
  auto format = Unwrap(MakeFormat("orc", {}, schema));
  const Rows expected = {"0001-01-01 00:00:00.000000Z", "1900-06-01 01:02:03.000001Z",
                         "1969-12-31 23:59:58.500000Z", "1970-01-01 00:00:00.000000Z",
                         "2024-02-29 12:34:56.123456Z", "9999-12-31 23:59:59.999999Z"};
  std::string lines;
  for (std::string text : expected) {
    text[10] = 'T';
    lines += "{\"ts\":\"" + text + "\"}\n";
  }
  const Batch batch = FromJson(&files, schema, "times.json", lines);
  EXPECT_EQ(ReadAs(&files, files.Write(*format, schema, {batch}), "ts timestamp"), expected);
}

/// What Apache ORC's library reads.
std::shared_ptr<arrow::Table> ReadByArrow(const std::string& path) {
  auto file = Unwrap(arrow::io::ReadableFile::Open(path));
  auto reader =
      Unwrap(arrow::adapters::orc::ORCFileReader::Open(file, arrow::default_memory_pool()));
  return Unwrap(reader->Read());
}

TEST(OrcFormatTest, OthersReadWhatIsWritten) {
  FormatFiles files;
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const SchemaPtr schema =
      Ddl("b boolean, i8 tinyint, i16 smallint, i64 bigint, d double, s string, dec decimal(20,3), "
          "dt date, ts timestamp, arr array<int>, m map<string,int>, st struct<a:int,s:string>");
  for (const char* codec : {"none", "zlib", "snappy", "lz4", "zstd"}) {
    std::string lines;
    for (int i = 0; i < 3000; ++i) {
      const auto any = [&](uint32_t bound) { return std::to_string(random() % bound); };
      if (random() % 7 == 0) {
        lines += "{}\n";
        continue;
      }
      lines += "{\"b\":" + std::string(random() % 3 == 0 ? "true" : "false");
      if (random() % 5 > 0) lines += ",\"i8\":" + any(100);
      lines += ",\"i16\":" + any(3) + ",\"i64\":" + any(1U << 31) + any(1U << 31) +
               ",\"d\":" + any(9) + ".25,\"s\":\"" + std::string(random() % 20, 'x') + any(10) +
               "\",\"dec\":-" + any(1000000) + ".125,\"dt\":\"20" +
               std::to_string(10 + random() % 20) + "-01-31\",\"ts\":\"2024-02-29T12:34:56." +
               std::to_string(100000 + random() % 900000) + "Z\"";
      if (random() % 4 > 0) lines += ",\"arr\":[" + any(50) + ",null," + any(50) + "]";
      if (random() % 4 > 0) lines += ",\"m\":{\"k" + any(10) + "\":" + any(5) + "}";
      if (random() % 4 > 0) lines += ",\"st\":{\"a\":" + any(70000) + "}";
      lines += "}\n";
    }
    const Batch batch = FromJson(&files, schema, std::string(codec) + ".json", lines);
    auto format =
        Unwrap(MakeFormat("orc", {{"compression", codec}, {"orc.stripe.size", "20000"}}, schema));
    const std::string path =
        files.Write(*format, schema, {SliceBatch(batch, 0, 1111), SliceBatch(batch, 1111, 1889)});
    ReadRequest request;
    request.columns = schema;
    request.batch_rows = 700;
    Rows expected;
    FormatFiles::AppendRows(batch, &expected);
    EXPECT_EQ(files.Read(*format, path, request), expected) << codec;
    const auto table = ReadByArrow(path);
    ASSERT_EQ(table->num_rows(), 3000);
    for (int i = 0; i < schema->num_fields(); ++i) {
      const ArrayPtr peer = Unwrap(arrow::Concatenate(table->column(i)->chunks()));
      for (int64_t row = 0; row < 3000; row += 7) {
        const std::string cell = FormatFiles::Cell(*batch.columns[static_cast<size_t>(i)], row);
        const std::string other = FormatFiles::Cell(*peer, row);
        // Types are printed with nested values, and times in their unit.
        const bool same =
            arrow::is_nested(peer->type_id()) || peer->type_id() == arrow::Type::TIMESTAMP
                ? (cell == "null") == (other == "null")
                : cell == other;
        ASSERT_TRUE(same) << schema->field(i)->name() << " " << row << ": " << cell << " " << other;
      }
    }
  }
}

TEST(OrcFormatTest, NamesOptionsAndRefusals) {
  const auto extension = [](const FormatOptions& options) {
    return Unwrap(MakeFormat("orc", options, nullptr))->extension();
  };
  EXPECT_EQ(extension({}), ".zstd.orc");
  EXPECT_EQ(extension({{"compression", "none"}}), ".orc");
  EXPECT_EQ(extension({{"compression", "ZLIB"}}), ".zlib.orc");
  EXPECT_EQ(extension({{"orc.compress", "snappy"}}), ".snappy.orc");
  EXPECT_EQ(extension({{"orc.compress", "snappy"}, {"compression", "lz4"}}), ".lz4.orc");
  EXPECT_TRUE(IsCondition(MakeFormat("orc", {{"compression", "gzip"}}, nullptr).status(),
                          "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION"));
  EXPECT_TRUE(IsCondition(MakeFormat("orc", {{"orc.stripe.size", "0"}}, nullptr).status(),
                          "STDS_INVALID_OPTION_VALUE.WITH_MESSAGE"));
  EXPECT_TRUE(IsCondition(MakeFormat("orc", {{"orc.compress.size", "9000000"}}, nullptr).status(),
                          "STDS_INVALID_OPTION_VALUE.WITH_MESSAGE"));
  FormatFiles files;
  auto format = Unwrap(MakeFormat("orc", {}, nullptr));
  for (const char* refused : {"a void", "a array<variant>", "a struct<b:interval>"}) {
    EXPECT_TRUE(
        IsCondition(format->CheckSchema(*Ddl(refused)), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"))
        << refused;
  }
}

TEST(OrcFormatTest, DamagedFiles) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("orc", {}, Ddl("n bigint")));
  const std::string text = files.Put("text.orc", "no orc file at all, but long enough");
  EXPECT_TRUE(IsCondition(format->InferSchema(files.file_system(), {text}).status(),
                          "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER"));
  EXPECT_TRUE(ReadAs(&files, text, "n bigint")[0].starts_with("ERROR"));
  EXPECT_EQ(Unwrap(format->InferSchema(files.file_system(), {files.Put("empty.orc", "")})),
            nullptr);
  const std::string whole = WriteForeign(&files, "whole.orc", *Longs("n", {1, 2, 3}));
  const std::string bytes = Unwrap(files.file_system()->ReadFile(whole));
  for (size_t at = 0; at < bytes.size(); at += 3) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    // Rows or an error, but no crash.
    ReadAs(&files, files.Put("damaged" + std::to_string(at), damaged), "n bigint");
    ReadAs(&files, files.Put("cut" + std::to_string(at), bytes.substr(0, at)), "n bigint");
  }
}

/// Reads to the end or the first error. What comes is whole arrays, but texts need not be UTF-8.
void Drain(FormatFiles* files, const Format& format, const std::string& path, ReadRequest request) {
  auto reader = format.OpenReader(files->Open(path), std::move(request));
  while (reader.ok()) {
    auto batch = (*reader)->Next();
    if (!batch.ok() || !batch->has_value()) return;
    for (const ArrayPtr& column : (*batch)->columns) {
      const Status valid = column->Validate();
      EXPECT_TRUE(valid.ok()) << valid.ToString();
    }
  }
}

TEST(OrcFormatTest, RandomDamageIsNoCrash) {
  FormatFiles files;
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const SchemaPtr schema =
      Ddl("i bigint, s string, d decimal(10,2), ts timestamp, m map<string,array<int>>, "
          "st struct<a:boolean,b:tinyint,c:double>");
  ReadRequest request;
  request.columns = schema;
  std::string lines;
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    lines += "{\"i\":" + n + ",\"s\":\"t" + n +
             "\",\"d\":1.5,\"ts\":\"2024-02-29T00:00:00Z\",\"m\":{\"k\":[" + n +
             "]},\"st\":{\"a\":true,\"b\":1,\"c\":2.5}}\n{}\n";
  }
  const Batch batch = FromJson(&files, schema, "rows.json", lines);
  for (const char* codec : {"none", "zlib"}) {
    auto format = Unwrap(MakeFormat("orc", {{"compression", codec}}, schema));
    const std::string path = files.Write(*format, schema, {batch});
    const std::string bytes = Unwrap(files.file_system()->ReadFile(path));
    for (int i = 0; i < 3000; ++i) {
      std::string damaged = bytes;
      for (uint32_t changes = 1 + random() % 4; changes > 0; --changes) {
        const size_t near_end =
            damaged.size() - 1 - random() % std::min<size_t>(damaged.size(), 300);
        const size_t at = random() % 2 == 0 ? near_end : random() % damaged.size();
        damaged[at] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
      }
      const std::string name = codec + std::to_string(i);
      const std::string changed = files.Put(name, damaged);
      Drain(&files, *format, changed, request);
      (void)format->InferSchema(files.file_system(), {changed});
      EXPECT_TRUE(files.file_system()->Remove(changed).ok());
    }
  }
}

TEST(OrcFormatTest, MergesSchemas) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("orc", {{"mergeSchema", "true"}}, nullptr));
  const auto write = [&](const SchemaPtr& schema) {
    return files.Write(*format, schema, {Unwrap(EmptyBatch(*schema))});
  };
  const std::string one = write(Ddl("a int, b string"));
  const std::string two = write(Ddl("b string, c int"));
  EXPECT_EQ(SchemaToDdl(*Unwrap(format->InferSchema(files.file_system(), {one, two}))),
            "a INT,b STRING,c INT");
}

}  // namespace
}  // namespace thalweg::formats
