#pragma once

// mapPartitions (Spark's mapInArrow): a program's function over the rows of each worker, in
// batches.

#include <functional>
#include <memory>
#include <string>

#include <thalweg/group_state.h>

#include "thalweg/exec/callback/output_collector.h"
#include "thalweg/exec/operator.h"

namespace thalweg::exec {

struct MapPartitionsOptions {
  std::function<std::unique_ptr<PartitionFunction>()> make_function;
  SchemaPtr input_schema;
  SchemaPtr output_schema;
  int64_t batch_rows = kDefaultBatchRows;
  std::string description;
};

class MapPartitionsOperator : public Operator {
 public:
  explicit MapPartitionsOperator(MapPartitionsOptions options);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return options_.description; }

 private:
  Status MakeFunction();

  MapPartitionsOptions options_;
  const EpochContext* context_ = nullptr;
  OutputCollector out_;
  std::unique_ptr<PartitionFunction> function_;
};

}  // namespace thalweg::exec
