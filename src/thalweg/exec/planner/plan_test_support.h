#pragma once

// For tests of the planner: plans from a few words, rows as text, streams made of batches.

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "thalweg/exec/planner/query_plan.h"
#include "thalweg/exec/test_aggregates.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/testing/fault_injecting_file_system.h"
#include "thalweg/types/data_types.h"

namespace thalweg::exec {

inline plan::Attribute MakeAttribute(const std::string& name, const TypePtr& type) {
  plan::Attribute attribute;
  attribute.name = name;
  attribute.type = type;
  attribute.id = plan::NextAttributeId();
  return attribute;
}

/// Columns from JSON texts, one per attribute.
inline Batch MakeBatch(const std::vector<plan::Attribute>& columns,
                       const std::vector<std::string>& json) {
  Batch batch;
  for (size_t i = 0; i < columns.size(); ++i) {
    batch.columns.push_back(
        arrow::json::ArrayFromJSONString(columns[i].type, json[i]).ValueOrDie());
    batch.num_rows = batch.columns.back()->length();
  }
  return batch;
}

/// A row as "a|b|null".
inline std::string RowText(const Batch& batch, int64_t row) {
  std::string text;
  for (size_t i = 0; i < batch.columns.size(); ++i) {
    const auto scalar = batch.columns[i]->GetScalar(row).ValueOrDie();
    std::string value = scalar->is_valid ? scalar->ToString() : "null";
    if (scalar->is_valid && scalar->type->id() == arrow::Type::STRUCT) {
      const auto& window = static_cast<const arrow::StructScalar&>(*scalar);
      value = "[";
      for (size_t field = 0; field < window.value.size(); ++field) {
        const auto& time = static_cast<const arrow::TimestampScalar&>(*window.value[field]);
        value += (field > 0 ? "," : "") + std::to_string(time.value);
      }
      value += ")";
    } else if (scalar->is_valid && scalar->type->id() == arrow::Type::TIMESTAMP) {
      value = std::to_string(static_cast<const arrow::TimestampScalar&>(*scalar).value);
    }
    text += (i > 0 ? "|" : "") + value;
  }
  return text;
}

using RowTexts = std::vector<std::string>;

inline RowTexts Sorted(RowTexts rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// "left op right" over bigints, for conditions and projections in tests.
inline expr::ExpressionPtr Compute(const std::string& op, const expr::ExpressionPtr& left,
                                   const expr::ExpressionPtr& right) {
  auto function = std::make_shared<expr::BoundFunction>();
  function->name = op;
  function->argument_types = {arrow::int64(), arrow::int64()};
  function->return_type = op == ">" ? arrow::boolean() : arrow::int64();
  function->kernel = [op](const expr::EvalContext&, const std::vector<arrow::Datum>& arguments,
                          int64_t num_rows) -> Result<arrow::Datum> {
    std::vector<ArrayPtr> arrays;
    for (const arrow::Datum& argument : arguments) {
      ArrayPtr array;
      if (argument.is_scalar()) {
        ARROW_ASSIGN_OR_RAISE(array, arrow::MakeArrayFromScalar(*argument.scalar(), num_rows));
      } else {
        array = argument.make_array();
      }
      arrays.push_back(array);
    }
    const auto& first = static_cast<const arrow::Int64Array&>(*arrays[0]);
    const auto& second = static_cast<const arrow::Int64Array&>(*arrays[1]);
    ARROW_ASSIGN_OR_RAISE(auto builder,
                          arrow::MakeBuilder(op == ">" ? arrow::boolean() : arrow::int64()));
    for (int64_t i = 0; i < num_rows; ++i) {
      if (first.IsNull(i) || second.IsNull(i)) {
        ARROW_RETURN_NOT_OK(builder->AppendNull());
      } else if (op == ">") {
        ARROW_RETURN_NOT_OK(
            static_cast<arrow::BooleanBuilder&>(*builder).Append(first.Value(i) > second.Value(i)));
      } else if (op == "/" && second.Value(i) == 0) {
        return MakeError("DIVIDE_BY_ZERO");
      } else {
        const int64_t value =
            op == "/" ? first.Value(i) / second.Value(i) : first.Value(i) + second.Value(i);
        ARROW_RETURN_NOT_OK(static_cast<arrow::Int64Builder&>(*builder).Append(value));
      }
    }
    ARROW_ASSIGN_OR_RAISE(ArrayPtr result, builder->Finish());
    return arrow::Datum(result);
  };
  function->can_fail = op == "/";
  return expr::Call::Make(function, {left, right});
}

inline plan::NamedExpression Named(const std::string& name, const expr::ExpressionPtr& value) {
  return {value, MakeAttribute(name, value->type())};
}

inline plan::AggregateCall CountCall(std::vector<expr::ExpressionPtr> arguments = {}) {
  plan::AggregateCall call;
  std::vector<TypePtr> types;
  for (const auto& argument : arguments) types.push_back(argument->type());
  call.function = std::make_shared<TestCount>(types);
  call.arguments = std::move(arguments);
  call.output = MakeAttribute("count", arrow::int64());
  call.text = "count(1)";
  return call;
}

inline plan::AggregateCall SumCall(const expr::ExpressionPtr& argument) {
  plan::AggregateCall call;
  call.function = std::make_shared<TestSum>();
  call.arguments = {argument};
  call.output = MakeAttribute("sum", arrow::int64());
  call.text = "sum(v)";
  return call;
}

inline Result<RowTexts> RunBatch(const plan::NodePtr& plan, int num_workers,
                                 int64_t batch_rows = kDefaultBatchRows) {
  PlanOptions options;
  options.num_workers = num_workers;
  options.batch_rows = batch_rows;
  RowTexts rows;
  ARROW_RETURN_NOT_OK(RunBatchQuery(plan, options, EpochContext(), [&](const Batch& batch) {
    EXPECT_EQ(batch.selection, nullptr);
    for (int64_t i = 0; i < batch.num_rows; ++i) rows.push_back(RowText(batch, i));
    return Status::OK();
  }));
  return rows;
}

/// Hands out batches, each as a split of its own.
class BatchSource : public io::StreamSource {
 public:
  struct BatchSplit : io::Split {
    Batch batch;
  };

  explicit BatchSource(SchemaPtr schema) : schema_(std::move(schema)) {}
  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override { return "BatchSource"; }
  Result<std::optional<io::Offset>> LatestOffset(const std::optional<io::Offset>&,
                                                 const io::ReadLimit&) override {
    return std::optional<io::Offset>();
  }
  Result<std::vector<io::SplitPtr>> PlanSplits(const std::optional<io::Offset>&,
                                               const io::Offset&) override {
    return std::vector<io::SplitPtr>();
  }
  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override {
    Batch out = static_cast<const BatchSplit&>(*split).batch;
    std::vector<ArrayPtr> columns;
    for (const int column : request.columns) columns.push_back(out.columns[column]);
    out.columns = std::move(columns);
    return std::make_unique<Reader>(std::move(out));
  }

 private:
  class Reader : public io::BatchReader {
   public:
    explicit Reader(Batch batch) : batch_(std::move(batch)) {}
    Result<std::optional<Batch>> Next() override { return std::exchange(batch_, std::nullopt); }

   private:
    std::optional<Batch> batch_;
  };
  SchemaPtr schema_;
};

/// Keeps the rows of the current epoch as text.
class TextSink : public io::StreamSink {
 public:
  std::string Description() const override { return "TextSink"; }
  bool SupportsMode(io::OutputMode) const override { return true; }
  Status BeginEpoch(int64_t, io::OutputMode) override { return Status::OK(); }
  Result<std::unique_ptr<io::SinkWriter>> OpenWriter(int64_t, int) override {
    return std::make_unique<Writer>(this);
  }
  Status CommitEpoch(int64_t, std::vector<io::WriterReportPtr>) override { return Status::OK(); }
  RowTexts Take() { return Sorted(std::exchange(rows_, {})); }
  int aborted() const { return aborted_; }

 private:
  class Writer : public io::SinkWriter {
   public:
    explicit Writer(TextSink* sink) : sink_(sink) {}
    Status Write(const Batch& batch) override {
      ARROW_ASSIGN_OR_RAISE(const Batch dense, Compact(batch));
      const std::lock_guard<std::mutex> lock(sink_->mutex_);
      for (int64_t i = 0; i < dense.num_rows; ++i) sink_->rows_.push_back(RowText(dense, i));
      return Status::OK();
    }
    Result<io::WriterReportPtr> Finish() override { return std::make_unique<io::WriterReport>(); }
    void Abort() override { ++sink_->aborted_; }

   private:
    TextSink* sink_;
  };
  std::mutex mutex_;
  RowTexts rows_;
  int aborted_ = 0;
};

/// A leaf that reads stream `relation`.
inline plan::NodePtr StreamNode(const std::shared_ptr<const plan::StreamRelation>& relation,
                                std::vector<plan::Attribute> columns) {
  auto node = std::make_shared<plan::Node>();
  node->kind = plan::NodeKind::kStreamScan;
  node->stream = relation;
  for (size_t i = 0; i < columns.size(); ++i) node->source_columns.push_back(static_cast<int>(i));
  node->output = std::move(columns);
  return node;
}

inline plan::NodePtr WatermarkNodeOver(const plan::NodePtr& child, int column,
                                       int64_t delay_millis) {
  auto node = std::make_shared<plan::Node>();
  node->kind = plan::NodeKind::kWatermark;
  node->children = {child};
  node->output = child->output;
  node->event_time = child->output[column].id;
  node->output[column].watermark_delay_millis = delay_millis;
  node->delay_millis = delay_millis;
  return node;
}

inline plan::NodePtr TimeWindowNode(const plan::NodePtr& child, int column, int64_t size,
                                    int64_t slide, int64_t start = 0) {
  auto node = std::make_shared<plan::Node>();
  node->kind = plan::NodeKind::kTimeWindow;
  node->children = {child};
  node->output = child->output;
  node->output.push_back(
      MakeAttribute("window", arrow::struct_({arrow::field("start", child->output[column].type),
                                              arrow::field("end", child->output[column].type)})));
  node->output.back().watermark_delay_millis = child->output[column].watermark_delay_millis;
  node->output.back().is_time_window = true;
  node->time = child->output[column].Reference();
  node->window_size = size;
  node->window_slide = slide;
  node->window_start = start;
  return node;
}

/// Runs epochs of a plan over one stream and keeps its state in a file system in memory.
class StreamRun {
 public:
  StreamRun(plan::NodePtr plan, io::OutputMode mode, int num_workers,
            FileSystem* file_system = nullptr)
      : mode_(mode), source_(arrow::schema({})) {
    PlanOptions options;
    options.num_workers = num_workers;
    options.output_mode = mode;
    options.file_system = file_system;
    options.state_directory = "/c/state";
    auto made = MakeQueryPlan(plan, options);
    EXPECT_TRUE(made.ok()) << made.status();
    query_ = std::move(made).ValueOrDie();
    for (size_t i = 0; i < query_->stream_relations().size(); ++i) {
      query_->SetSource(static_cast<int>(i), &source_);
    }
  }

  /// Number of the next epoch, for a run that continues another.
  void SetNextEpoch(int64_t epoch) { epoch_ = epoch; }
  QueryPlan* query() { return query_.get(); }
  TextSink* sink() { return &sink_; }
  const EpochResult& result() const { return result_; }

  /// One epoch over `batches`; watermarks in microseconds, the same for every operator.
  Result<RowTexts> Epoch(const std::vector<Batch>& batches, int64_t late = 0, int64_t evict = 0) {
    EpochContext context;
    context.epoch = epoch_++;
    context.output_mode = mode_;
    context.late_watermark_micros.assign(query_->stateful_operators().size(), late);
    context.eviction_watermark_micros.assign(query_->stateful_operators().size(), evict);
    EpochInput input(query_->stream_relations().size());
    for (const Batch& batch : batches) {
      auto split = std::make_shared<BatchSource::BatchSplit>();
      split->batch = batch;
      for (auto& splits : input) splits.push_back(split);
    }
    ARROW_ASSIGN_OR_RAISE(result_, query_->RunEpoch(context, input, &sink_));
    return sink_.Take();
  }

  std::map<int, state::StateManifest> Commit() {
    auto manifests = query_->CommitState(epoch_ - 1);
    EXPECT_TRUE(manifests.ok()) << manifests.status();
    return manifests.ValueOrDie();
  }

 private:
  io::OutputMode mode_;
  BatchSource source_;
  TextSink sink_;
  std::unique_ptr<QueryPlan> query_;
  EpochResult result_;
  int64_t epoch_ = 0;
};

}  // namespace thalweg::exec
