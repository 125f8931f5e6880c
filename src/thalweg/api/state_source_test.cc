// What functions over groups leave in a checkpoint, as the source `statestore` shows it: what Spark
// has no option for, and reads of one partition. The rest is in
// tests/stream/scenarios/state_*.json.

#include <filesystem>

#include <arrow/api.h>

#include "thalweg/api/api_fixture_test.h"

namespace thalweg {
namespace {

/// Keeps rows in a list, counts them by value in a map, and remembers the number of calls.
class Keeper : public StatefulProcessor {
 public:
  Status Init(StatefulProcessorHandle* handle, const std::string&, TimeMode) override {
    const auto number = arrow::schema({arrow::field("n", arrow::int64())});
    const auto name = arrow::schema({arrow::field("name", arrow::utf8())});
    ARROW_ASSIGN_OR_RAISE(calls_, handle->GetValueState("calls", number));
    ARROW_ASSIGN_OR_RAISE(all_, handle->GetListState("all", number));
    ARROW_ASSIGN_OR_RAISE(by_name_, handle->GetMapState("byName", name, number));
    return Status::OK();
  }
  Status HandleInputRows(const Row& key, BatchIterator* rows, const TimerValues&,
                         RowCollector* out) override {
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const auto batch, rows->Next());
      if (batch == nullptr) break;
      const auto& values = static_cast<const arrow::Int64Array&>(*batch->GetColumnByName("v"));
      for (int64_t i = 0; i < values.length(); ++i) {
        const int64_t value = values.Value(i);
        if (value < 0) return all_->Clear();
        ARROW_RETURN_NOT_OK(all_->AppendValue(Row::Of(value)));
        ARROW_RETURN_NOT_OK(
            by_name_->UpdateValue(Row::Of("v" + std::to_string(value)), Row::Of(value)));
      }
    }
    ARROW_RETURN_NOT_OK(calls_->Update(Row::Of(int64_t{1})));
    return out->Emit(Row::Of(key.value(0)));
  }

 private:
  ValueState* calls_ = nullptr;
  ListState* all_ = nullptr;
  MapState* by_name_ = nullptr;
};

class StateSourceTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    checkpoint_ = ::testing::TempDir() + "/state_source_test";
    std::filesystem::remove_all(checkpoint_);
    MemoryStream stream = *MemoryStream::Make(session_, "k STRING, v BIGINT");
    const DataFrame kept = stream.ToDF().GroupBy("k").TransformWithState(
        [] { return std::make_unique<Keeper>(); }, "k STRING", "update", TimeMode::kNone);
    auto query = kept.WriteStream()
                     .Format("noop")
                     .OutputMode("update")
                     .Option("checkpointLocation", checkpoint_)
                     .Start();
    ASSERT_TRUE(query.ok()) << ErrorText(query.status());
    for (const char* rows : {R"({"k":"a","v":1}
{"k":"a","v":2}
{"k":"b","v":5})",
                             R"({"k":"a","v":3}
{"k":"b","v":-1})"}) {
      ASSERT_TRUE(stream.AddJson(rows).ok());
      THALWEG_ASSERT_OK((*query)->ProcessAllAvailable());
    }
    THALWEG_ASSERT_OK((*query)->Stop());
  }
  void TearDown() override { std::filesystem::remove_all(checkpoint_); }

  /// The state with these options, as the view `s`.
  std::string Read(const std::string& options, const std::string& query = "SELECT * FROM s") {
    const auto view =
        session_->Sql("CREATE OR REPLACE TEMPORARY VIEW s USING statestore OPTIONS (path '" +
                      checkpoint_ + "'" + options + ")");
    if (!view.ok()) return Condition(view.status());
    const auto rows = session_->Sql(query);
    return rows.ok() ? Rows(*rows) : Condition(rows.status());
  }

  std::string checkpoint_;
};

TEST_F(StateSourceTest, AllVariablesOfAKeyAreARow) {
  constexpr char kAll[] = ", allStateVariables 'true'";
  EXPECT_EQ(Read(kAll, "SELECT key.k, value FROM s"),
            R"({"k":"a","value":{"calls":{"n":1},"all":[{"n":1},{"n":2},{"n":3}],)"
            R"("byName":{"[v1]":{"n":1},"[v2]":{"n":2},"[v3]":{"n":3}}}})"
            R"({"k":"b","value":{"calls":{"n":1},"byName":{"[v5]":{"n":5}}}})");
  EXPECT_EQ(Read(std::string(kAll) + ", readChangeFeed 'true', changeStartBatchId '1'",
                 "SELECT batch_id, change_type, key.k, size(value.all) AS n FROM s"),
            R"({"batch_id":1,"change_type":"update","k":"a","n":3})"
            R"({"batch_id":1,"change_type":"update","k":"b"})");
  EXPECT_EQ(Read(", allStateVariables 'true', stateVarName 'all'"), "STDS_CONFLICT_OPTIONS");
}

TEST_F(StateSourceTest, ListsTellWhatABatchAppendedAndCleared) {
  EXPECT_EQ(Read(", stateVarName 'all', readChangeFeed 'true', changeStartBatchId '0'",
                 "SELECT batch_id, change_type, key.k, list_element.n FROM s"),
            R"({"batch_id":0,"change_type":"append","k":"a","n":1})"
            R"({"batch_id":0,"change_type":"append","k":"a","n":2})"
            R"({"batch_id":0,"change_type":"append","k":"b","n":5})"
            R"({"batch_id":1,"change_type":"append","k":"a","n":3})"
            R"({"batch_id":1,"change_type":"delete","k":"b"})");
}

TEST_F(StateSourceTest, APartitionCanBeReadAlone) {
  std::string all;
  for (int partition = 0; partition < 4; ++partition) {
    const std::string rows =
        Read(", stateVarName 'calls', snapshotStartBatchId '0', snapshotPartitionId '" +
                 std::to_string(partition) + "'",
             "SELECT key.k FROM s WHERE partition_id = " + std::to_string(partition));
    all += rows;
  }
  EXPECT_TRUE(all == R"({"k":"a"}{"k":"b"})" || all == R"({"k":"b"}{"k":"a"})") << all;
}

}  // namespace
}  // namespace thalweg
