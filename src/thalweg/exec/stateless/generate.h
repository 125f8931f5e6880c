#pragma once

#include <memory>
#include <vector>

#include "thalweg/exec/operator.h"
#include "thalweg/expr/generator_function.h"

namespace thalweg::exec {

/// Repeats each row for every row the generator makes of it: child columns, then generated ones.
class GenerateOperator : public Operator {
 public:
  GenerateOperator(std::shared_ptr<const expr::BoundGenerator> generator,
                   std::vector<expr::ExpressionPtr> arguments, bool outer, std::string description)
      : generator_(std::move(generator)),
        arguments_(std::move(arguments)),
        outer_(outer),
        description_(std::move(description)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return description_; }

 private:
  std::shared_ptr<const expr::BoundGenerator> generator_;
  std::vector<expr::ExpressionPtr> arguments_;
  bool outer_;
  std::string description_;
  const EpochContext* context_ = nullptr;
};

}  // namespace thalweg::exec
