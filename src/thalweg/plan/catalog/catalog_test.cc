#include "thalweg/plan/catalog/catalog.h"

#include <gtest/gtest.h>

namespace thalweg::plan {
namespace {

TEST(CatalogTest, NamesHaveNoCase) {
  Catalog catalog;
  auto relation = std::make_shared<spec::Relation>();
  ASSERT_TRUE(catalog.CreateView({"Events", relation, nullptr}, false).ok());
  EXPECT_EQ(catalog.FindView("EVENTS")->name, "Events");
  EXPECT_TRUE(IsCondition(catalog.CreateView({"events", relation, nullptr}, false),
                          "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS"));
  EXPECT_TRUE(catalog.CreateView({"events", relation, nullptr}, true).ok());
  EXPECT_EQ(catalog.Views().size(), 1u);
  EXPECT_TRUE(catalog.DropView("eVents"));
  EXPECT_FALSE(catalog.DropView("events"));
  EXPECT_EQ(catalog.FindView("events"), nullptr);
}

TEST(CatalogTest, RemembersStreamsOfLiveRelations) {
  Catalog catalog;
  spec::RelationPtr relation = std::make_shared<const spec::Relation>();
  const auto stream = std::make_shared<const StreamRelation>();
  EXPECT_EQ(catalog.FindStream(relation), nullptr);
  EXPECT_EQ(catalog.RememberStream(relation, stream), stream);
  EXPECT_EQ(catalog.RememberStream(relation, std::make_shared<const StreamRelation>()), stream);
  EXPECT_EQ(catalog.FindStream(relation), stream);
  const spec::RelationPtr other = std::make_shared<const spec::Relation>();
  EXPECT_EQ(catalog.FindStream(other), nullptr);
}

}  // namespace
}  // namespace thalweg::plan
