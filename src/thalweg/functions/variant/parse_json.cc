// parse_json, try_parse_json, to_variant_object, is_variant_null.

#include <arrow/api.h>

#include "thalweg/expr/cast/variant_conversion.h"
#include "thalweg/formats/variant_json.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/variant/variant_family.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;

Status MalformedText(std::string_view text) {
  return MakeError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                   {{"badRecord", std::string(text)}, {"failFastMode", "FAILFAST"}});
}

/// Parses one text; false if it is to be NULL.
Result<bool> ParseOne(std::string_view text, bool may_fail, formats::VariantJsonParser* parser,
                      std::string* packed) {
  const auto parsed = parser->Parse(text, packed);
  if (parsed.ok() && *parsed) return true;
  if (!may_fail) return false;
  if (IsCondition(parsed.status(), "VARIANT_SIZE_LIMIT")) return parsed.status();
  return MalformedText(text);
}

expr::ScalarKernel ParseKernel(bool may_fail) {
  return [may_fail](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                    int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = values[0].is_scalar();
    const int64_t rows = as_scalar ? 1 : num_rows;
    const expr::StringView texts(values[0]);
    arrow::LargeBinaryBuilder builder;
    formats::VariantJsonParser parser;
    std::string packed;
    for (int64_t row = 0; row < rows; ++row) {
      packed.clear();
      bool is_valid = texts.IsValid(row);
      if (is_valid) {
        ARROW_ASSIGN_OR_RAISE(is_valid, ParseOne(texts.Value(row), may_fail, &parser, &packed));
      }
      ARROW_RETURN_NOT_OK(is_valid ? builder.Append(packed) : builder.AppendNull());
    }
    ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

void DeclareParse(FunctionRegistry* registry, const std::string& name, bool may_fail) {
  expr::ScalarFunction function =
      MakeFixedFunction({.name = name,
                         .group = "variant_funcs",
                         .usage = name + "(jsonStr) - Returns the value of JSON text as a variant" +
                                  (may_fail ? "." : ", NULL for text that is no JSON."),
                         .example = "SELECT " + name + "('{\"a\":1,\"b\":0.8}');",
                         .argument_types = {arrow::utf8()},
                         .return_type = VariantType(),
                         .kernel = ParseKernel(may_fail),
                         .can_fail = may_fail,
                         .nullable_result = !may_fail});
  // Only texts are parsed: numbers do not become texts here, as they do elsewhere.
  function.bind = [bind = function.bind](const Arguments& arguments) -> Result<BoundFunction> {
    if (arguments.size() == 1 && !IsString(*arguments[0].type) &&
        arguments[0].type->id() != arrow::Type::NA) {
      return UnexpectedInputType(0, "\"STRING\"", *arguments[0].type);
    }
    return bind(arguments);
  };
  registry->AddScalar(std::move(function));
}

Result<BoundFunction> BindToVariantObject(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("to_variant_object", arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  if (!IsNested(*type) || !HasVariantForm(*type, /*allow_structs_and_maps=*/true)) {
    return MakeError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
                     {{"srcType", QuotedType(*type)}, {"targetType", "\"VARIANT\""}});
  }
  BoundFunction bound = MakeBound(
      "to_variant_object", arguments, {type}, VariantType(),
      [](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
         int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = values[0].is_scalar();
        ARROW_ASSIGN_OR_RAISE(auto rows, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
        ARROW_ASSIGN_OR_RAISE(auto array, expr::ToVariants(*rows));
        return expr::FinishDatum(array, as_scalar);
      });
  bound.can_fail = true;
  return bound;
}

Result<BoundFunction> BindIsVariantNull(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("is_variant_null", arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, 0, VariantType()));
  BoundFunction bound = MakeBound(
      "is_variant_null", arguments, {type}, arrow::boolean(),
      [](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
         int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = values[0].is_scalar();
        ARROW_ASSIGN_OR_RAISE(auto rows, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
        const auto& variants = static_cast<const arrow::LargeBinaryArray&>(*rows);
        arrow::BooleanBuilder builder;
        for (int64_t row = 0; row < rows->length(); ++row) {
          const bool is_valid = variants.IsValid(row);
          const auto bytes = is_valid ? UnpackVariant(variants.GetView(row)) : VariantBytes{};
          if (is_valid && bytes.value.empty()) return MakeError("MALFORMED_VARIANT");
          ARROW_RETURN_NOT_OK(builder.Append(is_valid && bytes.value[0] == 0));
        }
        ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
        return expr::FinishDatum(array, as_scalar);
      });
  bound.nullable = false;
  bound.can_fail = true;
  return bound;
}

/// Whether a variant can be read to its last value.
bool IsReadable(std::string_view packed, TimeZone* zone, std::string* text) {
  text->clear();
  const VariantBytes bytes = UnpackVariant(packed);
  const auto value = VariantValue::Make(bytes);
  return value.ok() && AppendVariantJson(*value, zone, text).ok();
}

Result<BoundFunction> BindIsValidVariant(const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount("is_valid_variant", arguments, 1, 1));
  ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, 0, VariantType()));
  return MakeBound(
      "is_valid_variant", arguments, {type}, arrow::boolean(),
      [](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
         int64_t num_rows) -> Result<arrow::Datum> {
        const bool as_scalar = values[0].is_scalar();
        ARROW_ASSIGN_OR_RAISE(auto rows, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
        const auto& variants = static_cast<const arrow::LargeBinaryArray&>(*rows);
        TimeZone zone = TimeZone::Utc();
        std::string text;
        arrow::BooleanBuilder builder;
        for (int64_t row = 0; row < rows->length(); ++row) {
          if (variants.IsNull(row)) {
            ARROW_RETURN_NOT_OK(builder.AppendNull());
          } else {
            ARROW_RETURN_NOT_OK(builder.Append(IsReadable(variants.GetView(row), &zone, &text)));
          }
        }
        ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
        return expr::FinishDatum(array, as_scalar);
      });
}

}  // namespace

void RegisterVariantParsing(FunctionRegistry* registry) {
  DeclareParse(registry, "parse_json", /*may_fail=*/true);
  DeclareParse(registry, "try_parse_json", /*may_fail=*/false);
  registry->AddScalar({.name = "to_variant_object",
                       .group = "variant_funcs",
                       .usage = "to_variant_object(expr) - Returns an array, map or struct as a "
                                "variant; maps must have texts as keys.",
                       .example = "SELECT to_variant_object(named_struct('a', 1, 'b', 2));",
                       .bind = BindToVariantObject});
  registry->AddScalar({.name = "is_variant_null",
                       .group = "variant_funcs",
                       .usage = "is_variant_null(expr) - Returns whether a variant holds the null "
                                "of JSON; false for NULL.",
                       .example = "SELECT is_variant_null(parse_json('null'));",
                       .bind = BindIsVariantNull});
  registry->AddScalar({.name = "is_valid_variant",
                       .group = "variant_funcs",
                       .usage = "is_valid_variant(expr) - Returns whether the bytes of a variant "
                                "can be read; NULL for NULL.",
                       .example = "SELECT is_valid_variant(parse_json('[1]'));",
                       .bind = BindIsValidVariant});
}

void RegisterVariantFunctions(FunctionRegistry* registry) {
  RegisterVariantParsing(registry);
  RegisterVariantAccess(registry);
  RegisterVariantSchema(registry);
  RegisterVariantExplode(registry);
}

}  // namespace thalweg::functions
