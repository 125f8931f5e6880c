#include <arrow/io/file.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include "thalweg/formats/parquet_reader.h"
#include "thalweg/formats/format_files_test.h"

namespace thalweg::formats {
namespace {

using Rows = std::vector<std::string>;

/// A file as others write it, straight through Arrow.
std::string WriteForeign(FormatFiles* files, const arrow::Table& table, int64_t group_rows,
                         bool int96 = false) {
  const std::string path = files->Path("foreign" + std::to_string(group_rows) + ".parquet");
  auto output = Unwrap(arrow::io::FileOutputStream::Open(path));
  parquet::ArrowWriterProperties::Builder properties;
  if (int96) properties.enable_deprecated_int96_timestamps();
  const Status written =
      parquet::arrow::WriteTable(table, arrow::default_memory_pool(), output, group_rows,
                                 parquet::default_writer_properties(), properties.build());
  EXPECT_TRUE(written.ok()) << written.ToString();
  EXPECT_TRUE(output->Close().ok());
  return path;
}

template <typename Builder, typename Value>
ArrayPtr ArrayOfValues(const TypePtr& type, const std::vector<Value>& values) {
  Builder builder(type, arrow::default_memory_pool());
  EXPECT_TRUE(builder.AppendValues(values).ok());
  ArrayPtr array;
  EXPECT_TRUE(builder.Finish(&array).ok());
  return array;
}

std::shared_ptr<arrow::Table> TwoColumns() {
  std::vector<int32_t> numbers;
  for (int i = 0; i < 100; ++i) numbers.push_back(i);
  auto ints = ArrayOfValues<arrow::Int32Builder>(arrow::int32(), numbers);
  auto millis = ArrayOfValues<arrow::TimestampBuilder>(
      arrow::timestamp(arrow::TimeUnit::MILLI, "UTC"), std::vector<int64_t>(100, 1700000000123));
  return arrow::Table::Make(
      arrow::schema({arrow::field("N", arrow::int32(), false),
                     arrow::field("t", arrow::timestamp(arrow::TimeUnit::MILLI, "UTC"))}),
      {ints, millis});
}

Rows Read(FormatFiles* files, const std::string& path, ReadRequest request,
          const FormatDefaults& defaults = {}) {
  auto format = Unwrap(MakeFormat("parquet", {}, request.columns, defaults));
  return files->Read(*format, path, std::move(request));
}

TEST(ParquetReadTest, PrunesWidensAndFillsIn) {
  FormatFiles files;
  const std::string path = WriteForeign(&files, *TwoColumns()->Slice(7, 2), 100);
  ReadRequest request;
  request.columns = Ddl("t timestamp, missing string, n bigint");
  EXPECT_EQ(Read(&files, path, request),
            (Rows{"2023-11-14 22:13:20.123000Z|null|7", "2023-11-14 22:13:20.123000Z|null|8"}));
  request.columns = Ddl("n double, t timestamp_ntz");
  EXPECT_EQ(Read(&files, path, request)[0], "7|2023-11-14 22:13:20.123000");
  request.columns = Ddl("n decimal(12,2)");
  EXPECT_EQ(Read(&files, path, request)[0], "7.00");
  FormatDefaults exact;
  exact.case_sensitive = true;
  request.columns = Ddl("n int");
  EXPECT_EQ(Read(&files, path, request, exact)[0], "null");
  request.columns = Ddl("n string");
  EXPECT_EQ(Read(&files, path, request)[0],
            "ERROR FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH");
}

TEST(ParquetReadTest, RowGroupsByRangeAndFilter) {
  FormatFiles files;
  const std::string path = WriteForeign(&files, *TwoColumns(), 10);
  ReadRequest request;
  request.columns = Ddl("n int");
  const Rows all = Read(&files, path, request);
  EXPECT_EQ(all.size(), 100u);
  const int64_t size = files.Open(path).file->size();
  Rows pieces;
  for (int64_t at = 0; at < size; at += 101) {
    ReadRequest part = request;
    part.range_begin = at;
    part.range_end = at + 101;
    for (const std::string& row : Read(&files, path, part)) pieces.push_back(row);
  }
  EXPECT_EQ(pieces, all);
  using Comparison = ColumnFilter::Comparison;
  const auto rows = [&](Comparison comparison, int32_t value) {
    ReadRequest filtered = request;
    filtered.filters = {{"n", comparison, std::make_shared<arrow::Int32Scalar>(value)}};
    return Read(&files, path, filtered).size();
  };
  EXPECT_EQ(rows(Comparison::kEqual, 42), 10u);
  EXPECT_EQ(rows(Comparison::kEqual, 1000), 0u);
  EXPECT_EQ(rows(Comparison::kLess, 20), 20u);
  EXPECT_EQ(rows(Comparison::kLessEqual, 20), 30u);
  EXPECT_EQ(rows(Comparison::kGreater, 89), 10u);
  EXPECT_EQ(rows(Comparison::kGreaterEqual, 89), 20u);
  EXPECT_EQ(rows(Comparison::kNotNull, 0), 100u);
}

TEST(ParquetReadTest, CountsWithoutColumns) {
  FormatFiles files;
  ReadRequest request;
  request.columns = arrow::schema(arrow::FieldVector());
  request.batch_rows = 64;
  auto format = Unwrap(MakeFormat("parquet", {}, nullptr));
  auto reader =
      Unwrap(format->OpenReader(files.Open(WriteForeign(&files, *TwoColumns(), 10)), request));
  EXPECT_EQ(Unwrap(reader->Next())->num_rows, 64);
  EXPECT_EQ(Unwrap(reader->Next())->num_rows, 36);
  EXPECT_FALSE(Unwrap(reader->Next()).has_value());
}

TEST(ParquetReadTest, Int96AndNanoseconds) {
  FormatFiles files;
  auto nanos = ArrayOfValues<arrow::TimestampBuilder>(arrow::timestamp(arrow::TimeUnit::NANO),
                                                      std::vector<int64_t>{1700000000123456789});
  auto table = arrow::Table::Make(arrow::schema({arrow::field("t", nanos->type())}), {nanos});
  const std::string int96 = WriteForeign(&files, *table, 1, /*int96=*/true);
  const std::string plain = WriteForeign(&files, *table, 2);
  EXPECT_EQ(SchemaToDdl(*Unwrap(ReadParquetSchema(files.Open(int96)))), "t TIMESTAMP");
  EXPECT_EQ(SchemaToDdl(*Unwrap(ReadParquetSchema(files.Open(plain)))), "t TIMESTAMP_NTZ");
  ReadRequest request;
  request.columns = Ddl("t timestamp");
  EXPECT_EQ(Read(&files, int96, request), (Rows{"2023-11-14 22:13:20.123456Z"}));
  EXPECT_EQ(Read(&files, plain, request), (Rows{"2023-11-14 22:13:20.123456Z"}));
}

TEST(ParquetReadTest, NestedPruning) {
  FormatFiles files;
  const SchemaPtr schema =
      Ddl("s struct<a:int,b:struct<c:string,d:int>>, l array<struct<x:int,y:int>>");
  auto json = Unwrap(MakeFormat("json", {}, schema));
  ReadRequest request;
  request.columns = schema;
  auto reader = Unwrap(json->OpenReader(
      files.Open(files.Put("a.json",
                           "{\"s\":{\"a\":1,\"b\":{\"c\":\"q\",\"d\":2}},\"l\":[{\"x\":3,"
                           "\"y\":4}]}\n{\"s\":{\"a\":5}}\n{}\n")),
      request));
  auto format = Unwrap(MakeFormat("parquet", {}, schema));
  const std::string path = files.Write(*format, schema, {*Unwrap(reader->Next())});
  EXPECT_EQ(SchemaToDdl(*Unwrap(format->InferSchema(files.file_system(), {path}))),
            SchemaToDdl(*schema));
  request.columns = Ddl("l array<struct<y:bigint,z:int>>, s struct<b:struct<d:int>>");
  EXPECT_EQ(files.Read(*format, path, request),
            (Rows{"list<element: struct<y: int64, z: int32>>[{y:int64 = 4, z:int32 = null}]|"
                  "{b:struct<d: int32> = {d:int32 = 2}}",
                  "null|{b:struct<d: int32> = null}", "null|null"}));
  request.columns = Ddl("s struct<nothing:int>");
  EXPECT_EQ(files.Read(*format, path, request),
            (Rows{"{nothing:int32 = null}", "{nothing:int32 = null}", "null"}));
}

TEST(ParquetFormatTest, NamesSchemasAndRefusals) {
  const auto extension = [](const char* codec) {
    return Unwrap(MakeFormat("parquet", {{"compression", codec}}, nullptr))->extension();
  };
  EXPECT_EQ(Unwrap(MakeFormat("parquet", {}, nullptr))->extension(), ".snappy.parquet");
  EXPECT_EQ(extension("none"), ".parquet");
  EXPECT_EQ(extension("GZIP"), ".gz.parquet");
  EXPECT_TRUE(IsCondition(MakeFormat("parquet", {{"compression", "lzo"}}, nullptr).status(),
                          "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION"));
  FormatFiles files;
  auto format = Unwrap(MakeFormat("parquet", {}, nullptr));
  EXPECT_TRUE(
      IsCondition(format->CheckSchema(*Ddl("a void")), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"));
  auto damaged = format->InferSchema(files.file_system(), {files.Put("x.parquet", "nothing")});
  EXPECT_TRUE(IsCondition(damaged.status(), "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER"));
}

TEST(ParquetFormatTest, TheSchemaRidesInTheFile) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("parquet", {}, nullptr));
  const SchemaPtr schema =
      Ddl("iv interval day to second, ym interval year to month, l array<struct<a:int not null>>");
  const std::string path = files.Write(*format, schema, {Unwrap(EmptyBatch(*schema))});
  EXPECT_EQ(SchemaToDdl(*Unwrap(format->InferSchema(files.file_system(), {path}))),
            "iv INTERVAL DAY TO SECOND,ym INTERVAL YEAR TO MONTH,l ARRAY<STRUCT<a: INT>>");
}

TEST(ParquetFormatTest, MergesSchemas) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("parquet", {{"mergeSchema", "true"}}, nullptr));
  const auto write = [&](const SchemaPtr& schema) {
    return files.Write(*format, schema, {Unwrap(EmptyBatch(*schema))});
  };
  const std::string one = write(Ddl("a int, b string"));
  const std::string two = write(Ddl("b string, c int"));
  const std::string three = write(Ddl("a date"));
  EXPECT_EQ(SchemaToDdl(*Unwrap(format->InferSchema(files.file_system(), {one, two}))),
            "a INT,b STRING,c INT");
  EXPECT_TRUE(IsCondition(format->InferSchema(files.file_system(), {one, three}).status(),
                          "CANNOT_MERGE_SCHEMAS"));
}

}  // namespace
}  // namespace thalweg::formats
