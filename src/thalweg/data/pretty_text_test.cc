// Expectations recorded from Spark 4.3.0's Dataset.showString.
#include "thalweg/data/pretty_text.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

namespace thalweg {
namespace {

ArrayPtr Strings(const std::vector<const char*>& values) {
  arrow::StringBuilder builder;
  for (const char* value : values) {
    EXPECT_TRUE((value ? builder.Append(value) : builder.AppendNull()).ok());
  }
  return builder.Finish().ValueOrDie();
}

std::string Show(std::vector<std::string> names, std::vector<ArrayPtr> columns,
                 ShowOptions options = {}) {
  const int64_t rows = columns.empty() ? 2 : columns[0]->length();
  return ShowString(names, columns, rows, options).ValueOrDie();
}

const std::vector<std::string> kNames = {"id", "name"};

std::vector<ArrayPtr> People() {
  return {Strings({"1", "22", "333"}), Strings({"a", nullptr, "xxxxxxxxxxxxxxxxxxxxxxxxx"})};
}

TEST(PrettyText, CutsLongCellsAndAlignsRight) {
  EXPECT_EQ(Show(kNames, People()),
            "+---+--------------------+\n| id|                name|\n+---+--------------------+\n"
            "|  1|                   a|\n| 22|                NULL|\n|333|xxxxxxxxxxxxxxxxx...|\n"
            "+---+--------------------+\n");
}

TEST(PrettyText, WholeCellsAlignLeft) {
  EXPECT_EQ(Show(kNames, People(), {.truncate = 0}),
            "+---+-------------------------+\n|id |name                     |\n"
            "+---+-------------------------+\n|1  |a                        |\n"
            "|22 |NULL                     |\n|333|xxxxxxxxxxxxxxxxxxxxxxxxx|\n"
            "+---+-------------------------+\n");
}

TEST(PrettyText, SaysWhenRowsAreLeftOut) {
  EXPECT_EQ(Show(kNames, People(), {.num_rows = 2}),
            "+---+----+\n| id|name|\n+---+----+\n|  1|   a|\n| 22|NULL|\n+---+----+\n"
            "only showing top 2 rows");
  EXPECT_EQ(Show(kNames, People(), {.num_rows = 1}),
            "+---+----+\n| id|name|\n+---+----+\n|  1|   a|\n+---+----+\nonly showing top 1 row");
  EXPECT_EQ(Show(kNames, People(), {.num_rows = -5}),
            "+---+----+\n| id|name|\n+---+----+\n+---+----+\nonly showing top 0 rows");
}

TEST(PrettyText, ShortCutsHaveNoDots) {
  EXPECT_EQ(Show(kNames, People(), {.truncate = 3}),
            "+---+----+\n| id|name|\n+---+----+\n|  1|   a|\n| 22| NUL|\n|333| xxx|\n+---+----+\n");
  EXPECT_EQ(Show(kNames, People(), {.truncate = 5}),
            "+---+-----+\n| id| name|\n+---+-----+\n|  1|    a|\n| 22| NULL|\n|333|xx...|\n"
            "+---+-----+\n");
}

TEST(PrettyText, Vertical) {
  EXPECT_EQ(Show(kNames, People(), {.layout = ShowLayout::kVertical}),
            "-RECORD 0--------------------\n id   | 1                    \n"
            " name | a                    \n-RECORD 1--------------------\n"
            " id   | 22                   \n name | NULL                 \n"
            "-RECORD 2--------------------\n id   | 333                  \n"
            " name | xxxxxxxxxxxxxxxxx... \n");
  EXPECT_EQ(Show(kNames, People(), {.num_rows = 1, .layout = ShowLayout::kVertical}),
            "-RECORD 0---\n id   | 1   \n name | a   \nonly showing top 1 row");
  EXPECT_EQ(Show({"id"}, {Strings({})}, {.layout = ShowLayout::kVertical}), "(0 rows)");
}

TEST(PrettyText, WideCharactersTakeTwoPlaces) {
  EXPECT_EQ(Show({"名"}, {Strings({"你好", "ab😀c", "é", "tab\there\nnl\rcr\v\a\b\fc"})}),
            "+--------------------+\n|                  名|\n+--------------------+\n"
            "|                你好|\n|               ab😀c|\n|                   é|\n"
            "|tab\\there\\nnl\\rcr...|\n+--------------------+\n");
  EXPECT_EQ(Show({"名"}, {Strings({"你好", "ab😀c"})}, {.truncate = 0}),
            "+-----+\n|名   |\n+-----+\n|你好 |\n|ab😀c|\n+-----+\n");
  EXPECT_EQ(Show({"v"}, {Strings({"ab😀cdefgh"})}, {.truncate = 6}),
            "+------+\n|     v|\n+------+\n|ab?...|\n+------+\n");
}

TEST(PrettyText, NoColumns) { EXPECT_EQ(Show({}, {}), "++\n||\n++\n||\n||\n++\n"); }

TEST(PrettyTextTest, TableOfHtml) {
  EXPECT_EQ(Show({"a<b", "t"}, {Strings({"1", "2"}), Strings({"x & \"y\"", "z"})},
                 {.num_rows = 1, .layout = ShowLayout::kHtml}),
            "<table border='1'>\n"
            "<tr><th>a&lt;b</th><th>t</th></tr>\n"
            "<tr><td>1</td><td>x &amp; &quot;y&quot;</td></tr>\n"
            "</table>\n"
            "only showing top 1 row\n");
}

}  // namespace
}  // namespace thalweg
