// from_xml, to_xml and schema_of_xml.

#include <arrow/api.h>
#include <arrow/util/bitmap_ops.h>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/formats/xml_events.h"
#include "thalweg/formats/xml_inference.h"
#include "thalweg/formats/xml_options.h"
#include "thalweg/formats/xml_row_parser.h"
#include "thalweg/formats/xml_writer.h"
#include "thalweg/functions/format_arguments.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;
using formats::XmlOptions;

Result<XmlOptions> MakeOptions(const std::map<std::string, std::string>& options,
                               const expr::EvalContext& context) {
  formats::FormatDefaults defaults;
  defaults.time_zone = context.session_time_zone;
  return XmlOptions::Make(formats::FormatOptions(options), defaults, /*needs_row_tag=*/false);
}

Status RefuseDropMalformed(const char* function, const XmlOptions& options) {
  if (options.mode != formats::ReadMode::kDropMalformed) return Status::OK();
  return MakeError("PARSE_MODE_UNSUPPORTED",
                   {{"funcName", std::string("`") + function + "`"}, {"mode", "DROPMALFORMED"}});
}

/// The type with fields that may be NULL, as text may leave any of them out.
TypePtr WithNullableFields(const arrow::DataType& type) {
  arrow::FieldVector fields;
  for (const FieldPtr& field : type.fields()) {
    TypePtr inner = field->type();
    if (inner->id() == arrow::Type::STRUCT) inner = WithNullableFields(*inner);
    fields.push_back(field->WithType(std::move(inner))->WithNullable(true));
  }
  return arrow::struct_(std::move(fields));
}

/// Texts, one record each, as structs; NULL stays NULL.
Result<ArrayPtr> ParseRecords(const arrow::StringArray& texts, const TypePtr& type,
                              XmlOptions options) {
  ARROW_ASSIGN_OR_RAISE(
      auto parser, formats::XmlRowParser::Make(arrow::schema(type->fields()), std::move(options)));
  auto reader = formats::XmlTextReader::Make();
  formats::XmlEvents events;
  for (int64_t row = 0; row < texts.length(); ++row) {
    if (texts.IsNull(row)) {
      parser->AppendNull();
      continue;
    }
    const std::string_view text = texts.GetView(row);
    reader->Read(text, &events);
    ARROW_RETURN_NOT_OK(
        parser->ParseRecord(events, 0, [&] { return Result<std::string_view>(text); }).status());
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

Status CheckMapKeys(const arrow::DataType& type) {
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    if (map.key_type()->id() != arrow::Type::STRING) {
      return MakeError("DATATYPE_MISMATCH.INVALID_XML_MAP_KEY_TYPE",
                       {{"schema", QuotedType(type)}});
    }
    return CheckMapKeys(*map.item_type());
  }
  for (const FieldPtr& field : type.fields()) ARROW_RETURN_NOT_OK(CheckMapKeys(*field->type()));
  return Status::OK();
}

Status CheckSchema(const arrow::DataType& type) {
  if (HasVariant(type)) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "A variant in the schema of from_xml"}});
  }
  if (type.id() == arrow::Type::STRUCT) return CheckMapKeys(type);
  return MakeError("DATATYPE_MISMATCH.INVALID_XML_SCHEMA", {{"schema", QuotedType(type)}});
}

Result<BoundFunction> BindFromXml(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("from_xml", arguments, 2, 3));
  ARROW_ASSIGN_OR_RAISE(const auto schema, SchemaArgument(arguments));
  ARROW_ASSIGN_OR_RAISE(auto options, ConstantOptions(arguments, 2));
  ARROW_RETURN_NOT_OK(CheckSchema(*schema));
  const auto input = arguments[0].type->id();
  if (input != arrow::Type::STRING && input != arrow::Type::NA) {
    return UnexpectedInputType(0, "\"STRING\"", *arguments[0].type);
  }
  const TypePtr type = WithNullableFields(*schema);
  BoundFunction bound{.name = "from_xml", .return_type = type, .nullable = true, .can_fail = true};
  for (const auto& argument : arguments) bound.argument_types.push_back(argument.type);
  bound.argument_types[0] = arrow::utf8();
  bound.kernel = [type, options](const expr::EvalContext& context,
                                 const std::vector<arrow::Datum>& values,
                                 int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto xml_options, MakeOptions(options, context));
    ARROW_RETURN_NOT_OK(RefuseDropMalformed("from_xml", xml_options));
    const bool as_scalar = values[0].is_scalar();
    ARROW_ASSIGN_OR_RAISE(auto texts, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
    ARROW_ASSIGN_OR_RAISE(auto parsed, ParseRecords(static_cast<const arrow::StringArray&>(*texts),
                                                    type, std::move(xml_options)));
    return expr::FinishDatum(parsed, as_scalar);
  };
  return bound;
}

Result<ArrayPtr> WriteRecords(const arrow::StructArray& rows, const XmlOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto writer,
                        formats::XmlRowWriter::Make(arrow::schema(rows.type()->fields()), options));
  ARROW_ASSIGN_OR_RAISE(const auto columns, rows.Flatten());
  writer->Bind(columns);
  arrow::StringBuilder builder;
  std::string text;
  for (int64_t row = 0; row < rows.length(); ++row) {
    if (rows.IsNull(row)) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    text.clear();
    ARROW_RETURN_NOT_OK(writer->AppendRow(row, &text));
    ARROW_RETURN_NOT_OK(builder.Append(text));
  }
  return builder.Finish();
}

Result<BoundFunction> BindToXml(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("to_xml", arguments, 1, 2));
  const bool is_null = arguments[0].type->id() == arrow::Type::NA;
  const TypePtr type = is_null ? arrow::struct_({}) : arguments[0].type;
  ARROW_ASSIGN_OR_RAISE(auto options, ConstantOptions(arguments, 1));
  if (HasVariant(*type)) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "A variant in to_xml"}});
  }
  if (type->id() != arrow::Type::STRUCT) {
    return UnexpectedInputType(0, "\"STRUCT\"", *arguments[0].type);
  }
  BoundFunction bound{
      .name = "to_xml", .return_type = arrow::utf8(), .nullable = true, .can_fail = true};
  for (const auto& argument : arguments) bound.argument_types.push_back(argument.type);
  bound.argument_types[0] = type;
  bound.kernel = [options](const expr::EvalContext& context,
                           const std::vector<arrow::Datum>& values,
                           int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto xml_options, MakeOptions(options, context));
    const bool as_scalar = values[0].is_scalar();
    ARROW_ASSIGN_OR_RAISE(auto rows, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
    ARROW_ASSIGN_OR_RAISE(auto texts,
                          WriteRecords(static_cast<const arrow::StructArray&>(*rows), xml_options));
    return expr::FinishDatum(texts, as_scalar);
  };
  return bound;
}

/// The type of the one record `text`.
Result<std::string> InferRecord(std::string_view text, const XmlOptions& options) {
  formats::XmlEvents events;
  formats::XmlTextReader::Make()->Read(text, &events);
  auto inference = formats::XmlTypeInference::Make(options);
  ARROW_RETURN_NOT_OK(inference->Add(events));
  return SqlTypeName(*arrow::struct_(inference->Finish()->fields()));
}

Result<BoundFunction> BindSchemaOfXml(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("schema_of_xml", arguments, 1, 2));
  ARROW_ASSIGN_OR_RAISE(auto options, ConstantOptions(arguments, 1));
  const auto& constant = arguments[0].constant;
  if (constant == nullptr) {
    return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                     {{"inputName", "`xml`"},
                      {"inputType", QuotedType(*arguments[0].type)},
                      {"inputExpr", "\"xml\""}});
  }
  if (!constant->is_valid) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL", {{"exprName", "xml"}});
  }
  if (arguments[0].type->id() != arrow::Type::STRING) {
    return UnexpectedInputType(0, "\"STRING\"", *arguments[0].type);
  }
  ARROW_ASSIGN_OR_RAISE(auto xml_options, MakeOptions(options, {}));
  ARROW_RETURN_NOT_OK(RefuseDropMalformed("schema_of_xml", xml_options));
  ARROW_ASSIGN_OR_RAISE(
      auto text,
      InferRecord(static_cast<const arrow::StringScalar&>(*constant).view(), xml_options));
  auto answer = std::make_shared<arrow::StringScalar>(std::move(text));
  BoundFunction bound{.name = "schema_of_xml", .return_type = arrow::utf8(), .nullable = false};
  for (const auto& argument : arguments) bound.argument_types.push_back(argument.type);
  bound.kernel = [answer](const expr::EvalContext&, const std::vector<arrow::Datum>&,
                          int64_t) -> Result<arrow::Datum> { return arrow::Datum(answer); };
  return bound;
}

}  // namespace

void RegisterXmlFunctions(FunctionRegistry* registry) {
  registry->AddScalar({.name = "from_xml",
                       .group = "xml_funcs",
                       .usage = "from_xml(xmlStr, schema[, options]) - Reads a struct of the "
                                "schema from an XML record.",
                       .example = "SELECT from_xml('<p><a>1</a></p>', 'a INT');",
                       .bind = BindFromXml});
  registry->AddScalar({.name = "to_xml",
                       .group = "xml_funcs",
                       .usage = "to_xml(expr[, options]) - Returns a struct as an XML record.",
                       .example = "SELECT to_xml(named_struct('a', 1, 'b', 2));",
                       .bind = BindToXml});
  registry->AddScalar({.name = "schema_of_xml",
                       .group = "xml_funcs",
                       .usage = "schema_of_xml(xml[, options]) - Returns the schema of a record.",
                       .example = "SELECT schema_of_xml('<p><a>1</a></p>');",
                       .bind = BindSchemaOfXml});
  RegisterXPathFunctions(registry);
}

}  // namespace thalweg::functions
