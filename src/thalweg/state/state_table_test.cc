// Many tables in one: windows that hold few groups.

#include "thalweg/state/state_table.h"

#include <cstring>

#include <arrow/api.h>
#include <gtest/gtest.h>

namespace thalweg::state {
namespace {

class CountCodec : public ValueCodec {
 public:
  int32_t slot_bytes() const override { return 8; }
  std::string Signature() const override { return "count"; }
  bool trivial() const override { return true; }
  void Append(const uint8_t* slots, std::string* out) const override {
    out->append(reinterpret_cast<const char*>(slots), 8);
  }
  Status Load(uint8_t* slots, std::string_view bytes) const override {
    std::memcpy(slots, bytes.data(), 8);
    return Status::OK();
  }
};

/// All are opened and touched in one epoch, in which half of them close: nothing may look at all
/// windows for each window.
TEST(StateTableTest, AMillionWindowsOpenAndClose) {
  constexpr int64_t kWindows = 1'000'000;
  constexpr int64_t kBatch = 8192;
  StateTableOptions options;
  options.keys = RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  options.values = std::make_shared<CountCodec>();
  options.expiry = ExpiryKind::kExact;
  options.track_touched = true;
  StateTable table(options);
  table.BeginEpoch();
  KeyBatch keys;
  std::vector<int64_t> ends(kBatch);
  std::vector<uint8_t*> groups(kBatch);
  std::vector<int32_t> inserted;
  for (int64_t begin = 0; begin < kWindows; begin += kBatch) {
    const int64_t count = std::min(kBatch, kWindows - begin);
    arrow::Int64Builder builder;
    for (int64_t i = 0; i < count; ++i) {
      ASSERT_TRUE(builder.Append(begin + i).ok());
      ends[i] = begin + i;
    }
    ASSERT_TRUE(options.keys->Encode({builder.Finish().ValueOrDie()}, count, &keys).ok());
    inserted.clear();
    table.FindOrInsert(keys, ends.data(), true, groups.data(), &inserted);
    ASSERT_EQ(static_cast<int64_t>(inserted.size()), count);
  }
  EXPECT_EQ(table.size(), kWindows);
  EXPECT_LT(table.memory_bytes(), kWindows * 500);
  int64_t last = -1;
  const auto consume = [&](uint8_t* const* closed, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      int64_t window;
      std::memcpy(&window, table.key(closed[i]).data(), sizeof(window));
      EXPECT_EQ(window, last + 1);
      last = window;
    }
    return Status::OK();
  };
  EXPECT_EQ(*table.Expire(kWindows / 2 - 1, consume), kWindows / 2);
  EXPECT_EQ(table.num_touched(), kWindows / 2);
  table.BeginEpoch();
  EXPECT_EQ(*table.Expire(kWindows, consume), kWindows / 2);
  EXPECT_EQ(table.size(), 0);
}

}  // namespace
}  // namespace thalweg::state
