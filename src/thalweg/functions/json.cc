// from_json, to_json, schema_of_json, get_json_object, json_array_length, json_object_keys.

#include <nlohmann/json.hpp>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/formats/json_options.h"
#include "thalweg/formats/json_parser.h"
#include "thalweg/formats/json_writer.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/format_arguments.h"
#include "thalweg/functions/function_registry.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/variant_type.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;
using formats::JsonOptions;

Result<JsonOptions> MakeOptions(const std::map<std::string, std::string>& options,
                                const expr::EvalContext& context) {
  formats::FormatDefaults defaults;
  defaults.time_zone = context.session_time_zone;
  ARROW_ASSIGN_OR_RAISE(auto made, JsonOptions::Make(formats::FormatOptions(options), defaults));
  made.exact_text = false;
  return made;
}

Result<BoundFunction> BindFromJson(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("from_json", arguments, 2, 3));
  const auto input = arguments[0].type->id();
  if (input != arrow::Type::STRING && input != arrow::Type::NA) {
    return UnexpectedInputType(0, "\"STRING\"", *arguments[0].type);
  }
  ARROW_ASSIGN_OR_RAISE(auto type, SchemaArgument(arguments));
  if (!IsNested(*type) && !IsVariant(*type)) {
    return MakeError("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", {{"schema", QuotedType(*type)}});
  }
  ARROW_ASSIGN_OR_RAISE(auto options, ConstantOptions(arguments, 2));
  BoundFunction bound{.name = "from_json", .return_type = type, .nullable = true, .can_fail = true};
  for (const auto& argument : arguments) bound.argument_types.push_back(argument.type);
  bound.argument_types[0] = arrow::utf8();
  bound.kernel = [type, options](const expr::EvalContext& context,
                                 const std::vector<arrow::Datum>& values,
                                 int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto json_options, MakeOptions(options, context));
    ARROW_ASSIGN_OR_RAISE(auto parser, formats::JsonValueParser::Make(type, json_options));
    const bool as_scalar = values[0].is_scalar();
    ARROW_ASSIGN_OR_RAISE(auto texts, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
    ARROW_ASSIGN_OR_RAISE(auto parsed, parser->Parse(*texts));
    return expr::FinishDatum(parsed, as_scalar);
  };
  return bound;
}

Result<BoundFunction> BindToJson(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("to_json", arguments, 1, 2));
  // An untyped NULL is a struct without fields, whose text is NULL.
  const TypePtr type =
      arguments[0].type->id() == arrow::Type::NA ? arrow::struct_({}) : arguments[0].type;
  if (!IsNested(*type) && !IsVariant(*type)) {
    return MakeError("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", {{"schema", QuotedType(*type)}});
  }
  ARROW_ASSIGN_OR_RAISE(auto options, ConstantOptions(arguments, 1));
  BoundFunction bound{
      .name = "to_json", .return_type = arrow::utf8(), .nullable = true, .can_fail = true};
  for (const auto& argument : arguments) bound.argument_types.push_back(argument.type);
  bound.argument_types[0] = type;
  bound.kernel = [type, options](const expr::EvalContext& context,
                                 const std::vector<arrow::Datum>& values,
                                 int64_t num_rows) -> Result<arrow::Datum> {
    ARROW_ASSIGN_OR_RAISE(auto json_options, MakeOptions(options, context));
    ARROW_ASSIGN_OR_RAISE(auto writer, formats::JsonRowWriter::MakeForValue(type, json_options));
    const bool as_scalar = values[0].is_scalar();
    ARROW_ASSIGN_OR_RAISE(auto rows, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
    ARROW_RETURN_NOT_OK(writer->Bind({rows}));
    arrow::StringBuilder builder;
    std::string text;
    for (int64_t row = 0; row < rows->length(); ++row) {
      if (rows->IsNull(row)) {
        ARROW_RETURN_NOT_OK(builder.AppendNull());
        continue;
      }
      text.clear();
      writer->AppendRow(row, &text);
      ARROW_RETURN_NOT_OK(builder.Append(text));
    }
    ARROW_ASSIGN_OR_RAISE(auto texts, builder.Finish());
    return expr::FinishDatum(texts, as_scalar);
  };
  return bound;
}

Result<BoundFunction> BindSchemaOfJson(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("schema_of_json", arguments, 1, 2));
  const auto& constant = arguments[0].constant;
  if (constant == nullptr || arguments[0].type->id() != arrow::Type::STRING) {
    return MakeError(
        "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
        {{"inputName", "`json`"}, {"inputType", "\"STRING\""}, {"inputExpr", "\"json\""}});
  }
  if (!constant->is_valid) {
    return MakeError("DATATYPE_MISMATCH.UNEXPECTED_NULL", {{"exprName", "`json`"}});
  }
  ARROW_ASSIGN_OR_RAISE(auto options, ConstantOptions(arguments, 1));
  ARROW_ASSIGN_OR_RAISE(auto json_options, MakeOptions(options, {}));
  auto inference = formats::JsonTypeInference::Make(json_options);
  std::string text(static_cast<const arrow::StringScalar&>(*constant).view());
  const size_t size = text.size();
  text.resize(size + formats::kJsonPadding);
  ARROW_RETURN_NOT_OK(inference->Add(std::string_view(text).substr(0, size)));
  ARROW_ASSIGN_OR_RAISE(auto type, inference->FinishType());
  auto answer = std::make_shared<arrow::StringScalar>(SqlTypeName(*type));
  BoundFunction bound{.name = "schema_of_json", .return_type = arrow::utf8(), .nullable = false};
  for (const auto& argument : arguments) bound.argument_types.push_back(argument.type);
  bound.kernel = [answer](const expr::EvalContext&, const std::vector<arrow::Datum>&,
                          int64_t) -> Result<arrow::Datum> { return arrow::Datum(answer); };
  return bound;
}

/// One step of a path "$.a[0]['b'].*": a field, an index or a wildcard over either.
struct PathStep {
  enum class Kind { kField, kIndex, kEveryField, kEveryElement };
  Kind kind = Kind::kField;
  std::string field;
  size_t index = 0;
};

std::optional<PathStep> ParseBracketStep(std::string_view inner) {
  if (inner == "*") return PathStep{PathStep::Kind::kEveryElement, "", 0};
  if (inner.size() >= 2 && inner.front() == '\'' && inner.back() == '\'') {
    return PathStep{PathStep::Kind::kField, std::string(inner.substr(1, inner.size() - 2)), 0};
  }
  PathStep step{PathStep::Kind::kIndex, "", 0};
  if (inner.empty() || inner.size() > 9) return std::nullopt;
  for (char c : inner) {
    if (c < '0' || c > '9') return std::nullopt;
    step.index = step.index * 10 + static_cast<size_t>(c - '0');
  }
  return step;
}

std::optional<std::vector<PathStep>> ParsePath(std::string_view path) {
  if (path.empty() || path[0] != '$') return std::nullopt;
  std::vector<PathStep> steps;
  size_t at = 1;
  while (at < path.size()) {
    if (path[at] == '.') {
      const size_t end = std::min(path.find_first_of(".[", at + 1), path.size());
      const std::string_view name = path.substr(at + 1, end - at - 1);
      if (name.empty()) return std::nullopt;
      steps.push_back(name == "*" ? PathStep{PathStep::Kind::kEveryField, "", 0}
                                  : PathStep{PathStep::Kind::kField, std::string(name), 0});
      at = end;
    } else if (path[at] == '[') {
      const size_t end = path.find(']', at);
      if (end == std::string_view::npos) return std::nullopt;
      auto step = ParseBracketStep(path.substr(at + 1, end - at - 1));
      if (!step) return std::nullopt;
      steps.push_back(std::move(*step));
      at = end + 1;
    } else {
      return std::nullopt;
    }
  }
  return steps;
}

using Json = nlohmann::ordered_json;

void Collect(const Json& value, const std::vector<PathStep>& steps, size_t depth,
             std::vector<const Json*>* found) {
  if (depth == steps.size()) {
    found->push_back(&value);
    return;
  }
  const PathStep& step = steps[depth];
  switch (step.kind) {
    case PathStep::Kind::kField:
      if (value.is_object() && value.contains(step.field)) {
        Collect(value[step.field], steps, depth + 1, found);
      } else if (value.is_array() && depth > 0 &&
                 steps[depth - 1].kind == PathStep::Kind::kEveryElement) {
        for (const Json& element : value) Collect(element, steps, depth, found);
      }
      return;
    case PathStep::Kind::kIndex:
      if (value.is_array() && step.index < value.size()) {
        Collect(value[step.index], steps, depth + 1, found);
      }
      return;
    case PathStep::Kind::kEveryField:
      if (value.is_object()) {
        for (const auto& item : value.items()) Collect(item.value(), steps, depth + 1, found);
      }
      return;
    case PathStep::Kind::kEveryElement:
      if (value.is_array()) {
        for (const Json& element : value) Collect(element, steps, depth + 1, found);
      }
      return;
  }
}

std::string JsonText(const Json& value, bool quoted) {
  if (value.is_string() && !quoted) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::string> GetJsonObject(std::string_view text, std::string_view path) {
  const auto steps = ParsePath(path);
  if (!steps) return std::nullopt;
  const Json root = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return std::nullopt;
  std::vector<const Json*> found;
  Collect(root, *steps, 0, &found);
  if (found.empty() || (found.size() == 1 && found[0]->is_null())) return std::nullopt;
  // What a wildcard over an array finds stays JSON, also if it is alone.
  const bool over_array = std::any_of(steps->begin(), steps->end(), [](const PathStep& step) {
    return step.kind == PathStep::Kind::kEveryElement;
  });
  if (found.size() == 1) return JsonText(*found[0], over_array);
  std::string out = "[";
  for (const Json* value : found) {
    if (out.size() > 1) out += ",";
    out += JsonText(*value, true);
  }
  return out + "]";
}

/// json_object_keys: an array of the keys in order; NULL for what is no object.
Result<arrow::Datum> JsonObjectKeys(const expr::EvalContext&,
                                    const std::vector<arrow::Datum>& values, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  const expr::StringView texts(values[0]);
  arrow::ListBuilder lists(arrow::default_memory_pool(), std::make_shared<arrow::StringBuilder>(),
                           ArrayOf(arrow::utf8(), true));
  auto* keys = static_cast<arrow::StringBuilder*>(lists.value_builder());
  for (int64_t row = 0; row < rows; ++row) {
    const Json root = texts.IsNull(row) ? Json() : Json::parse(texts.Value(row), nullptr, false);
    if (!root.is_object()) {
      ARROW_RETURN_NOT_OK(lists.AppendNull());
      continue;
    }
    ARROW_RETURN_NOT_OK(lists.Append());
    for (const auto& item : root.items()) ARROW_RETURN_NOT_OK(keys->Append(item.key()));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, lists.Finish());
  return expr::FinishDatum(array, as_scalar);
}

void AddTextFunction(FunctionRegistry* registry, const std::string& name, const std::string& usage,
                     const TypePtr& result, size_t num_arguments, expr::ScalarKernel kernel) {
  registry->AddScalar(MakeFixedFunction(
      {.name = name,
       .group = "json_funcs",
       .usage = usage,
       .example = "SELECT " + name + "('{\"a\":1}'" + (num_arguments == 2 ? ", '$.a'" : "") + ");",
       .argument_types = std::vector<TypePtr>(num_arguments, arrow::utf8()),
       .return_type = result,
       .kernel = std::move(kernel),
       .nullable_result = true}));
}

}  // namespace

void RegisterJsonFunctions(FunctionRegistry* registry) {
  RegisterCsvFunctions(registry);
  RegisterXmlFunctions(registry);
  registry->AddScalar({.name = "from_json",
                       .group = "json_funcs",
                       .usage = "from_json(jsonStr, schema[, options]) - Reads a value of the "
                                "schema from JSON text.",
                       .example = "SELECT from_json('{\"a\":1}', 'a INT');",
                       .bind = BindFromJson});
  registry->AddScalar({.name = "to_json",
                       .group = "json_funcs",
                       .usage = "to_json(expr[, options]) - Returns the JSON text of a value.",
                       .example = "SELECT to_json(named_struct('a', 1));",
                       .bind = BindToJson});
  registry->AddScalar({.name = "schema_of_json",
                       .group = "json_funcs",
                       .usage = "schema_of_json(json[, options]) - Returns the schema of a text.",
                       .example = "SELECT schema_of_json('[{\"col\":0}]');",
                       .bind = BindSchemaOfJson});
  AddTextFunction(registry, "get_json_object",
                  "get_json_object(json_txt, path) - Returns the part of the text at the path.",
                  arrow::utf8(), 2,
                  expr::RowKernel<std::string, std::string_view, std::string_view>(arrow::utf8(),
                                                                                   GetJsonObject));
  AddTextFunction(registry, "json_object_keys",
                  "json_object_keys(json_object) - Returns the keys of the outermost object.",
                  ArrayOf(arrow::utf8(), true), 1, JsonObjectKeys);
  AddTextFunction(registry, "json_array_length",
                  "json_array_length(jsonArray) - Returns the number of elements.", arrow::int32(),
                  1,
                  expr::RowKernel<int32_t, std::string_view>(
                      arrow::int32(), [](std::string_view text) -> std::optional<int32_t> {
                        const Json root = Json::parse(text, nullptr, false);
                        if (!root.is_array()) return std::nullopt;
                        return static_cast<int32_t>(root.size());
                      }));
}

}  // namespace thalweg::functions
