// Regular expressions: rlike, regexp_replace, regexp_extract, regexp_count, split and their kin.

#include <algorithm>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/java_regex.h"
#include "thalweg/functions/regex_support.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

using arrow::int32;
using arrow::utf8;
using std::string_view;

string_view GroupText(string_view text, const JavaRegex::Span& span) {
  if (span.begin < 0) return {};
  return text.substr(static_cast<size_t>(span.begin), static_cast<size_t>(span.end - span.begin));
}

// ---- Replacement ----

Status ReplacementError(string_view text, string_view pattern, string_view replacement,
                        size_t position) {
  return MakeError("INVALID_REGEXP_REPLACE", {{"source", std::string(text)},
                                              {"pattern", std::string(pattern)},
                                              {"replacement", std::string(replacement)},
                                              {"position", std::to_string(position)}});
}

/// A replacement, taken apart: literal text, each followed by a group (-1: none).
struct Replacement {
  struct Piece {
    std::string text;
    int group = -1;
  };
  std::vector<Piece> pieces;
};

/// Java's rules: \x is x, $n the group of the longest number that exists, ${name} a named one.
bool ParseReplacement(const JavaRegex& regex, string_view source, Replacement* out) {
  out->pieces.assign(1, {});
  for (size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (c == '\\') {
      if (++i == source.size()) return false;
      out->pieces.back().text += source[i];
      continue;
    }
    if (c != '$') {
      out->pieces.back().text += c;
      continue;
    }
    if (++i == source.size()) return false;
    int group = -1;
    if (source[i] == '{') {
      const size_t close = source.find('}', i);
      if (close == string_view::npos) return false;
      group = regex.GroupIndex(std::string(source.substr(i + 1, close - i - 1)));
      i = close;
    } else if (source[i] >= '0' && source[i] <= '9') {
      group = source[i] - '0';
      while (i + 1 < source.size() && source[i + 1] >= '0' && source[i + 1] <= '9' &&
             group * 10 + (source[i + 1] - '0') <= regex.group_count()) {
        group = group * 10 + (source[++i] - '0');
      }
    }
    if (group < 0 || group > regex.group_count()) return false;
    out->pieces.back().group = group;
    out->pieces.emplace_back();
  }
  return true;
}

Status AppendReplaced(const JavaRegex& regex, string_view text, string_view pattern,
                      string_view replacement, int32_t position, std::string* out) {
  const size_t start = ByteOffset(text, position - 1);
  if (position > 1 && start >= text.size()) {
    out->append(text);
    return Status::OK();
  }
  out->append(text.substr(0, start));
  const string_view region = text.substr(start);
  Replacement parsed;
  bool is_parsed = false;
  size_t copied = 0;
  ARROW_RETURN_NOT_OK(ForEachMatch(regex, region, [&](const Spans& spans) -> Result<bool> {
    // A bad replacement is an error only where something is replaced.
    if (!is_parsed && !ParseReplacement(regex, replacement, &parsed)) {
      return ReplacementError(text, pattern, replacement, static_cast<size_t>(position));
    }
    is_parsed = true;
    out->append(region.substr(copied, static_cast<size_t>(spans[0].begin) - copied));
    for (const auto& piece : parsed.pieces) {
      out->append(piece.text);
      if (piece.group >= 0) out->append(GroupText(region, spans[static_cast<size_t>(piece.group)]));
    }
    copied = static_cast<size_t>(spans[0].end);
    return true;
  }));
  out->append(region.substr(copied));
  return Status::OK();
}

// ---- Kernels ----

/// A kernel over (text, pattern, rest...) whose row function gets the compiled pattern:
/// fn(regex, row, text, pattern, writer) -> Status.
template <typename Out, typename Fn>
expr::ScalarKernel RegexKernel(std::string name, TypePtr type, Fn fn) {
  return [name = std::move(name), type = std::move(type), fn = std::move(fn)](
             const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
             int64_t num_rows) -> Result<arrow::Datum> {
    const bool as_scalar = expr::AllScalars(arguments);
    const int64_t rows = as_scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto nulls, expr::IntersectNulls(arguments, rows));
    if (nulls.all_null) return expr::NullResult(type, rows, as_scalar);
    const expr::StringView text(arguments[0]);
    const expr::StringView pattern(arguments[1]);
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<Out>::Make(type, rows, nulls));
    RegexCache cache(name);
    const JavaRegex* regex = nullptr;
    for (int64_t row = 0; row < rows; ++row) {
      if (nulls.IsNull(row)) {
        ARROW_RETURN_NOT_OK(writer.SkipNull(row));
        continue;
      }
      if (regex == nullptr || !pattern.is_scalar()) {
        ARROW_ASSIGN_OR_RAISE(regex, cache.Get(pattern.Value(row)));
      }
      ARROW_RETURN_NOT_OK(fn(*regex, row, text.Value(row), arguments, &writer));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
    return expr::FinishDatum(array, as_scalar);
  };
}

Result<std::vector<TypePtr>> AcceptTypes(const Arguments& arguments,
                                         const std::vector<TypePtr>& wanted) {
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, i, wanted[i]));
    types.push_back(std::move(type));
  }
  return types;
}

/// True if the pattern is a constant that compiles: the function cannot fail for it.
bool HasValidPattern(const Arguments& arguments) {
  const auto& constant = arguments[1].constant;
  if (constant == nullptr || !IsString(*constant->type)) return false;
  if (!constant->is_valid) return true;
  return JavaRegex::Make(static_cast<const arrow::StringScalar&>(*constant).view()).ok();
}

Result<expr::BoundFunction> BindRlike(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto types, AcceptTypes(arguments, {utf8(), utf8()}));
  auto bound =
      MakeBound(name, arguments, std::move(types), arrow::boolean(),
                RegexKernel<bool>(name, arrow::boolean(),
                                  [](const JavaRegex& regex, int64_t row, string_view text,
                                     const std::vector<arrow::Datum>&, auto* writer) -> Status {
                                    ARROW_ASSIGN_OR_RAISE(const bool occurs, regex.Occurs(text));
                                    return writer->Set(row, occurs);
                                  }));
  bound.can_fail = !HasValidPattern(arguments);
  bound.display_name = name == "rlike" ? "RLIKE" : name == "regexp" ? "REGEXP" : "REGEXP_LIKE";
  return bound;
}

Status CheckPosition(const Arguments& arguments) {
  if (arguments.size() < 4) return Status::OK();
  const auto& constant = arguments[3].constant;
  if (constant == nullptr) {
    return MakeError(
        "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
        {{"inputName", "`position`"}, {"inputType", "\"INT\""}, {"inputExpr", "\"position\""}});
  }
  if (!constant->is_valid || constant->type->id() != arrow::Type::INT32) return Status::OK();
  const int32_t position = static_cast<const arrow::Int32Scalar&>(*constant).value;
  if (position > 0) return Status::OK();
  return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"exprName", "`position`"},
                    {"valueRange", "(0, 2147483647]"},
                    {"currentValue", std::to_string(position)}});
}

Result<expr::BoundFunction> BindReplace(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 3, 4));
  ARROW_ASSIGN_OR_RAISE(auto types, AcceptTypes(arguments, {utf8(), utf8(), utf8(), int32()}));
  ARROW_RETURN_NOT_OK(CheckPosition(arguments));
  auto bound = MakeBound(
      name, arguments, std::move(types), utf8(),
      RegexKernel<std::string>(
          name, utf8(),
          [](const JavaRegex& regex, int64_t row, string_view text,
             const std::vector<arrow::Datum>& values, auto* writer) -> Status {
            const expr::StringView pattern(values[1]);
            const expr::StringView replacement(values[2]);
            const int32_t position =
                values.size() > 3 ? expr::PrimitiveView<int32_t>(values[3]).Value(row) : 1;
            std::string out;
            ARROW_RETURN_NOT_OK(AppendReplaced(regex, text, pattern.Value(row),
                                               replacement.Value(row), position, &out));
            return writer->Set(row, out);
          }));
  bound.can_fail = true;
  ShowDefaults(&bound, arguments.size(), 4, {IntScalar(1)});
  return bound;
}

Status CheckGroup(const std::string& name, const JavaRegex& regex, int32_t group) {
  if (group >= 0 && group <= regex.group_count()) return Status::OK();
  return MakeError("INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX",
                   {{"parameter", "`idx`"},
                    {"functionName", "`" + name + "`"},
                    {"groupCount", std::to_string(regex.group_count())},
                    {"groupIndex", std::to_string(group)}});
}

Result<expr::BoundFunction> BindExtract(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  ARROW_ASSIGN_OR_RAISE(auto types, AcceptTypes(arguments, {utf8(), utf8(), int32()}));
  auto bound = MakeBound(
      name, arguments, std::move(types), utf8(),
      RegexKernel<std::string_view>(
          name, utf8(),
          [name](const JavaRegex& regex, int64_t row, string_view text,
                 const std::vector<arrow::Datum>& values, auto* writer) -> Status {
            const int32_t group =
                values.size() > 2 ? expr::PrimitiveView<int32_t>(values[2]).Value(row) : 1;
            Spans spans;
            ARROW_ASSIGN_OR_RAISE(const bool found, regex.Find(text, 0, &spans));
            if (!found) return writer->Set(row, "");
            ARROW_RETURN_NOT_OK(CheckGroup(name, regex, group));
            return writer->Set(row, GroupText(text, spans[static_cast<size_t>(group)]));
          }));
  bound.can_fail = true;
  ShowDefaults(&bound, arguments.size(), 3, {IntScalar(1)});
  return bound;
}

Result<expr::BoundFunction> BindCount(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto types, AcceptTypes(arguments, {utf8(), utf8()}));
  auto bound =
      MakeBound(name, arguments, std::move(types), int32(),
                RegexKernel<int32_t>(name, int32(),
                                     [](const JavaRegex& regex, int64_t row, string_view text,
                                        const std::vector<arrow::Datum>&, auto* writer) -> Status {
                                       int32_t count = 0;
                                       ARROW_RETURN_NOT_OK(ForEachMatch(
                                           regex, text, [&](const Spans&) -> Result<bool> {
                                             ++count;
                                             return true;
                                           }));
                                       return writer->Set(row, count);
                                     }));
  bound.can_fail = !HasValidPattern(arguments);
  return bound;
}

/// regexp_instr (position from 1, 0 if none) and regexp_substr (NULL if none).
Result<expr::BoundFunction> BindInstr(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  ARROW_ASSIGN_OR_RAISE(auto types, AcceptTypes(arguments, {utf8(), utf8(), int32()}));
  auto bound =
      MakeBound(name, arguments, std::move(types), int32(),
                RegexKernel<int32_t>(
                    name, int32(),
                    [](const JavaRegex& regex, int64_t row, string_view text,
                       const std::vector<arrow::Datum>&, auto* writer) -> Status {
                      Spans spans;
                      ARROW_ASSIGN_OR_RAISE(const bool found, regex.Find(text, 0, &spans));
                      if (!found) return writer->Set(row, 0);
                      const auto before = text.substr(0, static_cast<size_t>(spans[0].begin));
                      return writer->Set(row, static_cast<int32_t>(CharacterCount(before)) + 1);
                    }));
  bound.can_fail = !HasValidPattern(arguments);
  ShowDefaults(&bound, arguments.size(), 3, {IntScalar(0)});
  return bound;
}

Result<expr::BoundFunction> BindSubstr(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto types, AcceptTypes(arguments, {utf8(), utf8()}));
  auto bound = MakeBound(name, arguments, std::move(types), utf8(),
                         RegexKernel<std::string_view>(
                             name, utf8(),
                             [](const JavaRegex& regex, int64_t row, string_view text,
                                const std::vector<arrow::Datum>&, auto* writer) -> Status {
                               Spans spans;
                               ARROW_ASSIGN_OR_RAISE(const bool found, regex.Find(text, 0, &spans));
                               return found ? writer->Set(row, GroupText(text, spans[0]))
                                            : writer->SetNull(row);
                             }));
  bound.nullable = true;
  bound.can_fail = !HasValidPattern(arguments);
  return bound;
}

// ---- Functions that give arrays of strings ----

/// Writes arrays of strings row by row.
class StringListWriter {
 public:
  Status Add(string_view value) { return values_.Append(value); }
  void FinishRow(bool valid) {
    offsets_.push_back(static_cast<int32_t>(values_.length()));
    validity_.push_back(valid);
  }
  Result<arrow::Datum> Finish(bool as_scalar) {
    ARROW_ASSIGN_OR_RAISE(auto values, values_.Finish());
    arrow::TypedBufferBuilder<bool> bitmap;
    for (const bool valid : validity_) ARROW_RETURN_NOT_OK(bitmap.Append(valid));
    ARROW_ASSIGN_OR_RAISE(auto nulls, bitmap.Finish());
    const auto rows = static_cast<int64_t>(validity_.size());
    ArrayPtr array = std::make_shared<arrow::ListArray>(
        ArrayOf(utf8()), rows, arrow::Buffer::FromVector(std::move(offsets_)), values, nulls);
    return expr::FinishDatum(array, as_scalar);
  }

 private:
  arrow::StringBuilder values_;
  std::vector<int32_t> offsets_ = {0};
  std::vector<bool> validity_;
};

Result<arrow::Datum> SplitKernel(const expr::EvalContext&,
                                 const std::vector<arrow::Datum>& arguments, int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(arguments, rows));
  const expr::StringView text(arguments[0]);
  const expr::StringView pattern(arguments[1]);
  RegexCache cache("split");
  StringListWriter writer;
  for (int64_t row = 0; row < rows; ++row) {
    if (nulls.IsNull(row)) {
      writer.FinishRow(false);
      continue;
    }
    const int32_t limit =
        arguments.size() > 2 ? expr::PrimitiveView<int32_t>(arguments[2]).Value(row) : -1;
    const string_view value = text.Value(row);
    const string_view separator = pattern.Value(row);
    ARROW_RETURN_NOT_OK(SplitText(&cache, value, separator, limit,
                                  [&](string_view part) { return writer.Add(part); }));
    writer.FinishRow(true);
  }
  return writer.Finish(as_scalar);
}

Result<expr::BoundFunction> BindSplit(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  ARROW_ASSIGN_OR_RAISE(auto types, AcceptTypes(arguments, {utf8(), utf8(), int32()}));
  auto bound = MakeBound(name, arguments, std::move(types), ArrayOf(utf8()), SplitKernel);
  bound.can_fail = !HasValidPattern(arguments);
  ShowDefaults(&bound, arguments.size(), 3, {IntScalar(-1)});
  return bound;
}

Result<arrow::Datum> ExtractAllKernel(const std::string& name,
                                      const std::vector<arrow::Datum>& arguments,
                                      int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(const auto nulls, expr::IntersectNulls(arguments, rows));
  const expr::StringView text(arguments[0]);
  const expr::StringView pattern(arguments[1]);
  RegexCache cache(name);
  StringListWriter writer;
  for (int64_t row = 0; row < rows; ++row) {
    if (nulls.IsNull(row)) {
      writer.FinishRow(false);
      continue;
    }
    const int32_t group =
        arguments.size() > 2 ? expr::PrimitiveView<int32_t>(arguments[2]).Value(row) : 1;
    ARROW_ASSIGN_OR_RAISE(const JavaRegex* regex, cache.Get(pattern.Value(row)));
    const string_view value = text.Value(row);
    ARROW_RETURN_NOT_OK(ForEachMatch(*regex, value, [&](const Spans& spans) -> Result<bool> {
      ARROW_RETURN_NOT_OK(CheckGroup(name, *regex, group));
      ARROW_RETURN_NOT_OK(writer.Add(GroupText(value, spans[static_cast<size_t>(group)])));
      return true;
    }));
    writer.FinishRow(true);
  }
  return writer.Finish(as_scalar);
}

Result<expr::BoundFunction> BindExtractAll(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  ARROW_ASSIGN_OR_RAISE(auto types, AcceptTypes(arguments, {utf8(), utf8(), int32()}));
  auto bound =
      MakeBound(name, arguments, std::move(types), ArrayOf(utf8()),
                [name](const expr::EvalContext&, const std::vector<arrow::Datum>& values,
                       int64_t num_rows) { return ExtractAllKernel(name, values, num_rows); });
  bound.can_fail = true;
  ShowDefaults(&bound, arguments.size(), 3, {IntScalar(1)});
  return bound;
}

}  // namespace

void RegisterRegexFunctions(FunctionRegistry* registry) {
  DeclareBinder(registry, {"rlike", "regexp", "regexp_like"}, "predicate_funcs",
                "str rlike regexp - Returns whether the regular expression occurs in `str`.",
                "SELECT regexp_like('abc', 'b');", BindRlike);
  DeclareBinder(registry, {"regexp_replace"}, "string_funcs",
                "regexp_replace(str, regexp, rep[, position]) - Replaces every match of the "
                "regular expression by `rep`, in which $1 stands for the first group.",
                "SELECT regexp_replace('100-200', '(\\\\d+)', 'num');", BindReplace);
  DeclareBinder(registry, {"regexp_extract"}, "string_funcs",
                "regexp_extract(str, regexp[, idx]) - Returns the group `idx` of the first match, "
                "an empty string if there is none.",
                "SELECT regexp_extract('100-200', '(\\\\d+)-(\\\\d+)', 1);", BindExtract);
  DeclareBinder(registry, {"regexp_extract_all"}, "string_funcs",
                "regexp_extract_all(str, regexp[, idx]) - Returns the group `idx` of every match.",
                "SELECT regexp_extract_all('100-200, 300-400', '(\\\\d+)-(\\\\d+)', 1);",
                BindExtractAll);
  DeclareBinder(registry, {"regexp_count"}, "string_funcs",
                "regexp_count(str, regexp) - Returns the number of matches.",
                "SELECT regexp_count('Steven Jones', 'e');", BindCount);
  DeclareBinder(registry, {"regexp_instr"}, "string_funcs",
                "regexp_instr(str, regexp) - Returns the position, from 1, of the first match, 0 "
                "if there is none.",
                "SELECT regexp_instr('user@spark.apache.org', '@');", BindInstr);
  DeclareBinder(registry, {"regexp_substr"}, "string_funcs",
                "regexp_substr(str, regexp) - Returns the first match, NULL if there is none.",
                "SELECT regexp_substr('Steven Jones', 'Ste(v|ph)en');", BindSubstr);
  DeclareBinder(registry, {"split"}, "string_funcs",
                "split(str, regex[, limit]) - Splits `str` around matches of `regex` into at most "
                "`limit` parts.",
                "SELECT split('oneAtwoBthreeC', '[ABC]');", BindSplit);
}

}  // namespace thalweg::functions
