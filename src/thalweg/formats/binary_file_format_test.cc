#include "thalweg/formats/format_files_test.h"

namespace thalweg::formats {
namespace {

using Rows = std::vector<std::string>;
constexpr char kSchema[] = "path string, modificationTime timestamp, length bigint, content binary";

TEST(BinaryFileFormatTest, ARowForEachFile) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("binaryFile", {}, Ddl(kSchema)));
  const std::string path = files.Put("a.bin", std::string("\0\1abc", 5));
  InputFile file = files.Open(path);
  file.modification_millis = 1700000000123;
  ReadRequest request;
  request.columns = Ddl("content binary, path string, modificationTime timestamp, length bigint");
  auto reader = Unwrap(format->OpenReader(file, request));
  const Batch batch = *Unwrap(reader->Next());
  Rows rows;
  FormatFiles::AppendRows(batch, &rows);
  EXPECT_TRUE(rows[0].ends_with("|file:" + path + "|2023-11-14 22:13:20.123000Z|5")) << rows[0];
  EXPECT_EQ(static_cast<const arrow::BinaryArray&>(*batch.columns[0]).GetView(0),
            std::string_view("\0\1abc", 5));
  EXPECT_FALSE(Unwrap(reader->Next()).has_value());
}

TEST(BinaryFileFormatTest, LengthsDecideBeforeAnythingIsRead) {
  FormatFiles files;
  const std::string path = files.Put("a.bin", "12345");
  FormatDefaults defaults;
  defaults.max_binary_file_length = 4;
  auto format = Unwrap(MakeFormat("binaryFile", {}, Ddl(kSchema), defaults));
  ReadRequest request;
  request.columns = Ddl("content binary");
  EXPECT_TRUE(files.Read(*format, path, request)[0].starts_with("ERROR Invalid: it has 5 bytes"));
  using Comparison = ColumnFilter::Comparison;
  const auto rows = [&](Comparison comparison, int64_t value) {
    ReadRequest filtered;
    filtered.columns = Ddl("length bigint");
    filtered.filters = {{"length", comparison, std::make_shared<arrow::Int64Scalar>(value)}};
    return files.Read(*format, path, filtered).size();
  };
  EXPECT_EQ(rows(Comparison::kEqual, 5), 1u);
  EXPECT_EQ(rows(Comparison::kEqual, 4), 0u);
  EXPECT_EQ(rows(Comparison::kLess, 5), 0u);
  EXPECT_EQ(rows(Comparison::kLessEqual, 5), 1u);
  EXPECT_EQ(rows(Comparison::kGreater, 5), 0u);
  EXPECT_EQ(rows(Comparison::kGreaterEqual, 5), 1u);
}

TEST(BinaryFileFormatTest, HasOneSchemaAndIsOnlyRead) {
  FormatFiles files;
  auto format = Unwrap(MakeFormat("binaryfile", {}, nullptr));
  EXPECT_EQ(SchemaToDdl(*Unwrap(format->InferSchema(files.file_system(), {}))),
            "path STRING,modificationTime TIMESTAMP,length BIGINT,content BINARY");
  EXPECT_TRUE(format->CheckSchema(*Ddl(kSchema)).ok());
  EXPECT_TRUE(format->CheckSchema(*Ddl("path string")).IsInvalid());
  EXPECT_FALSE(format->is_writable());
  EXPECT_TRUE(IsCondition(format->OpenWriter(nullptr, Ddl(kSchema)).status(),
                          "UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE"));
}

}  // namespace
}  // namespace thalweg::formats
