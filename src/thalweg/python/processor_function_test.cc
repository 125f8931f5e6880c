#include "thalweg/python/processor_function.h"

#include "thalweg/python/test_support.h"
#include "thalweg/state/variable_table.h"

namespace thalweg::python {
namespace {

constexpr int64_t kStart = 1'700'000'000'000;
constexpr char kTimers[] = "$procTimers";

SchemaPtr PairSchema() {
  return arrow::schema({arrow::field("k", arrow::int64()), arrow::field("n", arrow::int64())});
}

SchemaPtr KeySchema() { return arrow::schema({arrow::field("k", arrow::int64())}); }

/// One epoch of one worker over a table.
class EpochAccess : public exec::ProcessorAccess {
 public:
  EpochAccess(state::VariableTable* table, std::shared_ptr<const state::RowKeyCodec> keys,
              int64_t millis)
      : table_(table), keys_(std::move(keys)), millis_(millis) {
    exec::ProcessorHandleOptions options;
    options.time_mode = TimeMode::kProcessingTime;
    options.batch_millis = millis;
    handle_ = std::make_unique<exec::ProcessorHandle>(std::move(options), table, &counts_);
  }

  exec::ProcessorHandle* handle() override { return handle_.get(); }
  Status SetKey(const std::vector<ArrayPtr>& key) override {
    if (table_ == nullptr) return Status::OK();
    state::KeyBatch encoded;
    ARROW_RETURN_NOT_OK(keys_->Encode(key, 1, &encoded));
    std::vector<state::KeyState*> states;
    ARROW_RETURN_NOT_OK(table_->FindOrInsert(encoded, key, &states));
    handle_->SetKey(states[0]);
    return Status::OK();
  }
  void RemoveKey() override { handle_->SetKey(nullptr); }
  Result<exec::DueTimers> FindDueTimers() override {
    exec::DueTimers timers;
    const int variable = table_->Variable(kTimers, state::VariableKind::kTimer);
    ARROW_ASSIGN_OR_RAISE(const auto due, table_->TimersThrough(variable, millis_));
    std::vector<std::string_view> keys;
    for (const auto& timer : due) {
      keys.push_back(table_->key(*timer.state));
      timers.millis.push_back(timer.millis);
    }
    ARROW_ASSIGN_OR_RAISE(timers.keys, keys_->Decode(keys));
    return timers;
  }
  std::optional<int64_t> batch_millis() const override { return millis_; }
  std::optional<int64_t> watermark_millis() const override { return std::nullopt; }

 private:
  state::VariableTable* table_;
  std::shared_ptr<const state::RowKeyCodec> keys_;
  int64_t millis_;
  exec::CallbackCounts counts_;
  std::unique_ptr<exec::ProcessorHandle> handle_;
};

class ProcessorFunctionTest : public ::testing::Test {
 protected:
  static std::shared_ptr<exec::ExternalProcessor> Make(
      const std::string& name, EvalType type = EvalType::kTransformWithStatePandas) {
    std::optional<GroupColumns> initial;
    if (type == EvalType::kTransformWithStatePandasInitState) {
      initial = GroupColumns{PairSchema(), {0}, {0, 1}};
    }
    // Iterators come in pieces.
    return MakeProcessorFunction(TestPool(), TestSettings(), TestFunction(name, type),
                                 {PairSchema(), {0}, {0, 1}}, initial, KeySchema(), PairSchema(), 2)
        .ValueOrDie();
  }

  Result<Batch> Run(exec::ExternalProcessor* processor, const exec::ProcessorInput& input,
                    int64_t millis) {
    table_.BeginEpoch();
    EpochAccess access(&table_, keys_, millis);
    std::vector<Batch> results = {EmptyBatch(*PairSchema()).ValueOrDie()};
    ARROW_RETURN_NOT_OK(processor->Process({}, input, &access, [&](Batch rows) {
      results.push_back(std::move(rows));
      return Status::OK();
    }));
    return ConcatenateBatches(results);
  }

  static exec::ProcessorInput Input(const std::string& keys, const std::string& values,
                                    std::vector<int64_t> begins) {
    exec::ProcessorInput input;
    input.rows = Rows({Column(arrow::int64(), keys), Column(arrow::int64(), values)});
    input.begins = std::move(begins);
    return input;
  }

  std::shared_ptr<const state::RowKeyCodec> keys_ =
      state::RowKeyCodec::Make({arrow::int64()}).ValueOrDie();
  state::VariableTable table_{{keys_, "transformWithState", 4}};
};

TEST_F(ProcessorFunctionTest, VariablesAreDeclaredBeforeTheQueryRuns) {
  EpochAccess access(nullptr, keys_, kStart);
  ASSERT_OK(Make("sums")->Declare(&access));
  const auto& variables = access.handle()->variables();
  ASSERT_EQ(variables.size(), 3U);
  EXPECT_EQ(variables[0].name, "total");
  EXPECT_EQ(variables[1].kind, state::VariableKind::kList);
  EXPECT_EQ(variables[2].kind, state::VariableKind::kMap);
  EXPECT_EQ(variables[2].value_schema->field(0)->name(), "times");
}

TEST_F(ProcessorFunctionTest, WhatInitRaisesIsTold) {
  EpochAccess access(nullptr, keys_, kStart);
  const Status status = Make("raises")->Declare(&access);
  ASSERT_TRUE(IsCondition(status, "STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE"))
      << RenderError(status);
  EXPECT_NE(status.message().find("ValueError: no luck"), std::string::npos);
  const auto result = Run(Make("raises").get(), Input("[1]", "[2]", {0, 1}), kStart);
  EXPECT_TRUE(IsCondition(result.status(), "PYTHON_EXCEPTION")) << RenderError(result.status());
}

TEST_F(ProcessorFunctionTest, StateStaysAndTimersCome) {
  const auto processor = Make("sums");
  const auto first = Run(processor.get(), Input("[1, 1, 1, 2]", "[5, 6, 6, 7]", {0, 3, 4}), kStart);
  ExpectColumn(first, 0, "[1, 1, 1, 2, 2, 2]");
  ExpectColumn(first, 1, "[17, 17, 17, 7, 7, 7]");
  const auto second = Run(processor.get(), Input("[2]", "[1]", {0, 1}), kStart + 9);
  ExpectColumn(second, 1, "[8, 8, 8]");
  const auto third = Run(processor.get(), Input("[]", "[]", {0}), kStart + 15);
  ExpectColumn(third, 0, "[1, 2]");
  ExpectColumn(third, 1, "[-17, -8]");
  const auto fourth = Run(processor.get(), Input("[1]", "[3]", {0, 1}), kStart + 16);
  ExpectColumn(fourth, 1, "[3, 3, 3]");
}

TEST_F(ProcessorFunctionTest, InitialStateComesBeforeTheRowsOfAGroup) {
  const auto processor = Make("initial_sums", EvalType::kTransformWithStatePandasInitState);
  exec::ProcessorInput input = Input("[1, 3, 3]", "[5, 6, 7]", {0, 1, 1, 3});
  input.initial =
      Rows({Column(arrow::int64(), "[1, 1, 2]"), Column(arrow::int64(), "[10, 20, 30]")});
  input.initial_begins = {0, 2, 3, 3};
  const auto first = Run(processor.get(), input, kStart);
  ExpectColumn(first, 0, "[1, 1, 1, 3, 3, 3]");
  ExpectColumn(first, 1, "[35, 5, 5, 13, 13, 13]");
  // Without an initial state the same processor is called by another name.
  const auto second = Run(processor.get(), Input("[2]", "[1]", {0, 1}), kStart + 1);
  ExpectColumn(second, 1, "[31, 1, 1]");
}

}  // namespace
}  // namespace thalweg::python
