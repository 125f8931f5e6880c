#include "corpus_file.h"

#include <fstream>

namespace thalweg::tests {
namespace {

constexpr std::string_view kTypes = "-- types: ";
constexpr std::string_view kNames = "-- names: ";
constexpr std::string_view kConf = "-- conf ";

struct Lines {
  std::vector<std::string> text;
  int first = 0;
};

Result<CorpusBlock::Kind> ParseKind(const std::string& line, const std::string& path, int number) {
  if (line == "statement") return CorpusBlock::Kind::kStatement;
  if (line == "query") return CorpusBlock::Kind::kQuery;
  if (line == "query rowsort") return CorpusBlock::Kind::kQueryRowSort;
  if (line == "error") return CorpusBlock::Kind::kError;
  return Status::Invalid(path, ":", number, ": unknown kind of block: ", line);
}

Result<CorpusBlock> ParseBlock(const Lines& lines, const std::string& path) {
  CorpusBlock block;
  block.line = lines.first;
  ARROW_ASSIGN_OR_RAISE(block.kind, ParseKind(lines.text.front(), path, lines.first));
  bool answer = false;
  for (size_t i = 1; i < lines.text.size(); ++i) {
    const std::string& line = lines.text[i];
    if (answer) {
      if (block.kind == CorpusBlock::Kind::kError) {
        block.error = line;
      } else {
        block.rows.push_back(line);
      }
    } else if (line == "----") {
      answer = true;
    } else if (line.starts_with(kTypes)) {
      block.types = line.substr(kTypes.size());
    } else if (line.starts_with(kNames)) {
      block.names = line.substr(kNames.size());
    } else {
      if (!block.sql.empty()) block.sql += "\n";
      block.sql += line;
    }
  }
  return block;
}

void ParseComments(const Lines& lines, CorpusFile* file) {
  for (const std::string& line : lines.text) {
    if (!line.starts_with(kConf)) continue;
    const std::string setting = line.substr(kConf.size());
    const size_t equals = setting.find('=');
    if (equals != std::string::npos) {
      file->conf[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
  }
}

}  // namespace

Result<CorpusFile> ReadCorpusFile(const std::string& path) {
  std::ifstream in(path);
  if (!in) return Status::IOError("cannot open ", path);
  CorpusFile file;
  Lines block;
  int number = 0;
  const auto finish = [&]() -> Status {
    if (block.text.empty()) return Status::OK();
    if (block.text.front().starts_with("--")) {
      ParseComments(block, &file);
    } else {
      ARROW_ASSIGN_OR_RAISE(auto parsed, ParseBlock(block, path));
      file.blocks.push_back(std::move(parsed));
    }
    block.text.clear();
    return Status::OK();
  };
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) {
      ARROW_RETURN_NOT_OK(finish());
      continue;
    }
    if (block.text.empty()) block.first = number;
    block.text.push_back(line);
  }
  ARROW_RETURN_NOT_OK(finish());
  return file;
}

std::string EscapeCell(std::string_view text) {
  if (text.empty()) return "(empty)";
  std::string out;
  for (char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace thalweg::tests
