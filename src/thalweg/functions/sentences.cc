// sentences: text cut into sentences, and these into words.

#include <vector>

#include <arrow/api.h>
#include <utf8proc.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/string_family.h"
#include "thalweg/functions/utf8_text.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

using arrow::utf8;
using std::string_view;

/// One character with its place in the text.
struct Character {
  uint32_t code;
  size_t begin;
  size_t end;
};

utf8proc_category_t CategoryOf(uint32_t code) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}
bool IsLetter(uint32_t code) {
  const auto category = CategoryOf(code);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}
bool IsMark(uint32_t code) {
  const auto category = CategoryOf(code);
  return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}
bool IsDigit(uint32_t code) { return CategoryOf(code) == UTF8PROC_CATEGORY_ND; }
bool IsBlank(uint32_t code) {
  const auto category = CategoryOf(code);
  return category == UTF8PROC_CATEGORY_ZS || (code >= '\t' && code <= '\r');
}
bool IsParagraphEnd(uint32_t code) { return code == 0x2029; }
/// Ends a sentence wherever it stands.
bool IsHardEnd(uint32_t code) {
  return code == '?' || code == '!' || code == 0x3002 || code == 0xFF01 || code == 0xFF1F;
}
bool IsFullWidthEnd(uint32_t code) { return code >= 0x3002; }
bool IsClosing(uint32_t code) {
  const auto category = CategoryOf(code);
  return code == '"' || code == '\'' || category == UTF8PROC_CATEGORY_PE ||
         category == UTF8PROC_CATEGORY_PF || category == UTF8PROC_CATEGORY_PI;
}
/// Stands inside of words: between two letters it belongs to both.
bool JoinsLetters(uint32_t code) {
  return code == '.' || code == '\'' || code == '-' || code == 0xAD || code == 0xB7 ||
         code == 0x2019 || code == 0x2010;
}
bool JoinsDigits(uint32_t code) { return code == '.' || code == ',' || code == '\''; }
bool IsBeforeNumber(uint32_t code) {
  return code == '#' || code == '.' || CategoryOf(code) == UTF8PROC_CATEGORY_SC;
}
bool IsAfterNumber(uint32_t code) {
  return code == '%' || code == '&' || CategoryOf(code) == UTF8PROC_CATEGORY_SC;
}
bool IsOfWord(uint32_t code) {
  return IsLetter(code) || IsMark(code) || IsDigit(code) ||
         CategoryOf(code) == UTF8PROC_CATEGORY_PC;
}

/// Cuts texts. Keeps its memory from row to row. One thread.
class SentenceCutter {
 public:
  /// Appends the sentences of `text`, each with its words.
  Status Append(string_view text, arrow::ListBuilder* sentences) {
    Read(text);
    auto* words = static_cast<arrow::ListBuilder*>(sentences->value_builder());
    auto* values = static_cast<arrow::StringBuilder*>(words->value_builder());
    for (size_t begin = 0; begin < characters_.size();) {
      const size_t end = SentenceEnd(begin);
      ARROW_RETURN_NOT_OK(words->Append());
      ARROW_RETURN_NOT_OK(AppendWords(text, begin, end, values));
      begin = end;
    }
    return Status::OK();
  }

 private:
  void Read(string_view text) {
    characters_.clear();
    for (size_t at = 0; at < text.size();) {
      const size_t end =
          std::min(text.size(), at + CharacterBytes(static_cast<unsigned char>(text[at])));
      characters_.push_back({FirstCodePoint(text.substr(at)), at, end});
      at = end;
    }
  }
  uint32_t CodeAt(size_t at) const { return at < characters_.size() ? characters_[at].code : 0; }

  /// Behind the blanks that follow the sentence from `begin`.
  size_t SentenceEnd(size_t begin) const {
    for (size_t at = begin; at < characters_.size(); ++at) {
      const uint32_t code = CodeAt(at);
      if (IsParagraphEnd(code)) return at + 1;
      if (code != '.' && !IsHardEnd(code)) continue;
      bool hard = false;
      size_t next = at;
      for (; CodeAt(next) == '.' || IsHardEnd(CodeAt(next)); ++next)
        hard |= IsHardEnd(CodeAt(next));
      while (next < characters_.size() && IsClosing(CodeAt(next))) ++next;
      const size_t blanks = next;
      while (next < characters_.size() && IsBlank(CodeAt(next))) ++next;
      if (next == characters_.size()) return next;
      if (hard && (next > blanks || IsFullWidthEnd(code))) return next;
      if (next > blanks && StartsSentence(next)) return next;
      at = blanks - 1;
    }
    return characters_.size();
  }

  /// After a full stop: what begins with a small letter or with a digit goes on.
  bool StartsSentence(size_t at) const {
    while (at < characters_.size() && !IsOfWord(CodeAt(at)) && !IsBlank(CodeAt(at))) {
      const auto category = CategoryOf(CodeAt(at));
      if (category == UTF8PROC_CATEGORY_PS) return true;
      ++at;
    }
    const uint32_t code = CodeAt(at);
    return !IsDigit(code) && CategoryOf(code) != UTF8PROC_CATEGORY_LL;
  }

  /// Words are what begins with a letter or a digit.
  Status AppendWords(string_view text, size_t begin, size_t end,
                     arrow::StringBuilder* values) const {
    for (size_t at = begin; at < end;) {
      const size_t stop = TokenEnd(at, end);
      if (IsLetter(CodeAt(at)) || IsDigit(CodeAt(at))) {
        const size_t from = characters_[at].begin;
        ARROW_RETURN_NOT_OK(values->Append(text.substr(from, characters_[stop - 1].end - from)));
      }
      at = stop;
    }
    return Status::OK();
  }

  size_t TokenEnd(size_t at, size_t end) const {
    const bool before_number =
        IsBeforeNumber(CodeAt(at)) && at + 1 < end && IsDigit(CodeAt(at + 1));
    if (before_number) ++at;
    if (!IsOfWord(CodeAt(at))) return at + 1;
    size_t next = at + 1;
    while (next < end) {
      const uint32_t code = CodeAt(next);
      const uint32_t last = CodeAt(next - 1);
      if (!IsOfWord(code)) {
        const uint32_t following = next + 1 < end ? CodeAt(next + 1) : 0;
        const bool joins = (JoinsLetters(code) && IsLetter(last) && IsLetter(following)) ||
                           (JoinsDigits(code) && IsDigit(last) && IsDigit(following));
        if (!joins) break;
      }
      ++next;
    }
    const bool after_number =
        next < end && IsDigit(CodeAt(next - 1)) && IsAfterNumber(CodeAt(next));
    return after_number ? next + 1 : next;
  }

  std::vector<Character> characters_;
};

TypePtr SentencesType() { return ArrayOf(ArrayOf(utf8(), false), false); }

/// The language, which the other arguments name, changes nothing.
Result<arrow::Datum> Evaluate(const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                              int64_t num_rows) {
  const bool as_scalar = expr::AllScalars(arguments);
  const int64_t rows = as_scalar ? 1 : num_rows;
  const expr::StringView texts(arguments[0]);
  std::unique_ptr<arrow::ArrayBuilder> builder;
  ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), SentencesType(), &builder));
  auto* sentences = static_cast<arrow::ListBuilder*>(builder.get());
  SentenceCutter cutter;
  for (int64_t row = 0; row < rows; ++row) {
    if (texts.IsNull(row)) {
      ARROW_RETURN_NOT_OK(sentences->AppendNull());
      continue;
    }
    ARROW_RETURN_NOT_OK(sentences->Append());
    ARROW_RETURN_NOT_OK(cutter.Append(texts.Value(row), sentences));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, builder->Finish());
  return expr::FinishDatum(array, as_scalar);
}

}  // namespace

void RegisterSentences(FunctionRegistry* registry) {
  Declare(registry,
          {.names = {"sentences"},
           .group = "string_funcs",
           .usage = "sentences(str[, language[, country]]) - Returns the words of a text, "
                    "an array for each sentence.",
           .example = "SELECT sentences('Hi there! Good morning.');",
           .argument_types = {utf8(), utf8(), utf8()},
           .return_type = SentencesType(),
           .kernel = Evaluate,
           .defaults = {TextScalar(""), TextScalar("")}});
}

}  // namespace thalweg::functions
