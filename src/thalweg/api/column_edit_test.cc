// Relations that only DataFrame plans have: NULL handling, renaming, tails. The rows are Spark's.

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/session/session.h"
#include "thalweg/sql/parser.h"

namespace thalweg::session {
namespace {

namespace spec = plan::spec;

class ColumnEditTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SessionOptions options;
    options.settings = {{"spark.sql.session.timeZone", "UTC"}};
    session_ = Session::Make(std::move(options)).ValueOrDie();
    const char* query =
        "SELECT * FROM VALUES (1, 'a', 1.5D), (2, NULL, CAST('NaN' AS DOUBLE)), (NULL, 'b', NULL), "
        "(NULL, NULL, NULL) AS t(i, s, d)";
    input_ = sql::ParseStatement(query).ValueOrDie().query;
  }

  std::shared_ptr<spec::Relation> Make(spec::RelationKind kind,
                                       std::vector<std::string> columns = {}) {
    auto relation = std::make_shared<spec::Relation>();
    relation->kind = kind;
    relation->input = input_;
    relation->column_names = std::move(columns);
    return relation;
  }

  static spec::ExpressionPtr Expression(const std::string& text) {
    return sql::ParseExpression(text).ValueOrDie();
  }

  /// "1|a|1.5 2|null|NaN": the rows in order, or the error.
  std::string Rows(const spec::RelationPtr& relation) {
    const auto rows = session_->Collect(relation);
    if (!rows.ok()) return rows.status().message();
    std::string text;
    for (const Batch& batch : rows->batches) {
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        text += text.empty() ? "" : " ";
        for (size_t i = 0; i < batch.columns.size(); ++i) {
          const auto value = batch.columns[i]->GetScalar(row).ValueOrDie();
          text += (i == 0 ? "" : "|") + (value->is_valid ? value->ToString() : "null");
        }
      }
    }
    return text;
  }

  std::string Fill(const std::vector<std::string>& literals, std::vector<std::string> columns) {
    auto arguments = std::make_shared<spec::RelationArguments>();
    for (const std::string& literal : literals) arguments->fill.push_back(Expression(literal));
    auto relation = Make(spec::RelationKind::kFillNull, std::move(columns));
    relation->arguments = std::move(arguments);
    return Rows(relation);
  }

  std::string Drop(std::optional<int64_t> minimum, std::vector<std::string> columns) {
    auto arguments = std::make_shared<spec::RelationArguments>();
    arguments->minimum_valid = minimum;
    auto relation = Make(spec::RelationKind::kDropNull, std::move(columns));
    relation->arguments = std::move(arguments);
    return Rows(relation);
  }

  std::string Replace(std::vector<std::pair<std::string, std::string>> pairs,
                      std::vector<std::string> columns) {
    auto arguments = std::make_shared<spec::RelationArguments>();
    for (const auto& [from, to] : pairs) {
      arguments->replacements.emplace_back(Expression(from), Expression(to));
    }
    auto relation = Make(spec::RelationKind::kReplace, std::move(columns));
    relation->arguments = std::move(arguments);
    return Rows(relation);
  }

  std::shared_ptr<Session> session_;
  spec::RelationPtr input_;
};

TEST_F(ColumnEditTest, FillsNulls) {
  EXPECT_EQ(Fill({"7"}, {}), "1|a|1.5 2|null|7 7|b|7 7|null|7");
  EXPECT_EQ(Fill({"7.9D"}, {}), "1|a|1.5 2|null|7.9 7|b|7.9 7|null|7.9");
  EXPECT_EQ(Fill({"'x'"}, {}), "1|a|1.5 2|x|nan null|b|null null|x|null");
  EXPECT_EQ(Fill({"5", "'z'"}, {"i", "s"}), "1|a|1.5 2|z|nan 5|b|null 5|z|null");
  EXPECT_EQ(Fill({"7"}, {"i", "s"}), "1|a|1.5 2|null|nan 7|b|null 7|null|null");
}

TEST_F(ColumnEditTest, DropsRowsWithNulls) {
  EXPECT_EQ(Drop(std::nullopt, {}), "1|a|1.5");
  EXPECT_EQ(Drop(1, {}), "1|a|1.5 2|null|nan null|b|null");
  EXPECT_EQ(Drop(2, {}), "1|a|1.5");
  EXPECT_EQ(Drop(std::nullopt, {"s"}), "1|a|1.5 null|b|null");
}

TEST_F(ColumnEditTest, ReplacesValues) {
  EXPECT_EQ(Replace({{"1", "10"}, {"2", "20"}}, {}),
            "10|a|1.5 20|null|nan null|b|null null|null|null");
  EXPECT_EQ(Replace({{"'a'", "'A'"}}, {"s"}), "1|A|1.5 2|null|nan null|b|null null|null|null");
  EXPECT_EQ(Replace({{"'a'", "NULL"}}, {}), "1|null|1.5 2|null|nan null|b|null null|null|null");
}

TEST_F(ColumnEditTest, RenamesColumns) {
  auto arguments = std::make_shared<spec::RelationArguments>();
  arguments->new_names = {"j", "x", "u"};
  auto relation = Make(spec::RelationKind::kRename, {"i", "nope", "S"});
  relation->arguments = std::move(arguments);
  const SchemaPtr schema = session_->SchemaOf(relation).ValueOrDie();
  EXPECT_EQ(schema->field_names(), (std::vector<std::string>{"j", "u", "d"}));
}

TEST_F(ColumnEditTest, KeepsTheTail) {
  auto relation = Make(spec::RelationKind::kTail);
  relation->condition = Expression("2");
  EXPECT_EQ(Rows(relation), "null|b|null null|null|null");
}

}  // namespace
}  // namespace thalweg::session
