#include "shell_completion.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::cli {
namespace {

constexpr std::string_view kKeywords[] = {
    "ALL",         "AND",       "ANTI",      "ARRAY",   "AS",           "ASC",
    "BETWEEN",     "BIGINT",    "BINARY",    "BOOLEAN", "BY",           "CASE",
    "CAST",        "COMMENT",   "CREATE",    "CROSS",   "CURRENT_DATE", "CURRENT_TIMESTAMP",
    "CUBE",        "DATE",      "DECIMAL",   "DELAY",   "DESC",         "DESCRIBE",
    "DISTINCT",    "DOUBLE",    "DROP",      "ELSE",    "END",          "EXCEPT",
    "EXISTS",      "EXPLAIN",   "EXTENDED",  "FALSE",   "FILTER",       "FIRST",
    "FLOAT",       "FOR",       "FROM",      "FULL",    "FUNCTIONS",    "GROUP",
    "GROUPING",    "HAVING",    "IF",        "IN",      "INNER",        "INSERT",
    "INT",         "INTERSECT", "INTERVAL",  "INTO",    "IS",           "JOIN",
    "LAST",        "LATERAL",   "LEFT",      "LIKE",    "LIMIT",        "LOCATION",
    "MAP",         "NATURAL",   "NOT",       "NULL",    "NULLS",        "OFFSET",
    "ON",          "OPTIONS",   "OR",        "ORDER",   "OUTER",        "OVERWRITE",
    "PARTITIONED", "REPLACE",   "RESET",     "RIGHT",   "RLIKE",        "ROLLUP",
    "SELECT",      "SEMI",      "SET",       "SHOW",    "SMALLINT",     "SORT",
    "STOP",        "STREAM",    "STREAMING", "STREAMS", "STRING",       "STRUCT",
    "TABLE",       "TABLES",    "TEMPORARY", "THEN",    "TIMESTAMP",    "TIMESTAMP_NTZ",
    "TINYINT",     "TRUE",      "UNION",     "USING",   "VALUES",       "VIEW",
    "VIEWS",       "WATERMARK", "WHEN",      "WHERE",   "WITH"};

bool BeginsWith(std::string_view text, std::string_view lower_prefix) {
  return ToLowerAscii(std::string(text.substr(0, lower_prefix.size()))) == lower_prefix;
}

std::string InCaseOf(std::string_view text, std::string_view word) {
  const bool is_lower =
      std::none_of(word.begin(), word.end(), [](unsigned char c) { return std::isupper(c) != 0; });
  std::string result(text);
  for (char& c : result) {
    const auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(is_lower ? std::tolower(byte) : std::toupper(byte));
  }
  return result;
}

}  // namespace

const std::vector<DotCommand>& DotCommands() {
  static const auto* const kCommands = new std::vector<DotCommand>{
      {".exit", "", "end the shell; queries that run are stopped after their micro-batch"},
      {".format", "table|csv|json", "how rows are printed"},
      {".help", "", "this list"},
      {".quit", "", "as .exit"},
      {".read", "FILE", "run a script"},
      {".tables", "", "views and tables of the session"},
      {".timing", "on|off", "print how long statements take"}};
  return *kCommands;
}

std::vector<std::string> CompleteWord(session::Session* session, std::string_view line,
                                      std::string_view word) {
  if (word.empty()) return {};
  const std::string prefix = ToLowerAscii(std::string(word));
  std::set<std::string> words;
  if (line.starts_with('.') && line.size() == word.size()) {
    for (const DotCommand& command : DotCommands()) {
      if (BeginsWith(command.name, prefix)) words.emplace(command.name);
    }
    return {words.begin(), words.end()};
  }
  for (const std::string_view keyword : kKeywords) {
    if (BeginsWith(keyword, prefix)) words.insert(InCaseOf(keyword, word));
  }
  for (const std::string& name : session->functions().Names()) {
    if (BeginsWith(name, prefix)) words.insert(InCaseOf(name, word));
  }
  const auto add_name = [&](const std::string& name) {
    // What was typed stays as it is; only the rest is taken over.
    if (BeginsWith(name, prefix)) words.insert(std::string(word) + name.substr(word.size()));
  };
  for (const auto& view : session->catalog().Views()) add_name(view->name);
  plan::Catalog& catalog = session->catalog();
  for (const auto& table : catalog.shared()->Tables(catalog.current_database())) {
    add_name(table->name);
  }
  return {words.begin(), words.end()};
}

}  // namespace thalweg::cli
