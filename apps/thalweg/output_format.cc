#include "output_format.h"

#include <limits>

#include <arrow/api.h>

#include "thalweg/formats/json_writer.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::cli {
namespace {

class TablePrinter : public RowPrinter {
 public:
  TablePrinter(session::Session* session, SchemaPtr schema, TextOutput* output)
      : session_(session), output_(output) {
    rows_.schema = std::move(schema);
  }

  Status Write(const Batch& batch) override {
    ARROW_ASSIGN_OR_RAISE(auto dense, Compact(batch));
    rows_.batches.push_back(std::move(dense));
    return Status::OK();
  }

  Status EndBlock() override {
    ARROW_ASSIGN_OR_RAISE(auto text,
                          session_->ShowString(rows_, std::numeric_limits<int>::max() - 1, 0));
    rows_.batches.clear();
    output_->buffer()->append(text);
    return output_->Flush();
  }

 private:
  session::Session* session_;
  TextOutput* output_;
  session::RowSet rows_;
};

void AppendCsvField(std::string_view text, std::string* out) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out->append(text);
    return;
  }
  out->push_back('"');
  for (const char c : text) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
  out->push_back('"');
}

class CsvPrinter : public RowPrinter {
 public:
  CsvPrinter(const session::Session& session, SchemaPtr schema, TextOutput* output)
      : to_text_(session.CellFormatter()), schema_(std::move(schema)), output_(output) {}

  Status Write(const Batch& batch) override {
    WriteHeader();
    ARROW_ASSIGN_OR_RAISE(const auto dense, Compact(batch));
    std::vector<ArrayPtr> arrays;
    std::vector<const arrow::StringArray*> columns;
    for (const ArrayPtr& column : dense.columns) {
      ARROW_ASSIGN_OR_RAISE(auto text, to_text_(column));
      columns.push_back(static_cast<const arrow::StringArray*>(text.get()));
      arrays.push_back(std::move(text));
    }
    std::string* out = output_->buffer();
    for (int64_t row = 0; row < dense.num_rows; ++row) {
      for (size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) out->push_back(',');
        if (!columns[i]->IsNull(row)) AppendCsvField(columns[i]->GetView(row), out);
      }
      out->push_back('\n');
    }
    return output_->MaybeFlush();
  }

  Status EndBlock() override {
    WriteHeader();
    return output_->Flush();
  }

 private:
  void WriteHeader() {
    if (has_header_) return;
    has_header_ = true;
    std::string* out = output_->buffer();
    for (int i = 0; i < schema_->num_fields(); ++i) {
      if (i > 0) out->push_back(',');
      AppendCsvField(schema_->field(i)->name(), out);
    }
    out->push_back('\n');
  }

  std::function<Result<ArrayPtr>(const ArrayPtr&)> to_text_;
  SchemaPtr schema_;
  TextOutput* output_;
  bool has_header_ = false;
};

class JsonPrinter : public RowPrinter {
 public:
  JsonPrinter(std::unique_ptr<formats::JsonRowWriter> writer, TextOutput* output)
      : writer_(std::move(writer)), output_(output) {}

  Status Write(const Batch& batch) override {
    ARROW_ASSIGN_OR_RAISE(const auto dense, Compact(batch));
    ARROW_RETURN_NOT_OK(writer_->Bind(dense.columns));
    for (int64_t row = 0; row < dense.num_rows; ++row) {
      writer_->AppendRow(row, output_->buffer());
      output_->buffer()->push_back('\n');
    }
    return output_->MaybeFlush();
  }

  Status EndBlock() override { return output_->Flush(); }

 private:
  std::unique_ptr<formats::JsonRowWriter> writer_;
  TextOutput* output_;
};

}  // namespace

std::optional<OutputFormat> ParseOutputFormat(std::string_view text) {
  for (const auto format : {OutputFormat::kTable, OutputFormat::kCsv, OutputFormat::kJson}) {
    if (text == OutputFormatName(format)) return format;
  }
  return std::nullopt;
}

std::string_view OutputFormatName(OutputFormat format) {
  switch (format) {
    case OutputFormat::kTable:
      return "table";
    case OutputFormat::kCsv:
      return "csv";
    case OutputFormat::kJson:
      return "json";
  }
  return "table";
}

Result<std::unique_ptr<RowPrinter>> MakeRowPrinter(OutputFormat format, session::Session* session,
                                                   const SchemaPtr& schema, TextOutput* output) {
  if (format == OutputFormat::kTable) {
    return std::make_unique<TablePrinter>(session, schema, output);
  }
  if (format == OutputFormat::kCsv) {
    return std::make_unique<CsvPrinter>(*session, schema, output);
  }
  formats::JsonOptions options;
  options.ignore_null_fields = false;
  ARROW_ASSIGN_OR_RAISE(options.time_zone,
                        TimeZone::Make(session->settings().Get("spark.sql.session.timeZone")));
  ARROW_ASSIGN_OR_RAISE(auto writer, formats::JsonRowWriter::Make(schema, options));
  return std::make_unique<JsonPrinter>(std::move(writer), output);
}

}  // namespace thalweg::cli
