// Finding and replacing parts of strings.

#include <algorithm>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

using arrow::boolean;
using arrow::int32;
using arrow::utf8;
using std::string_view;

/// Character position from 1 of `part` at or after byte `from`, 0 if it is not there.
int32_t PositionFrom(string_view text, string_view part, size_t from) {
  const size_t found = text.find(part, from);
  if (found == string_view::npos) return 0;
  return static_cast<int32_t>(CharacterCount(text.substr(0, found))) + 1;
}

int32_t Instr(string_view text, string_view part) { return PositionFrom(text, part, 0); }

int32_t LocateFrom(string_view part, string_view text, int32_t start) {
  if (start < 1) return 0;
  if (part.empty()) return 1;
  const size_t from = ByteOffset(text, start - 1);
  return PositionFrom(text, part, from);
}

/// locate() is 0, not NULL, when only the start is NULL.
Result<arrow::Datum> LocateKernel(const expr::EvalContext&,
                                  const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  const expr::StringView part(arguments[0]);
  const expr::StringView text(arguments[1]);
  const expr::PrimitiveView<int32_t> start(arguments[2]);
  arrow::Int32Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(rows));
  for (int64_t row = 0; row < rows; ++row) {
    if (start.IsNull(row)) {
      builder.UnsafeAppend(0);
    } else if (part.IsNull(row) || text.IsNull(row)) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(LocateFrom(part.Value(row), text.Value(row), start.Value(row)));
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return expr::FinishDatum(array, as_scalar);
}

void DeclareContainment(FunctionRegistry* registry, const std::string& name, std::string usage,
                        std::string example, bool (*test)(string_view, string_view)) {
  DeclareBinder(
      registry, {name}, "string_funcs", std::move(usage), std::move(example),
      [test](const std::string& used, const Arguments& arguments) -> Result<expr::BoundFunction> {
        ARROW_RETURN_NOT_OK(CheckArgumentCount(used, arguments, 2, 2));
        const bool is_binary = arguments[0].type->id() == arrow::Type::BINARY &&
                               arguments[1].type->id() == arrow::Type::BINARY;
        std::vector<TypePtr> types;
        for (size_t i = 0; i < 2; ++i) {
          ARROW_ASSIGN_OR_RAISE(auto type,
                                AcceptAs(arguments, i, is_binary ? arrow::binary() : utf8()));
          types.push_back(std::move(type));
        }
        return MakeBound(used, arguments, std::move(types), boolean(),
                         expr::RowKernel<bool, string_view, string_view>(boolean(), test));
      });
}

void Replace(std::string* out, string_view text, string_view search, string_view replacement) {
  size_t at = 0;
  while (!search.empty()) {
    const size_t found = text.find(search, at);
    if (found == string_view::npos) break;
    out->append(text.substr(at, found - at));
    out->append(replacement);
    at = found + search.size();
  }
  out->append(text.substr(at));
}

/// The text before the count-th delimiter (from the end if negative: the text behind it).
string_view SubstringIndex(string_view text, string_view delimiter, int32_t count) {
  if (delimiter.empty() || count == 0) return {};
  if (count > 0) {
    size_t from = 0;
    for (int32_t i = 0; i < count; ++i) {
      const size_t found = text.find(delimiter, from);
      if (found == string_view::npos) return text;
      if (i + 1 == count) return text.substr(0, found);
      from = found + 1;
    }
    return text;
  }
  size_t end = text.size();
  for (int32_t i = count; i < 0; ++i) {
    if (end == 0) return text;
    const size_t found = text.rfind(delimiter, end - 1);
    if (found == string_view::npos) return text;
    if (i == -1) return text.substr(found + delimiter.size());
    end = found;
  }
  return text;
}

int32_t FindInSet(string_view word, string_view set) {
  if (word.find(',') != string_view::npos) return 0;
  int32_t index = 1;
  for (size_t at = 0;; ++index) {
    const size_t comma = set.find(',', at);
    if (set.substr(at, comma - at) == word) return index;
    if (comma == string_view::npos) return 0;
    at = comma + 1;
  }
}

Result<std::string_view> SplitPart(string_view text, string_view delimiter, int32_t part) {
  if (part == 0) return MakeError("INVALID_INDEX_OF_ZERO");
  std::vector<string_view> parts;
  size_t at = 0;
  while (!delimiter.empty()) {
    const size_t found = text.find(delimiter, at);
    if (found == string_view::npos) break;
    parts.push_back(text.substr(at, found - at));
    at = found + delimiter.size();
  }
  parts.push_back(text.substr(at));
  const int64_t count = static_cast<int64_t>(parts.size());
  const int64_t index = part > 0 ? part - 1 : count + part;
  return index >= 0 && index < count ? parts[static_cast<size_t>(index)] : string_view();
}

void RegisterPositions(FunctionRegistry* registry) {
  Declare(registry, {.names = {"instr"},
                     .group = "string_funcs",
                     .usage = "instr(str, substr) - Returns the position, from 1, of the first "
                              "`substr` in `str`, 0 if there is none.",
                     .example = "SELECT instr('SparkSQL', 'SQL');",
                     .argument_types = {utf8(), utf8()},
                     .return_type = int32(),
                     .kernel = expr::RowKernel<int32_t, string_view, string_view>(int32(), Instr)});
  Declare(registry, {.names = {"locate", "position"},
                     .group = "string_funcs",
                     .usage = "locate(substr, str[, pos]) - Returns the position, from 1, of the "
                              "first `substr` in `str` at or after `pos`, 0 if there is none.",
                     .example = "SELECT locate('bar', 'foobarbar', 5);",
                     .argument_types = {utf8(), utf8(), int32()},
                     .return_type = int32(),
                     .kernel = LocateKernel,
                     .defaults = {IntScalar(1)}});
  Declare(registry,
          {.names = {"find_in_set"},
           .group = "string_funcs",
           .usage = "find_in_set(str, list) - Returns the index, from 1, of `str` in the "
                    "comma-separated `list`, 0 if it is not in it.",
           .example = "SELECT find_in_set('ab', 'abc,b,ab,c,def');",
           .argument_types = {utf8(), utf8()},
           .return_type = int32(),
           .kernel = expr::RowKernel<int32_t, string_view, string_view>(int32(), FindInSet)});
}

void RegisterTests(FunctionRegistry* registry) {
  DeclareContainment(registry, "startswith",
                     "startswith(left, right) - Returns whether `left` starts with `right`.",
                     "SELECT startswith('Spark SQL', 'Spark');",
                     [](string_view text, string_view part) { return text.starts_with(part); });
  DeclareContainment(registry, "endswith",
                     "endswith(left, right) - Returns whether `left` ends with `right`.",
                     "SELECT endswith('Spark SQL', 'SQL');",
                     [](string_view text, string_view part) { return text.ends_with(part); });
  DeclareContainment(
      registry, "contains",
      "contains(left, right) - Returns whether `right` is found inside `left`.",
      "SELECT contains('Spark SQL', 'Spark');",
      [](string_view text, string_view part) { return text.find(part) != string_view::npos; });
}

}  // namespace

void RegisterStringSearchFunctions(FunctionRegistry* registry) {
  RegisterPositions(registry);
  RegisterTests(registry);
  Declare(registry, {.names = {"replace"},
                     .group = "string_funcs",
                     .usage = "replace(str, search[, replace]) - Replaces every `search` in `str` "
                              "by `replace`, by nothing if it is left out.",
                     .example = "SELECT replace('ABCabc', 'abc', 'DEF');",
                     .argument_types = {utf8(), utf8(), utf8()},
                     .return_type = utf8(),
                     .kernel = TextKernel<string_view, string_view, string_view>(utf8(), Replace),
                     .defaults = {TextScalar("")}});
  Declare(registry, {.names = {"substring_index"},
                     .group = "string_funcs",
                     .usage = "substring_index(str, delim, count) - Returns the part of `str` "
                              "before `count` occurrences of `delim`, from the end if negative.",
                     .example = "SELECT substring_index('www.apache.org', '.', 2);",
                     .argument_types = {utf8(), utf8(), int32()},
                     .return_type = utf8(),
                     .kernel = expr::RowKernel<string_view, string_view, string_view, int32_t>(
                         utf8(), SubstringIndex)});
  Declare(registry, {.names = {"split_part"},
                     .group = "string_funcs",
                     .usage = "split_part(str, delimiter, part) - Splits `str` and returns the "
                              "part of that index, from 1, from the end if negative.",
                     .example = "SELECT split_part('11.12.13', '.', 3);",
                     .argument_types = {utf8(), utf8(), int32()},
                     .return_type = utf8(),
                     .kernel = expr::RowKernel<string_view, string_view, string_view, int32_t>(
                         utf8(), SplitPart),
                     .can_fail = true});
}

}  // namespace thalweg::functions
