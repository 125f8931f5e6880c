// Images of whole lists of sessions and of what changed in them.

#include "thalweg/exec/stateful/session_list.h"

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "thalweg/exec/test_aggregates.h"

namespace thalweg::exec {
namespace {

/// The sessions of one key, which change and are written.
class SessionListTest : public ::testing::Test {
 protected:
  SessionListTest() {
    BoundAggregate count;
    count.function = std::make_shared<const TestCount>(std::vector<TypePtr>());
    codec_ = std::make_unique<SessionListCodec>(
        std::make_shared<const AggregateCalls>(std::vector<BoundAggregate>{count}));
  }
  ~SessionListTest() override {
    codec_->Destroy(Slots(&list_));
    codec_->Destroy(Slots(&copy_));
  }

  static uint8_t* Slots(SessionSlots* list) { return reinterpret_cast<uint8_t*>(list); }

  void Put(int64_t start, int64_t value) {
    Session** link = &list_.first;
    while (*link != nullptr && (*link)->start < start) link = &(*link)->next;
    if (*link == nullptr || (*link)->start != start) {
      Session* made = codec_->MakeSession(start, start + 1);
      made->next = *link;
      *link = made;
    }
    codec_->NoteChanged(*link);
    std::memcpy((*link)->group() + state::kSlotOffset, &value, sizeof(value));
  }

  void Remove(int64_t start) {
    Session** link = &list_.first;
    while (*link != nullptr && (*link)->start < start) link = &(*link)->next;
    if (*link == nullptr || (*link)->start != start || list_.first->next == nullptr) return;
    Session* gone = *link;
    *link = gone->next;
    SessionListCodec::NoteGone(&list_, start);
    codec_->FreeSession(gone);
  }

  std::string Changes() {
    std::string image;
    codec_->AppendChanges(Slots(&list_), &image);
    return image;
  }

  std::string Whole(SessionSlots* list) const {
    std::string image;
    codec_->Append(Slots(list), &image);
    return image;
  }

  Status Apply(std::string_view image) {
    if (codec_->AreChanges(image)) return codec_->LoadChanges(Slots(&copy_), image);
    codec_->Destroy(Slots(&copy_));
    return codec_->Load(Slots(&copy_), image);
  }

  std::unique_ptr<SessionListCodec> codec_;
  SessionSlots list_ = {};
  SessionSlots copy_ = {};
};

TEST_F(SessionListTest, ChangesMakeTheSameListFromAnOldOneAndFromANewerOne) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Put(0, 1);
  int images_of_changes = 0;
  std::string last = Changes();
  for (int epoch = 0; epoch < 300; ++epoch) {
    for (int i = static_cast<int>(random() % 4); i >= 0; --i) {
      const auto start = static_cast<int64_t>(random() % 40);
      if (random() % 3 == 0) {
        Remove(start);
      } else {
        Put(start, static_cast<int64_t>(random()));
      }
    }
    const std::string image = Changes();
    images_of_changes += codec_->AreChanges(image);
    // What was there, and then once more what is told twice.
    for (const std::string& one : {last, image, last, image}) {
      const Status applied = Apply(one);
      ASSERT_TRUE(applied.ok()) << applied.ToString();
    }
    ASSERT_EQ(Whole(&copy_), Whole(&list_)) << "epoch " << epoch;
    last = image;
  }
  EXPECT_GT(images_of_changes, 100);
}

TEST_F(SessionListTest, AnImageGrowsWithTheChangesNotWithTheList) {
  for (int64_t start = 0; start < 10000; ++start) Put(2 * start, start);
  EXPECT_GT(Changes().size(), 100000U);
  Put(7, 1);
  Remove(40);
  EXPECT_LT(Changes().size(), 60U);
  EXPECT_LT(Changes().size(), 10U);
}

TEST_F(SessionListTest, FewSessionsAreWrittenWhole) {
  Put(1, 1);
  Put(2, 2);
  Put(3, 3);
  (void)Changes();
  Put(2, 5);
  EXPECT_FALSE(codec_->AreChanges(Changes()));
}

TEST_F(SessionListTest, TornChangesAreRefused) {
  for (int64_t start = 0; start < 20; ++start) Put(start, start);
  const std::string whole = Changes();
  Put(5, 50);
  Remove(7);
  const std::string image = Changes();
  ASSERT_TRUE(codec_->AreChanges(image));
  for (size_t size = 1; size < image.size(); ++size) {
    ASSERT_TRUE(Apply(whole).ok());
    EXPECT_FALSE(Apply(std::string_view(image).substr(0, size)).ok()) << size;
    EXPECT_EQ(copy_.first, nullptr);
  }
  ASSERT_TRUE(Apply(whole).ok());
  EXPECT_FALSE(Apply(image + "x").ok());
}

}  // namespace
}  // namespace thalweg::exec
