#include <string>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "thalweg/exec/external/evaluate_external.h"
#include "thalweg/exec/external/map_external.h"
#include "thalweg/exec/external/map_groups.h"
#include "thalweg/exec/external/table_external.h"

namespace thalweg::exec {
namespace {

SchemaPtr Numbers(int count) {
  arrow::FieldVector fields;
  for (int field = 0; field < count; ++field) fields.push_back(arrow::field("n", arrow::int64()));
  return arrow::schema(fields);
}

ArrayPtr Json(const std::string& json) {
  return arrow::json::ArrayFromJSONString(arrow::int64(), json).ValueOrDie();
}

Batch Rows(const std::vector<std::string>& columns) {
  Batch batch;
  for (const std::string& json : columns) {
    batch.columns.push_back(Json(json));
    batch.num_rows = batch.columns.back()->length();
  }
  return batch;
}

int64_t At(const Batch& rows, size_t column, int64_t row) {
  return static_cast<const arrow::Int64Array&>(*rows.columns[column]).Value(row);
}

ArrayPtr MakeArray(const std::vector<int64_t>& values) {
  arrow::Int64Builder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  return builder.Finish().ValueOrDie();
}

Batch OneColumn(const std::vector<int64_t>& values) {
  Batch batch;
  batch.columns = {MakeArray(values)};
  batch.num_rows = static_cast<int64_t>(values.size());
  return batch;
}

/// Holds all rows back until the end, then gives ten times each, in batches of two.
class TenTimes : public ExternalFunction {
 public:
  const SchemaPtr& input_schema() const override { return schema_; }
  const SchemaPtr& output_schema() const override { return schema_; }
  Result<std::unique_ptr<ExternalRun>> Start(const ExternalTask& task) override {
    ++starts;
    partition = task.partition;
    return std::make_unique<Run>();
  }

  int starts = 0;
  int partition = -1;

 private:
  class Run : public ExternalRun {
   public:
    Status Send(Batch rows, const EmitRows&) override {
      for (int64_t row = 0; row < rows.num_rows; ++row) values_.push_back(10 * At(rows, 0, row));
      return Status::OK();
    }
    Status Finish(const EmitRows& emit) override {
      for (size_t begin = 0; begin < values_.size(); begin += 2) {
        const size_t end = std::min(begin + 2, values_.size());
        ARROW_RETURN_NOT_OK(emit(OneColumn({values_.begin() + static_cast<long>(begin),
                                            values_.begin() + static_cast<long>(end)})));
      }
      return Status::OK();
    }

   private:
    std::vector<int64_t> values_;
  };

  SchemaPtr schema_ = Numbers(1);
};

/// Gives n rows 0..n-1 for a row n, and -1 at the end.
class CountUp : public ExternalFunction {
 public:
  const SchemaPtr& input_schema() const override { return schema_; }
  const SchemaPtr& output_schema() const override { return schema_; }
  Result<std::unique_ptr<ExternalRun>> Start(const ExternalTask&) override {
    return std::make_unique<Run>();
  }

 private:
  class Run : public ExternalRun {
   public:
    Status Send(Batch rows, const EmitRows& emit) override {
      for (int64_t row = 0; row < rows.num_rows; ++row) {
        std::vector<int64_t> values;
        for (int64_t value = 0; value < At(rows, 0, row); ++value) values.push_back(value);
        ARROW_RETURN_NOT_OK(emit(OneColumn(values)));
      }
      return Status::OK();
    }
    Status Finish(const EmitRows& emit) override { return emit(OneColumn({-1})); }
  };

  SchemaPtr schema_ = Numbers(1);
};

/// Gives for each group the numbers of rows of its inputs, as one number in decimal digits; for
/// kInputAndRow once per row.
class CountGroups : public ExternalGroupFunction {
 public:
  explicit CountGroups(int num_inputs, bool per_row = false)
      : inputs_(static_cast<size_t>(num_inputs), Numbers(1)), per_row_(per_row) {}
  const std::vector<SchemaPtr>& input_schemas() const override { return inputs_; }
  const SchemaPtr& output_schema() const override { return inputs_[0]; }
  Result<std::unique_ptr<ExternalGroupRun>> Start(const ExternalTask&) override {
    return std::make_unique<Run>(per_row_);
  }

 private:
  class Run : public ExternalGroupRun {
   public:
    explicit Run(bool per_row) : per_row_(per_row) {}
    Status SendGroup(std::vector<Batch> inputs, const EmitRows&) override {
      int64_t digits = 0;
      for (const Batch& input : inputs) digits = 10 * digits + input.num_rows;
      counts_.insert(counts_.end(), per_row_ ? static_cast<size_t>(inputs[0].num_rows) : 1, digits);
      return Status::OK();
    }
    Status Finish(const EmitRows& emit) override { return emit(OneColumn(counts_)); }

   private:
    bool per_row_;
    std::vector<int64_t> counts_;
  };

  std::vector<SchemaPtr> inputs_;
  bool per_row_;
};

/// The end of a chain: rows as text, "1,2;3,4".
class Collector : public Operator {
 public:
  explicit Collector(std::string* text) : text_(text) {}
  Status Push(int, Batch batch) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (!text_->empty()) *text_ += ";";
      for (size_t column = 0; column < batch.columns.size(); ++column) {
        if (column > 0) *text_ += ",";
        const bool null = batch.columns[column]->IsNull(row);
        *text_ += null ? "null" : std::to_string(At(batch, column, row));
      }
    }
    return Status::OK();
  }
  std::string Description() const override { return "Collector"; }

 private:
  std::string* text_;
};

/// Runs one epoch; `inputs` are (input, rows) in order.
std::string RunEpoch(Operator* operation, int num_inputs,
                     const std::vector<std::pair<int, Batch>>& inputs, int worker = 0) {
  std::string text;
  operation->SetDownstream(std::make_unique<Collector>(&text));
  EpochContext context;
  context.eval.worker = worker;
  EXPECT_TRUE(operation->BeginEpoch(context).ok());
  for (const auto& [input, rows] : inputs) EXPECT_TRUE(operation->Push(input, rows).ok());
  for (int input = 0; input < num_inputs; ++input) {
    const Status status = operation->FinishInput(input);
    if (!status.ok()) return status.ToString();
  }
  return text;
}

expr::ExpressionPtr Ordinal(int column) {
  return expr::ColumnReference::Make(column, "n", arrow::int64(), true);
}

TEST(ExternalOperators, EvaluateAddsResultsToTheirRows) {
  auto function = std::make_shared<TenTimes>();
  EvaluateExternalOperator operation(function, {Ordinal(1)}, {}, "");
  Batch selected = Rows({"[5, 6, 7]", "[50, 60, 70]"});
  selected.selection = std::make_shared<const std::vector<int32_t>>(std::vector<int32_t>{0, 2});
  EXPECT_EQ(RunEpoch(&operation, 1, {{0, Rows({"[1, 2, 3]", "[11, 12, 13]"})}, {0, selected}}),
            "1,11,110;2,12,120;3,13,130;5,50,500;7,70,700");
  EXPECT_EQ(RunEpoch(&operation, 1, {{0, Rows({"[4]", "[1]"})}}), "4,1,10");
  EXPECT_EQ(RunEpoch(&operation, 1, {}), "");
  EXPECT_EQ(function->starts, 2);
}

/// Notes where splits begin and end.
class SplitCollector : public Collector {
 public:
  explicit SplitCollector(std::string* text) : Collector(text), text_(text) {}
  Status BeginSplit(int split) override {
    *text_ += "[" + std::to_string(split);
    return Status::OK();
  }
  Status EndSplit() override {
    *text_ += "]";
    return Status::OK();
  }

 private:
  std::string* text_;
};

/// Gives the operator three splits, the second without rows, and what comes out of it.
std::string RunSplits(Operator* operation) {
  std::string text;
  operation->SetDownstream(std::make_unique<SplitCollector>(&text));
  const EpochContext context;
  EXPECT_TRUE(operation->BeginEpoch(context).ok());
  EXPECT_TRUE(operation->BeginSplit(1).ok());
  EXPECT_TRUE(operation->Push(0, Rows({"[1, 2]"})).ok());
  EXPECT_TRUE(operation->Push(0, Rows({"[3]"})).ok());
  EXPECT_TRUE(operation->EndSplit().ok());
  EXPECT_TRUE(operation->BeginSplit(4).ok());
  EXPECT_TRUE(operation->EndSplit().ok());
  EXPECT_TRUE(operation->BeginSplit(5).ok());
  EXPECT_TRUE(operation->Push(0, Rows({"[7]"})).ok());
  EXPECT_TRUE(operation->EndSplit().ok());
  EXPECT_TRUE(operation->FinishInput(0).ok());
  return text;
}

TEST(ExternalOperators, SplitsArePartitionsWhereTheyAreFollowed) {
  auto function = std::make_shared<TenTimes>();
  EvaluateExternalOperator evaluate(function, {Ordinal(0)}, {.follows_splits = true}, "");
  EXPECT_EQ(RunSplits(&evaluate), "[1;1,10;2,20;3,30][4][5;7,70]");
  // A split without rows needs no run here, but is a call of a function from rows to rows.
  EXPECT_EQ(function->starts, 2);
  EXPECT_EQ(function->partition, 5);
  MapExternalOperator map(function, {0}, {.follows_splits = true}, "");
  EXPECT_EQ(RunSplits(&map), "[1;10;20;30][4][5;70]");
  EXPECT_EQ(function->starts, 5);
  TableExternalOperator table(std::make_shared<CountUp>(), {Ordinal(0)}, {0}, 100,
                              {.follows_splits = true}, "");
  EXPECT_EQ(RunSplits(&table),
            "[1;1,0;2,0;2,1;3,0;3,1;3,2;3,-1][4][5;7,0;7,1;7,2;7,3;7,4;7,5;7,6;7,-1]");
}

TEST(ExternalOperators, WorkersArePartitionsWhereSplitsAreNotFollowed) {
  auto function = std::make_shared<TenTimes>();
  MapExternalOperator map(function, {0}, {.partition = 2}, "");
  EXPECT_EQ(RunSplits(&map), "[1][4][5];10;20;30;70");
  EXPECT_EQ(function->starts, 1);
  EXPECT_EQ(function->partition, 2);
}

TEST(ExternalOperators, MapPassesOnWhateverComes) {
  auto function = std::make_shared<TenTimes>();
  MapExternalOperator operation(function, {1}, {.partition = 3}, "");
  EXPECT_EQ(RunEpoch(&operation, 1, {{0, Rows({"[1, 2, 3]", "[4, 5, 6]"})}}), "40;50;60");
  EXPECT_EQ(function->partition, 3);
  // Without rows only the first worker runs the function.
  EXPECT_EQ(RunEpoch(&operation, 1, {}), "");
  EXPECT_EQ(function->starts, 1);
  MapExternalOperator first(function, {1}, {.partition = 0}, "");
  EXPECT_EQ(RunEpoch(&first, 1, {}), "");
  EXPECT_EQ(function->starts, 2);
}

TEST(ExternalOperators, TableJoinsRowsWithTheirResults) {
  TableExternalOperator operation(std::make_shared<CountUp>(), {Ordinal(1)}, {0}, 3, {}, "");
  EXPECT_EQ(RunEpoch(&operation, 1,
                     {{0, Rows({"[7, 8, 9]", "[2, 0, 3]"})}, {0, Rows({"[1, 2]", "[0, 1]"})}}),
            "7,0;7,1;9,0;9,1;9,2;2,0;2,-1");
  TableExternalOperator alone(std::make_shared<CountUp>(), {Ordinal(0)}, {}, 100, {}, "");
  EXPECT_EQ(RunEpoch(&alone, 1, {}), "");
}

TEST(ExternalOperators, GroupsAreSentInOrderOfTheirKeys) {
  const std::vector<std::pair<int, Batch>> rows = {{0, Rows({"[2, 1, null]", "[1, 2, 3]"})},
                                                   {0, Rows({"[1, 2, 1]", "[4, 5, 6]"})}};
  MapGroupsOperator map(std::make_shared<CountGroups>(1), {{{Ordinal(0)}, {Ordinal(1)}}},
                        GroupOutput::kRows, "");
  EXPECT_EQ(RunEpoch(&map, 1, rows), "1;3;2");
  MapGroupsOperator aggregate(std::make_shared<CountGroups>(1), {{{Ordinal(0)}, {Ordinal(1)}}},
                              GroupOutput::kKeysAndRow, "");
  EXPECT_EQ(RunEpoch(&aggregate, 1, rows), "null,1;1,3;2,2");
  MapGroupsOperator window(std::make_shared<CountGroups>(1, true), {{{Ordinal(0)}, {Ordinal(1)}}},
                           GroupOutput::kInputAndRow, "");
  EXPECT_EQ(RunEpoch(&window, 1, rows), "null,3,1;1,2,3;1,4,3;1,6,3;2,1,2;2,5,2");
  MapGroupsOperator global(std::make_shared<CountGroups>(1), {{{}, {Ordinal(1)}}},
                           GroupOutput::kKeysAndRow, "");
  EXPECT_EQ(RunEpoch(&global, 1, rows), "6");
  EXPECT_EQ(RunEpoch(&global, 1, {}), "");
}

TEST(ExternalOperators, CogroupsMeetByTheirKeys) {
  MapGroupsOperator operation(std::make_shared<CountGroups>(2),
                              {{{Ordinal(0)}, {Ordinal(0)}}, {{Ordinal(0)}, {Ordinal(0)}}},
                              GroupOutput::kRows, "");
  EXPECT_EQ(RunEpoch(&operation, 2,
                     {{1, Rows({"[3, 2]"})}, {0, Rows({"[1, 2, 1]"})}, {1, Rows({"[2, null]"})}}),
            "1;20;12;1");
}

}  // namespace
}  // namespace thalweg::exec
