// variant_get, try_variant_get.

#include <arrow/api.h>

#include "thalweg/expr/cast/variant_conversion.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/variant/variant_family.h"
#include "thalweg/types/char_type.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;

/// One step of a path: a field of an object or, without name, an element of an array.
struct PathStep {
  bool is_field;
  std::string name;
  uint32_t index = 0;
};
using Path = std::vector<PathStep>;

/// Takes `.name`, `['name']`, `["name"]` or `[12]` from the front of *rest.
std::optional<PathStep> TakeStep(std::string_view* rest) {
  if (rest->starts_with(".")) {
    const size_t end = std::min(rest->find_first_of(".[", 1), rest->size());
    if (end == 1) return std::nullopt;
    PathStep step{true, std::string(rest->substr(1, end - 1))};
    rest->remove_prefix(end);
    return step;
  }
  if (!rest->starts_with("[") || rest->size() < 3) return std::nullopt;
  const char quote = (*rest)[1];
  if (quote == '\'' || quote == '"') {
    const size_t end = rest->find(quote, 2);
    if (end == std::string_view::npos || !rest->substr(end + 1).starts_with("]")) {
      return std::nullopt;
    }
    PathStep step{true, std::string(rest->substr(2, end - 2))};
    rest->remove_prefix(end + 2);
    return step;
  }
  uint64_t index = 0;
  size_t end = 1;
  for (; end < rest->size() && (*rest)[end] >= '0' && (*rest)[end] <= '9'; ++end) {
    index = index * 10 + static_cast<uint64_t>((*rest)[end] - '0');
    if (index > INT32_MAX) return std::nullopt;
  }
  if (end == 1 || end >= rest->size() || (*rest)[end] != ']') return std::nullopt;
  rest->remove_prefix(end + 1);
  return PathStep{false, "", static_cast<uint32_t>(index)};
}

Result<Path> ParsePath(std::string_view text, const std::string& function) {
  const auto malformed = [&] {
    return MakeError("INVALID_VARIANT_GET_PATH",
                     {{"path", std::string(text)}, {"functionName", "`" + function + "`"}});
  };
  if (!text.starts_with("$")) return malformed();
  Path path;
  std::string_view rest = text.substr(1);
  while (!rest.empty()) {
    auto step = TakeStep(&rest);
    if (!step) return malformed();
    path.push_back(std::move(*step));
  }
  return path;
}

Result<std::optional<VariantValue>> Follow(VariantValue value, const Path& path) {
  for (const PathStep& step : path) {
    if (step.is_field) {
      ARROW_ASSIGN_OR_RAISE(auto found, value.FindField(step.name));
      if (!found) return std::optional<VariantValue>();
      value = std::move(*found);
    } else {
      if (value.kind() != VariantKind::kArray || step.index >= value.size()) {
        return std::optional<VariantValue>();
      }
      ARROW_ASSIGN_OR_RAISE(value, value.Element(step.index));
    }
  }
  return std::optional<VariantValue>(std::move(value));
}

/// What to take out of each row, and what as.
struct Extraction {
  std::string function;
  TypePtr type;
  EvalMode mode;
  /// Set if all rows have the same.
  std::optional<Path> path;
};

Result<arrow::Datum> Extract(const Extraction& extraction, const expr::EvalContext& context,
                             const std::vector<arrow::Datum>& values, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(values);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(auto variants, expr::ToArray(values[0], rows));
  ARROW_ASSIGN_OR_RAISE(auto cells, expr::ReadVariants(*variants));
  const expr::StringView paths(values[1]);
  for (int64_t row = 0; row < rows; ++row) {
    auto& cell = cells[static_cast<size_t>(row)];
    if (paths.IsNull(row)) cell.reset();
    if (!cell) continue;
    if (extraction.path) {
      ARROW_ASSIGN_OR_RAISE(cell, Follow(*cell, *extraction.path));
    } else {
      ARROW_ASSIGN_OR_RAISE(const auto path, ParsePath(paths.Value(row), extraction.function));
      ARROW_ASSIGN_OR_RAISE(cell, Follow(*cell, path));
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto array,
                        expr::VariantsTo(cells, extraction.type, extraction.mode, context));
  return expr::FinishDatum(array, as_scalar);
}

std::optional<std::string_view> ConstantText(const expr::ArgumentInfo& argument) {
  if (argument.constant == nullptr || !argument.constant->is_valid ||
      argument.type->id() != arrow::Type::STRING) {
    return std::nullopt;
  }
  return static_cast<const arrow::StringScalar&>(*argument.constant).view();
}

Result<TypePtr> TargetType(const Arguments& arguments) {
  if (arguments.size() < 3) return VariantType();
  const auto text = ConstantText(arguments[2]);
  if (!text) {
    return MakeError("INVALID_SCHEMA.NON_STRING_LITERAL", {{"inputSchema", "\"type\""}});
  }
  ARROW_ASSIGN_OR_RAISE(auto type, ParseTypeWithoutChars(*text));
  if (!IsVariant(*type) && !HasVariantForm(*type, /*allow_structs_and_maps=*/true)) {
    return MakeError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
                     {{"srcType", "\"VARIANT\""}, {"targetType", QuotedType(*type)}});
  }
  return type;
}

Result<BoundFunction> BindVariantGet(const std::string& name, EvalMode mode,
                                     const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  ARROW_ASSIGN_OR_RAISE(auto type, TargetType(arguments));
  ARROW_ASSIGN_OR_RAISE(auto variant, AcceptAs(arguments, 0, VariantType()));
  ARROW_ASSIGN_OR_RAISE(auto path_type, AcceptAs(arguments, 1, arrow::utf8()));
  Extraction extraction{.function = name, .type = type, .mode = mode, .path = {}};
  if (const auto text = ConstantText(arguments[1])) {
    ARROW_ASSIGN_OR_RAISE(extraction.path, ParsePath(*text, name));
  }
  BoundFunction bound{.name = name,
                      .argument_types = {variant, path_type},
                      .return_type = type,
                      .nullable = true,
                      .can_fail = true};
  if (arguments.size() == 3) bound.argument_types.push_back(arrow::utf8());
  // The type is no argument of Spark's expression.
  bound.format = [name](const std::vector<std::string>& texts) {
    return name + "(" + texts[0] + ", " + texts[1] + ")";
  };
  bound.kernel = [extraction = std::move(extraction)](
                     const expr::EvalContext& context, const std::vector<arrow::Datum>& values,
                     int64_t num_rows) { return Extract(extraction, context, values, num_rows); };
  return bound;
}

/// v:name.part: the base, the path, and the last name in it, which is for showing.
Result<BoundFunction> BindPathOperator(const Arguments& arguments) {
  if (!IsVariant(*arguments[0].type) && arguments[0].type->id() != arrow::Type::NA) {
    return MakeError("COLUMN_IS_NOT_VARIANT_TYPE");
  }
  ARROW_ASSIGN_OR_RAISE(
      auto bound, BindVariantGet("variant_get", EvalMode::kAnsi, {arguments[0], arguments[1]}));
  bound.name = "variant path";
  bound.argument_types.push_back(arrow::utf8());
  bound.format = [](const std::vector<std::string>& texts) {
    return "variant_get(" + texts[0] + ", " + texts[1] + ")";
  };
  return bound;
}

}  // namespace

void RegisterVariantAccess(FunctionRegistry* registry) {
  registry->AddScalar({.name = "variant path",
                       .group = "variant_funcs",
                       .usage = "v:path - Returns the part of a variant at the path.",
                       .example = "SELECT parse_json('{\"a\": 1}'):a;",
                       .bind = BindPathOperator});
  for (const bool is_try : {false, true}) {
    const std::string name = is_try ? "try_variant_get" : "variant_get";
    const auto mode = is_try ? EvalMode::kTry : EvalMode::kAnsi;
    registry->AddScalar(
        {.name = name,
         .group = "variant_funcs",
         .usage = name +
                  "(v, path[, type]) - Returns the part of a variant at the path as a value "
                  "of the type; NULL if there is none" +
                  (is_try ? " or it does not fit the type." : "."),
         .example = "SELECT " + name + "(parse_json('{\"a\": 1}'), '$.a', 'int');",
         .bind = [name, mode](const Arguments& arguments) {
           return BindVariantGet(name, mode, arguments);
         }});
  }
}

}  // namespace thalweg::functions
