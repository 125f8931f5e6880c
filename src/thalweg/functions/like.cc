// LIKE and ILIKE.

#include <optional>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/like_pattern.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;

Result<char32_t> EscapeCharacter(const Arguments& arguments) {
  if (arguments.size() < 3) return U'\\';
  const auto& constant = arguments[2].constant;
  std::string text;
  if (constant != nullptr && constant->is_valid && IsString(*constant->type)) {
    text = static_cast<const arrow::StringScalar&>(*constant).view();
  }
  if (CharacterCount(text) != 1) {
    return MakeError("INVALID_ESC", {{"invalidEscape", "'" + text + "'"}});
  }
  return static_cast<char32_t>(FirstCodePoint(text));
}

/// Compiles a pattern when it differs from the last one.
class PatternCache {
 public:
  PatternCache(char32_t escape, bool ignore_case) : escape_(escape), ignore_case_(ignore_case) {}
  Result<const LikePattern*> Get(string_view pattern) {
    if (compiled_ && pattern == source_) return &*compiled_;
    std::string folded;
    if (ignore_case_) AppendLower(pattern, &folded);
    ARROW_ASSIGN_OR_RAISE(auto made, LikePattern::Make(ignore_case_ ? folded : pattern, escape_));
    compiled_ = std::move(made);
    source_ = pattern;
    return &*compiled_;
  }

 private:
  char32_t escape_;
  bool ignore_case_;
  std::string source_;
  std::optional<LikePattern> compiled_;
};

Result<arrow::Datum> LikeKernel(const std::vector<arrow::Datum>& arguments, int64_t num_rows,
                                char32_t escape, bool ignore_case) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  ARROW_ASSIGN_OR_RAISE(auto nulls, expr::IntersectNulls(arguments, rows));
  if (nulls.all_null) return expr::NullResult(arrow::boolean(), rows, as_scalar);
  const expr::StringView text(arguments[0]);
  const expr::StringView pattern(arguments[1]);
  ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<bool>::Make(arrow::boolean(), rows, nulls));
  PatternCache cache(escape, ignore_case);
  const LikePattern* compiled = nullptr;
  std::string lower;
  for (int64_t row = 0; row < rows; ++row) {
    if (nulls.IsNull(row)) {
      ARROW_RETURN_NOT_OK(writer.SkipNull(row));
      continue;
    }
    if (compiled == nullptr || !pattern.is_scalar()) {
      ARROW_ASSIGN_OR_RAISE(compiled, cache.Get(pattern.Value(row)));
    }
    string_view value = text.Value(row);
    if (ignore_case) {
      lower.clear();
      AppendLower(value, &lower);
      value = lower;
    }
    ARROW_RETURN_NOT_OK(writer.Set(row, compiled->Matches(value)));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, writer.Finish());
  return expr::FinishDatum(array, as_scalar);
}

Result<expr::BoundFunction> BindLike(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, i, utf8()));
    types.push_back(std::move(type));
  }
  ARROW_ASSIGN_OR_RAISE(const char32_t escape, EscapeCharacter(arguments));
  const bool ignore_case = name == "ilike";
  auto bound =
      MakeBound(name, arguments, std::move(types), arrow::boolean(),
                [escape, ignore_case](const expr::EvalContext&,
                                      const std::vector<arrow::Datum>& values, int64_t num_rows) {
                  return LikeKernel({values[0], values[1]}, num_rows, escape, ignore_case);
                });
  const auto& pattern = arguments[1].constant;
  // A constant pattern that compiles cannot fail later.
  bound.can_fail = pattern == nullptr;
  if (pattern != nullptr && pattern->is_valid && IsString(*pattern->type)) {
    const auto text = static_cast<const arrow::StringScalar&>(*pattern).view();
    bound.can_fail = !LikePattern::Make(text, escape).ok();
  }
  return bound;
}

}  // namespace

void RegisterLikeFunctions(FunctionRegistry* registry) {
  DeclareBinder(registry, {"like"}, "predicate_funcs",
                "str like pattern[ ESCAPE escape] - Returns whether `str` matches the pattern: % "
                "is any text, _ any one character.",
                "SELECT 'Spark' LIKE 'Sp%';", BindLike);
  DeclareBinder(registry, {"ilike"}, "predicate_funcs",
                "str ilike pattern[ ESCAPE escape] - Returns whether `str` matches the pattern, "
                "whatever the case.",
                "SELECT 'Spark' ILIKE '_PARK';", BindLike);
}

}  // namespace thalweg::functions
