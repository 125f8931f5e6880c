// from_csv, to_csv and schema_of_csv.

#include <arrow/api.h>
#include <arrow/util/bitmap_ops.h>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/formats/csv_inference.h"
#include "thalweg/formats/csv_options.h"
#include "thalweg/formats/csv_row_parser.h"
#include "thalweg/formats/csv_writer.h"
#include "thalweg/functions/format_arguments.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;
using formats::CsvOptions;

/// Bytes that must be readable behind a text that is cut into values.
constexpr size_t kPadding = 32;

Result<CsvOptions> MakeOptions(const std::map<std::string, std::string>& options,
                               const expr::EvalContext& context) {
  formats::FormatDefaults defaults;
  defaults.time_zone = context.session_time_zone;
  return CsvOptions::Make(formats::FormatOptions(options), defaults);
}

Status CheckSchema(const arrow::DataType& type) {
  if (type.id() != arrow::Type::STRUCT) {
    return MakeError("INVALID_SCHEMA.NON_STRUCT_TYPE",
                     {{"inputSchema", QuotedType(type)}, {"dataType", QuotedType(type)}});
  }
  for (const FieldPtr& field : type.fields()) {
    if (IsNested(*field->type())) {
      return MakeError("UNSUPPORTED_DATATYPE", {{"typeName", QuotedType(*field->type())}});
    }
  }
  return Status::OK();
}

/// The type with fields that may be NULL, as text may leave any of them out.
TypePtr WithNullableFields(const arrow::DataType& type) {
  arrow::FieldVector fields;
  for (const FieldPtr& field : type.fields()) fields.push_back(field->WithNullable(true));
  return arrow::struct_(std::move(fields));
}

/// Texts, one record each, as structs; NULL stays NULL.
Result<ArrayPtr> ParseRecords(const arrow::StringArray& texts, const TypePtr& type,
                              CsvOptions options) {
  const arrow::Schema schema(type->fields());
  ARROW_ASSIGN_OR_RAISE(auto parser,
                        formats::CsvRowParser::Make(schema, schema, std::move(options)));
  std::string padded;
  for (int64_t row = 0; row < texts.length(); ++row) {
    if (texts.IsNull(row)) {
      parser->AppendNull();
      continue;
    }
    const std::string_view text = texts.GetView(row);
    padded.assign(text);
    padded.append(kPadding, '\0');
    ARROW_RETURN_NOT_OK(parser->ParseLine(std::string_view(padded).substr(0, text.size())));
  }
  const Batch batch = parser->Finish();
  std::shared_ptr<arrow::Buffer> valid;
  if (texts.null_count() > 0) {
    ARROW_ASSIGN_OR_RAISE(
        valid, arrow::internal::CopyBitmap(arrow::default_memory_pool(), texts.null_bitmap_data(),
                                           texts.offset(), texts.length()));
  }
  return std::make_shared<arrow::StructArray>(type, texts.length(), batch.columns, valid);
}

Result<BoundFunction> BindFromCsv(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("from_csv", arguments, 2, 3));
  ARROW_ASSIGN_OR_RAISE(const auto schema, SchemaArgument(arguments));
  ARROW_ASSIGN_OR_RAISE(auto options, ConstantOptions(arguments, 2));
  ARROW_RETURN_NOT_OK(CheckSchema(*schema));
  const auto input = arguments[0].type->id();
  if (input != arrow::Type::STRING && input != arrow::Type::NA) {
    return UnexpectedInputType(0, "\"STRING\"", *arguments[0].type);
  }
  const TypePtr type = WithNullableFields(*schema);
  BoundFunction bound{.name = "from_csv", .return_type = type, .nullable = true, .can_fail = true};
  for (const auto& argument : arguments) bound.argument_types.push_back(argument.type);
  bound.argument_types[0] = arrow::utf8();
  bound.kernel = [type, options](const expr::EvalContext& context,
                                 const std::vector<arrow::Datum>& values,
                                 int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto csv_options, MakeOptions(options, context));
    if (csv_options.mode == formats::ReadMode::kDropMalformed) {
      return MakeError("PARSE_MODE_UNSUPPORTED",
                       {{"funcName", "`from_csv`"}, {"mode", "DROPMALFORMED"}});
    }
    const bool as_scalar = values[0].is_scalar();
    ARROW_ASSIGN_OR_RAISE(auto texts, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
    ARROW_ASSIGN_OR_RAISE(auto parsed, ParseRecords(static_cast<const arrow::StringArray&>(*texts),
                                                    type, std::move(csv_options)));
    return expr::FinishDatum(parsed, as_scalar);
  };
  return bound;
}

/// The columns of structs, what is nested as the text that a cast makes of it.
Result<std::vector<ArrayPtr>> TextColumns(const arrow::StructArray& rows,
                                          const expr::EvalContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto columns, rows.Flatten());
  for (ArrayPtr& column : columns) {
    const bool nested = IsNested(*column->type()) || column->type_id() == arrow::Type::NA;
    if (!nested) continue;
    ARROW_ASSIGN_OR_RAISE(
        auto text, expr::CastDatum(arrow::Datum(column), arrow::utf8(), EvalMode::kAnsi, context));
    ARROW_ASSIGN_OR_RAISE(column, expr::ToArray(text, rows.length()));
  }
  return columns;
}

Result<ArrayPtr> WriteRecords(const arrow::StructArray& rows, const CsvOptions& options,
                              const expr::EvalContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto columns, TextColumns(rows, context));
  arrow::FieldVector fields;
  for (int i = 0; i < rows.num_fields(); ++i) {
    fields.push_back(rows.type()->field(i)->WithType(columns[static_cast<size_t>(i)]->type()));
  }
  formats::CsvRowWriter writer(arrow::schema(std::move(fields)), options);
  writer.Bind(columns);
  arrow::StringBuilder builder;
  std::string text;
  for (int64_t row = 0; row < rows.length(); ++row) {
    if (rows.IsNull(row)) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    text.clear();
    writer.AppendRow(row, &text);
    ARROW_RETURN_NOT_OK(builder.Append(text));
  }
  return builder.Finish();
}

Result<BoundFunction> BindToCsv(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("to_csv", arguments, 1, 2));
  const bool is_null = arguments[0].type->id() == arrow::Type::NA;
  const TypePtr type = is_null ? arrow::struct_({}) : arguments[0].type;
  ARROW_ASSIGN_OR_RAISE(auto options, ConstantOptions(arguments, 1));
  if (type->id() != arrow::Type::STRUCT || HasVariant(*type)) {
    return MakeError("DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
                     {{"functionName", "`to_csv`"}, {"dataType", QuotedType(*type)}});
  }
  BoundFunction bound{
      .name = "to_csv", .return_type = arrow::utf8(), .nullable = true, .can_fail = true};
  for (const auto& argument : arguments) bound.argument_types.push_back(argument.type);
  bound.argument_types[0] = type;
  bound.kernel = [options](const expr::EvalContext& context,
                           const std::vector<arrow::Datum>& values,
                           int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto csv_options, MakeOptions(options, context));
    const bool as_scalar = values[0].is_scalar();
    ARROW_ASSIGN_OR_RAISE(auto rows, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
    ARROW_ASSIGN_OR_RAISE(auto texts, WriteRecords(static_cast<const arrow::StructArray&>(*rows),
                                                   csv_options, context));
    return expr::FinishDatum(texts, as_scalar);
  };
  return bound;
}

/// The type of the one record `text`.
Result<std::string> InferRecord(std::string_view text, CsvOptions options) {
  options.infer_schema = true;
  std::string padded(text);
  padded.append(kPadding, '\0');
  std::vector<formats::CsvToken> tokens;
  formats::CsvTokenizer tokenizer(&options);
  ARROW_RETURN_NOT_OK(
      tokenizer.TokenizeLine(std::string_view(padded).substr(0, text.size()), SIZE_MAX, &tokens));
  ARROW_ASSIGN_OR_RAISE(auto inference, formats::CsvTypeInference::Make(
                                            formats::CsvColumnNames(tokens, options), options));
  inference->Add(tokens);
  return SqlTypeName(*arrow::struct_(inference->Finish()->fields()));
}

Result<BoundFunction> BindSchemaOfCsv(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("schema_of_csv", arguments, 1, 2));
  ARROW_ASSIGN_OR_RAISE(auto options, ConstantOptions(arguments, 1));
  const auto& constant = arguments[0].constant;
  if (constant == nullptr) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"inputName", "`csv`"},
                      {"inputType", QuotedType(*arguments[0].type)},
                      {"inputExpr", "\"csv\""}});
  }
  if (!constant->is_valid) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL", {{"exprName", "csv"}});
  }
  if (arguments[0].type->id() != arrow::Type::STRING) {
    return UnexpectedInputType(0, "\"STRING\"", *arguments[0].type);
  }
  ARROW_ASSIGN_OR_RAISE(auto csv_options, MakeOptions(options, {}));
  ARROW_ASSIGN_OR_RAISE(auto text,
                        InferRecord(static_cast<const arrow::StringScalar&>(*constant).view(),
                                    std::move(csv_options)));
  auto answer = std::make_shared<arrow::StringScalar>(std::move(text));
  BoundFunction bound{.name = "schema_of_csv", .return_type = arrow::utf8(), .nullable = false};
  for (const auto& argument : arguments) bound.argument_types.push_back(argument.type);
  bound.kernel = [answer](const expr::EvalContext&, const std::vector<arrow::Datum>&,
                          int64_t) -> Result<arrow::Datum> { return arrow::Datum(answer); };
  return bound;
}

}  // namespace

void RegisterCsvFunctions(FunctionRegistry* registry) {
  registry->AddScalar({.name = "from_csv",
                       .group = "csv_funcs",
                       .usage = "from_csv(csvStr, schema[, options]) - Reads a struct of the "
                                "schema from a CSV record.",
                       .example = "SELECT from_csv('1, 0.8', 'a INT, b DOUBLE');",
                       .bind = BindFromCsv});
  registry->AddScalar({.name = "to_csv",
                       .group = "csv_funcs",
                       .usage = "to_csv(expr[, options]) - Returns a struct as a CSV record.",
                       .example = "SELECT to_csv(named_struct('a', 1, 'b', 2));",
                       .bind = BindToCsv});
  registry->AddScalar({.name = "schema_of_csv",
                       .group = "csv_funcs",
                       .usage = "schema_of_csv(csv[, options]) - Returns the schema of a record.",
                       .example = "SELECT schema_of_csv('1,abc');",
                       .bind = BindSchemaOfCsv});
}

}  // namespace thalweg::functions
