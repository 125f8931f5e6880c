#include "thalweg/formats/csv_tokenizer.h"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace thalweg::formats {
namespace {

bool IsBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

CsvTokenizer::CsvTokenizer(const CsvOptions* options)
    : options_(options),
      separator_(options->separator[0]),
      single_separator_(options->separator.size() == 1) {}

bool CsvTokenizer::AtSeparator(const char* p) const {
  if (p >= end_ || *p != separator_) return false;
  return single_separator_ ||
         std::string_view(p, static_cast<size_t>(end_ - p)).starts_with(options_->separator);
}

const char* CsvTokenizer::SkipBlanks(const char* p) const {
  while (!AtRecordEnd(p) && IsBlank(*p) && !AtSeparator(p) && *p != options_->quote) ++p;
  return p;
}

const char* CsvTokenizer::FindValueEnd(const char* p) const {
  while (!AtRecordEnd(p) && !AtSeparator(p)) ++p;
  return p;
}

std::string_view CsvTokenizer::Keep(std::string value) {
  if (num_decoded_ == decoded_.size()) decoded_.push_back(std::make_unique<std::string>());
  std::string& kept = *decoded_[num_decoded_++];
  kept = std::move(value);
  return kept;
}

Status CsvTokenizer::Malformed() const {
  return MakeError(
      "MALFORMED_CSV_RECORD",
      {{"badRecord",
        std::string(begin_, std::min<size_t>(static_cast<size_t>(end_ - begin_), 1000))}});
}

Status CsvTokenizer::CheckLimits(const std::vector<CsvToken>& tokens) const {
  if (static_cast<int64_t>(tokens.size()) > options_->max_columns) return Malformed();
  if (options_->max_chars_per_column < 0) return Status::OK();
  for (const CsvToken& token : tokens) {
    if (static_cast<int64_t>(token.text.size()) > options_->max_chars_per_column) {
      return Malformed();
    }
  }
  return Status::OK();
}

Status CsvTokenizer::TokenizeLine(std::string_view line, size_t max_tokens,
                                  std::vector<CsvToken>* tokens) {
  tokens->clear();
  begin_ = at_ = line.data();
  end_ = begin_ + line.size();
  stop_at_line_end_ = false;
  const bool plain = single_separator_ && !options_->ignore_leading_white_space &&
                     !options_->ignore_trailing_white_space &&
                     (options_->quote == '\0' ||
                      std::memchr(line.data(), options_->quote, line.size()) == nullptr);
  if (plain) {
    SplitPlain(line, max_tokens, tokens);
  } else {
    ARROW_RETURN_NOT_OK(Tokenize(tokens, max_tokens));
  }
  return CheckLimits(*tokens);
}

Result<size_t> CsvTokenizer::TokenizeRecord(std::string_view text, std::vector<CsvToken>* tokens) {
  tokens->clear();
  begin_ = at_ = text.data();
  end_ = begin_ + text.size();
  stop_at_line_end_ = true;
  ARROW_RETURN_NOT_OK(Tokenize(tokens, SIZE_MAX));
  ARROW_RETURN_NOT_OK(CheckLimits(*tokens));
  return static_cast<size_t>(at_ - begin_) + (at_ < end_ ? 1 : 0);
}

void CsvTokenizer::SplitPlain(std::string_view line, size_t max_tokens,
                              std::vector<CsvToken>* tokens) {
  const char* value = line.data();
  const char* end = value + line.size();
  const auto add = [&](const char* value_end) {
    tokens->push_back({{value, static_cast<size_t>(value_end - value)}, value_end == value});
    value = value_end + 1;
    return tokens->size() < max_tokens;
  };
#if defined(__SSE2__)
  const __m128i separator = _mm_set1_epi8(separator_);
  for (const char* block = value; block < end; block += 32) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16));
    uint32_t mask = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(low, separator))) |
                    static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(high, separator))) << 16;
    for (; mask != 0; mask &= mask - 1) {
      const char* hit = block + __builtin_ctz(mask);
      if (hit >= end) break;
      if (!add(hit)) return;
    }
  }
#else
  for (const char* p = value; p < end; ++p) {
    if (*p == separator_ && !add(p)) return;
  }
#endif
  add(end);
}

Status CsvTokenizer::Tokenize(std::vector<CsvToken>* tokens, size_t max_tokens) {
  num_decoded_ = 0;
  const char* p = at_;
  while (true) {
    CsvToken token;
    if (options_->ignore_leading_white_space) p = SkipBlanks(p);
    if (AtRecordEnd(p) || AtSeparator(p)) {
      token.is_null = true;
    } else if (options_->quote != '\0' && *p == options_->quote) {
      ARROW_ASSIGN_OR_RAISE(p, ReadQuoted(p, &token));
    } else {
      p = ReadPlain(p, &token);
    }
    tokens->push_back(token);
    if (AtRecordEnd(p) || tokens->size() >= max_tokens) break;
    p += options_->separator.size();
  }
  at_ = p;
  return Status::OK();
}

const char* CsvTokenizer::ReadPlain(const char* p, CsvToken* token) {
  const char* value_end = FindValueEnd(p);
  token->text = {p, static_cast<size_t>(value_end - p)};
  if (options_->ignore_trailing_white_space) token->text = TrimEnd(token->text);
  token->is_null = token->text.empty();
  return value_end;
}

const char* CsvTokenizer::ReadSimpleQuoted(const char* p, CsvToken* token) const {
  const char* value = p + 1;
  for (const char* q = value; q < end_; ++q) {
    if (*q == options_->quote) {
      if (q > value && q[-1] == options_->escape) return nullptr;
      if (!AtRecordEnd(q + 1) && !AtSeparator(q + 1)) return nullptr;
      token->text = {value, static_cast<size_t>(q - value)};
      if (token->text.empty()) token->text = options_->empty_value;
      return q + 1;
    }
    if (*q == options_->escape && q + 1 < end_ &&
        (q[1] == options_->quote || q[1] == options_->escape_escape)) {
      return nullptr;
    }
  }
  return nullptr;
}

const char* CsvTokenizer::TakeRest(const char* p, std::string* value) const {
  const char* rest_end = FindValueEnd(p);
  value->append(p, rest_end);
  if (options_->ignore_trailing_white_space) value->resize(TrimEnd(*value).size());
  return rest_end;
}

Result<const char*> CsvTokenizer::EndAtUnescapedQuote(const char* p, std::string value,
                                                      CsvToken* token) {
  if (options_->unescaped_quotes == UnescapedQuoteHandling::kRaiseError) return Malformed();
  if (options_->unescaped_quotes == UnescapedQuoteHandling::kSkipValue) {
    token->is_null = true;
    return FindValueEnd(p);
  }
  value.insert(value.begin(), options_->quote);
  value.push_back(options_->quote);
  p = TakeRest(p, &value);
  token->text = Keep(std::move(value));
  return p;
}

Result<const char*> CsvTokenizer::ReadQuoted(const char* p, CsvToken* token) {
  if (const char* simple = ReadSimpleQuoted(p, token)) return simple;
  const char quote = options_->quote;
  const char escape = options_->escape;
  const char escape_escape = options_->escape_escape;
  std::string value;
  char previous = '\0';
  const char* open = p++;
  // After a closing quote may come blanks; anything else makes the quote part of the value.
  while (true) {
    if (p == end_) {
      if (p == open + 1) value = quote;
      break;
    }
    const char c = *p;
    if (previous == quote) {
      const char* behind = p;
      while (!AtRecordEnd(behind) && IsBlank(*behind) && !AtSeparator(behind)) ++behind;
      if (AtRecordEnd(behind) || AtSeparator(behind)) {
        p = behind;
        break;
      }
      if (c != quote) {
        if (options_->unescaped_quotes != UnescapedQuoteHandling::kStopAtClosingQuote) {
          return EndAtUnescapedQuote(p, std::move(value), token);
        }
        value.push_back(quote);
        value.push_back(c);
        previous = '\0';
        ++p;
        continue;
      }
    }
    ++p;
    if (c != quote && c != escape && c != escape_escape) {
      if (previous == escape && escape != '\0') value.push_back(escape);
      value.push_back(c);
      previous = '\0';
    } else if (c == escape && previous == escape_escape && escape_escape != '\0') {
      value.push_back(escape);
      previous = '\0';
    } else if (previous == escape && escape != '\0') {
      if (c == quote) {
        value.push_back(quote);
        previous = '\0';
      } else {
        value.push_back(escape);
        previous = c;
      }
    } else if (c == quote && previous == quote) {
      value.push_back(quote);  // stays a candidate for the closing quote
    } else {
      previous = c;
    }
  }
  token->text = value.empty() ? std::string_view(options_->empty_value) : Keep(std::move(value));
  return p;
}

}  // namespace thalweg::formats
