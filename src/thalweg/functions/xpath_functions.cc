// xpath, xpath_boolean, xpath_double, xpath_float, xpath_int, xpath_long, xpath_number,
// xpath_short, xpath_string.

#include <cmath>
#include <limits>

#include <arrow/api.h>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/format_arguments.h"
#include "thalweg/functions/xpath.h"

namespace thalweg::functions {
namespace {

using expr::BoundFunction;

/// Java's narrowing of doubles: NaN is 0, what is too large the largest.
template <typename Integer>
Integer Narrow(double value) {
  if (std::isnan(value)) return 0;
  if (value >= static_cast<double>(std::numeric_limits<Integer>::max())) {
    return std::numeric_limits<Integer>::max();
  }
  if (value <= static_cast<double>(std::numeric_limits<Integer>::min())) {
    return std::numeric_limits<Integer>::min();
  }
  return static_cast<Integer>(value);
}

Status AppendBoolean(XPathEvaluator* path, std::string_view xml, arrow::ArrayBuilder* out) {
  ARROW_ASSIGN_OR_RAISE(const bool value, path->Boolean(xml));
  return static_cast<arrow::BooleanBuilder*>(out)->Append(value);
}

template <typename Builder, typename Value, Value (*Convert)(double)>
Status AppendNumber(XPathEvaluator* path, std::string_view xml, arrow::ArrayBuilder* out) {
  ARROW_ASSIGN_OR_RAISE(const double value, path->Number(xml));
  return static_cast<Builder*>(out)->Append(Convert(value));
}

double ToDouble(double value) { return value; }
float ToFloat(double value) { return static_cast<float>(value); }
/// By way of int, as Java does it: what does not fit wraps around.
int16_t ToShort(double value) { return static_cast<int16_t>(Narrow<int32_t>(value)); }

Status AppendString(XPathEvaluator* path, std::string_view xml, arrow::ArrayBuilder* out) {
  std::string text;
  ARROW_RETURN_NOT_OK(path->String(xml, &text));
  return static_cast<arrow::StringBuilder*>(out)->Append(text);
}

Status AppendNodes(XPathEvaluator* path, std::string_view xml, arrow::ArrayBuilder* out) {
  ARROW_ASSIGN_OR_RAISE(const auto values, path->Nodes(xml));
  auto* lists = static_cast<arrow::ListBuilder*>(out);
  ARROW_RETURN_NOT_OK(lists->Append());
  auto* texts = static_cast<arrow::StringBuilder*>(lists->value_builder());
  for (const auto& value : values) {
    ARROW_RETURN_NOT_OK(value ? texts->Append(*value) : texts->AppendNull());
  }
  return Status::OK();
}

using Append = Status (*)(XPathEvaluator*, std::string_view, arrow::ArrayBuilder*);

/// One value a text; NULL where the text or the path is NULL or empty.
Result<ArrayPtr> EvaluateAll(const arrow::StringArray& texts, const std::string& path,
                             const TypePtr& type, Append append) {
  ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(type));
  std::unique_ptr<XPathEvaluator> evaluator;
  for (int64_t row = 0; row < texts.length(); ++row) {
    if (path.empty() || texts.IsNull(row) || texts.GetView(row).empty()) {
      ARROW_RETURN_NOT_OK(builder->AppendNull());
      continue;
    }
    if (evaluator == nullptr) {
      ARROW_ASSIGN_OR_RAISE(evaluator, XPathEvaluator::Make(path));
    }
    ARROW_RETURN_NOT_OK(append(evaluator.get(), texts.GetView(row), builder.get()));
  }
  return builder->Finish();
}

Status CheckText(const Arguments& arguments, size_t index) {
  const auto type = arguments[index].type->id();
  if (type == arrow::Type::STRING || type == arrow::Type::NA) return Status::OK();
  return UnexpectedInputType(index, "\"STRING\"", *arguments[index].type);
}

Result<BoundFunction> BindXPath(const std::string& name, const Arguments& arguments,
                                const TypePtr& type, Append append) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  const auto& constant = arguments[1].constant;
  if (constant == nullptr) {
    return MakeError(
        "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
        {{"inputName", "`path`"}, {"inputType", "\"STRING\""}, {"inputExpr", "\"path\""}});
  }
  ARROW_RETURN_NOT_OK(CheckText(arguments, 0));
  ARROW_RETURN_NOT_OK(CheckText(arguments, 1));
  std::string path;
  if (constant->is_valid && constant->type->id() == arrow::Type::STRING) {
    path = static_cast<const arrow::StringScalar&>(*constant).view();
  }
  BoundFunction bound{.name = name, .return_type = type, .nullable = true, .can_fail = true};
  bound.argument_types = {arrow::utf8(), arrow::utf8()};
  bound.kernel = [path, type, append](const expr::EvalContext&,
                                      const std::vector<arrow::Datum>& values,
                                      int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = values[0].is_scalar();
    ARROW_ASSIGN_OR_RAISE(auto texts, expr::ToArray(values[0], as_scalar ? 1 : num_rows));
    ARROW_ASSIGN_OR_RAISE(auto found, EvaluateAll(static_cast<const arrow::StringArray&>(*texts),
                                                  path, type, append));
    return expr::FinishDatum(found, as_scalar);
  };
  return bound;
}

void Add(FunctionRegistry* registry, const std::string& name, const std::string& gives,
         const TypePtr& type, Append append) {
  registry->AddScalar({.name = name,
                       .group = "xml_funcs",
                       .usage = name + "(xml, xpath) - Returns " + gives + ".",
                       .example = "SELECT " + name + "('<a><b>1</b></a>', 'a/b');",
                       .bind = [name, type, append](const Arguments& arguments) {
                         return BindXPath(name, arguments, type, append);
                       }});
}

}  // namespace

void RegisterXPathFunctions(FunctionRegistry* registry) {
  Add(registry, "xpath", "the values of the nodes that match", ArrayOf(arrow::utf8(), true),
      AppendNodes);
  Add(registry, "xpath_boolean", "whether the path is true or a node matches", arrow::boolean(),
      AppendBoolean);
  Add(registry, "xpath_short", "the number as a smallint, 0 for what is none", arrow::int16(),
      AppendNumber<arrow::Int16Builder, int16_t, ToShort>);
  Add(registry, "xpath_int", "the number as an int, 0 for what is none", arrow::int32(),
      AppendNumber<arrow::Int32Builder, int32_t, Narrow<int32_t>>);
  Add(registry, "xpath_long", "the number as a bigint, 0 for what is none", arrow::int64(),
      AppendNumber<arrow::Int64Builder, int64_t, Narrow<int64_t>>);
  Add(registry, "xpath_float", "the number as a float, NaN for what is none", arrow::float32(),
      AppendNumber<arrow::FloatBuilder, float, ToFloat>);
  for (const char* name : {"xpath_double", "xpath_number"}) {
    Add(registry, name, "the number as a double, NaN for what is none", arrow::float64(),
        AppendNumber<arrow::DoubleBuilder, double, ToDouble>);
  }
  Add(registry, "xpath_string", "the text of the first node that matches", arrow::utf8(),
      AppendString);
}

}  // namespace thalweg::functions
