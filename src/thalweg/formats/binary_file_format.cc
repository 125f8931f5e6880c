// binaryFile: a row for each file, with its name, time, length and bytes. For reading only.

#include <algorithm>
#include <limits>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/formats/built_formats.h"
#include "thalweg/types/data_types.h"

namespace thalweg::formats {
namespace {

constexpr int64_t kMicrosPerMilli = 1000;

const SchemaPtr& BinaryFileSchema() {
  static const SchemaPtr schema = arrow::schema(
      {arrow::field("path", arrow::utf8()), arrow::field("modificationTime", TimestampType()),
       arrow::field("length", arrow::int64()), arrow::field("content", arrow::binary())});
  return schema;
}

template <typename Builder, typename Value>
Result<ArrayPtr> OneValue(const TypePtr& type, const Value& value) {
  Builder builder(type, arrow::default_memory_pool());
  ARROW_RETURN_NOT_OK(builder.Append(value));
  return builder.Finish();
}

class BinaryFileReader final : public FormatReader {
 public:
  BinaryFileReader(InputFile file, ReadRequest request, int64_t max_length)
      : file_(std::move(file)), request_(std::move(request)), max_length_(max_length) {}

  Result<std::optional<Batch>> Next() override {
    if (done_ || IsRuledOut()) return std::optional<Batch>();
    done_ = true;
    Batch batch;
    batch.num_rows = 1;
    for (const auto& field : request_.columns->fields()) {
      ARROW_ASSIGN_OR_RAISE(ArrayPtr column, Column(*field));
      batch.columns.push_back(std::move(column));
    }
    return std::optional<Batch>(std::move(batch));
  }

 private:
  /// Lengths decide before anything is read.
  bool IsRuledOut() const {
    const int64_t length = file_.file->size();
    return std::any_of(
        request_.filters.begin(), request_.filters.end(), [&](const ColumnFilter& filter) {
          if (filter.column != "length" || filter.value == nullptr || !filter.value->is_valid ||
              filter.value->type->id() != arrow::Type::INT64) {
            return false;
          }
          return !Satisfies(filter.comparison, length,
                            static_cast<const arrow::Int64Scalar&>(*filter.value).value);
        });
  }

  static bool Satisfies(ColumnFilter::Comparison comparison, int64_t length, int64_t value) {
    switch (comparison) {
      case ColumnFilter::Comparison::kEqual:
        return length == value;
      case ColumnFilter::Comparison::kLess:
        return length < value;
      case ColumnFilter::Comparison::kLessEqual:
        return length <= value;
      case ColumnFilter::Comparison::kGreater:
        return length > value;
      case ColumnFilter::Comparison::kGreaterEqual:
        return length >= value;
      case ColumnFilter::Comparison::kNotNull:
        return true;
    }
    return true;
  }

  Result<ArrayPtr> Column(const arrow::Field& field) const {
    if (field.name() == "path") {
      return OneValue<arrow::StringBuilder>(field.type(), "file:" + file_.path);
    }
    if (field.name() == "length") {
      return OneValue<arrow::Int64Builder>(field.type(), file_.file->size());
    }
    if (field.name() == "modificationTime") {
      return OneValue<arrow::TimestampBuilder>(field.type(),
                                               file_.modification_millis * kMicrosPerMilli);
    }
    ARROW_ASSIGN_OR_RAISE(const std::string content, Content());
    return OneValue<arrow::BinaryBuilder>(field.type(), content);
  }

  Result<std::string> Content() const {
    const int64_t length = file_.file->size();
    if (length > max_length_) {
      return Status::Invalid(
          fmt::format("it has {} bytes, more than the {} of spark.sql.sources.binaryFile.maxLength",
                      length, max_length_));
    }
    std::string content(static_cast<size_t>(length), '\0');
    int64_t read = 0;
    while (read < length) {
      ARROW_ASSIGN_OR_RAISE(const int64_t more,
                            file_.file->Read(read, length - read, content.data() + read));
      if (more == 0) return Status::IOError("the file became shorter while it was read");
      read += more;
    }
    return content;
  }

  const InputFile file_;
  const ReadRequest request_;
  const int64_t max_length_;
  bool done_ = false;
};

class BinaryFileFormat final : public Format {
 public:
  BinaryFileFormat(int64_t max_length, SchemaPtr schema)
      : max_length_(max_length), schema_(std::move(schema)) {}

  std::string_view name() const override { return "binaryFile"; }
  std::string extension() const override { return ""; }
  bool IsSplittable(std::string_view) const override { return false; }
  bool is_writable() const override { return false; }
  SchemaPtr schema() const override { return schema_; }

  Result<SchemaPtr> InferSchema(FileSystem*, const std::vector<std::string>&) const override {
    return BinaryFileSchema();
  }

  Status CheckSchema(const arrow::Schema& schema) const override {
    const SchemaPtr& expected = BinaryFileSchema();
    bool same = schema.num_fields() == expected->num_fields();
    for (int i = 0; same && i < schema.num_fields(); ++i) {
      same = schema.field(i)->name() == expected->field(i)->name() &&
             SameType(*schema.field(i)->type(), *expected->field(i)->type());
    }
    if (same) return Status::OK();
    return Status::Invalid(fmt::format("the data source binaryFile has the schema {}, not {}",
                                       SchemaToDdl(*expected), SchemaToDdl(schema)));
  }

  Result<std::unique_ptr<FormatReader>> OpenReader(InputFile file,
                                                   ReadRequest request) const override {
    return std::make_unique<BinaryFileReader>(std::move(file), std::move(request), max_length_);
  }

  Result<std::unique_ptr<FormatWriter>> OpenWriter(WritableFile*, SchemaPtr) const override {
    return MakeError("UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE", {});
  }

 private:
  const int64_t max_length_;
  const SchemaPtr schema_;
};

}  // namespace

Result<FormatPtr> MakeBinaryFileFormat(SchemaPtr schema, const FormatDefaults& defaults) {
  // Arrays of bytes have 32-bit offsets.
  const int64_t max_length =
      std::min<int64_t>(defaults.max_binary_file_length, std::numeric_limits<int32_t>::max() - 1);
  return std::make_shared<BinaryFileFormat>(max_length, std::move(schema));
}

}  // namespace thalweg::formats
