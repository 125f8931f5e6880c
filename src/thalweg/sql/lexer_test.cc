#include "thalweg/sql/lexer.h"

#include <gtest/gtest.h>

#include "thalweg/sql/parser.h"

namespace thalweg::sql {
namespace {

std::string Kinds(std::string_view text) {
  const auto tokens = Tokenize(text);
  if (!tokens.ok()) return tokens.status().message();
  std::string out;
  for (const auto& token : *tokens) {
    if (token.kind == TokenKind::kEnd) break;
    if (!out.empty()) out += " ";
    switch (token.kind) {
      case TokenKind::kWord:
        out += "w:";
        break;
      case TokenKind::kQuotedIdentifier:
        out += "q:";
        break;
      case TokenKind::kString:
        out += "s:";
        break;
      case TokenKind::kNumber:
        out += "n" + std::to_string(static_cast<int>(token.number)) + ":";
        break;
      case TokenKind::kUnrecognized:
        out += "?:";
        break;
      default:
        break;
    }
    out += token.text;
  }
  return out;
}

TEST(Lexer, Numbers) {
  EXPECT_EQ(Kinds("1 1L 1s 1Y"), "n1:1 n2:1L n3:1s n4:1Y");
  EXPECT_EQ(Kinds("1e3 1.5 .5 5. 1.e2"), "n5:1e3 n6:1.5 n6:.5 n6:5. n5:1.e2");
  EXPECT_EQ(Kinds("1F 1.5d 1.5BD 1e2bd"), "n7:1F n8:1.5d n9:1.5BD n9:1e2bd");
}

TEST(Lexer, NumbersBesideNames) {
  EXPECT_EQ(Kinds("1a t.1a"), "w:1a w:t . w:1a");
  EXPECT_EQ(Kinds("1e3x"), "w:1e3x");
  EXPECT_EQ(Kinds("1.a"), "n1:1 . w:a");
}

TEST(Lexer, Operators) {
  EXPECT_EQ(Kinds("a<=>b>>>c::d||e"), "w:a <=> w:b >>> w:c :: w:d || w:e");
  EXPECT_EQ(Kinds("x->y=>z"), "w:x -> w:y => w:z");
}

TEST(Lexer, Comments) {
  EXPECT_EQ(Kinds("a -- b\nc"), "w:a w:c");
  EXPECT_EQ(Kinds("a /* b /* c */ d */ e"), "w:a w:e");
  EXPECT_TRUE(IsCondition(Tokenize("a /* b").status(), "UNCLOSED_BRACKETED_COMMENT"));
}

TEST(Lexer, Strings) {
  EXPECT_EQ(Kinds("'a''b' \"c\" r'd\\n'"), "s:'a''b' s:\"c\" s:r'd\\n'");
  EXPECT_EQ(Kinds("'a"), "?:' w:a");
  EXPECT_EQ(UnescapeString("'a''b'"), "a'b");
  EXPECT_EQ(UnescapeString("\"a\"\"b\""), "a\"b");
  EXPECT_EQ(UnescapeString(R"('\n\t\\\'\%\_\q')"), "\n\t\\'\\%\\_q");
  EXPECT_EQ(UnescapeString(R"('\u00e9\U0001F600\101')"), "é😀A");
  EXPECT_EQ(UnescapeString(R"('\ud83d\ude00')"), "😀");
  EXPECT_EQ(UnescapeString(R"(r'\n')"), "\\n");
  EXPECT_EQ(UnquoteIdentifier("`a``b`"), "a`b");
}

TEST(Lexer, Positions) {
  const auto tokens = Tokenize("é a\n  b").ValueOrDie();
  EXPECT_EQ(tokens[1].line, 1);
  EXPECT_EQ(tokens[1].column, 2);
  EXPECT_EQ(tokens[1].start, 3);
  EXPECT_EQ(tokens[2].line, 2);
  EXPECT_EQ(tokens[2].column, 2);
}

TEST(Script, SplitsOutsideOfQuotesAndComments) {
  const auto parts = SplitScript("SELECT ';' ; -- a;b\n SELECT `;` /* ; */; ;");
  EXPECT_EQ(parts.statements, (std::vector<std::string>{"SELECT ';'", "SELECT `;`"}));
  EXPECT_FALSE(parts.last_is_unfinished);
}

TEST(Script, TellsTheUnfinished) {
  EXPECT_TRUE(SplitScript("SELECT 1").last_is_unfinished);
  EXPECT_TRUE(SplitScript("SELECT 1; SELECT 'a;").last_is_unfinished);
  EXPECT_TRUE(SplitScript("SELECT 1; /* a").last_is_unfinished);
  EXPECT_FALSE(SplitScript("SELECT 1; -- a").last_is_unfinished);
  EXPECT_EQ(SplitScript("SELECT 1; SELECT 'a;").statements.size(), 2u);
  EXPECT_TRUE(IsCondition(SplitStatements("SELECT 'a;").status(), "PARSE_SYNTAX_ERROR"));
}

}  // namespace
}  // namespace thalweg::sql
