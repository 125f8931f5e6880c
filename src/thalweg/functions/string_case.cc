// Case, and distances between strings.

#include <algorithm>
#include <vector>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;

void Upper(std::string* out, string_view text) { AppendUpper(text, out); }
void Lower(std::string* out, string_view text) { AppendLower(text, out); }

/// Words are parted by blanks only.
void InitCap(std::string* out, string_view text) {
  std::string lower;
  AppendLower(text, &lower);
  for (size_t at = 0; at < lower.size();) {
    const size_t bytes = std::min(CharacterBytes(lower[at]), lower.size() - at);
    const string_view character = string_view(lower).substr(at, bytes);
    if (at == 0 || lower[at - 1] == ' ') {
      AppendUpper(character, out);
    } else {
      out->append(character);
    }
    at += bytes;
  }
}

std::vector<uint32_t> CodePoints(string_view text) {
  std::vector<uint32_t> codes;
  for (size_t at = 0; at < text.size(); at += CharacterBytes(text[at])) {
    codes.push_back(FirstCodePoint(text.substr(at)));
  }
  return codes;
}

int32_t Levenshtein(string_view left, string_view right) {
  const auto a = CodePoints(left);
  const auto b = CodePoints(right);
  std::vector<int32_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int32_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    int32_t diagonal = row[0];
    row[0] = static_cast<int32_t>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int32_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substitution, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

/// The soundex digit of a letter: '0' for vowels, '7' for H and W, which part nothing.
char SoundexDigit(char c) {
  constexpr string_view kDigits = "01230127022455012623017202";
  return kDigits[static_cast<size_t>(c - 'A')];
}

void Soundex(std::string* out, string_view text) {
  if (text.empty()) return;
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  const char first = upper(text[0]);
  if (first < 'A' || first > 'Z') {
    out->append(text);
    return;
  }
  *out += first;
  char last = SoundexDigit(first);
  for (size_t i = 1; i < text.size() && out->size() < 4; ++i) {
    const char c = upper(text[i]);
    if (c < 'A' || c > 'Z') {
      last = '0';
      continue;
    }
    const char digit = SoundexDigit(c);
    if (digit == '7') continue;
    if (digit != '0' && digit != last) *out += digit;
    last = digit;
  }
  out->append(4 - out->size(), '0');
}

Result<expr::BoundFunction> BindLevenshtein(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 3));
  std::vector<TypePtr> types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto type, AcceptAs(arguments, i, i < 2 ? utf8() : arrow::int32()));
    types.push_back(std::move(type));
  }
  const TypePtr result = arrow::int32();
  if (arguments.size() == 2) {
    return MakeBound(name, arguments, std::move(types), result,
                     expr::RowKernel<int32_t, string_view, string_view>(result, Levenshtein));
  }
  return MakeBound(name, arguments, std::move(types), result,
                   expr::RowKernel<int32_t, string_view, string_view, int32_t>(
                       result, [](string_view left, string_view right, int32_t threshold) {
                         const int32_t edits = Levenshtein(left, right);
                         return edits > threshold ? -1 : edits;
                       }));
}

}  // namespace

void RegisterStringCaseFunctions(FunctionRegistry* registry) {
  Declare(registry, {.names = {"upper", "ucase"},
                     .group = "string_funcs",
                     .usage = "upper(str) - Returns `str` in upper case.",
                     .example = "SELECT upper('SparkSql');",
                     .argument_types = {utf8()},
                     .return_type = utf8(),
                     .kernel = TextKernel<string_view>(utf8(), Upper)});
  Declare(registry, {.names = {"lower", "lcase"},
                     .group = "string_funcs",
                     .usage = "lower(str) - Returns `str` in lower case.",
                     .example = "SELECT lower('SparkSql');",
                     .argument_types = {utf8()},
                     .return_type = utf8(),
                     .kernel = TextKernel<string_view>(utf8(), Lower)});
  Declare(registry, {.names = {"initcap"},
                     .group = "string_funcs",
                     .usage = "initcap(str) - Returns `str` with the first letter of each word in "
                              "upper case, all others in lower case.",
                     .example = "SELECT initcap('sPark sql');",
                     .argument_types = {utf8()},
                     .return_type = utf8(),
                     .kernel = TextKernel<string_view>(utf8(), InitCap)});
  DeclareBinder(registry, {"levenshtein"}, "string_funcs",
                "levenshtein(str1, str2[, threshold]) - Returns the number of edits that lead from "
                "one string to the other, -1 if it is above the threshold.",
                "SELECT levenshtein('kitten', 'sitting');", BindLevenshtein);
  Declare(registry, {.names = {"soundex"},
                     .group = "string_funcs",
                     .usage = "soundex(str) - Returns the Soundex code of `str`.",
                     .example = "SELECT soundex('Miller');",
                     .argument_types = {utf8()},
                     .return_type = utf8(),
                     .kernel = TextKernel<string_view>(utf8(), Soundex)});
}

}  // namespace thalweg::functions
