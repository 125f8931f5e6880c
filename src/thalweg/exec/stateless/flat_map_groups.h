#pragma once

// flatMapGroups (Spark's applyInPandas): a program's function over all rows of a key in an epoch.

#include <functional>
#include <memory>
#include <string>

#include "thalweg/exec/callback/keyed_input.h"
#include "thalweg/exec/callback/output_collector.h"
#include "thalweg/exec/operator.h"
#include "thalweg/plan/spec/callback.h"

namespace thalweg::exec {

struct FlatMapGroupsOptions {
  std::function<std::unique_ptr<plan::spec::GroupFunction>()> make_function;
  KeyedInputOptions input;
  SchemaPtr output_schema;
  std::string description;
};

class FlatMapGroupsOperator : public Operator {
 public:
  explicit FlatMapGroupsOperator(FlatMapGroupsOptions options);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  std::string Description() const override { return options_.description; }

 private:
  Status CallGroups();

  FlatMapGroupsOptions options_;
  const EpochContext* context_ = nullptr;
  KeyedInput input_;
  OutputCollector out_;
};

}  // namespace thalweg::exec
