#pragma once

// CSV records into tokens, as the parser behind Spark (univocity) cuts them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/formats/csv_options.h"

namespace thalweg::formats {

/// One value of a record. Valid until the next record is tokenized.
struct CsvToken {
  std::string_view text;
  /// Nothing between two separators, or a value that was skipped.
  bool is_null = false;
};

/// Cuts records. One thread.
class CsvTokenizer {
 public:
  explicit CsvTokenizer(const CsvOptions* options);

  /// Cuts the record that is the whole of `line` (which may hold line ends only inside quotes).
  /// Stops after `max_tokens` values. 32 bytes behind `line` must be readable.
  /// Errors: MALFORMED_CSV_RECORD when maxColumns or maxCharsPerColumn are exceeded, and for quotes
  /// under RAISE_ERROR.
  Status TokenizeLine(std::string_view line, size_t max_tokens, std::vector<CsvToken>* tokens);

  /// Cuts the record that starts `text`, ended by '\n' outside quotes or the end; gives the bytes
  /// used, line end included.
  Result<size_t> TokenizeRecord(std::string_view text, std::vector<CsvToken>* tokens);

 private:
  bool AtSeparator(const char* p) const;
  bool AtRecordEnd(const char* p) const { return p == end_ || (stop_at_line_end_ && *p == '\n'); }
  const char* SkipBlanks(const char* p) const;
  const char* FindValueEnd(const char* p) const;
  Status Tokenize(std::vector<CsvToken>* tokens, size_t max_tokens);
  void SplitPlain(std::string_view line, size_t max_tokens, std::vector<CsvToken>* tokens);
  const char* ReadPlain(const char* p, CsvToken* token);
  Result<const char*> ReadQuoted(const char* p, CsvToken* token);
  /// A quote inside a quoted value, right before `p`, that nothing escapes: takes the rest as
  /// unescapedQuoteHandling says.
  Result<const char*> EndAtUnescapedQuote(const char* p, std::string value, CsvToken* token);
  const char* ReadSimpleQuoted(const char* p, CsvToken* token) const;
  const char* TakeRest(const char* p, std::string* value) const;
  Status CheckLimits(const std::vector<CsvToken>& tokens) const;
  Status Malformed() const;
  std::string_view Keep(std::string value);

  const CsvOptions* options_;
  char separator_;
  bool single_separator_;
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool stop_at_line_end_ = false;
  std::vector<std::unique_ptr<std::string>> decoded_;
  size_t num_decoded_ = 0;
};

}  // namespace thalweg::formats
