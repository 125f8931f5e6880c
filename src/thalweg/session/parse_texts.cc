#include "thalweg/session/parse_texts.h"

#include <memory>
#include <optional>
#include <utility>

#include <arrow/api.h>

#include "thalweg/base/unsupported_call.h"
#include "thalweg/formats/batch_slices.h"
#include "thalweg/formats/text_records.h"
#include "thalweg/plan/analyzer/legality.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/callback.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/nullability.h"

namespace thalweg::session {
namespace {

using formats::TextRecordParser;
using formats::TextRecords;
using plan::spec::Callback;
using plan::spec::Relation;
using plan::spec::RelationKind;
using plan::spec::RelationPtr;

using TextRecordsPtr = std::shared_ptr<const TextRecords>;

const arrow::StringArray& TextsOf(const arrow::RecordBatch& rows) {
  return static_cast<const arrow::StringArray&>(*rows.column(0));
}

/// Passes on the texts that are records.
class KeepRecords final : public PartitionFunction {
 public:
  explicit KeepRecords(TextRecordsPtr records) : records_(std::move(records)) {}

  Status Process(const std::shared_ptr<arrow::RecordBatch>& rows, RowCollector* out) override {
    const arrow::StringArray& texts = TextsOf(*rows);
    arrow::StringBuilder kept;
    for (int64_t row = 0; row < texts.length(); ++row) {
      if (texts.IsNull(row) || !records_->IsRecord(texts.GetView(row))) continue;
      ARROW_RETURN_NOT_OK(kept.Append(texts.GetView(row)));
    }
    ARROW_ASSIGN_OR_RAISE(auto column, kept.Finish());
    return out->Emit(arrow::RecordBatch::Make(rows->schema(), column->length(), {column}));
  }

 private:
  const TextRecordsPtr records_;
};

class ParseRecords final : public PartitionFunction {
 public:
  ParseRecords(SchemaPtr schema, std::unique_ptr<TextRecordParser> parser)
      : schema_(std::move(schema)), parser_(std::move(parser)) {}

  Status Process(const std::shared_ptr<arrow::RecordBatch>& rows, RowCollector* out) override {
    ARROW_RETURN_NOT_OK(parser_->Parse(TextsOf(*rows)));
    ARROW_ASSIGN_OR_RAISE(Batch parsed, parser_->Finish());
    slices_.Reset(std::move(parsed));
    while (const auto slice = slices_.Next(kDefaultBatchRows)) {
      ARROW_ASSIGN_OR_RAISE(const auto batch, ToRecordBatch(*slice, schema_));
      ARROW_RETURN_NOT_OK(out->Emit(batch));
    }
    return Status::OK();
  }

 private:
  const SchemaPtr schema_;
  const std::unique_ptr<TextRecordParser> parser_;
  formats::BatchSlices slices_;
};

std::shared_ptr<Relation> MapTexts(RelationPtr input, std::shared_ptr<const Callback> callback) {
  auto relation = std::make_shared<Relation>();
  relation->kind = RelationKind::kCallback;
  relation->input = std::move(input);
  relation->callback = std::move(callback);
  return relation;
}

Status CheckInput(Session* session, const RelationPtr& input) {
  ARROW_ASSIGN_OR_RAISE(const plan::NodePtr plan, session->Analyze(input));
  if (plan->output.size() != 1) {
    return MakeError("DATAFRAME_INPUT_NOT_SINGLE_COLUMN",
                     {{"numColumns", std::to_string(plan->output.size())}});
  }
  const TypePtr& type = plan->output[0].type;
  if (type->id() != arrow::Type::STRING) {
    return MakeError("DATAFRAME_INPUT_NOT_STRING_TYPE", {{"dataType", plan::QuoteType(*type)}});
  }
  return plan::CheckBatch(plan);
}

/// The first text that is a record; nothing if there is none.
Result<std::optional<std::string>> FindFirstRecord(Session* session, const RelationPtr& input,
                                                   const TextRecordsPtr& records) {
  auto callback = std::make_shared<Callback>();
  ARROW_ASSIGN_OR_RAISE(callback->output_schema, session->SchemaOf(input));
  callback->make_partition_function = [records] { return std::make_unique<KeepRecords>(records); };
  auto first = std::make_shared<Relation>();
  first->kind = RelationKind::kLimit;
  first->input = MapTexts(input, std::move(callback));
  first->condition = plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(1));
  ARROW_ASSIGN_OR_RAISE(const RowSet rows, session->Collect(first));
  for (const Batch& batch : rows.batches) {
    const auto& texts = static_cast<const arrow::StringArray&>(*batch.columns[0]);
    if (texts.length() > 0) return texts.GetString(0);
  }
  return std::nullopt;
}

Result<SchemaPtr> InferSchema(Session* session, const RelationPtr& input,
                              const TextRecords& records,
                              const std::optional<std::string>& first_record) {
  ARROW_ASSIGN_OR_RAISE(const auto inference, records.MakeInference(first_record));
  ARROW_RETURN_NOT_OK(session->RunBatch(input, [&inference](const Batch& batch) -> Status {
    ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
    return inference->Add(static_cast<const arrow::StringArray&>(*dense.columns[0]));
  }));
  return inference->Finish();
}

}  // namespace

Result<RelationPtr> ParseTexts(Session* session, TextParse parse) {
  ARROW_ASSIGN_OR_RAISE(parse.schema, RefuseCharTypes(parse.schema, session->SettingsSnapshot()));
  ARROW_RETURN_NOT_OK(CheckInput(session, parse.input));
  const auto defaults = formats::FormatDefaults::FromSettings(session->SettingsSnapshot());
  ARROW_ASSIGN_OR_RAISE(const TextRecordsPtr records,
                        TextRecords::Make(parse.format, parse.options, defaults));
  const bool infers = parse.schema == nullptr;
  std::optional<std::string> first_record;
  if (records->NeedsFirstRecord(infers)) {
    ARROW_ASSIGN_OR_RAISE(first_record, FindFirstRecord(session, parse.input, records));
  }
  if (infers) {
    ARROW_ASSIGN_OR_RAISE(parse.schema, InferSchema(session, parse.input, *records, first_record));
  }
  const SchemaPtr schema = AllNullable(*parse.schema);
  // What is wrong with the schema or the header comes out here; so the function's cannot fail.
  ARROW_RETURN_NOT_OK(records->MakeParser(schema, first_record).status());
  auto callback = std::make_shared<Callback>();
  callback->operator_name = "parse " + parse.format;
  callback->output_schema = schema;
  callback->make_partition_function = [records, schema,
                                       first_record]() -> std::unique_ptr<PartitionFunction> {
    auto parser = records->MakeParser(schema, first_record);
    if (!parser.ok()) return nullptr;
    return std::make_unique<ParseRecords>(schema, parser.MoveValueUnsafe());
  };
  return MapTexts(std::move(parse.input), std::move(callback));
}

}  // namespace thalweg::session
