#include "thalweg/exec/external/groups_with_external_state.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

namespace thalweg::exec {
namespace {

SchemaPtr Numbers(const std::vector<std::string>& names) {
  arrow::FieldVector fields;
  for (const std::string& name : names) fields.push_back(arrow::field(name, arrow::int64()));
  return arrow::schema(fields);
}

Batch Rows(const std::vector<std::string>& columns) {
  Batch batch;
  for (const std::string& json : columns) {
    batch.columns.push_back(arrow::json::ArrayFromJSONString(arrow::int64(), json).ValueOrDie());
    batch.num_rows = batch.columns.back()->length();
  }
  return batch;
}

std::string TextAt(const Batch& rows, size_t column, int64_t row) {
  if (rows.columns[column]->IsNull(row)) return "null";
  return std::to_string(static_cast<const arrow::Int64Array&>(*rows.columns[column]).Value(row));
}

int64_t At(const Batch& rows, size_t column, int64_t row) {
  return static_cast<const arrow::Int64Array&>(*rows.columns[column]).Value(row);
}

/// Holds all groups back until the end. The state is a sum of the values; the first value of a
/// group says what becomes of it: 0 removes, 9 changes nothing, others add up and set a timeout so
/// many milliseconds after the batch. A row out is key, state before, first value (null: timed
/// out).
class Sums : public ExternalStateFunction {
 public:
  explicit Sums(bool forgets_last = false) : forgets_last_(forgets_last) {}
  const SchemaPtr& input_schema() const override { return input_; }
  const SchemaPtr& state_schema() const override { return state_; }
  const SchemaPtr& output_schema() const override { return output_; }
  Result<std::unique_ptr<ExternalStateRun>> Start(const ExternalTask&,
                                                  const ExternalStateTimes& times) override {
    ++starts;
    return std::make_unique<Run>(times, forgets_last_);
  }

  int starts = 0;

 private:
  class Run : public ExternalStateRun {
   public:
    Run(const ExternalStateTimes& times, bool forgets_last)
        : times_(times), forgets_last_(forgets_last) {}
    Status SendGroup(ExternalStateGroup group, const EmitRows&, const TakeStateUpdate&) override {
      groups_.push_back(std::move(group));
      return Status::OK();
    }
    Status Finish(const EmitRows& emit, const TakeStateUpdate& take) override {
      for (size_t i = 0; i < groups_.size(); ++i) {
        const ExternalStateGroup& group = groups_[i];
        EXPECT_EQ(group.rows.num_rows > 0, true);
        const std::string before = group.state ? TextAt(*group.state, 0, 0) : "null";
        const std::string first = TextAt(group.rows, 1, 0);
        EXPECT_EQ(group.has_timed_out, first == "null");
        ARROW_RETURN_NOT_OK(emit(
            Rows({"[" + TextAt(group.rows, 0, 0) + "]", "[" + before + "]", "[" + first + "]"})));
        if (forgets_last_ && i + 1 == groups_.size()) break;
        ARROW_RETURN_NOT_OK(take(Update(group)));
      }
      return Status::OK();
    }

   private:
    ExternalStateUpdate Update(const ExternalStateGroup& group) const {
      ExternalStateUpdate update;
      update.key = group.key;
      update.state = group.state;
      if (group.has_timed_out || At(group.rows, 1, 0) == 0) {
        update.removed = true;
        update.state.reset();
        return update;
      }
      if (At(group.rows, 1, 0) == 9) return update;
      int64_t sum = group.state ? At(*group.state, 0, 0) : 0;
      for (int64_t row = 0; row < group.rows.num_rows; ++row) sum += At(group.rows, 1, row);
      update.updated = true;
      update.state = Rows({"[" + std::to_string(sum) + "]"});
      update.timeout_millis = times_.batch_millis + At(group.rows, 1, 0);
      return update;
    }

    ExternalStateTimes times_;
    bool forgets_last_;
    std::vector<ExternalStateGroup> groups_;
  };

  SchemaPtr input_ = Numbers({"k", "v"});
  SchemaPtr state_ = Numbers({"sum"});
  SchemaPtr output_ = Numbers({"k", "before", "first"});
  bool forgets_last_;
};

class Collector : public Operator {
 public:
  explicit Collector(std::string* text) : text_(text) {}
  Status Push(int, Batch batch) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (!text_->empty()) *text_ += "; ";
      for (size_t column = 0; column < batch.columns.size(); ++column) {
        *text_ += (column > 0 ? "," : "") + TextAt(batch, column, row);
      }
    }
    return Status::OK();
  }
  std::string Description() const override { return "Collector"; }

 private:
  std::string* text_;
};

class GroupsWithExternalState : public testing::Test {
 protected:
  void Make(const std::shared_ptr<Sums>& function) {
    GroupsWithExternalStateOptions options;
    options.function = function;
    options.input.schema = function->input_schema();
    options.input.key_columns = {0};
    options.input.keys = *state::RowKeyCodec::Make({arrow::int64()});
    options.state = *RowImage::Make(function->state_schema());
    options.timeout = GroupStateTimeout::kProcessingTimeTimeout;
    state::VariableTableOptions table;
    table.keys = options.input.keys;
    table_ = std::make_unique<state::VariableTable>(table);
    operation_ = std::make_unique<GroupsWithExternalStateOperator>(options, table_.get());
  }

  std::string RunEpoch(int64_t millis, const std::vector<Batch>& batches) {
    std::string text;
    operation_->SetDownstream(std::make_unique<Collector>(&text));
    EpochContext context;
    context.batch_timestamp_millis = millis;
    context.late_watermark_micros = {0};
    context.eviction_watermark_micros = {0};
    EXPECT_TRUE(operation_->BeginEpoch(context).ok());
    for (const Batch& batch : batches) EXPECT_TRUE(operation_->Push(0, batch).ok());
    const Status status = operation_->FinishInput(0);
    return status.ok() ? text : status.ToString();
  }

  std::unique_ptr<state::VariableTable> table_;
  std::unique_ptr<GroupsWithExternalStateOperator> operation_;
};

TEST_F(GroupsWithExternalState, StatesAndTimeoutsLastFromEpochToEpoch) {
  const auto function = std::make_shared<Sums>();
  Make(function);
  EXPECT_EQ(RunEpoch(1000, {Rows({"[2, 1, null, 2]", "[5, 7, 8, 1]"}), Rows({"[1]", "[3]"})}),
            "null,null,8; 1,null,7; 2,null,5");
  EXPECT_EQ(table_->num_keys(), 3);
  EXPECT_EQ(operation_->metrics().num_rows_updated, 3);
  // A call that changes nothing leaves the timeout; the others have not been reached.
  EXPECT_EQ(RunEpoch(1005, {Rows({"[2]", "[9]"})}), "2,6,9");
  EXPECT_EQ(operation_->metrics().num_rows_updated, 0);
  EXPECT_EQ(RunEpoch(1006, {}), "2,6,null");
  EXPECT_EQ(operation_->metrics().num_rows_removed, 1);
  EXPECT_EQ(RunEpoch(1007, {Rows({"[1]", "[5]"})}), "1,10,5");
  // The timeout of an update takes the place of the one before.
  EXPECT_EQ(RunEpoch(1012, {}), "null,8,null");
  EXPECT_EQ(RunEpoch(1013, {Rows({"[1]", "[0]"})}), "1,15,0");
  EXPECT_EQ(table_->num_keys(), 0);
}

TEST_F(GroupsWithExternalState, NothingToDoStartsNothing) {
  const auto function = std::make_shared<Sums>();
  Make(function);
  EXPECT_EQ(RunEpoch(1000, {}), "");
  EXPECT_EQ(function->starts, 0);
}

TEST_F(GroupsWithExternalState, AMissingStateIsAnError) {
  Make(std::make_shared<Sums>(true));
  EXPECT_NE(RunEpoch(1000, {Rows({"[1, 2]", "[5, 7]"})}).find("PYTHON_WORKER_FAILED.PROTOCOL"),
            std::string::npos);
}

}  // namespace
}  // namespace thalweg::exec
