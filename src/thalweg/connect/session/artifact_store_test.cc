#include "thalweg/connect/session/artifact_store.h"

#include <gtest/gtest.h>

#include "thalweg/connect/session/python_files.h"

namespace thalweg::connect {
namespace {

TEST(ArtifactStoreTest, KeepsFilesByName) {
  ArtifactStore store;
  ASSERT_TRUE(store.Put("cache/abc", "one").ok());
  ASSERT_TRUE(store.Put("pyfiles/pack/x.py", "two").ok());
  EXPECT_TRUE(store.Contains("cache/abc"));
  EXPECT_EQ(*store.Find("pyfiles/pack/x.py"), "two");
  EXPECT_EQ(store.Find("cache/other"), nullptr);
  EXPECT_EQ(store.Names("pyfiles/"), std::vector<std::string>{"pyfiles/pack/x.py"});
}

TEST(ArtifactStoreTest, AFileKeepsItsContent) {
  ArtifactStore store;
  ASSERT_TRUE(store.Put("files/a", "one").ok());
  EXPECT_TRUE(store.Put("files/a", "one").ok());
  EXPECT_TRUE(IsCondition(store.Put("files/a", "two"), "ARTIFACT_ALREADY_EXISTS"));
}

TEST(ArtifactStoreTest, NamesDoNotEscape) {
  ArtifactStore store;
  for (const char* name : {"", "x", "cache/", "/etc/passwd", "files/../x", "files//x", "files/./x",
                           "files/a/..", "../cache/x", "other/x"}) {
    EXPECT_TRUE(IsCondition(store.Put(name, "x"), "INVALID_ARTIFACT_PATH")) << name;
  }
}

TEST(PythonFilesTest, WhatCouldNotBeWrittenIsNotTakenForWritten) {
  ArtifactStore store;
  ASSERT_TRUE(store.Put("files/a", "one").ok());
  PythonFiles files;
  ASSERT_TRUE(files.Update(store).ok());
  // No directory can be where a file is.
  ASSERT_TRUE(store.Put("files/a/b", "two").ok());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(files.Update(store).status().IsIOError()) << i;
}

}  // namespace
}  // namespace thalweg::connect
