// Runs every statement of the recorded corpus and compares with Spark's answers, under several
// settings: they must not change a result.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <arrow/api.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "corpus_file.h"
#include "thalweg/session/session.h"
#include "thalweg/testing/temporary_directory.h"
#include "thalweg/types/data_types.h"

namespace thalweg::tests {
namespace {

struct Configuration {
  std::string name;
  std::map<std::string, std::string> settings;
};

std::vector<Configuration> Configurations() {
  return {
      {"default", {{"thalweg.execution.workers", "1"}}},
      {"batch_size_1", {{"thalweg.execution.workers", "1"}, {"thalweg.execution.batchRows", "1"}}},
      {"four_workers", {{"thalweg.execution.workers", "4"}}}};
}

/// Statements that are known to differ: "file:sql-first-line" and why. See known_differences.txt.
std::set<std::string> LoadKnownDifferences(const std::string& directory) {
  std::set<std::string> known;
  std::ifstream in(directory + "/known_differences.txt");
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && !line.starts_with("#")) known.insert(line);
  }
  return known;
}

std::string HexText(const arrow::Array& array, int64_t row) {
  const auto view = static_cast<const arrow::BinaryArray&>(array).GetView(row);
  std::string out;
  for (unsigned char byte : view) out += fmt::format("{:02X}", byte);
  return out;
}

Result<std::vector<std::string>> RenderRows(const session::Session& session,
                                            const session::RowSet& rows) {
  std::vector<std::string> out;
  const auto to_text = session.CellFormatter();
  for (const Batch& batch : rows.batches) {
    std::vector<ArrayPtr> cells;
    for (const ArrayPtr& column : batch.columns) {
      const bool binary = column->type_id() == arrow::Type::BINARY;
      ARROW_ASSIGN_OR_RAISE(auto text, binary ? Result<ArrayPtr>(column) : to_text(column));
      cells.push_back(std::move(text));
    }
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      std::string line;
      for (size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line += "\t";
        if (cells[i]->IsNull(row)) {
          line += "NULL";
        } else if (cells[i]->type_id() == arrow::Type::BINARY) {
          line += EscapeCell(HexText(*cells[i], row));
        } else {
          line += EscapeCell(static_cast<const arrow::StringArray&>(*cells[i]).GetView(row));
        }
      }
      out.push_back(std::move(line));
    }
  }
  return out;
}

std::string DescribeError(const Status& status) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr) return "INTERNAL " + status.ToString();
  return detail->condition() + " " + (detail->sql_state().empty() ? "-" : detail->sql_state());
}

std::string Joined(const std::vector<std::string>& parts, const char* separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

class CorpusTest : public ::testing::Test {
 public:
  CorpusTest(std::string path, Configuration configuration)
      : path_(std::move(path)), configuration_(std::move(configuration)) {}

  void TestBody() override {
    const auto file = ReadCorpusFile(path_);
    ASSERT_TRUE(file.ok()) << file.status();
    session::SessionOptions options;
    options.settings = configuration_.settings;
    options.settings["spark.sql.shuffle.partitions"] = "2";
    options.settings["spark.sql.warehouse.dir"] = warehouse_.path();
    for (const auto& [key, value] : file->conf) options.settings[key] = value;
    auto made = session::Session::Make(std::move(options));
    ASSERT_TRUE(made.ok()) << made.status();
    session_ = *made;
    known_ = LoadKnownDifferences(std::filesystem::path(path_).parent_path());
    for (const CorpusBlock& block : file->blocks) {
      const std::string difference = RunBlock(block);
      const std::string key = std::filesystem::path(path_).filename().string() + ": " +
                              block.sql.substr(0, block.sql.find('\n'));
      if (known_.contains(key)) {
        EXPECT_FALSE(difference.empty()) << key << " agrees now: take it out of known_differences";
      } else if (!difference.empty()) {
        ADD_FAILURE_AT(path_.c_str(), block.line) << block.sql << "\n" << difference;
      }
    }
  }

 private:
  /// Empty if the answer is Spark's, else what differs.
  std::string RunBlock(const CorpusBlock& block) {
    auto outcome = session_->ExecuteSql(block.sql);
    if (block.kind == CorpusBlock::Kind::kError) {
      if (outcome.ok()) return "expected error " + block.error + ", but it succeeded";
      // A class in parentheses stands for an exception without condition: any error will do.
      if (block.error.starts_with("(")) return "";
      const std::string actual = DescribeError(outcome.status());
      if (actual == block.error) return "";
      return "expected error " + block.error + "\nactual error   " + actual + "\n" +
             outcome.status().ToString();
    }
    if (!outcome.ok()) return "failed: " + RenderError(outcome.status());
    if (block.kind == CorpusBlock::Kind::kStatement) return "";
    return CompareRows(block, outcome->rows);
  }

  std::string CompareRows(const CorpusBlock& block, const session::RowSet& rows) {
    std::vector<std::string> types;
    std::vector<std::string> names;
    for (const auto& field : rows.schema->fields()) {
      types.push_back(SimpleTypeName(*field->type()));
      // The mark of an empty cell is not used in names.
      names.push_back(field->name().empty() ? "" : EscapeCell(field->name()));
    }
    auto rendered = RenderRows(*session_, rows);
    if (!rendered.ok()) return "rows cannot be rendered: " + RenderError(rendered.status());
    std::vector<std::string> expected = block.rows;
    if (block.kind == CorpusBlock::Kind::kQueryRowSort) {
      std::sort(expected.begin(), expected.end());
      std::sort(rendered->begin(), rendered->end());
    }
    std::string difference;
    const auto compare = [&](const char* what, const std::string& want, const std::string& have) {
      if (want != have) {
        difference += fmt::format("expected {}: {}\nactual {}:   {}\n", what, want, what, have);
      }
    };
    compare("types", block.types, Joined(types, ", "));
    compare("names", block.names, Joined(names, ", "));
    compare("rows", "\n" + Joined(expected, "\n"), "\n" + Joined(*rendered, "\n"));
    return difference;
  }

  std::string path_;
  Configuration configuration_;
  testing::TemporaryDirectory warehouse_;
  std::shared_ptr<session::Session> session_;
  std::set<std::string> known_;
};

void RegisterTests(const std::string& directory) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".test") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const Configuration& configuration : Configurations()) {
    for (const std::string& path : paths) {
      const std::string name = std::filesystem::path(path).stem().string();
      ::testing::RegisterTest(("SqlCorpus_" + configuration.name).c_str(), name.c_str(), nullptr,
                              nullptr, __FILE__, __LINE__,
                              [=]() -> CorpusTest* { return new CorpusTest(path, configuration); });
    }
  }
}

}  // namespace
}  // namespace thalweg::tests

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const std::string directory = argc > 1 ? argv[1] : THALWEG_SQL_CORPUS;
  thalweg::tests::RegisterTests(directory);
  return RUN_ALL_TESTS();
}
