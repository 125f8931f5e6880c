#include "thalweg/python/state_function.h"

#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

SchemaPtr PairSchema() {
  return arrow::schema({arrow::field("k", arrow::int64()), arrow::field("n", arrow::int64())});
}

exec::ExternalStateGroup Group(const std::string& key, int64_t k, int64_t num_rows,
                               std::optional<int64_t> total) {
  arrow::Int64Builder keys;
  arrow::Int64Builder values;
  for (int64_t row = 0; row < num_rows; ++row) {
    EXPECT_TRUE(keys.Append(k).ok());
    EXPECT_TRUE(values.Append(row).ok());
  }
  exec::ExternalStateGroup group;
  group.key = key;
  group.rows = Rows({keys.Finish().ValueOrDie(), values.Finish().ValueOrDie()});
  if (total.has_value()) {
    group.state = Rows({Column(arrow::int64(), "[" + std::to_string(*total) + "]"),
                        Column(arrow::date32(), "[1]")});
  }
  return group;
}

TEST(StateFunction, StatesComeBackWithTheirKeys) {
  const SchemaPtr state =
      arrow::schema({arrow::field("total", arrow::int64()), arrow::field("day", arrow::date32())});
  PythonSettings settings = TestSettings();
  settings.chunks.max_rows = 4;
  auto function =
      MakeStateFunction(TestPool(), settings,
                        TestFunction("count_with_state", EvalType::kGroupedMapPandasWithState),
                        {PairSchema(), {0}, {0, 1}}, state, PairSchema(),
                        StateTimeout::kProcessingTime)
          .ValueOrDie();
  std::vector<Batch> rows;
  std::vector<exec::ExternalStateUpdate> updates;
  const exec::EmitRows emit = [&](Batch out) {
    rows.push_back(std::move(out));
    return Status::OK();
  };
  const exec::TakeStateUpdate take = [&](exec::ExternalStateUpdate update) {
    updates.push_back(std::move(update));
    return Status::OK();
  };
  auto run = function->Start({}, {1000, std::nullopt}).ValueOrDie();
  ASSERT_OK(run->SendGroup(Group("first", 1, 3, std::nullopt), emit, take));
  ASSERT_OK(run->SendGroup(Group("big", 2, 10, 5), emit, take));
  exec::ExternalStateGroup late = Group("late", 3, 1, 7);
  late.has_timed_out = true;
  ASSERT_OK(run->SendGroup(std::move(late), emit, take));
  ASSERT_OK(run->Finish(emit, take));

  const auto all = ConcatenateBatches(rows);
  ExpectColumn(all, 0, "[1, 2, 3]");
  ExpectColumn(all, 1, "[3, 15, -7]");
  ASSERT_EQ(updates.size(), 3U);
  EXPECT_EQ(updates[0].key, "first");
  EXPECT_TRUE(updates[0].updated);
  EXPECT_EQ(updates[0].timeout_millis, 6000);
  ASSERT_TRUE(updates[0].state.has_value());
  ExpectColumn(*updates[0].state, 0, "[3]");
  ExpectColumn(*updates[0].state, 1, "[2]");
  EXPECT_EQ(updates[1].key, "big");
  ExpectColumn(*updates[1].state, 0, "[15]");
  EXPECT_EQ(updates[2].key, "late");
  EXPECT_TRUE(updates[2].removed);
  EXPECT_FALSE(updates[2].state.has_value());
}

}  // namespace
}  // namespace thalweg::python
