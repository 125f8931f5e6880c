#include "thalweg/connectors/file/glob_pattern.h"

#include <gtest/gtest.h>

#include "thalweg/connectors/file/path_text.h"
#include "thalweg/testing/fault_injecting_file_system.h"

namespace thalweg::connectors {
namespace {

TEST(GlobPattern, Matches) {
  EXPECT_TRUE(MatchesGlob("*.csv", "a.csv"));
  EXPECT_FALSE(MatchesGlob("*.csv", "a.csv.gz"));
  EXPECT_TRUE(MatchesGlob("a?c", "abc"));
  EXPECT_FALSE(MatchesGlob("a?c", "ac"));
  EXPECT_TRUE(MatchesGlob("[a-c]x", "bx"));
  EXPECT_FALSE(MatchesGlob("[^a-c]x", "bx"));
  EXPECT_TRUE(MatchesGlob("{a,b{c,d}}*", "bd1"));
  EXPECT_FALSE(MatchesGlob("{a,b{c,d}}*", "b1"));
  EXPECT_TRUE(MatchesGlob("\\*", "*"));
  EXPECT_FALSE(MatchesGlob("\\*", "a"));
  EXPECT_TRUE(MatchesGlob("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(MatchesGlob("[", "["));
}

TEST(GlobPattern, ExpandsOverDirectories) {
  testing::FaultInjectingFileSystem files;
  for (const char* path : {"/d/p1/a", "/d/p2/a", "/d/p2/b", "/d/q/a"}) {
    ASSERT_TRUE(files.CreateDirectories(ParentPath(path)).ok());
    ASSERT_TRUE(files.CreateNew(path).ok());
  }
  auto expand = [&](const char* pattern) {
    std::string out;
    for (const auto& info : ExpandGlob(&files, pattern).ValueOrDie()) out += info.path + " ";
    return out;
  };
  EXPECT_EQ(expand("/d/p*/a"), "/d/p1/a /d/p2/a ");
  EXPECT_EQ(expand("/d/{p2/b,q/?}"), "/d/p2/b /d/q/a ");
  EXPECT_EQ(expand("/d/p[1]"), "/d/p1 ");
  EXPECT_EQ(expand("/none/*"), "");
}

TEST(PathText, UrisAndDirectoryNames) {
  EXPECT_EQ(PathToUri("/tmp/a b%c"), "file:///tmp/a%20b%25c");
  EXPECT_EQ(UriToPath("file:///tmp/a%20b%25c"), "/tmp/a b%c");
  EXPECT_EQ(UriToPath("file:/x"), "/x");
  EXPECT_EQ(EscapePartitionText("x y/z:=%"), "x y%2Fz%3A%3D%25");
  EXPECT_EQ(UnescapePartitionText("x y%2Fz%3A%3D%25"), "x y/z:=%");
  EXPECT_EQ(UnescapePartitionText("50%"), "50%");
}

}  // namespace
}  // namespace thalweg::connectors
