#pragma once

// What the tests of this room share: files in a temporary directory, rows as text.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/api.h>

#include "thalweg/base/file_system.h"
#include "thalweg/formats/format.h"
#include "thalweg/testing/temporary_directory.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats {

/// Fails the test with the error's text.
template <typename Value>
Value Unwrap(Result<Value> result) {
  EXPECT_TRUE(result.ok()) << RenderError(result.status());
  if (!result.ok()) return Value();
  return std::move(result).ValueOrDie();
}

/// The type of the single column of a DDL text.
inline SchemaPtr Ddl(std::string_view text) { return Unwrap(ParseSchema(text)); }

/// Files written and read through one format.
class FormatFiles {
 public:
  FormatFiles() : file_system_(MakeLocalFileSystem()) {}

  FileSystem* file_system() { return file_system_.get(); }
  std::string Path(const std::string& name) const { return directory_.Child(name); }

  std::string Put(const std::string& name, std::string_view bytes) {
    const std::string path = Path(name);
    auto file = Unwrap(file_system_->CreateNew(path));
    EXPECT_TRUE(file->Append(bytes).ok());
    EXPECT_TRUE(file->Close().ok());
    return path;
  }

  InputFile Open(const std::string& path) {
    return {path, std::shared_ptr<const ReadableFile>(Unwrap(file_system_->Open(path)))};
  }

  /// Rows of all batches, "|" between cells; "ERROR <condition>" as the last one on failure.
  std::vector<std::string> Read(const Format& format, const std::string& path,
                                ReadRequest request) {
    auto reader = format.OpenReader(Open(path), request);
    std::vector<std::string> rows;
    if (!reader.ok()) return {ErrorText(reader.status())};
    while (true) {
      auto batch = (*reader)->Next();
      if (!batch.ok()) {
        rows.push_back(ErrorText(batch.status()));
        return rows;
      }
      if (!batch->has_value()) return rows;
      EXPECT_LE((*batch)->num_rows, request.batch_rows);
      AppendRows(**batch, &rows);
    }
  }

  std::string Write(const Format& format, const SchemaPtr& schema,
                    const std::vector<Batch>& batches) {
    const std::string path = Path("written" + std::to_string(num_written_++) + format.extension());
    auto file = Unwrap(file_system_->CreateNew(path));
    auto writer = Unwrap(format.OpenWriter(file.get(), schema));
    if (writer == nullptr) return path;
    for (const Batch& batch : batches) EXPECT_TRUE(writer->Write(batch).ok());
    const Status finished = writer->Finish();
    EXPECT_TRUE(finished.ok()) << finished.ToString();
    EXPECT_TRUE(file->Close().ok());
    return path;
  }

  static std::string ErrorText(const Status& status) {
    const ErrorDetail* detail = GetErrorDetail(status);
    return "ERROR " + (detail != nullptr ? detail->condition() : status.ToString());
  }

  static void AppendRows(const Batch& batch, std::vector<std::string>* rows) {
    for (const ArrayPtr& column : batch.columns) {
      const Status valid = column->ValidateFull();
      EXPECT_TRUE(valid.ok()) << valid.ToString();
      EXPECT_EQ(column->length(), batch.num_rows);
    }
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      std::string text;
      for (size_t i = 0; i < batch.columns.size(); ++i) {
        if (i > 0) text += "|";
        text += Cell(*batch.columns[i], row);
      }
      rows->push_back(text);
    }
  }

  static std::string Cell(const arrow::Array& array, int64_t row) {
    auto scalar = array.GetScalar(row);
    if (!scalar.ok()) return "?";
    if (!(*scalar)->is_valid) return "null";
    return (*scalar)->ToString();
  }

 private:
  thalweg::testing::TemporaryDirectory directory_;
  std::unique_ptr<FileSystem> file_system_;
  int num_written_ = 0;
};

}  // namespace thalweg::formats
