#pragma once

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// What one worker's instance of a watermark node saw in an epoch; milliseconds.
struct SeenEventTimes {
  int64_t count = 0;
  int64_t max_millis = 0;
  int64_t min_millis = 0;
  double sum_millis = 0;
};

/// Passes rows on and takes note of their event times (semantics 4.2: microseconds floored to
/// milliseconds; NULL counts as 0).
class WatermarkOperator : public Operator {
 public:
  WatermarkOperator(int column, std::string description)
      : column_(column), description_(std::move(description)) {}

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  std::string Description() const override { return description_; }

  const SeenEventTimes& seen() const { return seen_; }

 private:
  int column_;
  std::string description_;
  SeenEventTimes seen_;
};

}  // namespace thalweg::exec
