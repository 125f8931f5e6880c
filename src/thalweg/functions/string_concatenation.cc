// concat, concat_ws, elt and reverse.

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"
#include "thalweg/types/coercion.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;

/// Concatenates the bytes of all arguments; NULL if one is NULL.
expr::ScalarKernel ConcatBytesKernel(TypePtr type) {
  return [type](const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto nulls, expr::IntersectNulls(arguments, rows));
    if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
    std::vector<expr::StringView> views(arguments.begin(), arguments.end());
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<std::string>::Make(type, rows, nulls));
    std::string scratch;
    for (int64_t row = 0; row < rows; ++row) {
      if (nulls.IsNull(row)) {
        ARROW_RETURN_NOT_OK(writer.SkipNull(row));
        continue;
      }
      scratch.clear();
      for (const auto& view : views) scratch.append(view.Value(row));
      ARROW_RETURN_NOT_OK(writer.Set(row, scratch));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

Result<expr::BoundFunction> BindConcat(const std::string& used, const Arguments& arguments) {
  const std::string name = used == "||" ? "concat" : used;
  bool any_array = false;
  bool all_binary = !arguments.empty();
  for (size_t i = 0; i < arguments.size(); ++i) {
    const arrow::DataType& type = *arguments[i].type;
    any_array |= IsArray(type);
    all_binary &= type.id() == arrow::Type::BINARY;
    if (!IsArray(type) && IsNested(type)) {
      return UnexpectedInputType(i, "(\"STRING\" or \"BINARY\" or \"ARRAY\")", type);
    }
  }
  if (any_array) {
    for (const auto& argument : arguments) {
      if (!IsArray(*argument.type)) return DataDifferentTypes(name, arguments);
    }
    ARROW_ASSIGN_OR_RAISE(auto type, CommonType(name, arguments));
    return MakeBound(name, arguments, std::vector<TypePtr>(arguments.size(), type), type,
                     ConcatArraysKernel(type));
  }
  const TypePtr type = all_binary ? arrow::binary() : utf8();
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto accepted, AcceptAs(arguments, i, type));
    types.push_back(std::move(accepted));
  }
  return MakeBound(name, arguments, std::move(types), type, ConcatBytesKernel(type));
}

/// One argument of concat_ws: strings or arrays of strings.
struct JoinedArgument {
  explicit JoinedArgument(const arrow::Datum& datum) : is_list(IsArray(*datum.type())) {
    if (!is_list) {
      text.emplace(datum);
      return;
    }
    list.emplace(datum);
    elements.emplace(arrow::Datum(list->values()));
  }
  bool is_list;
  std::optional<expr::StringView> text;
  std::optional<expr::ListView> list;
  std::optional<expr::StringView> elements;
};

void AppendJoined(const JoinedArgument& argument, int64_t row, string_view separator,
                  bool* is_first, std::string* out) {
  const auto add = [&](string_view value) {
    if (!*is_first) out->append(separator);
    *is_first = false;
    out->append(value);
  };
  if (!argument.is_list) {
    if (!argument.text->IsNull(row)) add(argument.text->Value(row));
    return;
  }
  if (argument.list->IsNull(row)) return;
  const int64_t begin = argument.list->Offset(row);
  for (int64_t i = begin; i < begin + argument.list->Length(row); ++i) {
    if (!argument.elements->IsNull(i)) add(argument.elements->Value(i));
  }
}

Result<arrow::Datum> ConcatWsKernel(const expr::EvalContext&,
                                    const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  const expr::StringView separator(arguments[0]);
  std::vector<JoinedArgument> joined(arguments.begin() + 1, arguments.end());
  arrow::StringBuilder builder;
  std::string scratch;
  for (int64_t row = 0; row < rows; ++row) {
    if (separator.IsNull(row)) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    scratch.clear();
    bool is_first = true;
    for (const auto& argument : joined) {
      AppendJoined(argument, row, separator.Value(row), &is_first, &scratch);
    }
    ARROW_RETURN_NOT_OK(builder.Append(scratch));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return expr::FinishDatum(array, as_scalar);
}

Result<expr::BoundFunction> BindConcatWs(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, -1));
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && IsArray(*arguments[i].type)) {
      const TypePtr strings = ArrayOf(utf8());
      const bool castable =
          CanCast(*ElementType(*arguments[i].type), *utf8(), EvalModeOf(arguments));
      if (!castable) {
        return UnexpectedInputType(i, "(\"ARRAY<STRING>\" or \"STRING\")", *arguments[i].type);
      }
      types.push_back(strings);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, i, utf8()));
    types.push_back(std::move(type));
  }
  auto bound = MakeBound(name, arguments, std::move(types), utf8(), ConcatWsKernel);
  bound.nullable = arguments[0].nullable;
  return bound;
}

Result<arrow::Datum> EltKernel(const TypePtr& type, EvalMode mode,
                               const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  const expr::PrimitiveView<int32_t> index(arguments[0]);
  std::vector<expr::StringView> values(arguments.begin() + 1, arguments.end());
  const int32_t count = static_cast<int32_t>(values.size());
  ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<std::string>::Make(type, rows, {}));
  for (int64_t row = 0; row < rows; ++row) {
    if (index.IsNull(row)) {
      ARROW_RETURN_NOT_OK(writer.SetNull(row));
      continue;
    }
    const int32_t chosen = index.Value(row);
    if (chosen < 1 || chosen > count) {
      if (mode == EvalMode::kLegacy) {
        ARROW_RETURN_NOT_OK(writer.SetNull(row));
        continue;
      }
      return MakeError("INVALID_ARRAY_INDEX", {{"indexValue", std::to_string(chosen)},
                                               {"arraySize", std::to_string(count)}});
    }
    const auto& value = values[static_cast<size_t>(chosen - 1)];
    ARROW_RETURN_NOT_OK(value.IsNull(row) ? writer.SetNull(row)
                                          : writer.Set(row, value.Value(row)));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
  return expr::FinishDatum(array, as_scalar);
}

Result<expr::BoundFunction> BindElt(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, -1));
  bool all_binary = true;
  for (size_t i = 1; i < arguments.size(); ++i) {
    all_binary &= arguments[i].type->id() == arrow::Type::BINARY;
  }
  const TypePtr type = all_binary ? arrow::binary() : utf8();
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto accepted, AcceptAs(arguments, i, i == 0 ? arrow::int32() : type));
    types.push_back(std::move(accepted));
  }
  const EvalMode mode = EvalModeOf(arguments);
  auto bound =
      MakeBound(name, arguments, std::move(types), type,
                [type, mode](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                             int64_t num_rows) { return EltKernel(type, mode, values, num_rows); });
  bound.nullable = true;
  bound.can_fail = mode == EvalMode::kAnsi;
  return bound;
}

void ReverseText(std::string* out, string_view text) {
  out->resize(text.size());
  size_t end = text.size();
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = std::min(CharacterBytes(text[at]), text.size() - at);
    end -= bytes;
    std::copy_n(text.data() + at, bytes, out->data() + end);
    at += bytes;
  }
}

Result<expr::BoundFunction> BindReverse(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
  const TypePtr& type = arguments[0].type;
  if (IsArray(*type)) {
    return MakeBound(name, arguments, {type}, type, ReverseArrayKernel(type));
  }
  if (IsNested(*type)) return UnexpectedInputType(0, "(\"STRING\" or \"ARRAY\")", *type);
  if (type->id() == arrow::Type::BINARY) {
    return MakeBound(name, arguments, {type}, type,
                     TextKernel<string_view>(type, [](std::string* out, string_view bytes) {
                       out->assign(bytes.rbegin(), bytes.rend());
                     }));
  }
  ARROW_ASSIGN_OR_RAISE(auto accepted, AcceptAs(arguments, 0, utf8()));
  return MakeBound(name, arguments, {accepted}, utf8(),
                   TextKernel<string_view>(utf8(), ReverseText));
}

}  // namespace

void RegisterStringConcatenation(FunctionRegistry* registry) {
  DeclareBinder(registry, {"concat", "||"}, "string_funcs",
                "concat(col1, col2, ..., colN) - Returns the concatenation of strings, binary "
                "values or arrays.",
                "SELECT concat('Spark', 'SQL');", BindConcat);
  DeclareBinder(registry, {"concat_ws"}, "string_funcs",
                "concat_ws(sep[, str | array(str)]+) - Returns the strings joined by `sep`, NULLs "
                "left out.",
                "SELECT concat_ws(' ', 'Spark', 'SQL');", BindConcatWs);
  DeclareBinder(registry, {"elt"}, "string_funcs",
                "elt(n, input1, input2, ...) - Returns the `n`-th input.",
                "SELECT elt(1, 'scala', 'java');", BindElt);
  DeclareBinder(registry, {"reverse"}, "collection_funcs",
                "reverse(expr) - Returns a string or an array in reverse order.",
                "SELECT reverse('Spark SQL');", BindReverse);
}

}  // namespace thalweg::functions
