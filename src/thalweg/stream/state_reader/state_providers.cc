#include "thalweg/stream/state_reader/state_providers.h"

#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/stream/state_reader/state_rows.h"
#include "thalweg/stream/state_reader/state_source_options.h"

namespace thalweg::stream {
namespace {

using Functions = std::shared_ptr<const functions::FunctionRegistry>;
using ReadRows = std::function<Status(const BatchConsumer&)>;

/// Gives batches that are in memory.
class RowsReader : public io::BatchReader {
 public:
  RowsReader(std::vector<Batch> batches, std::vector<int> columns)
      : batches_(std::move(batches)), columns_(std::move(columns)) {}

  Result<std::optional<Batch>> Next() override {
    if (next_ == batches_.size()) return std::optional<Batch>();
    const Batch whole = std::exchange(batches_[next_++], Batch());
    Batch batch;
    batch.num_rows = whole.num_rows;
    for (const int column : columns_) batch.columns.push_back(whole.columns[column]);
    return std::optional(std::move(batch));
  }

 private:
  std::vector<Batch> batches_;
  std::vector<int> columns_;
  size_t next_ = 0;
};

/// Rows that a function reads when the one split is opened.
class StateScan : public io::Scan {
 public:
  StateScan(SchemaPtr schema, std::string description, ReadRows read)
      : schema_(std::move(schema)), description_(std::move(description)), read_(std::move(read)) {}

  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override { return description_; }
  Result<std::vector<io::SplitPtr>> PlanSplits() override {
    return std::vector<io::SplitPtr>{std::make_shared<io::Split>()};
  }
  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr&,
                                                const io::ReadRequest& request) const override {
    std::vector<Batch> batches;
    ARROW_RETURN_NOT_OK(read_([&batches](Batch batch) {
      batches.push_back(std::move(batch));
      return Status::OK();
    }));
    return std::make_unique<RowsReader>(std::move(batches), request.columns);
  }

 private:
  SchemaPtr schema_;
  std::string description_;
  ReadRows read_;
};

Status RefuseSchema(const io::ReadArguments& arguments, const char* provider) {
  if (arguments.schema == nullptr) return Status::OK();
  return MakeError("_LEGACY_ERROR_TEMP_2242", {{"provider", provider}});
}

/// Settles which batches are meant by the ones that are committed.
Status ResolveBatches(StateCheckpoint* checkpoint, StateSourceOptions* options) {
  ARROW_ASSIGN_OR_RAISE(const auto committed, checkpoint->Batches());
  const bool open = options->changes ? !options->changes->last : !options->batch;
  if (open && !committed) {
    return MakeError("STDS_COMMITTED_BATCH_UNAVAILABLE",
                     {{"checkpointLocation", checkpoint->path()}});
  }
  if (!options->changes) {
    if (!options->batch) options->batch = committed->last;
    if (options->snapshot_batch.value_or(0) > *options->batch) {
      return MakeError(
          "STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
          {{"optionName", "snapshotStartBatchId"},
           {"message", fmt::format("value should be less than or equal to {}", *options->batch)}});
    }
    return Status::OK();
  }
  StateSourceOptions::Changes& changes = *options->changes;
  if (!changes.last) changes.last = committed->last;
  if (*changes.last >= changes.first) return Status::OK();
  return MakeError(
      "STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
      {{"optionName", "changeEndBatchId"},
       {"message", fmt::format("changeEndBatchId cannot be smaller than changeStartBatchId; the "
                               "end is batch {}, the start batch {}",
                               *changes.last, changes.first)}});
}

/// Keeps the rows of one partition.
BatchConsumer OnlyPartition(int32_t partition, const BatchConsumer& consume) {
  return [partition, consume](Batch batch) -> Status {
    const auto& ids = static_cast<const arrow::Int32Array&>(*batch.columns.back());
    auto kept = std::make_shared<std::vector<int32_t>>();
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (ids.Value(row) == partition) kept->push_back(static_cast<int32_t>(row));
    }
    batch.selection = std::move(kept);
    ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
    return consume(std::move(dense));
  };
}

class StateStoreProvider : public io::Provider {
 public:
  explicit StateStoreProvider(Functions functions) : functions_(std::move(functions)) {}
  std::string name() const override { return "statestore"; }

  Result<SchemaPtr> InferSchema(const io::ReadArguments& arguments, bool streaming) override {
    if (streaming) return io::Provider::InferSchema(arguments, streaming);
    ARROW_ASSIGN_OR_RAISE(const auto scan, MakeScan(arguments));
    return scan->schema();
  }

  Result<std::shared_ptr<io::Scan>> MakeScan(const io::ReadArguments& arguments) override {
    ARROW_RETURN_NOT_OK(RefuseSchema(arguments, "StateDataSource"));
    ARROW_ASSIGN_OR_RAISE(auto options, ParseStateSourceOptions(arguments));
    const auto checkpoint =
        std::make_shared<StateCheckpoint>(arguments.file_system, options.path, functions_);
    ARROW_RETURN_NOT_OK(ResolveBatches(checkpoint.get(), &options));
    const int64_t last = options.changes ? *options.changes->last : *options.batch;
    ARROW_RETURN_NOT_OK(checkpoint->FilesAfter(last, options.operator_id).status());
    ARROW_ASSIGN_OR_RAISE(const auto state,
                          checkpoint->Open(options.operator_id, options.ToString(), last));
    ARROW_ASSIGN_OR_RAISE(const auto view,
                          checkpoint->MakeView(state, options.selection, options.ToString()));
    const auto schema = options.changes ? StateChangeSchema(*view) : StateRowSchema(*view);
    return std::make_shared<StateScan>(
        schema, "StateStoreScan [" + options.ToString() + "]",
        [checkpoint, state, options, last](const BatchConsumer& consume) {
          return Read(checkpoint.get(), state, options, last, consume);
        });
  }

 private:
  static Status Read(StateCheckpoint* checkpoint, const OperatorState& state,
                     const StateSourceOptions& options, int64_t last,
                     const BatchConsumer& consume) {
    if (options.partition && *options.partition >= state.num_partitions) {
      return MakeError("CANNOT_LOAD_STATE_STORE.SNAPSHOT_PARTITION_ID_NOT_FOUND",
                       {{"snapshotPartitionId", std::to_string(*options.partition)},
                        {"operatorId", std::to_string(state.id)},
                        {"checkpointLocation", JoinPath(checkpoint->path(), "state")}});
    }
    ARROW_ASSIGN_OR_RAISE(const auto view,
                          checkpoint->MakeView(state, options.selection, options.ToString()));
    if (options.changes) {
      return ReadStateChanges(checkpoint, state.id, view.get(), options.changes->first, last,
                              consume);
    }
    return ReadState(checkpoint, state.id, view.get(), last,
                     options.partition ? OnlyPartition(*options.partition, consume) : consume);
  }

  Functions functions_;
};

SchemaPtr StateMetadataSchema() {
  return arrow::schema(
      {arrow::field("operatorId", arrow::int64()), arrow::field("operatorName", arrow::utf8()),
       arrow::field("stateStoreName", arrow::utf8()), arrow::field("numPartitions", arrow::int32()),
       arrow::field("minBatchId", arrow::int64()), arrow::field("maxBatchId", arrow::int64()),
       arrow::field("operatorProperties", arrow::utf8())});
}

Status ReadMetadata(StateCheckpoint* checkpoint, std::optional<int64_t> batch,
                    const BatchConsumer& consume) {
  ARROW_ASSIGN_OR_RAISE(const auto operators, checkpoint->Operators());
  ARROW_ASSIGN_OR_RAISE(const auto batches, checkpoint->Batches());
  const StateCheckpoint::BatchRange range = batches.value_or(StateCheckpoint::BatchRange());
  arrow::Int64Builder ids, firsts, lasts;
  arrow::StringBuilder names, stores, properties;
  arrow::Int32Builder partitions, prefixes;
  for (const auto& [id, recorded] : operators) {
    ARROW_ASSIGN_OR_RAISE(const auto made_of, checkpoint->Properties(id, batch));
    for (const RecordedOperator::Store& store : recorded.stores) {
      ARROW_RETURN_NOT_OK(ids.Append(id));
      ARROW_RETURN_NOT_OK(names.Append(recorded.name));
      ARROW_RETURN_NOT_OK(stores.Append(store.name));
      ARROW_RETURN_NOT_OK(partitions.Append(store.num_partitions));
      ARROW_RETURN_NOT_OK(firsts.Append(range.first));
      ARROW_RETURN_NOT_OK(lasts.Append(range.last));
      ARROW_RETURN_NOT_OK(made_of ? properties.Append(made_of->ToJson()) : properties.AppendNull());
      // Spark's metadata of operators with properties does not say it.
      ARROW_RETURN_NOT_OK(prefixes.Append(made_of ? -1 : store.num_prefix_columns));
    }
  }
  Batch rows;
  rows.num_rows = ids.length();
  for (arrow::ArrayBuilder* builder : std::initializer_list<arrow::ArrayBuilder*>{
           &ids, &names, &stores, &partitions, &firsts, &lasts, &properties, &prefixes}) {
    ARROW_ASSIGN_OR_RAISE(auto column, builder->Finish());
    rows.columns.push_back(std::move(column));
  }
  return consume(std::move(rows));
}

class StateMetadataProvider : public io::Provider {
 public:
  explicit StateMetadataProvider(Functions functions) : functions_(std::move(functions)) {}
  std::string name() const override { return "state-metadata"; }
  SchemaPtr MetadataSchema() const override {
    return arrow::schema({arrow::field("_numColsPrefixKey", arrow::int32())});
  }

  Result<SchemaPtr> InferSchema(const io::ReadArguments& arguments, bool streaming) override {
    if (streaming) return io::Provider::InferSchema(arguments, streaming);
    return StateMetadataSchema();
  }

  Result<std::shared_ptr<io::Scan>> MakeScan(const io::ReadArguments& arguments) override {
    ARROW_RETURN_NOT_OK(RefuseSchema(arguments, "StateMetadataSource"));
    ARROW_ASSIGN_OR_RAISE(const std::string path, StatePath(arguments));
    ARROW_ASSIGN_OR_RAISE(const auto batch, ParseStateNumber(arguments.options, "batchId"));
    const auto checkpoint =
        std::make_shared<StateCheckpoint>(arguments.file_system, path, functions_);
    return std::make_shared<StateScan>(StateMetadataSchema(), "StateMetadataScan [" + path + "]",
                                       [checkpoint, batch](const BatchConsumer& consume) {
                                         return ReadMetadata(checkpoint.get(), batch, consume);
                                       });
  }

 private:
  Functions functions_;
};

}  // namespace

std::unique_ptr<io::Provider> MakeStateStoreProvider(
    std::shared_ptr<const functions::FunctionRegistry> functions) {
  return std::make_unique<StateStoreProvider>(std::move(functions));
}

std::unique_ptr<io::Provider> MakeStateMetadataProvider(
    std::shared_ptr<const functions::FunctionRegistry> functions) {
  return std::make_unique<StateMetadataProvider>(std::move(functions));
}

}  // namespace thalweg::stream
