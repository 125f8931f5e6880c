// Functions over partitions and groups through the public API; conditions and texts as in Spark's
// Scala classes GroupStateImpl and StatefulProcessorHandleImpl.

#include <limits>
#include <stdexcept>

#include <arrow/api.h>

#include "thalweg/api/api_fixture_test.h"

namespace thalweg {
namespace {

using ::testing::HasSubstr;

/// Rows of a key as a number.
Result<int64_t> CountRows(BatchIterator* rows) {
  int64_t count = 0;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, rows->Next());
    if (batch == nullptr) return count;
    count += batch->num_rows();
  }
}

Result<Row> CountWithState(const Row& key, BatchIterator* rows, GroupState* state) {
  ARROW_ASSIGN_OR_RAISE(int64_t count, CountRows(rows));
  if (const auto old = state->GetOption()) {
    ARROW_ASSIGN_OR_RAISE(const int64_t before, old->Get<int64_t>(0));
    count += before;
  }
  ARROW_RETURN_NOT_OK(state->Update(Row::Of(count)));
  return Row::Of(key.value(0), count);
}

class GroupCallbackTest : public ApiTest {
 protected:
  DataFrame Sql(const std::string& text) { return *session_->Sql(text); }
  DataFrame Numbers() {
    return Sql("SELECT * FROM VALUES ('b', 1), ('a', 2), ('b', 3), (NULL, 4) AS t(k, v)");
  }
  MemoryStream Stream() { return *MemoryStream::Make(session_, "k STRING, v BIGINT"); }
};

TEST_F(GroupCallbackTest, MapPartitionsSeesAllRows) {
  class Doubler : public PartitionFunction {
   public:
    Status Process(const std::shared_ptr<arrow::RecordBatch>& rows, RowCollector* out) override {
      const auto& values = static_cast<const arrow::Int32Array&>(*rows->GetColumnByName("v"));
      for (int64_t i = 0; i < values.length(); ++i) sum_ += 2 * values.Value(i);
      return out->Emit(rows);
    }
    Status Finish(RowCollector* out) override {
      return sum_ == 0 ? Status::OK() : out->Emit(Row::Of("sum", sum_));
    }

   private:
    int64_t sum_ = 0;
  };
  const DataFrame doubled =
      Numbers().MapPartitions([] { return std::make_unique<Doubler>(); }, "k STRING, v INT");
  EXPECT_EQ(Rows(doubled.Agg(fn::Count("*").As("n"), fn::Sum("v").As("s"))), R"({"n":5,"s":30})");
}

TEST_F(GroupCallbackTest, WrongTypesAreRefused) {
  class Same : public PartitionFunction {
    Status Process(const std::shared_ptr<arrow::RecordBatch>& rows, RowCollector* out) override {
      return out->Emit(rows);
    }
  };
  const auto make = [] { return std::make_unique<Same>(); };
  EXPECT_EQ(Condition(Numbers().MapPartitions(make, "k STRING, v STRING")), "ARROW_TYPE_MISMATCH");
}

TEST_F(GroupCallbackTest, RowsOfOtherShapesAreRefused) {
  const auto emit = [this](const Row& row) {
    return Condition(Numbers().GroupBy("k").FlatMapGroups(
        [row](const Row&, BatchIterator*, RowCollector* out) { return out->Emit(row); },
        "a INT, b STRING"));
  };
  EXPECT_EQ(emit(Row::Of(1, "x")), "");
  EXPECT_EQ(emit(Row::Of(1)), "ARROW_TYPE_MISMATCH");
  EXPECT_EQ(emit(Row::Of("x", 1)), "ARROW_TYPE_MISMATCH");
  EXPECT_EQ(emit(Row::Of(int64_t{1} << 40, "x")), "ARROW_TYPE_MISMATCH");
}

TEST_F(GroupCallbackTest, FlatMapGroupsGetsKeysInOrder) {
  const auto function = [](const Row& key, BatchIterator* rows, RowCollector* out) -> Status {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, CountRows(rows));
    return out->Emit(Row::Of(key.value(0), count));
  };
  const DataFrame counts = Numbers().GroupBy("k").FlatMapGroups(function, "k STRING, n BIGINT");
  EXPECT_EQ(Rows(counts), R"({"k":"a","n":1}{"k":"b","n":2}{"n":1})");
  const DataFrame computed =
      Numbers().GroupBy((fn::Col("v") % 2).As("odd")).FlatMapGroups(function, "odd INT, n BIGINT");
  EXPECT_EQ(Rows(computed), R"({"odd":0,"n":2}{"odd":1,"n":2})");
}

TEST_F(GroupCallbackTest, WhatAFunctionThrowsIsItsError) {
  const auto function = [](const Row&, BatchIterator*, RowCollector*) -> Status {
    throw std::runtime_error("thrown");
  };
  EXPECT_THAT(Condition(Numbers().GroupBy("k").FlatMapGroups(function, "k STRING")),
              HasSubstr("thrown"));
}

TEST_F(GroupCallbackTest, MapGroupsWithStateOnBoundedRowsStartsEmpty) {
  const DataFrame counts =
      Numbers().GroupBy("k").MapGroupsWithState(CountWithState, "n BIGINT", "k STRING, n BIGINT");
  EXPECT_EQ(Rows(counts), R"({"k":"a","n":1}{"k":"b","n":2}{"n":1})");
}

TEST_F(GroupCallbackTest, InitialStateIsThereBeforeTheRows) {
  const GroupedData initial =
      Sql("SELECT * FROM VALUES ('b', 10L), ('c', 20L) AS t(k, n)").GroupBy("k");
  const DataFrame counts = Numbers().GroupBy("k").MapGroupsWithState(
      CountWithState, "n BIGINT", "k STRING, n BIGINT", GroupStateTimeout::kNoTimeout, initial);
  EXPECT_EQ(Rows(counts), R"({"k":"a","n":1}{"k":"b","n":12}{"k":"c","n":20}{"n":1})");
  THALWEG_ASSERT_OK(session_->Conf().Set(
      "spark.sql.streaming.flatMapGroupsWithState.skipEmittingInitialStateKeys", "true"));
  EXPECT_EQ(Rows(counts), R"({"k":"a","n":1}{"k":"b","n":12}{"n":1})");
  const GroupedData twice =
      Sql("SELECT * FROM VALUES ('b', 10L), ('b', 20L) AS t(k, n)").GroupBy("k");
  EXPECT_EQ(
      Condition(Numbers().GroupBy("k").MapGroupsWithState(
          CountWithState, "n BIGINT", "k STRING, n BIGINT", GroupStateTimeout::kNoTimeout, twice)),
      "UNSUPPORTED_CALL");
}

TEST_F(GroupCallbackTest, AnInitialStateOfAnotherShapeIsRefused) {
  const auto with = [this](const std::string& rows) {
    return Condition(Numbers().GroupBy("k").MapGroupsWithState(
        CountWithState, "n BIGINT", "k STRING, n BIGINT", GroupStateTimeout::kNoTimeout,
        Sql(rows).GroupBy("k")));
  };
  EXPECT_EQ(with("SELECT 'b' AS k, 1L AS n"), "");
  EXPECT_EQ(with("SELECT 1 AS k, 1L AS n"), "UNSUPPORTED_CALL");
  EXPECT_EQ(with("SELECT 'b' AS k, 1L AS m"), "UNSUPPORTED_CALL");
}

TEST_F(GroupCallbackTest, MisuseOfTimeoutsFailsWithTheirConditions) {
  const auto fails = [this](const std::function<Status(GroupState*)>& use,
                            GroupStateTimeout timeout) {
    return Condition(Numbers().GroupBy("k").MapGroupsWithState(
        [use](const Row& key, BatchIterator*, GroupState* state) -> Result<Row> {
          ARROW_RETURN_NOT_OK(use(state));
          return Row::Of(key.value(0));
        },
        "n BIGINT", "k STRING", timeout));
  };
  using enum GroupStateTimeout;
  const auto duration = [](GroupState* state) { return state->SetTimeoutDuration("1 second"); };
  const auto timestamp = [](GroupState* state) { return state->SetTimeoutTimestamp(1000); };
  EXPECT_EQ(fails(duration, kNoTimeout), "_LEGACY_ERROR_TEMP_2203");
  EXPECT_EQ(fails(duration, kEventTimeTimeout), "_LEGACY_ERROR_TEMP_2203");
  EXPECT_EQ(fails(timestamp, kProcessingTimeTimeout), "_LEGACY_ERROR_TEMP_2205");
  EXPECT_EQ(
      fails([](GroupState* state) { return state->GetCurrentWatermarkMs().status(); }, kNoTimeout),
      "_LEGACY_ERROR_TEMP_2204");
  constexpr char kUserError[] = "FLATMAPGROUPSWITHSTATE_USER_FUNCTION_ERROR";
  EXPECT_EQ(
      fails([](GroupState* state) { return state->SetTimeoutDuration(0); }, kProcessingTimeTimeout),
      kUserError);
  EXPECT_EQ(fails([](GroupState* state) { return state->SetTimeoutDuration("-1 second"); },
                  kProcessingTimeTimeout),
            kUserError);
  EXPECT_EQ(
      fails([](GroupState* state) { return state->SetTimeoutTimestamp(-5); }, kEventTimeTimeout),
      kUserError);
  EXPECT_EQ(fails([](GroupState* state) { return state->Update(Row()); }, kNoTimeout), kUserError);
  EXPECT_EQ(fails([](GroupState* state) { return state->Get().status(); }, kNoTimeout), kUserError);
  EXPECT_EQ(fails([](GroupState*) -> Status { throw std::runtime_error("no"); }, kNoTimeout),
            kUserError);
  // A sum beyond all time wraps around; only a timestamp must not lie before the beginning of time.
  constexpr int64_t kEndOfTime = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(fails([](GroupState* state) { return state->SetTimeoutDuration(kEndOfTime); },
                  kProcessingTimeTimeout),
            "");
  EXPECT_EQ(
      fails([](GroupState* state) { return state->SetTimeoutTimestamp(kEndOfTime, "1 second"); },
            kEventTimeTimeout),
      kUserError);
}

TEST_F(GroupCallbackTest, MapGroupsWithStateKeepsItsStateAndItsMode) {
  MemoryStream stream = Stream();
  const DataFrame counts = stream.ToDF().GroupBy("k").MapGroupsWithState(CountWithState, "n BIGINT",
                                                                         "k STRING, n BIGINT");
  const auto refused = counts.WriteStream().Format("noop").OutputMode("append").Start();
  EXPECT_THAT(refused.status().message(),
              HasSubstr("mapGroupsWithState is not supported with Append output mode"));
  std::string seen;
  auto query = counts.WriteStream()
                   .OutputMode("update")
                   .ForeachBatch([&seen](DataFrame rows, int64_t id) -> Status {
                     seen += std::to_string(id) + Rows(rows);
                     return Status::OK();
                   })
                   .Start();
  ASSERT_TRUE(query.ok()) << ErrorText(query.status());
  ASSERT_TRUE(stream
                  .AddJson(R"({"k":"a","v":1}
{"k":"b","v":1}
{"k":"a","v":1})")
                  .ok());
  THALWEG_ASSERT_OK((*query)->ProcessAllAvailable());
  ASSERT_TRUE(stream.AddJson(R"({"k":"a","v":1})").ok());
  THALWEG_ASSERT_OK((*query)->ProcessAllAvailable());
  EXPECT_EQ(seen, R"(0{"k":"a","n":2}{"k":"b","n":1}1{"k":"a","n":3})");
  EXPECT_EQ((*query)->LastProgress()->state_operators[0].operator_name, "flatMapGroupsWithState");
  EXPECT_EQ((*query)->LastProgress()->state_operators[0].num_rows_total, 2);
  THALWEG_ASSERT_OK((*query)->Stop());
  const auto twice =
      counts.GroupBy("k").MapGroupsWithState(CountWithState, "n BIGINT", "k STRING, n BIGINT");
  EXPECT_THAT(twice.WriteStream().Format("noop").OutputMode("update").Start().status().message(),
              HasSubstr("Multiple mapGroupsWithStates"));
}

/// Keeps the sum of a key and a timer; what goes wrong is said by `fail_in`.
class Summing : public StatefulProcessor {
 public:
  explicit Summing(std::string fail_in = "") : fail_in_(std::move(fail_in)) {}

  Status Init(StatefulProcessorHandle* handle, const std::string& mode, TimeMode) override {
    handle_ = handle;
    const auto number = arrow::schema({arrow::field("n", arrow::int64())});
    ARROW_ASSIGN_OR_RAISE(sum_, handle->GetValueState("sum", number));
    if (fail_in_ == "twice") return handle->GetListState("sum", number).status();
    if (fail_in_ == "name") return handle->GetListState(" sum", number).status();
    if (fail_in_ == "key") return sum_->Exists().status();
    return Fail("init");
  }
  Status HandleInputRows(const Row& key, BatchIterator* rows, const TimerValues& timers,
                         RowCollector* out) override {
    ARROW_RETURN_NOT_OK(Fail("handleInputRows"));
    ARROW_ASSIGN_OR_RAISE(const int64_t count, CountRows(rows));
    ARROW_RETURN_NOT_OK(sum_->Update(Row::Of(count)));
    if (const auto now = timers.GetCurrentProcessingTimeInMs(); now.ok()) {
      ARROW_RETURN_NOT_OK(handle_->RegisterTimer(*now - 1));
    }
    return out->Emit(Row::Of(key.value(0), count));
  }
  Status HandleExpiredTimer(const Row& key, const TimerValues&, int64_t,
                            RowCollector* out) override {
    ARROW_RETURN_NOT_OK(Fail("handleExpiredTimer"));
    ARROW_ASSIGN_OR_RAISE(const auto sum, sum_->Get());
    return out->Emit(Row::Of(key.value(0), -sum->Get<int64_t>(0).ValueOrDie()));
  }
  Status Close() override { return Fail("close"); }

 private:
  Status Fail(const char* place) const {
    if (fail_in_ == place) throw std::runtime_error("told to");
    return Status::OK();
  }

  std::string fail_in_;
  StatefulProcessorHandle* handle_ = nullptr;
  ValueState* sum_ = nullptr;
};

TEST_F(GroupCallbackTest, AProcessorThatTakesNoInitialStateStartsWithoutState) {
  const GroupedData initial =
      Sql("SELECT * FROM VALUES ('b', 10L), ('c', 20L) AS t(k, n)").GroupBy("k");
  const DataFrame sums = Numbers().GroupBy("k").TransformWithState(
      [] { return std::make_unique<Summing>(); }, "k STRING, n BIGINT", "append", TimeMode::kNone,
      initial);
  EXPECT_EQ(Rows(sums), R"({"k":"a","n":1}{"k":"b","n":2}{"n":1})");
}

TEST_F(GroupCallbackTest, TransformWithStateOnBoundedRowsFiresTimersThatAreDue) {
  const auto transform = [this](TimeMode mode, const std::string& fail_in = "") {
    return Numbers().GroupBy("k").TransformWithState(
        [fail_in] { return std::make_unique<Summing>(fail_in); }, "k STRING, n BIGINT", "append",
        mode);
  };
  EXPECT_EQ(Rows(transform(TimeMode::kNone)), R"({"k":"a","n":1}{"k":"b","n":2}{"n":1})");
  EXPECT_EQ(Rows(transform(TimeMode::kProcessingTime)),
            R"({"k":"a","n":-1}{"k":"a","n":1}{"k":"b","n":-2}{"k":"b","n":2}{"n":-1}{"n":1})");
  EXPECT_EQ(Condition(transform(TimeMode::kEventTime)), "INTERNAL_ERROR_TWS");
  constexpr char kUserError[] = "TRANSFORM_WITH_STATE_USER_FUNCTION_ERROR";
  for (const char* place : {"init", "handleInputRows", "handleExpiredTimer", "close"}) {
    const auto rows = transform(TimeMode::kProcessingTime, place).Collect();
    EXPECT_EQ(Condition(rows.status()), kUserError) << place;
    EXPECT_EQ(GetErrorInfo(rows.status())->parameters["function"], place);
  }
  EXPECT_EQ(Condition(transform(TimeMode::kNone, "twice")),
            "STATEFUL_PROCESSOR_DUPLICATE_STATE_VARIABLE_DEFINED");
  EXPECT_EQ(Condition(transform(TimeMode::kNone, "name")),
            "STATE_STORE_CANNOT_USE_COLUMN_FAMILY_WITH_INVALID_NAME");
  EXPECT_EQ(Condition(transform(TimeMode::kNone, "key")), "INTERNAL_ERROR_TWS");
}

TEST_F(GroupCallbackTest, RowsTakeTheTypesOfTheirColumns) {
  const Row row = Row::Of(1, 2.5, "text", true, nullptr);
  EXPECT_EQ(*row.Get<int64_t>(0), 1);
  EXPECT_EQ(*row.Get<double>(1), 2.5);
  EXPECT_EQ(*row.Get<std::string>(2), "text");
  EXPECT_TRUE(*row.Get<bool>(3));
  EXPECT_TRUE(row.IsNull(4));
  EXPECT_FALSE(row.Get<int64_t>(2).ok());
  EXPECT_FALSE(row.Get<int64_t>(9).ok());
  EXPECT_FALSE(Row::Of(int64_t{1} << 40).Get<int32_t>(0).ok());
  EXPECT_FALSE(Row::Of(-1).Get<uint32_t>(0).ok());
  EXPECT_EQ(*Row::Of(int64_t{1} << 40).Get<double>(0), 1099511627776.0);
}

TEST_F(GroupCallbackTest, TimesOfAnotherUnitAreRefused) {
  const auto emit = [this](arrow::TimeUnit::type unit) {
    const auto time = arrow::MakeScalar(arrow::timestamp(unit), int64_t{1000000}).ValueOrDie();
    return Numbers().GroupBy("k").FlatMapGroups(
        [time](const Row&, BatchIterator*, RowCollector* out) { return out->Emit(Row({time})); },
        "t TIMESTAMP");
  };
  EXPECT_TRUE(emit(arrow::TimeUnit::MICRO).Collect().ok());
  EXPECT_EQ(Condition(emit(arrow::TimeUnit::MILLI)), "ARROW_TYPE_MISMATCH");
  const auto emit_batch = [this](arrow::TimeUnit::type unit) {
    const auto type = arrow::timestamp(unit, "UTC");
    const auto column = arrow::MakeArrayOfNull(type, 1).ValueOrDie();
    const auto rows = arrow::RecordBatch::Make(arrow::schema({arrow::field("t", type)}), 1,
                                               arrow::ArrayVector{column});
    return Numbers().GroupBy("k").FlatMapGroups(
        [rows](const Row&, BatchIterator*, RowCollector* out) { return out->Emit(rows); },
        "t TIMESTAMP");
  };
  EXPECT_TRUE(emit_batch(arrow::TimeUnit::MICRO).Collect().ok());
  EXPECT_EQ(Condition(emit_batch(arrow::TimeUnit::MILLI)), "ARROW_TYPE_MISMATCH");
}

TEST_F(GroupCallbackTest, WhatAFactoryThrowsIsTheFunctionsError) {
  const DataFrame thrown = Numbers().GroupBy("k").TransformWithState(
      []() -> std::unique_ptr<StatefulProcessor> { throw std::runtime_error("no processor"); },
      "k STRING", "append", TimeMode::kNone);
  const DataFrame none = Numbers().GroupBy("k").TransformWithState(
      [] { return std::unique_ptr<StatefulProcessor>(); }, "k STRING", "append", TimeMode::kNone);
  for (const DataFrame& frame : {thrown, none}) {
    const Status status = frame.Collect().status();
    EXPECT_EQ(Condition(status), "TRANSFORM_WITH_STATE_USER_FUNCTION_ERROR");
    EXPECT_EQ(GetErrorInfo(status)->parameters["function"], "init");
  }
}

}  // namespace
}  // namespace thalweg
