#pragma once

// Reads the recorded SQL corpus: tests/sql/README.md describes the format.

#include <map>
#include <string>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::tests {

struct CorpusBlock {
  enum class Kind { kStatement, kQuery, kQueryRowSort, kError };
  Kind kind = Kind::kStatement;
  int line = 0;  // of the first line of the block
  std::string sql;
  std::string types;
  std::string names;
  std::vector<std::string> rows;
  /// "CONDITION SQLSTATE".
  std::string error;
};

struct CorpusFile {
  std::map<std::string, std::string> conf;
  std::vector<CorpusBlock> blocks;
};

Result<CorpusFile> ReadCorpusFile(const std::string& path);

/// A cell as the corpus writes it: escapes for backslash, tab and line ends, (empty) for "".
std::string EscapeCell(std::string_view text);

}  // namespace thalweg::tests
